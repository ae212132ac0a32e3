"""What happens to a project. Flushes, never commits: the caller owns the transaction."""

from beteiligung.project.service.reading import find_project, get_project_for

__all__ = ["find_project", "get_project_for"]
