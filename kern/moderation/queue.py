"""The queue: what waits, oldest first, in which the reader may look, filtered, counted, paged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from kern.accounts.models import Account, Party
from kern.actor import Actor
from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.content import DeskItem, Ref, registry
from kern.db import db
from kern.moderation import persons
from kern.moderation.models import Case, CaseKind, CaseState
from kern.moderation.paging import PAGE, WAITING, Cursor
from kern.moderation.persons import PERSON_KEY
from kern.scope.models import Scope

DESK = "moderation.desk"


class Tab(StrEnum):
    """The values stand in addresses, so they are German."""

    CHECK = "pruefen"
    REPORTED = "gemeldet"
    OBJECTED = "einspruch"

    @property
    def kinds(self) -> tuple[CaseKind, ...]:
        return TAB_KINDS[self]


TAB_KINDS: Mapping[Tab, tuple[CaseKind, ...]] = {
    Tab.CHECK: (CaseKind.RELEASE, CaseKind.REVIEW),
    Tab.REPORTED: (CaseKind.REPORT,),
    Tab.OBJECTED: (CaseKind.OBJECTION,),
}


class Holder(StrEnum):
    """Who has claimed a case; in addresses as well."""

    NOBODY = "frei"
    ME = "ich"
    OTHERS = "andere"


@dataclass(frozen=True, slots=True)
class Filters:
    tab: Tab = Tab.CHECK
    scope_id: int | None = None
    key: str | None = None
    holder: Holder | None = None

    def conditions(self, actor: Actor, at: datetime) -> list[ColumnElement[bool]]:
        found = [within(actor), Case.state == CaseState.OPEN, Case.kind.in_(self.tab.kinds)]
        if self.scope_id is not None:
            found.append(Case.scope_id == self.scope_id)
        if self.key is not None:
            found.append(Case.content_key == self.key)
        if self.holder is not None:
            found.append(held(self.holder, actor, at))
        return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. `holder` names who else looks at it right now."""

    case: Case
    item: DeskItem
    holder: str = ""
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    lines: Sequence[Waiting]
    previous: Cursor | None
    next: Cursor | None

    def place_of(self, case_id: int) -> int | None:
        found = (place for place, line in enumerate(self.lines) if line.case.id == case_id)
        return next(found, None)


def within(actor: Actor) -> ColumnElement[bool]:
    """Cases this actor may open: all with a grant of the town, else those of single scopes."""
    return true() if actor.may(DESK) else Case.scope_id.in_(actor.scopes_with(DESK))


def held(holder: Holder, actor: Actor, at: datetime) -> ColumnElement[bool]:
    claimed = and_(Case.claimed_by.is_not(None), Case.claimed_until > at)
    if holder is Holder.NOBODY:
        return or_(Case.claimed_by.is_(None), Case.claimed_until <= at)
    mine = Case.claimed_by == actor.account_id
    return and_(claimed, mine) if holder is Holder.ME else and_(claimed, ~mine)


def _with_holder() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(Case, Party.name.label("holder"))
    query = query.outerjoin(Account, Account.id == Case.claimed_by)
    return query.outerjoin(Party, Party.id == Account.party_id)


def list_queue(
    actor: Actor, filters: Filters, cursor: Cursor | None = None, limit: int = PAGE
) -> Queue:
    """A page of what waits, oldest first: one query, and one for each kind of thing on it."""
    at = now()
    page = WAITING.cut(_with_holder().where(*filters.conditions(actor, at)), cursor, limit)
    items = items_of(row[0] for row in page.rows)
    lines = [
        waiting(case, items[ref_of(case)], holder, actor, at)
        for case, holder in page.rows
        if ref_of(case) in items
    ]
    return Queue(lines, page.previous, page.next)


def waiting(case: Case, item: DeskItem, holder: str | None, actor: Actor, at: datetime) -> Waiting:
    held = case.claimed_until is not None and case.claimed_until > at
    mine = held and case.claimed_by == actor.account_id
    return Waiting(case, item, (holder or "") if held and not mine else "", mine)


def ref_of(case: Case) -> Ref:
    return Ref(case.content_key, case.content_id)


def items_of(cases: Iterable[Case]) -> dict[Ref, DeskItem]:
    """What the cases are about; one call per kind, however many there are."""
    wanted: dict[str, list[int]] = {}
    for case in cases:
        wanted.setdefault(case.content_key, []).append(case.content_id)
    found: dict[Ref, DeskItem] = {}
    for key, ids in wanted.items():
        for id_, item in _desk_items(key, ids).items():
            found[Ref(key, id_)] = item
    return found


def _desk_items(key: str, ids: Sequence[int]) -> Mapping[int, DeskItem]:
    if key == PERSON_KEY:
        return persons.desk_items(ids)
    return registry()[key].desk_items(ids) if key in registry() else {}


def find_next(actor: Actor, filters: Filters, after: Case | None = None) -> Case | None:
    """What to look at next: behind `after`, else from the front; never what others look at."""
    free = or_(held(Holder.NOBODY, actor, now()), Case.claimed_by == actor.account_id)
    query = select(Case).where(*filters.conditions(actor, now()), free)
    query = query.order_by(Case.opened_at, Case.id).limit(1)
    if after is None:
        return db.session.scalar(query)
    behind = or_(
        Case.opened_at > after.opened_at,
        and_(Case.opened_at == after.opened_at, Case.id > after.id),
    )
    found = db.session.scalar(query.where(behind))
    return found or db.session.scalar(query.where(Case.id != after.id))


@dataclass(frozen=True, slots=True)
class Place:
    """A project (or another scope) with something waiting in it."""

    scope_id: int
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    tabs: Mapping[Tab, int]
    scopes: Sequence[Place]  # of one tab, by title
    keys: Mapping[str, int]  # of one tab
    done_today: int

    @property
    def open(self) -> int:
        return sum(self.tabs.values())


def count_queue(actor: Actor, tab: Tab = Tab.CHECK) -> Counts:
    """Everything the desk's head shows, in one query."""
    today = end_of_day(to_local(now()).date() - timedelta(days=1))
    is_open = Case.state == CaseState.OPEN
    is_done = and_(Case.state == CaseState.DECIDED, Case.decided_at >= today)
    columns = (Case.kind, Case.state, Case.scope_id, Scope.title, Case.content_key)
    query = select(*columns, func.count().label("n")).outerjoin(Scope, Scope.id == Case.scope_id)
    query = query.where(within(actor), or_(is_open, is_done)).group_by(*columns)
    tabs = dict.fromkeys(Tab, 0)
    scopes: dict[int, Place] = {}
    keys: dict[str, int] = {}
    done = 0
    for kind, state, scope_id, title, key, n in db.session.execute(query):
        if state != CaseState.OPEN:
            done += n
            continue
        one = next(tab_ for tab_, kinds in TAB_KINDS.items() if kind in kinds)
        tabs[one] += n
        if one is tab:
            keys[key] = keys.get(key, 0) + n
            if scope_id is not None:
                before = scopes[scope_id].count if scope_id in scopes else 0
                scopes[scope_id] = Place(scope_id, title, before + n)
    return Counts(tabs, sorted(scopes.values(), key=lambda place: place.title), keys, done)
