"""Pages about what came out of a survey: for the office, and for everybody."""

from umfragen.views.results import files, office, public, publishing, sorting, weighing
from umfragen.views.results.blueprint import blueprint

__all__ = ["blueprint", "files", "office", "public", "publishing", "sorting", "weighing"]
