"""Uploaded files: what is taken, what is made of it, and who may have it."""
