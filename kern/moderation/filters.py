"""Which of the waiting cases one wants to see, and in which order; every filter fits an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import aliased

from kern.actor import Actor
from kern.moderation.hints import HintKind
from kern.moderation.hints.models import CaseHint
from kern.moderation.models import Case, CaseKind, CaseState
from kern.moderation.paging import STRIKING, WAITING, Order

DESK = "moderation.desk"


class Tab(StrEnum):
    """The values stand in addresses, so they are German."""

    ALL = "alles"
    CHECK = "pruefen"
    REPORTED = "gemeldet"
    OBJECTED = "einspruch"
    UNREAD = "nachsehen"  # public already

    @property
    def kinds(self) -> tuple[CaseKind, ...]:
        return TAB_KINDS[self]


TAB_KINDS: Mapping[Tab, tuple[CaseKind, ...]] = {
    Tab.ALL: (CaseKind.RELEASE, CaseKind.REPORT, CaseKind.OBJECTION, CaseKind.REVIEW),
    Tab.CHECK: (CaseKind.RELEASE,),
    Tab.REPORTED: (CaseKind.REPORT,),
    Tab.OBJECTED: (CaseKind.OBJECTION,),
    Tab.UNREAD: (CaseKind.REVIEW,),
}


class Holder(StrEnum):
    """Who has claimed a case; in addresses as well."""

    NOBODY = "frei"
    ME = "ich"
    OTHERS = "andere"


class Sorting(StrEnum):
    OLDEST = "aelteste"
    STRIKING = "auffaellige"

    @property
    def order(self) -> Order:
        return STRIKING if self is Sorting.STRIKING else WAITING


@dataclass(frozen=True, slots=True)
class Filters:
    tab: Tab = Tab.ALL
    scope_id: int | None = None
    key: str | None = None
    holder: Holder | None = None
    hint: HintKind | None = None
    hinted: bool = False  # by whatever hint
    author_id: int | None = None
    group_id: int | None = None
    sorting: Sorting = Sorting.OLDEST

    @property
    def is_narrow(self) -> bool:
        """Whether it hides anything of what its tab holds."""
        return self != Filters(self.tab, sorting=self.sorting)

    def conditions(self, actor: Actor, at: datetime, cases: Any = Case) -> list[Any]:
        """`cases` is the table, or an alias of it."""
        found = [within(actor, cases), cases.state == CaseState.OPEN]
        found.append(cases.kind.in_(self.tab.kinds))
        exact = {
            cases.scope_id: self.scope_id,
            cases.content_key: self.key,
            cases.author_id: self.author_id,
            cases.group_id: self.group_id,
        }
        found += [column == value for column, value in exact.items() if value is not None]
        if self.holder is not None:
            found.append(held(self.holder, actor, at, cases))
        if self.hinted:
            found.append(cases.weight > 0)
        if self.hint is not None:
            seen = select(CaseHint.case_id).where(CaseHint.kind == self.hint)
            found.append(cases.id.in_(seen))
        return found

    def heads(self, actor: Actor, at: datetime) -> ColumnElement[bool]:
        """Of look-alikes only the first that these filters let through; of one group, all."""
        if self.group_id is not None:
            return true()
        other = aliased(Case)
        earlier = and_(
            other.group_id == Case.group_id,
            other.id < Case.id,
            *self.conditions(actor, at, other),
        )
        return or_(Case.group_id.is_(None), ~exists().where(earlier))


def within(actor: Actor, cases: Any = Case) -> ColumnElement[bool]:
    """Cases this actor may open: all with a grant of the town, else those of single scopes."""
    return true() if actor.may(DESK) else cases.scope_id.in_(actor.scopes_with(DESK))


def held(holder: Holder, actor: Actor, at: datetime, cases: Any = Case) -> ColumnElement[bool]:
    claimed = and_(cases.claimed_by.is_not(None), cases.claimed_until > at)
    if holder is Holder.NOBODY:
        return or_(cases.claimed_by.is_(None), cases.claimed_until <= at)
    mine = cases.claimed_by == actor.account_id
    return and_(claimed, mine) if holder is Holder.ME else and_(claimed, ~mine)
