"""The desk: what waits, in which order, with everything one needs to decide about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from kern.content import Ref
from kern.db import db
from kern.moderation.models import Case, CaseNote, CaseState
from kern.moderation.netiquette import rule_text

RESTRICTING = frozenset({"reject", "hide"})
REASON = "reason"


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
        .where(
            Case.content_key == ref.key,
            Case.content_id == ref.id,
            Case.state == CaseState.DECIDED,
        )
        .order_by(Case.decided_at.desc(), Case.id.desc())
    )
    if revision is not None:
        query = query.where(Case.revision == revision)
    row = db.session.execute(query.limit(1)).first()
    if row is None or row[0].verdict not in RESTRICTING:
        return None
    case, text = row
    return Reason(case.rule, rule_text(case.rule), text or "", case.decided_at or case.opened_at)
