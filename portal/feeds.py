"""Feeds and dates of the whole town, and the page that says how to use them."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from kern.content import Within
from kern.i18n import _
from kern.settings import town_settings
from kern.web.feeds import Feed, atom, ics

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/atom.xml")
def town() -> Response:
    return atom(Feed("/atom.xml", "/", "Alles Neue"))


@blueprint.get("/antworten.xml")
def answers() -> Response:
    title = "Antworten der Verwaltung"
    return atom(Feed("/antworten.xml", "/", title, Within(answers=True)))


@blueprint.get("/kalender.ics")
def dates() -> Response:
    return ics("/kalender.ics", town_settings().name)


@blueprint.get("/auf-dem-laufenden")
def overview() -> ResponseReturnValue:
    """How one keeps up without looking by every day."""
    return render_template("portal/feeds.html", title=_("Auf dem Laufenden bleiben"))
