"""The worker: drains outboxes, sends mails, keeps the index up to date, does what is due."""
