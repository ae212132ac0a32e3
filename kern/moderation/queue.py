"""The queue: what waits, with what one needs to judge it, sorted, folded, counted, paged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, and_, func, or_, select

from kern.accounts.models import Account, Party
from kern.actor import Actor
from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.content import DeskItem, Ref, registry
from kern.db import db
from kern.moderation import notes, persons
from kern.moderation.filters import DESK, TAB_KINDS, Filters, Holder, Tab, held, within
from kern.moderation.hints import Hint, hints_of
from kern.moderation.hints.grouping import by_one_person
from kern.moderation.models import Case, CaseKind, CaseNote, CaseState, CaseVerdict
from kern.moderation.paging import PAGE, Cursor
from kern.moderation.persons import PERSON_KEY
from kern.scope.models import Scope

__all__ = ["DESK", "Filters", "Holder", "Tab", "within"]  # where others look for them

RESTRICTING = frozenset({CaseVerdict.REJECT, CaseVerdict.HIDE})


@dataclass(frozen=True, slots=True)
class Tally:
    """How an author's earlier texts were decided."""

    released: int = 0
    rejected: int = 0

    @property
    def count(self) -> int:
        return self.released + self.rejected


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. `holder` names who else looks at it right now."""

    case: Case
    item: DeskItem
    holder: str = ""
    is_mine: bool = False
    tally: Tally = Tally()
    alike: int = 0  # how many more of its group wait, folded under this one
    by_one: bool = False  # all of its group are one person's
    hints: Sequence[Hint] = ()
    said: CaseNote | None = None  # of a reporter, or of whoever objects


@dataclass(frozen=True, slots=True)
class Queue:
    lines: Sequence[Waiting]
    previous: Cursor | None
    next: Cursor | None

    def place_of(self, case_id: int) -> int | None:
        found = (place for place, line in enumerate(self.lines) if line.case.id == case_id)
        return next(found, None)


def list_queue(
    actor: Actor, filters: Filters, cursor: Cursor | None = None, limit: int = PAGE
) -> Queue:
    """A page of what waits: four to six queries, and one for each kind of thing on it."""
    at = now()
    query = _with_holder().where(*filters.conditions(actor, at), filters.heads(actor, at))
    page = filters.sorting.order.cut(query, cursor, limit)
    cases = [row[0] for row in page.rows]
    items = items_of(cases)
    tallies = tallies_of({case.author_id for case in cases if case.author_id is not None})
    alike = _count_alike(actor, filters, cases, at)
    groups = {case.group_id for case in cases if alike.get(case.id) and case.group_id}
    by_one = by_one_person(groups) if groups else set()
    hints = hints_of([case.id for case in cases])
    said = notes.said_of(cases)
    lines = [
        Waiting(
            case,
            items[ref_of(case)],
            *_holding(case, holder, actor, at),
            tally=tallies.get(case.author_id, Tally()),
            alike=alike.get(case.id, 0),
            by_one=case.group_id in by_one,
            hints=hints.get(case.id, ()),
            said=said.get(case.id),
        )
        for case, holder in page.rows
        if ref_of(case) in items
    ]
    return Queue(lines, page.previous, page.next)


@dataclass(frozen=True, slots=True)
class Selection:
    """What some filters let through, look-alikes not folded: a part of it, and how much it is."""

    lines: Sequence[tuple[Case, DeskItem]]
    total: int
    until: int  # the last case among them: what comes later is none of it


def list_all(
    actor: Actor, filters: Filters, limit: int, *, skip: int = 0, until: int | None = None
) -> Selection:
    """Two queries, and one for each kind of thing among them. Without objections, which are heard
    each by itself."""
    conditions = [*filters.conditions(actor, now()), Case.kind != CaseKind.OBJECTION]
    if until is not None:
        conditions.append(Case.id <= until)
    query = filters.sorting.order.sort(select(Case).where(*conditions)).offset(skip).limit(limit)
    cases = db.session.scalars(query).all()
    items = items_of(cases)
    whole = select(func.count(), func.max(Case.id)).where(*conditions)
    total, last = db.session.execute(whole).one()
    lines = [(case, items[ref_of(case)]) for case in cases if ref_of(case) in items]
    return Selection(lines, total, until or last or 0)


def _with_holder() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(Case, Party.name.label("holder"))
    query = query.outerjoin(Account, Account.id == Case.claimed_by)
    return query.outerjoin(Party, Party.id == Account.party_id)


def _holding(case: Case, holder: str | None, actor: Actor, at: datetime) -> tuple[str, bool]:
    is_held = case.claimed_until is not None and case.claimed_until > at
    is_mine = is_held and case.claimed_by == actor.account_id
    return (holder or "") if is_held and not is_mine else "", is_mine


def tallies_of(author_ids: Iterable[int]) -> dict[int | None, Tally]:
    query = (
        select(Case.author_id, Case.verdict, func.count())
        .where(Case.author_id.in_(list(author_ids)), Case.state == CaseState.DECIDED)
        .group_by(Case.author_id, Case.verdict)
    )
    found: dict[int | None, Tally] = {}
    for author_id, verdict, n in db.session.execute(query):
        before = found.get(author_id, Tally())
        is_bad = verdict in RESTRICTING
        found[author_id] = Tally(
            before.released + (0 if is_bad else n), before.rejected + (n if is_bad else 0)
        )
    return found


def _count_alike(
    actor: Actor, filters: Filters, cases: Sequence[Case], at: datetime
) -> Mapping[int, int]:
    """How many look like each of these cases and wait as well; only where they are folded."""
    heads = {case.group_id: case.id for case in cases if case.group_id is not None}
    if not heads or filters.group_id is not None:
        return {}
    query = select(Case.group_id, func.count()).where(
        Case.group_id.in_(heads), *filters.conditions(actor, at)
    )
    found = db.session.execute(query.group_by(Case.group_id))
    return {heads[group]: n - 1 for group, n in found if group is not None}


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
    at, order = now(), filters.sorting.order
    free = or_(held(Holder.NOBODY, actor, at), Case.claimed_by == actor.account_id)
    query: Select[*tuple[Any, ...]] = select(Case)
    query = query.where(*filters.conditions(actor, at), filters.heads(actor, at), free)
    query = order.sort(query).limit(1)
    found: Case | None = None
    if after is not None:
        found = db.session.scalar(query.where(order.beyond(order.cursor("nach", after))))
        query = query.where(Case.id != after.id)
    return found or cast("Case | None", db.session.scalar(query))


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
    oldest: datetime | None

    @property
    def open(self) -> int:
        return self.tabs[Tab.ALL]


def count_queue(actor: Actor, tab: Tab = Tab.ALL) -> Counts:
    """Everything the desk's head shows, in one query."""
    today = end_of_day(to_local(now()).date() - timedelta(days=1))
    is_open = Case.state == CaseState.OPEN
    settled = (CaseState.DECIDED, CaseState.SETTLED)
    is_done = and_(Case.state.in_(settled), Case.decided_at >= today)
    columns = (Case.kind, Case.state, Case.scope_id, Scope.title, Case.content_key)
    figures = (func.count().label("n"), func.min(Case.opened_at).label("oldest"))
    query = select(*columns, *figures).outerjoin(Scope, Scope.id == Case.scope_id)
    query = query.where(within(actor), or_(is_open, is_done)).group_by(*columns)
    counting = _Counting(tab)
    for row in db.session.execute(query):
        counting.add(row)
    return counting.result()


class _Counting:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.tabs = dict.fromkeys(Tab, 0)
        self.scopes: dict[int, Place] = {}
        self.keys: dict[str, int] = {}
        self.done = 0
        self.oldest: datetime | None = None

    def add(self, row: Row[*tuple[Any, ...]]) -> None:
        if row.state != CaseState.OPEN:
            self.done += row.n
            return
        self.oldest = min(self.oldest or row.oldest, row.oldest)
        for tab, kinds in TAB_KINDS.items():
            self.tabs[tab] += row.n if row.kind in kinds else 0
        if row.kind not in self.tab.kinds:
            return
        self.keys[row.content_key] = self.keys.get(row.content_key, 0) + row.n
        if row.scope_id is not None:
            before = self.scopes.get(row.scope_id)
            count = row.n + (before.count if before else 0)
            self.scopes[row.scope_id] = Place(row.scope_id, row.title or "", count)

    def result(self) -> Counts:
        scopes = sorted(self.scopes.values(), key=lambda place: place.title)
        return Counts(self.tabs, scopes, self.keys, self.done, self.oldest)
