"""Counts compared with the answers they are copies of, and made anew. What differed is recorded."""

from collections.abc import Sequence

from sqlalchemy import select

from kern import audit
from kern.actor import SYSTEM
from kern.db import db
from umfragen.models import Survey
from umfragen.service.changes import ref_of
from umfragen.service.submitting import lock
from umfragen.store import rebuilding
from umfragen.store.plans import plan_of
from umfragen.store.rebuilding import OnRow

MENDED = "survey.mend"


def list_counted() -> Sequence[str]:
    """Addresses of all surveys with answers that are still there."""
    query = select(Survey.slug).where(Survey.has_answers, Survey.erased_at.is_(None))
    return db.session.scalars(query.order_by(Survey.id)).all()


def rebuild(survey: Survey, on_row: OnRow) -> int:
    """Returns how many answers were counted."""
    lock(survey)
    return rebuilding.rebuild(survey, plan_of(survey), on_row=on_row)


def compare(survey: Survey, on_row: OnRow) -> int:
    """All of it at once; returns how many counts differ. Only reads, so on SQLite nobody waits:
    a transaction sees one moment there. Elsewhere it needs the lock for that."""
    if db.session.get_bind().dialect.name != "sqlite":
        lock(survey)
    return rebuilding.compare(survey, plan_of(survey), on_row=on_row)


def verify(survey: Survey) -> int:
    """Compared once more under the lock. What differs is right afterwards."""
    lock(survey)
    return recorded(survey, rebuilding.verify(survey, plan_of(survey)))


def look(survey: Survey, night: int) -> int:
    """A seventh of it."""
    return recorded(survey, rebuilding.look(survey, plan_of(survey), night))


def recorded(survey: Survey, differing: int) -> int:
    """In the protocol, where the administration finds it."""
    if differing:
        audit.record(SYSTEM, MENDED, str(ref_of(survey)), str(differing))
    return differing
