"""Places the town already knows by name: whoever types one needs no map and no figures."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from kern.content import Ref, cards_of
from kern.db import db
from kern.files.models import Place
from wiki.linking import fold_title
from wiki.models import Space
from wiki.rendering.answering import point_of_geometry
from wiki.service import reading

MOST = 300  # of the wiki, and as many of the rest of the town
GERMANY = (51.16, 10.45)


class Known(NamedTuple):
    """Degrees, WGS 84."""

    name: str
    lat: float
    lon: float


def list_known(space: Space) -> list[Known]:
    """By name, each once: pages of the space with a place, then what else is public in the town."""
    found: dict[str, Known] = {}
    for one in (*_of_pages(space), *_of_town()):
        found.setdefault(fold_title(one.name), one)
    return sorted(found.values(), key=lambda one: fold_title(one.name))


def find_known(space: Space, words: str) -> Known | None:
    key = fold_title(words)
    return next((one for one in list_known(space) if fold_title(one.name) == key), None)


def middle_of(known: list[Known]) -> tuple[float, float]:
    """Where a map opens on which nothing is marked yet."""
    if not known:
        return GERMANY
    return sum(one.lat for one in known) / len(known), sum(one.lon for one in known) / len(known)


def _of_pages(space: Space) -> Iterator[Known]:
    for page in reading.list_placed(space, MOST):
        yield from _named(page.place, page.title, str((page.place or {}).get("label") or ""))


def _of_town() -> Iterator[Known]:
    query = select(Place).where(Place.geojson != "").order_by(Place.id.desc()).limit(MOST)
    rows = {Ref(row.content_key, row.content_id): row for row in db.session.scalars(query)}
    for ref, card in cards_of(rows).items():
        yield from _named(json.loads(rows[ref].geojson), rows[ref].label, card.title)


def _named(geometry: Mapping[str, Any] | None, *names: str) -> Iterator[Known]:
    point = point_of_geometry(geometry)
    if point is not None:
        yield from (Known(name, *point) for name in names if name.strip())
