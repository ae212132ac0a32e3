"""What a reporter may know: their number, what became of it, and whether that has changed since."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from kern.actor import Actor
from kern.content import Card, Ref, registry
from kern.db import db
from kern.errors import NotFound
from kern.moderation.models import (
    REPORT,
    Case,
    CaseNote,
    CaseState,
    CaseVerdict,
    Measure,
    Statement,
)
from kern.moderation.queue import ref_of
from kern.scope import get_scope
from kern.scope.rules import may_read

GONE = "Diese Meldung gibt es nicht. Bitte prüfen Sie die Nummer."


@dataclass(frozen=True, slots=True)
class Answer:
    note: CaseNote
    case: Case
    later: Case | None  # what was decided otherwise since
    card: Card | None  # None when it is no longer public


def get_answer(receipt: str) -> Answer:
    """By the number alone, which nobody guesses; it leads to no text of anybody."""
    query = select(CaseNote, Case).join(Case, Case.id == CaseNote.case_id)
    row = db.session.execute(
        query.where(CaseNote.receipt == receipt.strip().upper(), CaseNote.kind == REPORT)
    ).first()
    if row is None:
        raise NotFound(GONE)
    return _answer(row[0], row[1])


def find_answer(note_id: int) -> Answer | None:
    query = select(CaseNote, Case).join(Case, Case.id == CaseNote.case_id)
    row = db.session.execute(query.where(CaseNote.id == note_id, CaseNote.kind == REPORT)).first()
    return _answer(row[0], row[1]) if row is not None else None


def _answer(note: CaseNote, case: Case) -> Answer:
    return Answer(note, case, find_later(case), _public_card(ref_of(case)))


def find_later(case: Case) -> Case | None:
    """The newest decision since that has hidden the thing, or has shown it again."""
    if case.state != CaseState.DECIDED:
        return None
    given_back = and_(Case.verdict == CaseVerdict.UPHELD, Statement.measure == Measure.HIDDEN)
    query = (
        select(Case)
        .outerjoin(Statement, Statement.id == Case.statement_id)
        .where(
            Case.content_key == case.content_key,
            Case.content_id == case.content_id,
            Case.state == CaseState.DECIDED,
            Case.decided_at > case.decided_at,
            or_(Case.verdict.in_([CaseVerdict.HIDE, CaseVerdict.RESTORE]), given_back),
        )
    )
    return db.session.scalar(query.order_by(Case.decided_at.desc(), Case.id.desc()).limit(1))


def _public_card(ref: Ref) -> Card | None:
    type_ = registry().get(ref.key)
    card = type_.cards([ref.id]).get(ref.id) if type_ is not None else None
    if card is None or card.scope_id is None:
        return card
    return card if may_read(Actor(), get_scope(card.scope_id)) else None
