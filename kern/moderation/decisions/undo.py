"""Take a decision back, within half a minute, as if it had never been."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from kern import audit, notify, outbox
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict
from kern.moderation import statements
from kern.moderation.cases import DESK as REVISION_KEY
from kern.moderation.decisions import hearing, verbs
from kern.moderation.decisions.choices import TOO_LATE
from kern.moderation.decisions.deciding import set_state, together
from kern.moderation.desk import get_case_for
from kern.moderation.models import REASON, Case, CaseKind, CaseNote, CaseState, CaseVerdict
from kern.moderation.queue import ref_of

NEVER_OPEN = (CaseKind.CHANGE, CaseKind.PERSON)


def may_take_back(actor: Actor, case: Case, at: datetime) -> bool:
    return (
        case.state == CaseState.DECIDED
        and case.decided_by is not None
        and case.decided_by == actor.account_id
        and case.verdict != CaseVerdict.REDACT  # nothing of it remains to be brought back
        and case.decided_at is not None
        and at <= case.decided_at + statements.UNDO
    )


def take_back(actor: Actor, case_id: int) -> Case:
    """Within half a minute, by whoever decided: everything is as before, and nobody was told."""
    case = get_case_for(actor, case_id)
    if case.verdict == CaseVerdict.REDACT:
        raise Conflict(verbs.NO_WAY_BACK)
    if not may_take_back(actor, case, now()):
        raise Conflict(TOO_LATE)
    cases = together(case)
    verdict, rule, at = case.verdict, case.rule, case.decided_at
    _require_nothing_newer(cases)
    statements.forget(cases, at)
    _reopen(cases, CaseState.WITHDRAWN if case.kind in NEVER_OPEN else CaseState.OPEN)
    if case.kind == CaseKind.CHANGE:
        verbs.reverse(actor, case, verdict)
    elif case.kind == CaseKind.OBJECTION:
        hearing.reopen(actor, case, verdict)
    elif case.kind != CaseKind.PERSON:
        verbs.undo(actor, case, verdict)
    audit.record(actor, "case.undo", str(ref_of(case)), f"rule {rule}" if rule else None)
    outbox.bump(REVISION_KEY)
    return case


def _require_nothing_newer(cases: Sequence[Case]) -> None:
    first = cases[0]
    query = select(Case.id).where(
        Case.content_key == first.content_key,
        Case.content_id == first.content_id,
        Case.state != CaseState.WITHDRAWN,
        Case.id > max(case.id for case in cases),
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(
            "Inzwischen ist etwas Neues dazu eingegangen. Bitte laden Sie die Seite neu."
        )


def _reopen(cases: Sequence[Case], state: CaseState) -> None:
    ids = [case.id for case in cases]
    values: dict[str, Any] = {"state": state, "verdict": None, "rule": None}
    values |= {"decided_by": None, "decided_at": None if state == CaseState.OPEN else now()}
    if set_state(Case.id.in_(ids), CaseState.DECIDED, values) != len(ids):
        raise Conflict(TOO_LATE)
    gone = delete(CaseNote).where(CaseNote.case_id.in_(ids), CaseNote.kind == REASON)
    db.session.execute(gone)
    for case in cases:
        db.session.refresh(case)
        notify.take_back(f"case:{case.id}")
