"""Forms of surveys: what an office types, read and shown again."""
