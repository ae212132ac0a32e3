"""What happens to a project. Flushes, never commits: the caller owns the transaction."""
