"""What can be done with the wiki. Flushes, never commits."""
