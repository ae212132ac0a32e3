"""The start page, the town's own pages, and rooms that are not there yet."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from beteiligung.project.rules import EDIT, Standing
from beteiligung.project.service.reading import (
    ProjectCard,
    list_decided,
    list_published,
    places_of,
)
from kern import calendar
from kern.clock import now
from kern.i18n import _
from kern.web import current_actor, depends_on, depends_on_everything
from portal.seiten import pages
from umfragen.service.running import list_running
from umfragen.views.answering.listing import card_of
from wiki.service.lately import recent_pages

blueprint = Blueprint("start", __name__)

SHOWN = 6
SHOWN_SURVEYS = 3
SHOWN_PAGES = 3


class PlaceShown(NamedTuple):
    """What the map and its list show."""

    title: str
    href: str
    note: str
    lat: float
    lon: float


@blueprint.get("/")
def start() -> ResponseReturnValue:
    """Five queries: surveys, settings, what runs, what came of the rest, the wiki."""
    depends_on_everything()
    actor, at = current_actor(), now()
    published = list_published(actor, at)
    running = [card for card in published if card.standing is Standing.RUNNING]
    shown = running or published
    return render_template(
        "portal/start/start.html",
        cards=shown[:SHOWN],
        count=len(published),
        is_running=bool(running),
        decided=list_decided(actor, at),
        places=[_place(card) for card in places_of(shown)],
        shapes=_shapes(shown),
        may_create=actor.may(EDIT),
        pages=recent_pages(actor, SHOWN_PAGES),
        surveys=[card_of(survey, at) for survey in list_running(actor, at, SHOWN_SURVEYS)],
    )


@blueprint.get(pages.HOWTO.path)
def howto() -> ResponseReturnValue:
    depends_on()
    return render_template("portal/start/howto.html", html=pages.html_of("howto"))


@blueprint.get(pages.NETIQUETTE.path)
def netiquette() -> ResponseReturnValue:
    return _own_page("netiquette", pages.NETIQUETTE)


@blueprint.get(pages.IMPRINT.path)
def imprint() -> ResponseReturnValue:
    return _own_page("imprint", pages.IMPRINT)


@blueprint.get(pages.PRIVACY.path)
def privacy() -> ResponseReturnValue:
    return _own_page("privacy", pages.PRIVACY)


@blueprint.get(pages.ACCESSIBILITY.path)
def accessibility() -> ResponseReturnValue:
    return _own_page("accessibility", pages.ACCESSIBILITY)


def _own_page(key: str, page: pages.Page) -> ResponseReturnValue:
    depends_on()
    html = pages.html_of(key)
    return render_template("portal/start/own.html", title=page.title, html=html)


def _place(card: ProjectCard) -> PlaceShown:
    place = card.place
    lat, lon = (place.lat or 0.0, place.lon or 0.0) if place is not None else (0.0, 0.0)
    return PlaceShown(card.title, card.path, _edge(card), lat, lon)


def _edge(card: ProjectCard) -> str:
    at = now()
    if card.until is not None:
        return calendar.time_left(at, card.until)
    if card.opens_at is not None:
        day = calendar.format_day_of_year(card.opens_at, at)
        return _("Mitreden ab %(day)s", day=day)
    return _("läuft gerade")


def _shapes(cards: list[ProjectCard]) -> dict[str, object] | None:
    """Lines and areas of all of them; a point is a marker already."""
    geometries = [card.place.geometry for card in cards if card.place is not None]
    features = [
        {"type": "Feature", "properties": {}, "geometry": geometry}
        for geometry in geometries
        if geometry is not None and geometry.get("type") != "Point"
    ]
    return {"type": "FeatureCollection", "features": features} if features else None
