"""What came out of a survey: figures for the office, and the protected ones everybody may see."""
