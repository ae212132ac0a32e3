"""What a map of a survey begins with: where its project is, and what that shows on its own map."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kern.content import Ref, cards_of
from kern.db import db
from kern.files.models import Place
from kern.scope import Scope

GERMANY = (51.16, 10.45)
MOST = 500  # places looked through; a town has tens


@dataclass(frozen=True, slots=True)
class Ground:
    """`center`: latitude and longitude; `shapes`: GeoJSON of what the project shows, or None."""

    center: tuple[float, float] = GERMANY
    shapes: dict[str, Any] | None = None


def ground_of(scope: Scope) -> Ground:
    """Of the thing the scope was made for; without a place of its own, where the town's are."""
    place = _place_of(scope)
    if place is None:
        means = select(func.avg(Place.south + Place.north), func.avg(Place.west + Place.east))
        latitude, longitude = db.session.execute(means.where(Place.geojson != "")).one()
        return Ground() if latitude is None else Ground((latitude / 2, longitude / 2))
    center = ((place.south + place.north) / 2, (place.west + place.east) / 2)
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(place.geojson)}
    return Ground(center, {"type": "FeatureCollection", "features": [feature]})


def _place_of(scope: Scope) -> Place | None:
    """Whose address is that of the scope: no room of ours knows another one's tables."""
    found = dict(_places())
    for ref, card in cards_of(found).items():
        if card.path == scope.path:
            return found[ref]
    return None


def _places() -> Iterator[tuple[Ref, Place]]:
    query = select(Place).where(Place.geojson != "").order_by(Place.id.desc()).limit(MOST)
    for place in db.session.scalars(query):
        yield Ref(place.content_key, place.content_id), place
