"""The blueprint of /verwaltung/, and the tabs that its pages share."""

from typing import Any

from flask import Blueprint, request

from kern.i18n import _
from kern.web import current_actor

blueprint = Blueprint("verwaltung", __name__, url_prefix="/verwaltung")


def page_values() -> dict[str, Any]:
    """The way between the pages, by task; only what this person may open."""
    actor = current_actor()
    places = (
        (_("Übersicht"), "/verwaltung/", "admin.open"),
        (_("Einstellungen"), "/verwaltung/einstellungen/", "admin.settings"),
        (_("Menschen und Rechte"), "/verwaltung/menschen/", "admin.grants"),
        (_("Mails"), "/verwaltung/mails/", "admin.mails"),
        (_("Protokoll"), "/verwaltung/protokoll", "admin.audit"),
        (_("Betrieb"), "/verwaltung/betrieb", "admin.operations"),
    )
    here = max(
        (path for _label, path, _right in places if request.path.startswith(path)),
        key=len,
        default="",
    )
    tabs = [(label, path, path == here) for label, path, right in places if actor.may(right)]
    return {"admin_tabs": tabs}


blueprint.context_processor(page_values)
