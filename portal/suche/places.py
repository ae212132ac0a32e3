"""Where things are, as far as anybody said: the places of projects, and any point of a map."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from beteiligung.project.models import Project
from beteiligung.project.rules import KIND, PROJECT_KEY
from beteiligung.project.service.changes import PROJECTS
from kern.actor import Actor
from kern.db import db
from kern.files.models import Place
from kern.i18n import _
from kern.outbox import watching
from kern.outbox.kept import Kept
from kern.scope import Scope
from kern.scope.rules import readable, reads_what_all_read, shown
from kern.settings import REVISION_KEY
from kern.town import current_town
from portal.suche.options import Option, Prepared, prepare

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


@dataclass(frozen=True, slots=True)
class Choice:
    """A project that the search can be narrowed to."""

    id: int  # of its scope
    slug: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reader may choose from."""

    projects: Sequence[Choice]
    spots: Mapping[str, Spot]  # by the name the address has for them
    spot_lines: Prepared  # by their labels

    def project(self, slug: str) -> Choice | None:
        return next((one for one in self.projects if one.slug == slug), None)


NOTHING = Offer((), {}, prepare(()))
_for_all: Kept[str, int, Offer] = Kept(32)


def offer_for(actor: Actor) -> Offer:
    """What is the same for everybody is kept until any project changes, its place included: each
    change counts up PROJECTS."""
    if not reads_what_all_read(actor):
        return _read(actor)
    watching.watch(REVISION_KEY)  # the search asks the settings next
    (revision,) = watching.known([PROJECTS])
    return _for_all.get(current_town().identity, revision, lambda: _read(actor))


def _read(actor: Actor) -> Offer:
    query = select(Scope.id, Scope.slug, Scope.title, Scope.path)
    query = query.where(Scope.kind == KIND, shown(), readable(actor))
    rows = db.session.execute(query.order_by(Scope.title, Scope.id).limit(MOST))
    projects = [Choice(*row) for row in rows]
    by_scope = {one.id: one for one in projects}
    spots = [_spot(by_scope[one.scope_id], one) for one in _areas() if one.scope_id in by_scope]
    by_label = sorted(spots, key=lambda spot: (spot.label.casefold(), spot.name))
    lines = prepare(Option(spot.name, spot.label) for spot in by_label)
    return Offer(projects, {spot.name: spot for spot in spots}, lines)


class Area(NamedTuple):
    """The box around the place of a project, in degrees."""

    scope_id: int
    label: str
    west: float
    south: float
    east: float
    north: float


def _spot(project: Choice, area: Area) -> Spot:
    north, east = (area.north + area.south) / 2, (area.east + area.west) / 2
    return Spot(project.slug, area.label or project.title, north, east)


def scopes_near(spot: Spot, metres: int) -> set[int]:
    """Everything in a project stands where the project is."""
    return {area.scope_id for area in _areas() if distance(spot, area) <= metres}


def distance(spot: Spot, place: Area) -> float:
    """Metres to the nearest edge of a place, 0 within; flat, which is right for a town."""
    north = min(max(spot.north, place.south), place.north) - spot.north
    east = min(max(spot.east, place.west), place.east) - spot.east
    return _DEGREE * math.hypot(north, east * math.cos(math.radians(spot.north)))


def _areas() -> Sequence[Area]:
    box = Place.west, Place.south, Place.east, Place.north
    query = select(Project.scope_id, Place.label, *box).join(
        Project, Project.id == Place.content_id
    )
    query = query.where(Place.content_key == PROJECT_KEY, Place.geojson != "")
    return [Area(*row) for row in db.session.execute(query.limit(MOST))]
