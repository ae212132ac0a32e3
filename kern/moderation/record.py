"""One person at the desk: what they wrote, what was decided about it, warnings and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kern.accounts.models import Party
from kern.actor import Actor
from kern.content import DeskItem
from kern.db import db
from kern.errors import NotFound
from kern.moderation import bars
from kern.moderation.bars import BAR
from kern.moderation.models import (
    REASON,
    Case,
    CaseNote,
    CaseState,
    CaseVerdict,
    Measure,
    Statement,
)
from kern.moderation.paging import PAGE
from kern.moderation.persons import shown_name
from kern.moderation.queue import items_of, ref_of, within
from kern.scope.models import Scope

GONE = "Diese Person gibt es hier nicht."


@dataclass(frozen=True, slots=True)
class Done:
    """A warning or a bar, as it stands now."""

    statement: Statement
    scope_title: str  # empty: the whole town
    reason: str
    holds: bool
    may_lift: bool


@dataclass(frozen=True, slots=True)
class Line:
    case: Case
    item: DeskItem | None  # None when nothing of it is left


@dataclass(frozen=True, slots=True)
class Person:
    party: Party
    name: str
    counts: dict[CaseVerdict, int]  # decisions about their texts
    waiting: int
    done: Sequence[Done]  # newest first
    lines: Sequence[Line]  # newest first
    next: int | None  # pass as `before`


def get_person_for(actor: Actor, party_id: int, at: datetime, before: int | None = None) -> Person:
    """A fixed number of queries; raises NotFound as `require_person` does."""
    party = require_person(actor, party_id)
    counts, waiting = _counts(actor, party_id)
    lines, following = _lines(actor, party_id, before)
    return Person(
        party, shown_name(party), counts, waiting, _done(actor, party_id, at), lines, following
    )


def require_person(actor: Actor, party_id: int) -> Party:
    """The gate: only who wrote where this actor moderates. The desk is no list of people."""
    party = db.session.get(Party, party_id)
    wrote = select(Case.id).where(Case.author_id == party_id, within(actor)).limit(1)
    if party is None or party.erased_at is not None or db.session.scalar(wrote) is None:
        raise NotFound(GONE)
    return party


def _counts(actor: Actor, party_id: int) -> tuple[dict[CaseVerdict, int], int]:
    query = (
        select(Case.state, Case.verdict, func.count())
        .where(Case.author_id == party_id, within(actor), Case.state != CaseState.WITHDRAWN)
        .group_by(Case.state, Case.verdict)
    )
    counts: dict[CaseVerdict, int] = {}
    waiting = 0
    for state, verdict, n in db.session.execute(query):
        if state == CaseState.OPEN:
            waiting += n
        elif verdict is not None:
            counts[CaseVerdict(verdict)] = n
    return counts, waiting


def _lines(actor: Actor, party_id: int, before: int | None) -> tuple[Sequence[Line], int | None]:
    query = select(Case).where(Case.author_id == party_id, within(actor))
    query = query.where(Case.state != CaseState.WITHDRAWN)
    if before is not None:
        query = query.where(Case.id < before)
    found = db.session.scalars(query.order_by(Case.id.desc()).limit(PAGE + 1)).all()
    page = found[:PAGE]
    items = items_of(page)
    return [Line(case, items.get(ref_of(case))) for case in page], (
        page[-1].id if len(found) > PAGE else None
    )


def _done(actor: Actor, party_id: int, at: datetime) -> Sequence[Done]:
    query = (
        select(Statement, Scope.title, CaseNote.text)
        .join(Case, Case.id == Statement.case_id)
        .outerjoin(Scope, Scope.id == Case.scope_id)
        .outerjoin(CaseNote, (CaseNote.case_id == Case.id) & (CaseNote.kind == REASON))
        .where(Statement.party_id == party_id, within(actor))
        .where(Statement.measure.in_([Measure.WARNED, Measure.BARRED]))
        .options(joinedload(Statement.case))
        .order_by(Statement.id.desc())
    )
    return [
        Done(
            statement=statement,
            scope_title=title or "",
            reason=reason or "",
            holds=bars.holds(statement, at),
            may_lift=bars.holds(statement, at) and actor.may(BAR, statement.case.scope_id),
        )
        for statement, title, reason in db.session.execute(query)
    ]


def list_scopes(actor: Actor) -> Sequence[tuple[int, str]]:
    """Where this actor may warn and bar: 0 is the whole town."""
    query = select(Scope.id, Scope.title).where(Scope.kind != "town").order_by(Scope.title)
    if not actor.may(BAR):
        query = query.where(Scope.id.in_(actor.scopes_with(BAR)))
    found = [(id_, title) for id_, title in db.session.execute(query)]
    return [(0, ""), *found] if actor.may(BAR) else found
