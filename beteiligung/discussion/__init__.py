"""Discussions: threads, posts, votes, official answers and outcomes."""
