"""XLSForms, both ways."""
