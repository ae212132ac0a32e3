"""Umfragen: configurable surveys of a town."""
