"""What happens in a discussion. Flushes, never commits: the caller owns the transaction."""
