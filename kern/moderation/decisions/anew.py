"""Decide anew, from the log: a decision of its own, and the author is told again."""

from datetime import datetime

from sqlalchemy import select

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict
from kern.moderation.decisions import verbs
from kern.moderation.decisions.choices import ANEW, NOT_HERE, AlreadyDecided, Decision, checked
from kern.moderation.decisions.deciding import carry_out, outcome, require_unmoved
from kern.moderation.desk import get_case_for
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict


def decide_anew(actor: Actor, case_id: int, decision: Decision) -> Case:
    """Raises AlreadyDecided when there is something newer about the same thing."""
    before = get_case_for(actor, case_id)
    db.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    wanted = checked(actor, before, decision)
    if before.state != CaseState.DECIDED or before.verdict is None:
        raise Conflict(NOT_HERE)
    if wanted.verdict not in ANEW.get(before.verdict, ()):
        raise Conflict(NOT_HERE)
    _require_newest(before)
    require_unmoved(before, wanted)
    at = now()
    case = _case_anew(actor, before, wanted, at)
    if before.verdict == CaseVerdict.REJECT:
        verbs.need(verbs.type_of(case).reopen)(case.content_id, wanted.revision, actor)
    carry_out(actor, case, wanted, at)
    return case


def _require_newest(case: Case) -> None:
    query = select(Case.id).where(
        Case.content_key == case.content_key,
        Case.content_id == case.content_id,
        Case.state != CaseState.WITHDRAWN,
        Case.verdict.is_distinct_from(CaseVerdict.DISMISSED),  # left everything as it was
        Case.id > case.id,
    )
    newer = db.session.scalar(query.order_by(Case.id.desc()).limit(1))
    if newer is not None:
        raise AlreadyDecided(newer)


def _case_anew(actor: Actor, before: Case, decision: Decision, at: datetime) -> Case:
    case = Case(
        kind=CaseKind.CHANGE,
        content_key=before.content_key,
        content_id=before.content_id,
        revision=decision.revision,
        scope_id=before.scope_id,
        author_id=before.author_id,
        opened_at=at,
        **outcome(actor, decision, at),
    )
    db.session.add(case)
    db.session.flush()
    return case
