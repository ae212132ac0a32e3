"""What somebody decided just now and can still take back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from kern.accounts.models import Party
from kern.actor import Actor
from kern.db import db
from kern.moderation.decisions import UNDO
from kern.moderation.models import Case, CaseState, CaseVerdict, JointDecision


@dataclass(frozen=True, slots=True)
class Done:
    """One decision: about one thing, or about many at once."""

    at: datetime
    verdict: CaseVerdict
    count: int  # of things
    author: str  # where it is one thing
    seconds: int  # left to take it back
    joint_id: int | None = None


def last_done(actor: Actor, at: datetime) -> Done | None:
    """The newest decision of this actor within the undo time, in one query."""
    if actor.account_id is None:
        return None
    joint = JointDecision
    columns = (Case.decided_at, Case.verdict, Case.joint_id, joint.count.label("things"))
    query = select(*columns, Party.name)
    query = query.outerjoin(joint, joint.id == Case.joint_id)
    query = query.outerjoin(Party, Party.id == Case.author_id).where(
        or_(_own(actor), _settled(actor)), Case.decided_at >= at - UNDO
    )
    row = db.session.execute(query.order_by(Case.decided_at.desc(), Case.id).limit(1)).first()
    if row is None or row.verdict is None or row.decided_at is None:
        return None
    return Done(
        row.decided_at,
        CaseVerdict(row.verdict),
        row.things or 1,
        row.name or "",
        max(0, int((row.decided_at + UNDO - at).total_seconds())),
        row.joint_id,
    )


def find_done(actor: Actor, at: datetime) -> int | None:
    """What this actor decided at exactly that time: a case, which takes the others about the same
    thing along."""
    query = select(func.min(Case.id)).where(_own(actor), Case.decided_at == at)
    return db.session.scalar(query)


def _own(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Case.decided_by == actor.account_id,
        Case.state == CaseState.DECIDED,
        Case.joint_id.is_(None),
        Case.verdict != CaseVerdict.REDACT,  # nothing of it remains to be brought back
    )


def _settled(actor: Actor) -> ColumnElement[bool]:
    return and_(Case.decided_by == actor.account_id, Case.state == CaseState.SETTLED)
