"""A published result is found where people look: feed, search, project, notices."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.content import Entry, Ref, Within, cards_of, registry
from kern.db import db
from kern.notify import follow
from kern.notify.kinds import types
from kern.notify.models import Notice
from kern.notify.telling import expand
from kern.outbox import Fact, OutboxEntry
from tests.builders import make_actor
from tests.umfragen.results.conftest import fill, keys_of
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import FREE_TEXT_KEY, SURVEY_KEY, FreeText, FreeTextState, Survey
from umfragen.results import publication
from umfragen.results.publication import WHOLE, Choice
from umfragen.service import telling

WORD = "Wir bauen die Bänke im Frühjahr."


@pytest.fixture
def reader(app: Flask) -> Visitor:
    return Visitor(app)


def publish(planner: Actor, survey: Survey) -> None:
    survey = db.session.merge(survey)  # a request may have let it go
    publication.take_snapshot(planner, survey, [])
    chosen = frozenset(keys_of(survey).values())
    publication.publish(planner, survey, Choice(chosen, {WHOLE: WORD}))
    db.session.commit()


def told_of_results(survey: Survey) -> Sequence[Entry]:
    newest = registry()[SURVEY_KEY].newest
    assert newest is not None
    return [entry for entry in newest(Within(survey.scope_id), 9) if entry.part == "ergebnis"]


def test_the_feed_tells_of_the_result_and_what_the_office_makes_of_it(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    assert not told_of_results(survey)
    publish(planner, survey)
    feed = reader.get(f"/umfragen/{survey.slug}/ergebnis/atom.xml").text
    assert "Ergebnis der Umfrage: Spielplatz Ahornweg" in feed
    assert WORD in feed
    assert f"/umfragen/{survey.slug}/ergebnis" in feed
    first = told_of_results(survey)[0]
    publish(planner, survey)
    again = told_of_results(survey)[0]
    assert again.at == first.at
    assert again.changed_at > first.changed_at
    publication.withdraw(planner, db.session.merge(survey))
    assert not told_of_results(survey)


def test_whoever_looks_for_a_survey_that_is_over_lands_at_its_result(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    publish(planner, survey)
    here, ref = f"/umfragen/{survey.slug}", Ref(SURVEY_KEY, survey.id)
    assert cards_of([ref])[ref].path == here
    assert "Was bisher herausgekommen ist" in reader.get(here).text
    service.close(planner, db.session.merge(survey))
    db.session.commit()
    card = cards_of([ref])[ref]
    assert card.path == f"{here}/ergebnis"
    assert "Ergebnis veröffentlicht" in card.facts
    document = registry()[SURVEY_KEY].documents([survey.id])[0]
    assert document.path == f"{here}/ergebnis"
    assert WORD in document.body
    assert "Fahren Sie Rad?" in document.body
    listed = reader.get("/umfragen/").text
    assert f'href="{here}/ergebnis"' in listed
    assert "Ergebnis ist da" in listed


def test_released_texts_are_found_as_soon_as_their_question_is_published(
    survey: Survey, planner: Actor
) -> None:
    fill(survey, 60)
    one = db.session.scalars(select(FreeText).where(FreeText.survey_id == survey.id)).first()
    assert one is not None
    one.state = FreeTextState.PUBLIC
    db.session.commit()
    ref = Ref(FREE_TEXT_KEY, one.id)
    assert not registry()[FREE_TEXT_KEY].documents([one.id])
    before = noted(ref)
    publish(planner, survey)
    assert registry()[FREE_TEXT_KEY].documents([one.id])
    assert noted(ref) == before + 1
    publication.withdraw(planner, db.session.merge(survey))
    assert not registry()[FREE_TEXT_KEY].documents([one.id])
    assert noted(ref) == before + 2


def noted(ref: Ref) -> int:
    query = select(OutboxEntry).where(
        OutboxEntry.content_key == ref.key,
        OutboxEntry.content_id == ref.id,
        OutboxEntry.name == Fact.CHANGED,
    )
    return len(db.session.scalars(query).all())


def test_who_follows_hears_of_the_result_once(survey: Survey, planner: Actor) -> None:
    ref, follower = Ref(SURVEY_KEY, survey.id), make_actor(Role.MODERATOR)
    follow(follower.party_id or 0, ref)
    fill(survey, 60)
    publish(planner, survey)
    publish(planner, survey)
    query = select(OutboxEntry).where(OutboxEntry.name == telling.RESULTS)
    announced = db.session.scalars(query).one()
    assert expand(ref, telling.RESULTS, dict(announced.payload)) == 1
    notices = db.session.scalars(select(Notice).where(Notice.what == telling.RESULTS)).all()
    lines = types()[telling.RESULTS].lines(notices)
    assert lines[notices[0].id].path == f"/umfragen/{survey.slug}/ergebnis"
    assert lines[notices[0].id].sentence == "Das Ergebnis dieser Umfrage ist veröffentlicht."
    publication.withdraw(planner, db.session.merge(survey))
    assert not types()[telling.RESULTS].lines(notices)
