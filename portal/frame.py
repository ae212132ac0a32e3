"""The page frame's navigation: only rooms that exist."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from kern.i18n import _


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    is_current: bool


def _nav() -> list[NavItem]:
    rooms = [(_("Projekte"), "/beteiligung/"), (_("So geht’s"), "/so-gehts")]
    here = request.path
    return [NavItem(label, url, here.startswith(url)) for label, url in rooms]


def init_app(app: Flask) -> None:
    @app.context_processor
    def frame() -> dict[str, Any]:
        return {"nav": _nav()}
