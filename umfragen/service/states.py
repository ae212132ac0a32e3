"""The life of a survey: asked for, scheduled, open, paused, closed, archived, and the way back."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from kern import text
from kern.actor import SYSTEM, Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, DomainError, Invalid, NotAllowed
from kern.moderation.cases import open_case, withdraw_cases
from kern.moderation.models import CaseKind
from kern.outbox import Fact
from umfragen import rules
from umfragen.models import AnswerDraft, Level, Response, ResponseStatus, State, Survey
from umfragen.service import telling
from umfragen.service.changes import announce, ref_of
from umfragen.service.surveys import list_gaps, settings_of
from umfragen.store import inbox, peppers
from umfragen.store.plans import plan_of


class Incomplete(DomainError):
    """Opening is refused; `gaps` says what is missing."""

    status = 422

    def __init__(self, gaps: list[rules.Gap]) -> None:
        super().__init__("Bevor die Umfrage beginnt, fehlt noch etwas.")
        self.gaps = gaps


def ask_for_opening(actor: Actor, survey: Survey) -> None:
    """Hand it to somebody else who may publish: a case at the desk."""
    rules.require_may_edit(actor, survey)
    rules.require_transition(survey.state, State.SUBMITTED)
    require_complete(survey)
    survey.asked_by = actor.account_id
    survey.state = State.SUBMITTED
    open_case(
        CaseKind.RELEASE,
        ref_of(survey),
        survey.revision,
        scope_id=survey.scope_id,
        author_id=survey.author_id,
    )
    announce(actor, survey, "survey.submit")


def take_back_asking(actor: Actor, survey: Survey) -> None:
    """A draft again."""
    rules.require_may_edit(actor, survey)
    _require_state(survey, State.SUBMITTED)
    withdraw_cases(ref_of(survey), (CaseKind.RELEASE,))
    enter(actor, survey, State.DRAFT, "survey.take_back")


def open_survey(actor: Actor, survey: Survey) -> None:
    """Open now, or at `opens_at` where that is still to come. Raises Incomplete."""
    rules.require_may_publish(actor, survey)
    if survey.state not in {State.DRAFT, State.SUBMITTED}:
        raise Conflict(rules.CHANGED_MEANWHILE)
    if settings_of(survey).four_eyes:
        if survey.state != State.SUBMITTED:
            raise NotAllowed("Diese Umfrage beginnt erst, wenn eine zweite Person zustimmt.")
        rules.require_second_person(actor, survey)
    require_complete(survey)
    withdraw_cases(ref_of(survey), (CaseKind.RELEASE,))
    open_now(actor, survey)


def require_complete(survey: Survey) -> None:
    found = list_gaps(survey, now())
    if found:
        raise Incomplete(found)


def open_now(actor: Actor, survey: Survey) -> None:
    """Whoever decided that; the caller has asked. Answers of tests go."""
    at = now()
    is_later = survey.opens_at is not None and survey.opens_at > at
    if not is_later and survey.opens_at is None:
        survey.opens_at = at
    if survey.level in {Level.ADDRESS, Level.ACCOUNT, Level.CODE}:
        peppers.make_pepper(survey.id)
    remove_tests(survey)
    survey.opened_at = survey.opened_at or max(at, survey.opens_at or at)
    state = State.SCHEDULED if is_later else State.OPEN
    enter(actor, survey, state, "survey.schedule" if is_later else "survey.open")
    if state is State.OPEN:
        telling.tell_opened(actor, survey)


def remove_tests(survey: Survey) -> None:
    db.session.execute(
        delete(Response).where(
            Response.survey_id == survey.id, Response.status == ResponseStatus.TEST
        )
    )
    db.session.execute(
        delete(AnswerDraft).where(AnswerDraft.survey_id == survey.id, AnswerDraft.is_test)
    )


def call_off(actor: Actor, survey: Survey) -> None:
    """Scheduled, but not yet begun: a draft again."""
    rules.require_may_publish(actor, survey)
    _require_state(survey, State.SCHEDULED)
    survey.opened_at, survey.asked_by = None, None
    enter(actor, survey, State.DRAFT, "survey.call_off")


def pause(actor: Actor, survey: Survey) -> None:
    rules.require_may_publish(actor, survey)
    _require_state(survey, State.OPEN)
    enter(actor, survey, State.PAUSED, "survey.pause")


def go_on(actor: Actor, survey: Survey) -> None:
    """After a pause."""
    rules.require_may_publish(actor, survey)
    _require_state(survey, State.PAUSED)
    enter(actor, survey, State.OPEN, "survey.go_on")


def extend(actor: Actor, survey: Survey, closes_at: datetime, reason: str) -> None:
    """A later end, with a reason that everybody reads. Not once it has ended."""
    rules.require_may_publish(actor, survey)
    if rules.standing(survey, now()) not in rules.RUNNING:
        raise Conflict("Diese Umfrage läuft nicht.")
    words = text.clean_line(reason, rules.MAX_REASON)
    if not words:
        raise Invalid("Bitte sagen Sie, warum. Alle können das lesen.", field="reason")
    if survey.closes_at is not None and closes_at <= survey.closes_at:
        raise Invalid("Das neue Ende liegt nicht nach dem alten.", field="closes_on")
    if closes_at <= now():
        raise Invalid("Das neue Ende ist schon vorbei.", field="closes_on")
    before = survey.closes_at.isoformat() if survey.closes_at else None
    told = {
        "at": now().isoformat(), "from": before, "until": closes_at.isoformat(), "reason": words
    }  # fmt: skip
    survey.extensions = [*survey.extensions, told]
    survey.closes_at = closes_at
    survey.revision += 1
    announce(actor, survey, "survey.extend")
    telling.tell_extended(actor, survey)


def close(actor: Actor, survey: Survey) -> None:
    """Before its end, or because that has come. The inbox empties."""
    rules.require_may_publish(actor, survey)
    rules.require_transition(survey.state, State.CLOSED)
    close_now(actor, survey, now())


def close_now(actor: Actor, survey: Survey, at: datetime) -> None:
    db.session.refresh(survey, ["answers_count"], with_for_update=True)
    inbox.move(survey, plan_of(survey), keep=0)
    survey.closed_at = at
    enter(actor, survey, State.CLOSED, "survey.close")


def archive(actor: Actor, survey: Survey) -> None:
    rules.require_may_publish(actor, survey)
    _require_state(survey, State.CLOSED)
    enter(actor, survey, State.ARCHIVED, "survey.archive")


def bring_back(actor: Actor, survey: Survey) -> None:
    """Out of the archive."""
    rules.require_may_publish(actor, survey)
    _require_state(survey, State.ARCHIVED)
    enter(actor, survey, State.CLOSED, "survey.unarchive")


def pass_instants(since: datetime, until: datetime) -> bool:
    """Write down what the clock has already decided: run by the worker's tick."""
    del since  # what was missed is still due
    query = select(Survey).options(joinedload(Survey.scope))
    due = query.where(Survey.state == State.SCHEDULED, Survey.opens_at <= until)
    opening = db.session.scalars(due).all()
    for survey in opening:
        enter(SYSTEM, survey, State.OPEN, "survey.open")
        telling.tell_opened(SYSTEM, survey)
    ended = query.where(Survey.state.in_([State.OPEN, State.PAUSED]), Survey.closes_at <= until)
    closing = [survey for survey in db.session.scalars(ended) if not _in_grace(survey, until)]
    for survey in closing:
        close_now(SYSTEM, survey, survey.closes_at or until)
    return bool(opening or closing)


def enter(actor: Actor, survey: Survey, state: State, act: str, fact: Fact = Fact.CHANGED) -> None:
    """The one place where a state changes."""
    rules.require_transition(survey.state, state)
    survey.state = state
    db.session.flush()
    announce(actor, survey, act, fact)


def _in_grace(survey: Survey, at: datetime) -> bool:
    """People are still sending: the inbox waits for them."""
    return survey.closes_at is not None and at < rules.end_of_grace(survey)


def _require_state(survey: Survey, state: State) -> None:
    if survey.state != state:
        raise Conflict(rules.CHANGED_MEANWHILE)
