"""The log: what was decided, when, under which rule, by whom. Rejected texts are read only here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

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

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        found = [within(actor), Case.state == CaseState.DECIDED]
        if self.verdicts:
            found.append(Case.verdict.in_(self.verdicts))
        if self.scope_id is not None:
            found.append(Case.scope_id == self.scope_id)
        if self.key is not None:
            found.append(Case.content_key == self.key)
        if self.rule is not None:
            found.append(Case.rule == self.rule)
        if self.author_id is not None:
            found.append(Case.author_id == self.author_id)
        if self.since is not None:
            found.append(Case.decided_at >= self.since)
        if self.mine:
            found.append(Case.decided_by == actor.account_id)
        return found


@dataclass(frozen=True, slots=True)
class Entry:
    case: Case
    item: DeskItem | None  # None when nothing of it is left
    decider: str  # empty for commands and imports


@dataclass(frozen=True, slots=True)
class Log:
    entries: Sequence[Entry]
    previous: Cursor | None
    next: Cursor | None


def list_log(
    actor: Actor, filters: LogFilters, cursor: Cursor | None = None, limit: int = PAGE
) -> Log:
    """Newest first: one query, and one for each kind of thing on the page."""
    query: Select[*tuple[Any, ...]] = (
        select(Case, Party.name)
        .outerjoin(Account, Account.id == Case.decided_by)
        .outerjoin(Party, Party.id == Account.party_id)
        .where(*filters.conditions(actor))
    )
    page = DECIDED.cut(query, cursor, limit)
    items = items_of(row[0] for row in page.rows)
    entries = [Entry(case, items.get(ref_of(case)), name or "") for case, name in page.rows]
    return Log(entries, page.previous, page.next)


def list_scopes(actor: Actor) -> Sequence[tuple[int, str]]:
    """Where something was decided that this actor may read: (id, title), for the filter."""
    decided = select(Case.scope_id).where(within(actor), Case.state == CaseState.DECIDED)
    query = select(Scope.id, Scope.title).where(Scope.id.in_(decided)).order_by(Scope.title)
    return [(id_, title) for id_, title in db.session.execute(query)]
