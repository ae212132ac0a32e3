"""Where things are, as far as anybody said: the places of projects, and any point of a map."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from kern.actor import Actor
from kern.db import db
from kern.files.models import Place
from kern.i18n import _
from kern.scope import Scope
from kern.scope.rules import readable, shown

RADII = (500, 1_000, 2_000, 5_000)  # metres
RADIUS = 1_000
MOST = 500
_DEGREE = 111_320  # metres of one degree of latitude
_POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,8})?),\s?(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)")


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, with the name the address has for it and the one people read."""

    name: str
    label: str
    north: float
    east: float

    @classmethod
    def parse(cls, text: str) -> "Spot | None":
        """`53.87,10.69`, as maps have it; None for anything else."""
        found = _POINT.fullmatch(text)
        if found is None:
            return None
        north, east = float(found[1]), float(found[2])
        if abs(north) > 85 or abs(east) > 180:  # noqa: PLR2004 - degrees; no town lies at a pole
            return None
        return cls(text, _("dem gewählten Punkt"), north, east)


def spots_of(projects: Mapping[int, Scope]) -> dict[str, Spot]:
    """By the slug of the project: the places one can look around, of these scopes."""
    return {
        projects[scope_id].slug: Spot(
            projects[scope_id].slug,
            place.label or projects[scope_id].title,
            (place.north + place.south) / 2,
            (place.east + place.west) / 2,
        )
        for scope_id, place in _places()
        if scope_id in projects
    }


def scopes_near(spot: Spot, metres: int) -> set[int]:
    """Everything in a project stands where the project is."""
    return {scope_id for scope_id, place in _places() if distance(spot, place) <= metres}


def distance(spot: Spot, place: Place) -> float:
    """Metres to the nearest edge of a place, 0 within; flat, which is right for a town."""
    north = min(max(spot.north, place.south), place.north) - spot.north
    east = min(max(spot.east, place.west), place.east) - spot.east
    return _DEGREE * math.hypot(north, east * math.cos(math.radians(spot.north)))


def list_projects(actor: Actor) -> Sequence[Scope]:
    """What this reader may narrow the search to."""
    query = select(Scope).where(Scope.kind == "project", shown(), readable(actor))
    return db.session.scalars(query.order_by(Scope.title, Scope.id).limit(MOST)).all()


def _places() -> Collection[tuple[int, Place]]:
    query = select(Project.scope_id, Place).join(Project, Project.id == Place.content_id)
    query = query.where(Place.content_key == PROJECT_KEY, Place.geojson != "")
    return [(row[0], row[1]) for row in db.session.execute(query.limit(MOST))]
