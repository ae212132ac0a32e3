"""A search as a feed, newest first and of what is public, and as data for programs."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from markupsafe import Markup

from kern.actor import GUEST
from kern.content import Entry
from kern.i18n import _
from kern.search import Found, Order
from kern.town import current_town
from kern.web.feeds import LENGTH, Feed, atom_of
from portal.suche.asked import PATH
from portal.suche.page import Page, find, read

FEED = f"{PATH}.xml"
DATA = f"{PATH}.json"


def feed(args: Mapping[str, str]) -> Response:
    """For everybody the same, so it stays what a reader of feeds may keep. What has no date is no
    news."""
    page = read(GUEST, {key: value for key, value in args.items() if key not in {"nach", "vor"}})
    asked = page.asked
    found = find(GUEST, asked, limit=LENGTH, order=Order.NEWEST)
    title = _("Suche: %(q)s", q=asked.text) if asked.text else _("Suche")
    about = Feed(asked.url(path=FEED), asked.url(), title)
    return atom_of(about, [_entry(hit) for hit in found.items if hit.document.is_dated])


def _entry(hit: Found) -> Entry:
    return Entry(
        ref=hit.ref,
        title=_plain(hit.title),
        html=str(Markup("<p>{}</p>").format(_plain(hit.snippet))),
        author=hit.card.author if hit.card else "",
        path=hit.document.path,
        at=hit.document.at,
        changed_at=hit.document.at,
    )


def as_data(page: Page) -> dict[str, Any]:
    """The names are those of the address; a successor may add some, never change one."""
    result, asked, address = page.result, page.asked, current_town().address
    slugs = {one.id: one.slug for one in page.projects}
    return {
        "suche": asked.values,
        "fehler": dict(asked.errors),
        "anzahl": result.total,
        "vollstaendig": result.complete,
        "eingeschraenkt": result.degraded,
        "treffer": [_hit(page, hit, slugs) for hit in result.items],
        "zaehlung": {
            "art": dict(result.kinds),
            "projekt": {slugs[id_]: count for id_, count in result.scopes.items() if id_ in slugs},
            "jahr": {str(year): count for year, count in result.years.items()},
            "stand": {str(status): count for status, count in result.statuses.items()},
        },
        "zurueck": None if not result.previous else address + asked.page_url(result.previous, DATA),
        "weiter": None if not result.next else address + asked.page_url(result.next, DATA),
        "seite": address + asked.url(),
    }


def _hit(page: Page, hit: Found, slugs: Mapping[int, str]) -> dict[str, Any]:
    return {
        "art": hit.document.kind,
        "bezeichnung": str(page.kind(hit).label),
        "titel": _plain(hit.title),
        "ausschnitt": _plain(hit.snippet),
        "adresse": current_town().address + hit.document.path,
        "am": hit.document.at.isoformat() if hit.document.is_dated else None,
        "von": hit.card.author if hit.card else "",
        "projekt": slugs.get(hit.document.scope) if hit.document.scope is not None else None,
    }


def _plain(marked: Markup) -> str:
    return marked.striptags()
