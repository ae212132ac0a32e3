"""The administration: settings, people, mails, records and the state of the operation."""
