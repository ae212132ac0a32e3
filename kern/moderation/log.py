"""The log: what was decided, when, under which rule, by whom. Rejected texts are read only here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from kern.accounts.models import Account, Party
from kern.actor import Actor
from kern.content import DeskItem
from kern.db import db
from kern.moderation.filters import within
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.paging import DECIDED, PAGE, Cursor
from kern.moderation.queue import items_of, ref_of
from kern.scope.models import Scope


@dataclass(frozen=True, slots=True)
class LogFilters:
    verdicts: tuple[CaseVerdict, ...] = ()  # empty: all
    scope_id: int | None = None
    key: str | None = None
    mine: bool = False
    rule: int | None = None
    author_id: int | None = None
    since: datetime | None = None
    joint_id: int | None = None

    def conditions(self, actor: Actor, cases: Any = Case) -> list[ColumnElement[bool]]:
        """`cases` is the table, or an alias of it."""
        found = [within(actor, cases), cases.state == CaseState.DECIDED]
        exact = {
            cases.scope_id: self.scope_id,
            cases.content_key: self.key,
            cases.rule: self.rule,
            cases.author_id: self.author_id,
            cases.joint_id: self.joint_id,
            cases.decided_by: actor.account_id if self.mine else None,
        }
        found += [column == value for column, value in exact.items() if value is not None]
        if self.verdicts:
            found.append(cases.verdict.in_(self.verdicts))
        if self.since is not None:
            found.append(cases.decided_at >= self.since)
        return found

    def heads(self, actor: Actor) -> ColumnElement[bool]:
        """Of what was decided together only the last that these filters let through, unless they
        ask for one such decision."""
        if self.joint_id is not None:
            return true()
        other = aliased(Case)
        later = and_(
            other.joint_id == Case.joint_id, other.id > Case.id, *self.conditions(actor, other)
        )
        return or_(Case.joint_id.is_(None), ~exists().where(later))


@dataclass(frozen=True, slots=True)
class Entry:
    case: Case
    item: DeskItem | None  # None when nothing of it is left
    decider: str  # empty for commands and imports
    together: int = 1  # how many were decided with it, as one, and stand folded in this line


@dataclass(frozen=True, slots=True)
class Log:
    entries: Sequence[Entry]
    previous: Cursor | None
    next: Cursor | None


def list_log(
    actor: Actor, filters: LogFilters, cursor: Cursor | None = None, limit: int = PAGE
) -> Log:
    """Newest first: two queries, and one for each kind of thing on the page."""
    query: Select[*tuple[Any, ...]] = (
        select(Case, Party.name)
        .outerjoin(Account, Account.id == Case.decided_by)
        .outerjoin(Party, Party.id == Account.party_id)
        .where(*filters.conditions(actor), filters.heads(actor))
    )
    page = DECIDED.cut(query, cursor, limit)
    cases = [row[0] for row in page.rows]
    items, together = items_of(cases), _count_together(actor, filters, cases)
    entries = [
        Entry(case, items.get(ref_of(case)), name or "", together.get(case.joint_id, 1))
        for case, name in page.rows
    ]
    return Log(entries, page.previous, page.next)


def _count_together(
    actor: Actor, filters: LogFilters, cases: Sequence[Case]
) -> Mapping[int | None, int]:
    """By decision, where they are folded."""
    ids = {case.joint_id for case in cases if case.joint_id is not None}
    if not ids or filters.joint_id is not None:
        return {}
    query = select(Case.joint_id, func.count()).where(
        Case.joint_id.in_(ids), *filters.conditions(actor)
    )
    found = db.session.execute(query.group_by(Case.joint_id))
    return {joint_id: count for joint_id, count in found if joint_id is not None}


def list_scopes(actor: Actor) -> Sequence[tuple[int, str]]:
    """Where something was decided that this actor may read: (id, title), for the filter."""
    decided = select(Case.scope_id).where(within(actor), Case.state == CaseState.DECIDED)
    query = select(Scope.id, Scope.title).where(Scope.id.in_(decided))
    query = query.order_by(Scope.title, Scope.id)
    return [(id_, title) for id_, title in db.session.execute(query)]
