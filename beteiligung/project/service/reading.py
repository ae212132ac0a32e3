"""Find projects: gates for single ones, cards for lists."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import contains_eager

from beteiligung.project import rules
from beteiligung.project.models import Project
from beteiligung.project.rules import EDIT, KIND, Standing
from beteiligung.project.service.page import (
    Picture,
    PlaceCopy,
    read_phases,
    read_picture,
    read_place,
)
from kern.actor import Actor
from kern.db import PREPARED, db
from kern.errors import NotFound
from kern.files.models import Place
from kern.scope import UNSHOWN, Scope, ScopeState, Visibility
from kern.scope.rules import READ_INVITED, may_read, readable, shown
from kern.town import current_town

MIDDLE = (51.1634, 10.4477)  # of Germany, for a town without any place
GONE = "Dieses Projekt gibt es nicht."
PER_PAGE = 24
MOST = 500  # published at the same time; more than any town has people for
STATES = {
    Standing.CLOSED: (ScopeState.CLOSED,),
    Standing.ARCHIVED: (ScopeState.ARCHIVED,),
    Standing.DRAFT: tuple(sorted(UNSHOWN)),
}


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project in a list. `until` is when what is open now ends, `opens_at` when it begins."""

    id: int
    title: str
    path: str
    summary: str
    standing: Standing
    state: ScopeState
    is_invited: bool
    posts: int
    picture: Picture | None
    place: PlaceCopy | None
    until: datetime | None
    opens_at: datetime | None
    closed_at: datetime | None
    result: str


@dataclass(frozen=True, slots=True)
class CardPage:
    cards: Sequence[ProjectCard]
    counts: Mapping[Standing, int]
    next: int | None  # `before` of the page that follows


_PROJECTS = (
    select(Project)
    .join(Scope, Scope.id == Project.scope_id)
    .where(Scope.kind == KIND)
    .options(contains_eager(Project.scope))
)
_BY_SLUG = _PROJECTS.where(Scope.slug == bindparam("slug")).execution_options(**{PREPARED: True})


def get_project_for(actor: Actor, slug: str) -> Project:
    """The gate: a project this actor may read, with its scope, else NotFound."""
    project = db.session.scalar(_BY_SLUG, {"slug": slug})
    if project is None or not may_read(actor, project.scope):
        raise NotFound(GONE)
    return project


def get_tombstone_for(actor: Actor, slug: str) -> Project:
    """What was public and is hidden: nothing of it may be shown but why. Else NotFound."""
    project = _find(Scope.slug == slug)
    if project is None or project.scope.state != ScopeState.HIDDEN:
        raise NotFound(GONE)
    if project.scope.visibility != Visibility.PUBLIC and not actor.may(READ_INVITED):
        raise NotFound(GONE)
    return project


def get_project_to_edit(actor: Actor, slug: str) -> Project:
    project = get_project_for(actor, slug)
    rules.require_may_edit(actor, project.scope)
    return project


def get_preview(slug: str, token: str) -> Project:
    """For whoever holds the link; it ends with the draft, and when it is renewed."""
    project = _find(Scope.slug == slug)
    if project is None or not _is_preview(project, token):
        raise NotFound(GONE)
    return project


def find_project(scope_id: int) -> Project | None:
    return _find(Scope.id == scope_id)


def may_read_files(actor: Actor, project_id: int, token: str) -> bool:
    """Whether what was uploaded to this project may be seen while it is not public."""
    project = _find(Project.id == project_id)
    if project is None:
        return False
    return may_read(actor, project.scope) or _is_preview(project, token)


def preview_token(project: Project) -> str:
    """Empty when there is no preview link."""
    if not project.preview_nonce:
        return ""
    message = f"vorschau:{project.id}|{project.preview_nonce}".encode()
    return hmac.digest(current_town().secret, message, "sha256").hex()


def _is_preview(project: Project, token: str) -> bool:
    expected = preview_token(project)
    is_draft = project.scope.state in rules.DRAFTED
    return bool(expected) and is_draft and hmac.compare_digest(expected.encode(), token.encode())


def _find(condition: Any) -> Project | None:
    return db.session.scalar(_PROJECTS.where(condition))


def list_cards(
    actor: Actor, standing: Standing, at: datetime, before: int | None = None
) -> CardPage:
    """One page of what this actor may read, and how many there are of each; three queries."""
    published = list_published(actor, at)
    counts = _counts(actor) | {
        kind: sum(card.standing is kind for card in published)
        for kind in (Standing.RUNNING, Standing.COMING)
    }
    if standing in {Standing.RUNNING, Standing.COMING}:
        return CardPage([card for card in published if card.standing is standing], counts, None)
    query = _cards(actor).where(Scope.state.in_(STATES[standing]))
    if before is not None:
        query = query.where(Project.id < before)
    rows = db.session.execute(query.order_by(Project.id.desc()).limit(PER_PAGE + 1)).all()
    cards = [_card(row, at) for row in rows[:PER_PAGE]]
    return CardPage(cards, counts, cards[-1].id if len(rows) > PER_PAGE else None)


def list_published(actor: Actor, at: datetime) -> list[ProjectCard]:
    """Running ones first, the next to end before the others, then the coming ones. One query."""
    query = _cards(actor).where(Scope.state == ScopeState.PUBLISHED)
    rows = db.session.execute(query.order_by(Project.id.desc()).limit(MOST))
    return sorted((_card(row, at) for row in rows), key=_urgency)


def list_decided(actor: Actor, at: datetime, limit: int = 3) -> list[ProjectCard]:
    """Where something came out of it, the latest first. One query."""
    query = _cards(actor).where(shown(), Project.result != "")
    at_end = func.coalesce(Project.closed_at, Project.published_at)
    query = query.order_by(at_end.desc(), Project.id.desc()).limit(limit)
    return [_card(row, at) for row in db.session.execute(query)]


def has_any() -> bool:
    """Whether the town has begun; drafts count."""
    return db.session.scalar(select(Project.id).limit(1)) is not None


def _cards(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Project.id,
            Project.summary,
            Project.page,
            Project.closed_at,
            Scope.title,
            Scope.path,
            Scope.state,
            Scope.visibility,
            Scope.posts_count,
        )
        .join(Scope, Scope.id == Project.scope_id)
        .where(readable(actor))
    )


def _card(row: Row[Any], at: datetime) -> ProjectCard:
    phases = read_phases(row.page)
    return ProjectCard(
        id=row.id,
        title=row.title,
        path=row.path,
        summary=row.summary,
        standing=rules.standing(row.state, phases, at),
        state=ScopeState(row.state),
        is_invited=row.visibility != "public",
        posts=row.posts_count,
        picture=read_picture(row.page),
        place=read_place(row.page),
        until=rules.open_until(phases, at) if row.state == ScopeState.PUBLISHED else None,
        opens_at=rules.next_opening(phases, at) if row.state == ScopeState.PUBLISHED else None,
        closed_at=row.closed_at,
        result=row.page.get("result", ""),
    )


def _urgency(card: ProjectCard) -> tuple[bool, bool, float]:
    edge = card.until if card.standing is Standing.RUNNING else card.opens_at
    return card.standing is not Standing.RUNNING, edge is None, edge.timestamp() if edge else 0.0


def _counts(actor: Actor) -> dict[Standing, int]:
    query = select(Scope.state, func.count()).where(Scope.kind == KIND, readable(actor))
    rows = db.session.execute(query.group_by(Scope.state)).all()
    found = {row[0]: row[1] for row in rows}
    counts = {kind: sum(found.get(one, 0) for one in states) for kind, states in STATES.items()}
    if not (counts[Standing.DRAFT] or actor.may_anywhere(EDIT)):
        del counts[Standing.DRAFT]
    return counts


def places_of(cards: Iterable[ProjectCard]) -> list[ProjectCard]:
    """Those that a map can show."""
    return [card for card in cards if card.place is not None and card.place.lat is not None]


def map_center(place: PlaceCopy | None) -> tuple[float, float]:
    """Where a map for choosing a point opens: here, else where the town's places are."""
    if place is not None and place.lat is not None and place.lon is not None:
        return place.lat, place.lon
    query = select(func.avg(Place.south), func.avg(Place.west)).where(Place.geojson != "")
    south, west = db.session.execute(query).one()
    return MIDDLE if south is None else (float(south), float(west))
