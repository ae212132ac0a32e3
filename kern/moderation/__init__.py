"""One desk for everything that waits for a decision: cases, decisions, reasons."""
