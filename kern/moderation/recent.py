"""What somebody decided just now, together, and can still take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from kern.accounts.models import Party
from kern.actor import Actor
from kern.db import db
from kern.moderation.decisions import UNDO
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.queue import ref_of


@dataclass(frozen=True, slots=True)
class Done:
    """One decision, or many that were made at once: they carry the same time."""

    at: datetime
    cases: Sequence[Case]
    author: str  # of the first
    seconds: int  # left to take it back

    @property
    def count(self) -> int:
        """Of things: what was reported may have waited for a first look as well."""
        return len({ref_of(case) for case in self.cases})


def last_done(actor: Actor, at: datetime) -> Done | None:
    """The newest decision of this actor within the undo time, in one query."""
    if actor.account_id is None:
        return None
    newest = (
        select(Case.decided_at)
        .where(_own(actor), Case.decided_at >= at - UNDO)
        .order_by(Case.decided_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Case, Party.name).outerjoin(Party, Party.id == Case.author_id)
    query = query.where(_own(actor), Case.decided_at == newest)
    rows = db.session.execute(query.order_by(Case.id)).all()
    if not rows:
        return None
    cases = [row[0] for row in rows]
    decided_at = cases[0].decided_at or at
    left = max(0, int((decided_at + UNDO - at).total_seconds()))
    return Done(decided_at, cases, rows[0][1] or "", left)


def list_done(actor: Actor, at: datetime) -> Sequence[int]:
    """What this actor decided at exactly that time: of each thing one case, which takes the others
    about it along."""
    query = select(func.min(Case.id)).where(_own(actor), Case.decided_at == at)
    return db.session.scalars(query.group_by(Case.content_key, Case.content_id)).all()


def _own(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Case.decided_by == actor.account_id,
        Case.state == CaseState.DECIDED,
        Case.verdict != CaseVerdict.REDACT,  # nothing of it remains to be brought back
    )
