"""Many send at once: every answer that was acknowledged counts once, and none after the end."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text

from beteiligung.project.models import Project
from beteiligung.project.service import moderating, states
from kern.actor import SYSTEM
from kern.clock import now
from kern.db import db, engine, writing
from kern.errors import Conflict, NotFound
from kern.scope import ScopeState
from kern.town import Town, use_town
from tests.builders import make_project
from tests.umfragen.made import FULL, begun, key, make_draft, make_open_survey
from tests.umfragen.test_survey_levels import at_once, count
from umfragen import service
from umfragen.models import AnswerDraft, Inbox, Response, State, SubmitKey, Survey
from umfragen.service.states import remove_tests
from umfragen.service.submitting import lock
from umfragen.store import inbox
from umfragen.store.inbox import LEAST

Act = Callable[[Survey], object]

CROWD = 14  # as many as a process has connections to PostgreSQL


def send(number: int, token: str) -> str:
    try:
        service.submit(service.get_survey_by_id(number), token)
    except (Conflict, NotFound):
        db.session.rollback()
        return "late"
    db.session.commit()
    return "counted"


def test_each_answer_of_a_crowd_counts_once_and_ten_stay_behind(app: Flask, town: Town) -> None:
    survey = make_open_survey()
    number, crowds = survey.id, [[begun(survey, weg=1) for _ in range(CROWD)] for _ in range(3)]
    db.session.commit()

    results = [
        result
        for tokens in crowds
        for result in at_once(app, town, [partial(send, number, token) for token in tokens])
    ]

    survey = service.get_survey_by_id(number)
    assert results == ["counted"] * 3 * CROWD
    assert survey.answers_count == count(Response)
    assert count(Response) + count(Inbox) == count(SubmitKey) == 3 * CROWD
    assert count(Inbox) >= LEAST
    assert count(Response) >= LEAST
    assert count(AnswerDraft) == 0


@pytest.mark.parametrize("before", [0, 1, 2 * LEAST - 1])
def test_what_comes_while_a_survey_ends_is_counted_or_refused(
    app: Flask, town: Town, before: int
) -> None:
    """Whether nobody, somebody, or almost enough for a batch had sent before."""
    survey = make_open_survey()
    number, first = survey.id, [begun(survey, weg=2) for _ in range(before)]
    tokens = [begun(survey, weg=1) for _ in range(CROWD - 1)]
    db.session.commit()
    for token in first:
        at_once(app, town, [partial(send, number, token)])

    def close() -> str:
        service.close(SYSTEM, service.get_survey_by_id(number))
        db.session.commit()
        return "closed"

    acts = [partial(send, number, token) for token in tokens]
    results = at_once(app, town, [*acts[:6], close, *acts[6:]])

    survey = service.get_survey_by_id(number)
    assert survey.state == State.CLOSED
    assert results.count("closed") == 1
    assert count(Inbox) == 0
    assert survey.answers_count == count(Response) == before + results.count("counted")
    late = results.count("late")
    assert len(db.session.scalars(select(AnswerDraft.survey_id)).all()) == late


def while_sending(app: Flask, town: Town, number: int, token: str, act: Act) -> str:
    """What becomes of answers when somebody else is at the survey as they come in."""

    def run() -> str:
        with app.app_context(), use_town(town), writing():
            try:
                return send(number, token)
            finally:
                db.session.remove()

    with writing(), ThreadPoolExecutor(1) as pool:
        survey = service.get_survey_by_id(number)
        lock(survey)
        sent = pool.submit(run)
        try:
            wait_for_the_sender()
            act(survey)
            db.session.commit()
        finally:
            db.session.rollback()
    return sent.result()


def project_of(survey: Survey) -> Project:
    return db.session.scalars(select(Project).where(Project.scope_id == survey.scope_id)).one()


def hide(survey: Survey) -> None:
    moderating.hide(project_of(survey), SYSTEM, 1)


def archive(survey: Survey) -> None:
    project = project_of(survey)
    states.close(SYSTEM, project, "Der Weg wird gebaut.")
    states.archive(SYSTEM, project)


def take_back(survey: Survey) -> None:
    survey.scope.state = ScopeState.SUBMITTED


def end(survey: Survey) -> None:
    service.close(SYSTEM, survey)


def give_no_grace(survey: Survey) -> None:
    survey.closes_at = now() - timedelta(minutes=1)
    service.save_settings(SYSTEM, survey, replace(FULL, grace_minutes=0))


@pytest.mark.parametrize("act", [hide, archive, take_back, end, give_no_grace])
def test_what_ends_while_answers_come_in_takes_none_and_what_was_typed_stays(
    app: Flask, town: Town, act: Act
) -> None:
    settings = replace(FULL, grace_minutes=15)
    survey = make_open_survey(scope=make_project().scope, settings=settings)
    number, token, weg = survey.id, begun(survey, weg=1), key(survey, "weg")
    db.session.commit()

    assert while_sending(app, town, number, token, act) == "late"

    assert count(SubmitKey) == count(Inbox) == count(Response) == 0
    survey = service.get_survey_by_id(number)
    assert service.open_draft(survey, token).answers[weg] == 1


def test_what_is_saved_while_answers_come_in_is_sent_or_stays(app: Flask, town: Town) -> None:
    survey = make_open_survey()
    number, token, weg = survey.id, begun(survey, weg=1), key(survey, "weg")
    db.session.commit()

    def save(survey: Survey) -> None:
        service.save(survey, token, {weg: 2})

    if while_sending(app, town, number, token, save) == "late":
        survey = service.get_survey_by_id(number)
        assert service.open_draft(survey, token).answers[weg] == 2
        assert at_once(app, town, [partial(send, number, token)]) == ["counted"]

    (waiting,) = inbox.list_waiting(number)
    assert waiting.answers[str(weg)] == 2
    assert count(AnswerDraft) == 0


def test_answers_that_move_to_another_device_as_they_come_in_count_once(
    app: Flask, town: Town
) -> None:
    survey = make_open_survey()
    number, token = survey.id, begun(survey, weg=1)
    code, moved = service.give_resume_code(survey, token), list[str]()
    db.session.commit()

    def resume(survey: Survey) -> None:
        moved.append(service.resume(survey, code))

    assert while_sending(app, town, number, token, resume) == "late"
    assert at_once(app, town, [partial(send, number, moved[0])]) == ["counted"]
    assert count(SubmitKey) == count(Inbox) == 1


def test_what_is_sent_twice_at_once_counts_once(app: Flask, town: Town) -> None:
    survey = make_open_survey()
    number, token = survey.id, begun(survey, weg=1)
    db.session.commit()

    assert at_once(app, town, [partial(send, number, token)] * 2) == ["counted"] * 2
    assert count(SubmitKey) == count(Inbox) == 1


@pytest.mark.postgres_alone
def test_no_trial_answer_stays_that_is_sent_while_its_survey_begins(app: Flask, town: Town) -> None:
    survey = make_draft()
    number, token = survey.id, service.start(survey, is_test=True)
    db.session.commit()

    def send_trial() -> str:
        with app.app_context(), use_town(town), writing():
            try:
                service.submit(service.get_survey_by_id(number), token)
                db.session.commit()
            except NotFound:
                return "gone"
            finally:
                db.session.remove()
        return "kept"

    lock(service.get_survey_by_id(number))
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send_trial)
        wait_for_a_waiting_lock()
        remove_tests(service.get_survey_by_id(number))
        db.session.commit()

    assert sent.result() == "gone"
    assert count(Response) == count(AnswerDraft) == 0


def wait_for_the_sender() -> None:
    """On PostgreSQL it has read by then; on SQLite it reads when nobody else writes, and nothing
    tells that it is there."""
    if engine().dialect.name == "sqlite":
        time.sleep(0.1)
    else:
        wait_for_a_waiting_lock()


def wait_for_a_waiting_lock() -> None:
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with engine().connect() as other:
            if other.scalar(query):
                return
        time.sleep(0.02)
    pytest.fail("nobody waits")
