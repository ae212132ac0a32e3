"""Wikis of other kinds, read page by page with a report of what could not be taken. Pure."""
