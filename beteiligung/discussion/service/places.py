"""What writing into a thread has to know of it and of its project: one question, no objects."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from beteiligung.discussion import rules
from beteiligung.discussion.models import Status, Thread
from kern.actor import Actor
from kern.clock import now
from kern.db import Quick
from kern.errors import NotFound
from kern.scope import Act, Moderation, Scope, ScopeState, Visibility, is_open, list_windows, opened

GONE = "Dieses Gespräch gibt es nicht."


class PlaceScope(NamedTuple):
    id: int
    state: ScopeState
    visibility: Visibility
    moderation: Moderation
    trust_after: int
    trust_days: int


class Place(NamedTuple):
    """`allows`: the project's phase lets people discuss now."""

    id: int
    scope_id: int
    status: Status
    author_id: int | None
    closed_at: datetime | None
    closes_at: datetime | None
    allows: bool
    scope: PlaceScope


_ASKED = Quick(
    select(
        *(Thread.id, Thread.scope_id, Thread.status, Thread.author_id),
        *(Thread.closed_at, Thread.closes_at),
        opened(Thread.scope_id, Act.DISCUSS),
        *(Scope.id, Scope.state, Scope.visibility),
        *(Scope.moderation, Scope.trust_after, Scope.trust_days),
    )
    .join(Scope, Scope.id == Thread.scope_id)
    .where(Thread.id == bindparam("thread"))
)


def get_place_for(actor: Actor, thread_id: int) -> Place:
    """The gate: as `get_thread_for`, for somebody who writes there."""
    found = _ASKED.first({"thread": thread_id, "at": now()})
    if found is None:
        raise NotFound(GONE)
    place = Place._make((*found[:7], PlaceScope._make(found[7:])))
    if not rules.is_visible(place, place.scope, actor):
        raise NotFound(GONE)
    return place


def place_of(thread: Thread) -> Place:
    """The same of a thread that was read already, with its scope."""
    scope, allows = thread.scope, is_open(list_windows(thread.scope_id), Act.DISCUSS, now())
    moderated = (scope.moderation, scope.trust_after, scope.trust_days)
    told = (thread.id, thread.scope_id, thread.status, thread.author_id)
    about = PlaceScope(scope.id, scope.state, scope.visibility, *moderated)
    return Place(*told, thread.closed_at, thread.closes_at, allows, about)
