"""The private page of a statement of reasons, objecting there, and the mails that lead to it."""
