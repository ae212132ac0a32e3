"""What the clock asks of surveys: columns that follow, the night's look, the end of storage."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from kern.actor import SYSTEM
from kern.calendar import to_local, to_utc
from kern.db import db
from umfragen.models import (
    AnswerDraft,
    FreeText,
    Inbox,
    Response,
    Survey,
)
from umfragen.rules import OVER, Settings
from umfragen.service import recounting
from umfragen.service.changes import announce
from umfragen.service.submitting import lock
from umfragen.service.surveys import get_survey_by_id
from umfragen.store import files, inbox, ledger, peppers, texts
from umfragen.store.folding import AT_ONCE, fold, needing_fold, unfold
from umfragen.store.plans import plan_of

NIGHT = time(3)  # Europe/Berlin


def fold_columns(_since: datetime, _until: datetime) -> bool:
    """A few blocks at a time: this holds the town's only place to write."""
    left = AT_ONCE
    for survey_id in needing_fold():
        survey = get_survey_by_id(survey_id)
        left -= fold(survey, plan_of(survey), most=left)
        if left <= 0:
            break
    return left < AT_ONCE


def empty_inboxes(since: datetime, until: datetime) -> bool:
    """Once a night what was typed from paper after the end leaves as well. While a survey runs,
    ten stay behind, however long."""
    if not is_night_between(since, until):
        return False
    ids = db.session.scalars(select(Inbox.survey_id).distinct()).all()
    for survey_id in ids:
        survey = get_survey_by_id(survey_id)
        db.session.refresh(survey, ["state", "answers_count"], with_for_update=True)
        keep = 0 if survey.state in OVER else inbox.LEAST
        inbox.move(survey, plan_of(survey), keep=keep)
    return True


def remove_lost_files(_since: datetime, _until: datetime) -> bool:
    """Files that wait with no answer any more."""
    known: set[str] = set()
    for survey_id in db.session.scalars(select(Inbox.survey_id).distinct()).all():
        plan = plan_of(get_survey_by_id(survey_id))
        for row in inbox.list_waiting(survey_id):
            known |= files.all_names(plan, row.answers)
    files.remove_lost(known)
    return False


def forget_texts(since: datetime, until: datetime) -> bool:
    """Once a night: what people have withdrawn or written anew leaves the index."""
    return is_night_between(since, until) and texts.forget_gone()


def mix_marks(since: datetime, until: datetime) -> bool:
    """Once a night marks are written anew in an order of their own: how they lay in the file told
    who came first."""
    if not is_night_between(since, until):
        return False
    query = select(Survey).where(Survey.has_answers, Survey.is_sealed.is_(False))
    for survey in db.session.scalars(query).all():
        lock(survey)
        ledger.mix(survey.id)
    return True


def verify_counts(since: datetime, until: datetime) -> bool:
    """By night: are all copies what the rows say? Only mending takes the place to write."""
    if not is_night_between(since, until):
        return False
    differing = recounting.find_differing(to_local(until).date().toordinal())
    for survey_id, count in differing.items():
        recounting.mend(get_survey_by_id(survey_id), count)
    return True


def end_storage(_since: datetime, until: datetime) -> bool:
    """Some days after the end the key goes, and at the end of storage each single answer."""
    query = select(Survey).where(
        Survey.state.in_(OVER), Survey.closed_at.is_not(None), Survey.erased_at.is_(None)
    )
    changed = False
    for survey in db.session.scalars(query.options(joinedload(Survey.scope))):
        settings, ended = Settings.of(survey.settings), survey.closed_at or until
        if not survey.is_sealed and ended + timedelta(days=settings.pepper_days) <= until:
            seal(survey)
            changed = True
        if ended + timedelta(days=settings.retention_days) <= until:
            erase_answers(survey, until)
            changed = True
    return changed


def seal(survey: Survey) -> None:
    """From now on nobody can tell who took part, nor find an answer by its code."""
    inbox.move(survey, plan_of(survey), keep=0)
    peppers.destroy_keys(survey.id)
    ledger.forget_submit_keys(survey.id)
    db.session.execute(delete(AnswerDraft).where(AnswerDraft.survey_id == survey.id))
    rows = (Response.survey_id == survey.id, Response.receipt_hash.is_not(None))
    db.session.execute(update(Response).where(*rows).values(receipt_hash=None))
    survey.is_sealed = True
    announce(SYSTEM, survey, "survey.seal")


def erase_answers(survey: Survey, at: datetime) -> None:
    """Every single answer. What was counted stays, and what was published."""
    if not survey.is_sealed:
        seal(survey)
    unfold(survey.id)
    files.remove_every(survey.id)
    for model in (FreeText, Response):
        db.session.execute(delete(model).where(model.survey_id == survey.id))
    survey.erased_at = at
    announce(SYSTEM, survey, "survey.erase")


def is_night_between(since: datetime, until: datetime) -> bool:
    """Whether it has struck three in the meantime, on the wall clock of the town."""
    return any(since < night <= until for night in _nights(since, until))


def _nights(since: datetime, until: datetime) -> Iterator[datetime]:
    day = to_local(since).date()
    while day <= to_local(until).date():
        yield to_utc(datetime.combine(day, NIGHT))
        day += timedelta(days=1)
