"""Many send at once: every answer that was acknowledged counts once, and none after the end."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text

from kern.actor import SYSTEM
from kern.db import db, engine, writing
from kern.errors import Conflict, NotFound
from kern.town import Town, use_town
from tests.umfragen.made import begun, make_draft, make_open_survey
from tests.umfragen.test_survey_levels import at_once, count
from umfragen import service
from umfragen.models import AnswerDraft, Inbox, Response, State, SubmitKey
from umfragen.service.states import remove_tests
from umfragen.service.submitting import lock
from umfragen.store.inbox import LEAST

CROWD = 14  # as many as a process has connections to PostgreSQL


def send(number: int, token: str) -> str:
    try:
        service.submit(service.get_survey_by_id(number), token)
    except Conflict:
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
