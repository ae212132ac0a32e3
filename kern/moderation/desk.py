"""The desk: one thing that waits or was decided, with everything one needs to judge it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update

from kern.accounts.glance import glance
from kern.accounts.models import Account, Party
from kern.actor import Actor
from kern.clock import now
from kern.content import Card, DeskItem, Ref
from kern.db import db, lasting_alias
from kern.errors import Conflict, NotFound
from kern.i18n import say
from kern.moderation import objections, statements
from kern.moderation.filters import within
from kern.moderation.hints import Hint, hints_of, lookalikes, source_of_quote
from kern.moderation.models import (
    OBJECTION,
    REASON,
    REPORT,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    Statement,
)
from kern.moderation.netiquette import rule_text
from kern.moderation.queue import RESTRICTING, items_of, ref_of

CLAIM = timedelta(minutes=10)  # whoever opens a case
HOLD = timedelta(days=1)  # whoever says that they take it on
RECORD_LOOKS_BACK = 200  # decisions about one author
RECENT = 5
GONE = "Diesen Vorgang gibt es nicht."
_HOLDERS, _DECIDERS = lasting_alias(Party), lasting_alias(Party)
_HAS, _HAD = lasting_alias(Account), lasting_alias(Account)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not shown: the rule, as the town words it, and the moderator's sentence."""

    rule: int | None
    rule_text: str
    text: str
    decided_at: datetime


def reason_for(ref: Ref, revision: int | None = None) -> Reason | None:
    """Of the newest decision about this thing (about one wording of it); None if it restricts
    nothing. The text is empty when it was redacted or has expired."""
    query = (
        select(Case, CaseNote.text)
        .outerjoin(CaseNote, (CaseNote.case_id == Case.id) & (CaseNote.kind == REASON))
        .where(_about(ref), Case.state == CaseState.DECIDED)
        .order_by(Case.decided_at.desc(), Case.id.desc())
    )
    if revision is not None:
        query = query.where(Case.revision == revision)
    row = db.session.execute(query.limit(1)).first()
    if row is None or row[0].verdict not in RESTRICTING:
        return None
    case, text = row
    return Reason(case.rule, rule_text(case.rule), text or "", case.decided_at or case.opened_at)


def _about(ref: Ref) -> ColumnElement[bool]:
    return and_(Case.content_key == ref.key, Case.content_id == ref.id)


@dataclass(frozen=True, slots=True)
class Past:
    """A case about the same thing, with the names of who decided and who looks at it."""

    case: Case
    decider: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    rule: int | None
    rule_text: str
    text: str
    noted_at: datetime
    wants_answer: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something the author wrote before; `item` is None when nothing of it is left."""

    case: Case
    item: DeskItem | None


@dataclass(frozen=True, slots=True)
class Record:
    """How the author's earlier texts were decided."""

    released: int
    rejected: int
    recent: Sequence[Earlier]

    @property
    def count(self) -> int:
        return self.released + self.rejected


@dataclass(frozen=True, slots=True)
class Contested:
    """What an objection is about: the first decision with its reason, its statement, and what the
    author says against it. `refusal` says why this reader may not decide; mostly it is empty."""

    first: Past | None  # None when this reader may not see it
    statement: Statement
    words: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Look:
    case: Case
    item: DeskItem | None  # None when nothing of it is left
    holder: str
    is_mine: bool
    decider: str
    reason: str
    reports: Sequence[Report]
    past: Sequence[Past]  # other decisions about the same thing, newest first
    record: Record
    contested: Contested | None
    hints: Sequence[Hint]
    alike: Sequence[Card | DeskItem]  # public, or waiting
    is_newest: bool  # no later case about the same thing, open or decided
    newer: int | None  # the id of an open one
    quoted: str  # path of what lost a passage that this repeats


def get_case_for(actor: Actor, case_id: int) -> Case:
    """The gate: unknown and forbidden ones answer alike."""
    case = db.session.scalar(select(Case).where(Case.id == case_id, within(actor)))
    if case is None:
        raise NotFound(GONE)
    return case


def get_cases_for(actor: Actor, case_ids: Sequence[int]) -> Sequence[Case]:
    """Those of them that this actor may open, oldest first."""
    query = select(Case).where(Case.id.in_(case_ids), within(actor))
    return db.session.scalars(query.order_by(Case.opened_at, Case.id)).all()


def look(actor: Actor, case: Case, item: DeskItem | None, *, is_mine: bool = False) -> Look:
    """Everything about one case; a fixed number of queries. `is_mine` is what `claim` said."""
    holders, deciders, has, had = _HOLDERS, _DECIDERS, _HAS, _HAD
    query = (
        select(Case, holders.name, deciders.name)
        .outerjoin(has, has.id == Case.claimed_by)
        .outerjoin(holders, holders.id == has.party_id)
        .outerjoin(had, had.id == Case.decided_by)
        .outerjoin(deciders, deciders.id == had.party_id)
        .where(_about(ref_of(case)), Case.state != CaseState.WITHDRAWN, within(actor))
        .order_by(Case.id.desc())
    )
    rows = {one.id: (one, holder, decider) for one, holder, decider in db.session.execute(query)}
    notes = _notes([*rows, case.id])
    _own, holder, decider = rows.get(case.id, (case, "", ""))
    is_held = case.claimed_until is not None and case.claimed_until > now()
    is_other = is_held and not is_mine and case.claimed_by != actor.account_id
    past = [
        Past(one, who or "", _note_in(notes, one.id, REASON))
        for one, _holder, who in rows.values()
        if one.state == CaseState.DECIDED and one.id != case.id
    ]
    hints = hints_of([case.id]).get(case.id, ())
    return Look(
        case=case,
        item=item,
        holder=(holder or "") if is_other else "",
        is_mine=is_mine,
        decider=decider or "",
        reason=_note_in(notes, case.id, REASON),
        reports=[_report(one) for one in notes.get(case.id, ()) if one.kind == REPORT],
        past=past,
        record=record_of(case.author_id, case),
        contested=_contested(actor, case, past, _note_in(notes, case.id, OBJECTION)),
        hints=hints,
        alike=lookalikes(actor, ref_of(case)),
        is_newest=max(rows, default=case.id) <= case.id,
        newer=next((id_ for id_, row in rows.items() if row[0].state == CaseState.OPEN), None),
        quoted=source_of_quote(actor, hints),
    )


def _notes(case_ids: Sequence[int]) -> dict[int, list[CaseNote]]:
    query = select(CaseNote).where(CaseNote.case_id.in_(case_ids)).order_by(CaseNote.id)
    found: dict[int, list[CaseNote]] = {}
    for note in db.session.scalars(query):
        found.setdefault(note.case_id, []).append(note)
    return found


def _note_in(notes: Mapping[int, list[CaseNote]], case_id: int, kind: str) -> str:
    return next((note.text for note in notes.get(case_id, ()) if note.kind == kind), "")


def _contested(actor: Actor, case: Case, past: Sequence[Past], words: str) -> Contested | None:
    if case.kind != CaseKind.OBJECTION:
        return None
    statement = statements.get(case.statement_id)
    first = next((one for one in past if one.case.id == statement.case_id), None)
    refusal = ""
    try:
        objections.require_may_hear(actor, case)
    except Conflict as error:
        refusal = say(error)
    return Contested(first, statement, words, refusal)


def _report(note: CaseNote) -> Report:
    return Report(
        note.rule, rule_text(note.rule), note.text, note.noted_at, bool(note.email), note.name or ""
    )


def record_of(author_id: int | None, but: Case) -> Record:
    """Counts over the last decisions about this author, and the very last ones."""
    if author_id is None:
        return Record(0, 0, ())
    query = select(Case).where(
        Case.author_id == author_id, Case.state == CaseState.DECIDED, Case.id != but.id
    )
    query = query.order_by(Case.decided_at.desc(), Case.id.desc()).limit(RECORD_LOOKS_BACK)
    cases = db.session.scalars(query).all()
    rejected = sum(case.verdict in RESTRICTING for case in cases)
    items = items_of(cases[:RECENT])
    recent = [Earlier(case, items.get(ref_of(case))) for case in cases[:RECENT]]
    return Record(len(cases) - rejected, rejected, recent)


# Claims


def claim(actor: Actor, case: Case) -> bool:
    """Say softly that somebody looks at it: others see it, and may decide all the same.

    Not in the request's transaction: opening a page reads, and must not wait for writers.
    """
    if case.state != CaseState.OPEN or actor.account_id is None:
        return False
    at = now()
    mine = case.claimed_by == actor.account_id and case.claimed_until is not None
    if mine and case.claimed_until is not None and case.claimed_until > at + CLAIM / 2:
        return True
    free = or_(
        Case.claimed_by.is_(None), Case.claimed_until <= at, Case.claimed_by == actor.account_id
    )
    statement = update(Case).where(Case.id == case.id, Case.state == CaseState.OPEN, free)
    values = statement.values(claimed_by=actor.account_id, claimed_until=at + CLAIM)
    with glance() as connection:
        return cast("CursorResult[Any]", connection.execute(values)).rowcount == 1


def take_on(actor: Actor, case: Case) -> None:
    """Say that one looks after it, until tomorrow; nobody else is sent to it meanwhile."""
    values = {"claimed_by": actor.account_id, "claimed_until": now() + HOLD}
    statement = update(Case).where(Case.id == case.id, Case.state == CaseState.OPEN)
    db.session.execute(statement.values(**values))


def is_taken_on(case: Case) -> bool:
    """For longer than somebody who only reads it."""
    return case.claimed_until is not None and case.claimed_until > now() + CLAIM


def put_back(actor: Actor, case: Case) -> None:
    """Give the claim up; a foreign one stays."""
    statement = update(Case).where(Case.id == case.id, Case.claimed_by == actor.account_id)
    db.session.execute(statement.values(claimed_by=None, claimed_until=None))
