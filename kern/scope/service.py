"""Ask a scope what is open, and tell it. Flushes, never commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.attributes import set_committed_value

from kern.db import Quick, db
from kern.errors import Conflict, NotFound
from kern.scope.models import Act, Scope, ScopeState, Window

TOWN_SLUG = "ort"
SCOPE_KEY = "kern.scope"  # of the fact that other people may read a scope now
CLOSED_SENTENCE = {
    Act.DISCUSS: "Hier kann gerade nicht diskutiert werden.",
    Act.VOTE: "Hier kann gerade nicht abgestimmt werden.",
    Act.OPEN_THREAD: "Hier können gerade keine neuen Gespräche begonnen werden.",
    Act.SURVEY: "Diese Umfrage ist gerade nicht offen.",
    Act.CONSULT: "Hier können gerade keine Stellungnahmen abgegeben werden.",
}


def get_scope(scope_id: int) -> Scope:
    scope = db.session.get(Scope, scope_id)
    if scope is None:
        raise NotFound("Das gibt es hier nicht.")
    return scope


def town_scope() -> Scope:
    """The scope of everything that belongs to no project; made with the town."""
    query = select(Scope).where(Scope.kind == "town", Scope.slug == TOWN_SLUG)
    scope = db.session.scalar(query)
    if scope is None:
        scope = Scope(
            kind="town", slug=TOWN_SLUG, title="Ort", path="/", state=ScopeState.PUBLISHED
        )
        db.session.add(scope)
        db.session.flush()
    return scope


class Span(NamedTuple):
    """A window as it was read."""

    act: Act
    opens_at: datetime | None
    closes_at: datetime | None


Spans = Iterable[Span | Window]

_WINDOWS = Quick(
    select(Window.act, Window.opens_at, Window.closes_at).where(
        Window.scope_id == bindparam("scope")
    )
)


def list_windows(scope_id: int) -> Sequence[Span]:
    return _WINDOWS.typed(Span, {"scope": scope_id}, flush=True)


class _Standing(NamedTuple):
    state: ScopeState
    act: Act | None  # None where the scope has no window
    opens_at: datetime | None
    closes_at: datetime | None


_STANDING = Quick(
    select(Scope.state, Window.act, Window.opens_at, Window.closes_at)
    .outerjoin(Window, Window.scope_id == Scope.id)
    .where(Scope.id == bindparam("scope"))
)


def read_again(scope: Scope) -> Sequence[Span]:
    """Its windows, and its state as it is by now: for whoever has waited since it was read."""
    found = _STANDING.typed(_Standing, {"scope": scope.id}, flush=True)
    if not found:
        raise NotFound("Das gibt es hier nicht.")
    set_committed_value(scope, "state", found[0].state)
    return [Span(one.act, one.opens_at, one.closes_at) for one in found if one.act is not None]


def replace_windows(scope_id: int, windows: Iterable[Window]) -> None:
    db.session.execute(delete(Window).where(Window.scope_id == scope_id))
    for window in windows:
        window.scope_id = scope_id
        db.session.add(window)
    db.session.flush()


def is_open(windows: Spans, act: Act, at: datetime) -> bool:
    """Pure: windows of one scope, loaded once per page."""
    return any(
        window.act == act
        and (window.opens_at is None or window.opens_at <= at)
        and (window.closes_at is None or at < window.closes_at)
        for window in windows
    )


_NOW = (
    or_(Window.opens_at.is_(None), Window.opens_at <= bindparam("at")),
    or_(Window.closes_at.is_(None), Window.closes_at > bindparam("at")),
)
OPEN_WINDOWS = (
    select(Window.id)
    .where(Window.scope_id == bindparam("scope"), Window.act == bindparam("act"), *_NOW)
    .limit(1)
)
"""`is_open`, said in SQL of `scope`, `act` and `at`; a test holds the two together."""

_OPEN = Quick(OPEN_WINDOWS)


def opened(scope_id: InstrumentedAttribute[int], act: Act) -> ColumnElement[bool]:
    """The same, as a column beside a scope's number."""
    return exists().where(Window.scope_id == scope_id, Window.act == act, *_NOW)


def require_open(scope_id: int, act: Act, at: datetime) -> None:
    """Raises Conflict with a sentence when the act is not open now."""
    if _OPEN.first({"scope": scope_id, "act": act, "at": at}) is None:
        raise Conflict(CLOSED_SENTENCE[act])
