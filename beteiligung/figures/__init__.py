"""What came in to a project: counted, listed, handed out. Stands on projects and discussions."""
