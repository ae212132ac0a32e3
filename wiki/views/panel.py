"""What the page of a project shows of the wiki: what is known about it."""

from flask import render_template
from markupsafe import Markup

from kern.content import Ref
from kern.panels import Panel
from kern.scope import get_scope
from kern.web import current_actor
from wiki.linking import fold_title
from wiki.service.lately import pages_about

MOST = 6
KNOWLEDGE = "projektwissen"  # the space where one begins a page about a project


def _render(_ref: Ref, scope_id: int) -> Markup:
    """One query."""
    project = get_scope(scope_id)
    names = {fold_title(project.slug), fold_title(project.title)}
    space_path, pages = pages_about(current_actor(), names, KNOWLEDGE, MOST)
    if not pages and not space_path:
        return Markup("")
    begin = f"{space_path}/neu?projekt={project.slug}" if space_path else ""
    html = render_template("wiki/_panel.html", pages=pages, begin=begin)
    return Markup(html)  # noqa: S704 - our own template


PANEL = Panel("wiki.pages", frozenset({"beteiligung.project"}), _render)
