"""Projects: what is planned, where it stands, what people can decide."""
