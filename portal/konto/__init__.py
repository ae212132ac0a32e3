"""Sign up, log in, one's own account, and the pages that links in mails lead to."""
