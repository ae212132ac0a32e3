"""The editor of surveys: every page works without JavaScript, a form each, POST and redirect."""

from umfragen.views.editing import (
    access,
    changes,
    conditions,
    importing,
    languages,
    lists,
    new,
    opening,
    overview,
    pages,
    parts,
    preview,
    questions,
    quotas,
    settings,
    taking,
)
from umfragen.views.editing.blueprint import blueprint

__all__ = [
    "access",
    "blueprint",
    "changes",
    "conditions",
    "importing",
    "languages",
    "lists",
    "new",
    "opening",
    "overview",
    "pages",
    "parts",
    "preview",
    "questions",
    "quotas",
    "settings",
    "taking",
]
