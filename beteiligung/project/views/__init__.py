"""Pages of projects: for everybody who reads, and for the office that writes."""

from beteiligung.project.views import items, life, public, sections
from beteiligung.project.views.blueprint import blueprint

__all__ = ["blueprint", "items", "life", "public", "sections"]
