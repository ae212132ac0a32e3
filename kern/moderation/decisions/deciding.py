"""Decide about an open case: compare and swap, then the thing's own verbs, then who is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, select, update

from kern import outbox
from kern.actor import Actor
from kern.clock import now
from kern.content import DeskItem
from kern.db import db
from kern.errors import Conflict
from kern.moderation import objections, statements
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.decisions import answering, hearing, verbs
from kern.moderation.decisions.choices import (
    MOVED_ON,
    NOT_HERE,
    PUBLIC_KINDS,
    AlreadyDecided,
    Decision,
    checked,
    verdicts_for,
)
from kern.moderation.desk import get_case_for
from kern.moderation.models import (
    REASON,
    Case,
    CaseKind,
    CaseNote,
    CaseState,
    Found,
)
from kern.moderation.queue import items_of, ref_of


def decide(actor: Actor, case_id: int, decision: Decision) -> Case:
    """Raises AlreadyDecided for everybody but the first, Conflict when the text moved on. All cases
    about one thing that this closes have one time: by it, they are taken back together."""
    case = get_case_for(actor, case_id)
    wanted = checked(actor, case, decision)
    if wanted.verdict not in verdicts_for(case):
        raise Conflict(NOT_HERE)
    objections.require_may_hear(actor, case)
    at = now()
    _close(actor, case, wanted, at)
    require_unmoved(case, wanted)
    carry_out(actor, case, wanted, at)
    answering.answer(together(case))
    return case


def carry_out(actor: Actor, case: Case, decision: Decision, at: datetime) -> None:
    """What follows from a decision that holds: the reason, the act, the statement, the mails. The
    reason comes first: passages that the act takes out go from it as well."""
    _keep_reason(actor, case, decision, at)
    verbs.apply(actor, case, decision)
    statements.end_by(case)
    if decision.restricts:
        statements.write(case, found=_found(case), law=decision.law)
    if case.kind == CaseKind.OBJECTION:
        hearing.conclude(actor, case)
    answering.answer_again(case)
    outbox.bump(REVISION_KEY)


def _close(actor: Actor, case: Case, decision: Decision, at: datetime) -> None:
    """Compare and swap: of two at once, one finds no open case any more.

    What is public is decided once for everybody who objected to it.
    """
    if not set_state(Case.id == case.id, CaseState.OPEN, outcome(actor, decision, at)):
        raise AlreadyDecided(case.id)
    if case.kind in PUBLIC_KINDS:
        same = and_(
            Case.content_key == case.content_key,
            Case.content_id == case.content_id,
            Case.kind.in_(PUBLIC_KINDS),
        )
        set_state(same, CaseState.OPEN, outcome(actor, decision, at))
    db.session.refresh(case)


def outcome(actor: Actor, decision: Decision, at: datetime) -> dict[str, Any]:
    return {
        "state": CaseState.DECIDED,
        "verdict": decision.verdict,
        "rule": decision.rule,
        "decided_by": actor.account_id,
        "decided_at": at,
        "claimed_by": None,
        "claimed_until": None,
    }


def set_state(condition: ColumnElement[bool], state: CaseState, values: dict[str, Any]) -> int:
    """How many cases were in that state."""
    statement = update(Case).where(condition, Case.state == state).values(**values)
    done = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(done)).rowcount


def _item(case: Case) -> DeskItem:
    found = items_of([case]).get(ref_of(case))
    if found is None:
        raise Conflict("Davon ist nichts mehr da.")
    return found


def require_unmoved(case: Case, decision: Decision) -> None:
    """Nobody decides about what they have not read."""
    if _item(case).revision != decision.revision:
        raise Conflict(MOVED_ON)


def _keep_reason(actor: Actor, case: Case, decision: Decision, at: datetime) -> None:
    if decision.text:
        note = CaseNote(
            case_id=case.id, kind=REASON, text=decision.text, party_id=actor.party_id, noted_at=at
        )
        db.session.add(note)
    db.session.flush()


def _found(case: Case) -> Found:
    cases = together(case)
    return statements.found_by({one.kind for one in cases}, sum(one.weight for one in cases))


def together(case: Case) -> Sequence[Case]:
    """The case, and those about the same thing that were closed with it."""
    query = select(Case).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.decided_at == case.decided_at,
        Case.decided_by == case.decided_by,
    )
    return db.session.scalars(query).all()
