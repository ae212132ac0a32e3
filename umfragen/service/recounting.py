"""Counts compared with the answers they are copies of, and made anew. What differed is recorded."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Engine, select

from kern import audit
from kern.actor import SYSTEM
from kern.db import db, reading
from umfragen.models import Survey
from umfragen.service.changes import ref_of
from umfragen.service.submitting import lock
from umfragen.service.surveys import get_survey_by_id
from umfragen.store import rebuilding
from umfragen.store.plans import plan_of
from umfragen.store.rebuilding import OnRow, nothing_to_tell

log = logging.getLogger(__name__)

MENDED = "survey.mend"
ANSWERS_OF_A_NIGHT = 100_000
"""So many of all surveys are compared wholly: half a minute at fifty questions."""


def list_counted() -> Sequence[str]:
    """Addresses of all surveys with answers that are still there."""
    query = select(Survey.slug).where(Survey.has_answers, Survey.erased_at.is_(None))
    return db.session.scalars(query.order_by(Survey.id)).all()


def rebuild(survey: Survey, on_row: OnRow) -> int:
    """Returns how many answers were counted."""
    lock(survey)
    return rebuilding.rebuild(survey, plan_of(survey), on_row=on_row)


def compare(survey: Survey, on_row: OnRow) -> int:
    """All of it; returns how many counts and blocks differ."""
    with _one_moment():
        return rebuilding.compare(survey, plan_of(survey), on_row=on_row)


def find_differing(night: int) -> dict[int, int]:
    """Ids of surveys whose copies are wrong, with how many of them. The smallest are compared
    wholly, as many as the night has time for; of the others a seventh each night."""
    query = select(Survey.id, Survey.answers_count)
    counted = query.where(Survey.has_answers, Survey.erased_at.is_(None))
    found, left = {}, ANSWERS_OF_A_NIGHT
    for id_, answers in db.session.execute(counted.order_by(Survey.answers_count, Survey.id)).all():
        left -= answers
        with _one_moment():
            survey = get_survey_by_id(id_)
            plan = plan_of(survey)
            is_small = left >= 0
            compared = rebuilding.compare if is_small else partial(rebuilding.look, night=night)
            found[id_] = compared(survey, plan)
    return {id_: differing for id_, differing in found.items() if differing}


def mend(survey: Survey, differing: int) -> None:
    """Counted anew, and in the protocol, where the administration finds it."""
    lock(survey)
    db.session.refresh(survey, ["erased_at"])
    if survey.erased_at is not None:
        return  # meanwhile; what was counted stays
    log.warning("Umfrage %s: %s Zählungen wichen ab und sind neu", survey.id, differing)
    rebuild(survey, nothing_to_tell)
    audit.record(SYSTEM, MENDED, str(ref_of(survey)), str(differing))


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction of its own that only reads and sees one state of the data, so that nobody
    waits, however long it takes. For callers that have written nothing yet."""
    db.session.rollback()
    with reading():
        bind = db.session.get_bind()
        if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            yield
        finally:
            db.session.rollback()
