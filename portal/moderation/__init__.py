"""The desk's pages, the page to report something, and the mail that answers a report."""
