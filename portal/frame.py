"""The page frame: the rooms that exist, and where maps get their ground from."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request

from kern.i18n import _
from kern.web.identity import current_actor, once_for_reader, settings

SHEETS = {
    "wiki": ("wiki.css",),
    "moderation": ("wiki.css", "desk.css"),
    "gestaltung": ("wiki.css", "desk.css"),
}
"""Style sheets beside the common one, by blueprint. The desk shows proposals for the wiki."""


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    is_current: bool


def _nav() -> list[NavItem]:
    rooms = [
        (_("Projekte"), "/beteiligung/"),
        (_("Umfragen"), "/umfragen/"),
        (_("Wiki"), "/wiki/"),
        (_("So geht’s"), "/so-gehts"),
    ]
    actor = current_actor()
    if actor.may_anywhere("moderation.desk"):
        rooms.append((_("Moderation"), "/moderation/"))
    if actor.may("admin.open"):
        rooms.append((_("Verwaltung"), "/verwaltung/"))
    here = request.path
    return [NavItem(label, url, here.startswith(url)) for label, url in rooms]


def _frame() -> dict[str, Any]:
    return once_for_reader("rooms", _framed)


def _framed() -> dict[str, Any]:
    found = settings()
    return {
        "nav": _nav(),
        "map_tiles": "/karten/{z}/{x}/{y}" if found.map_tiles else "",
        "map_attribution": found.map_attribution,
        "sheets": SHEETS.get(request.blueprint or "", ()),
    }


def init_app(app: Flask) -> None:
    app.context_processor(_frame)
    app.teardown_request(lambda _error: g.pop("rooms", None))
