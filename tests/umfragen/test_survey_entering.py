"""What comes on paper, by telephone and at the counter counts with the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.audit import AuditEntry
from kern.clock import at, now
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.town import Town
from tests.builders import make_actor
from tests.umfragen.made import answer, empty_inbox, key, make_draft, make_open_survey
from umfragen import service
from umfragen.models import AnswerDraft, Inbox, Level, Source
from umfragen.service import answering
from umfragen.store.cells import SOURCE, SOURCES

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def clerk(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


def test_paper_counts_with_the_rest_and_says_that_it_is_paper(clerk: Actor) -> None:
    survey = make_open_survey()
    answer(survey, weg=1)

    service.enter(clerk, survey, "B-17", {key(survey, "weg"): 2})
    service.enter(clerk, survey, "T-1", {key(survey, "weg"): 2}, source=Source.PHONE)

    empty_inbox(survey)
    places = [SOURCES.index(one) for one in (Source.WEB, Source.PAPER, Source.PHONE)]
    assert service.tallies(survey.id)[SOURCE] == dict.fromkeys(places, 1)
    assert service.tallies(survey.id)[key(survey, "weg")][2] == 2


def test_the_protocol_knows_how_many_and_not_which(clerk: Actor) -> None:
    survey, other = make_open_survey(), make_actor(Role.PLANNER)
    for number in range(3):
        service.enter(clerk, survey, f"B-{number}", {})
    service.enter(other, survey, "B-9", {})

    query = select(AuditEntry).where(AuditEntry.act == "survey.enter")
    assert sorted(str(one.detail) for one in db.session.scalars(query)) == ["1", "3"]
    assert service.entered_on(survey, answering.today()) == 4


def test_a_sheet_counts_once(clerk: Actor) -> None:
    survey = make_open_survey()
    service.enter(clerk, survey, "B-17", {})

    with pytest.raises(Conflict):
        service.enter(clerk, survey, " b-17", {})
    for wrong in ("", "x" * 21):
        with pytest.raises(Invalid):
            service.enter(clerk, survey, wrong, {})


def test_what_is_missing_on_paper_may_stay_missing(clerk: Actor) -> None:
    survey = make_open_survey([{"kind": "number", "name": "alter", "required": "yes"}])

    with pytest.raises(service.Faulty):
        service.enter(clerk, survey, "B-1", {})
    service.enter(clerk, survey, "B-1", {}, accepts_gaps=True)

    assert db.session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_two_entries_of_a_sheet_are_compared(clerk: Actor) -> None:
    survey = make_open_survey()
    way, age = key(survey, "weg"), key(survey, "alter")
    with pytest.raises(NotFound):
        service.compare(survey, "B-1", {})
    service.enter_first(clerk, survey, "B-1", {way: 1, age: 40})
    assert service.list_first_entries(survey) == ["b-1"]

    with pytest.raises(service.Differing) as caught:
        service.enter_second(clerk, survey, "B-1", {way: 1, age: 41})
    assert caught.value.mismatches == [service.Mismatch(age, 40, 41)]
    service.enter_second(clerk, survey, "B-1", {way: 1, age: 41}, is_settled=True)

    empty_inbox(survey)
    assert service.number_tallies(survey.id) == {(age, 0): {41.0: 1}}
    assert db.session.scalar(select(func.count()).select_from(AnswerDraft)) == 0
    service.enter_first(clerk, survey, "B-2", {way: 1})
    service.enter_second(clerk, survey, "B-2", {way: 1})


def test_a_letter_that_comes_back_on_paper_needs_its_code(clerk: Actor) -> None:
    survey = make_open_survey(level=Level.CODE)
    (letter,) = service.make_letters(clerk, survey, {"Nord": 1})
    with pytest.raises(service.AdmissionMissing):
        service.enter(clerk, survey, "B-1", {})

    admission = service.admission_for_code(survey, letter.code)
    service.enter(clerk, survey, "B-1", {}, admission=admission)

    with pytest.raises(service.AlreadyAnswered):
        answer(survey, admission=admission, weg=1)


def test_paper_is_entered_after_the_end_but_not_before_the_beginning(clerk: Actor) -> None:
    survey = make_open_survey(closes_at=now() + timedelta(days=1))
    with at(now() + timedelta(days=3)):
        service.enter(clerk, survey, "B-1", {})

    with pytest.raises(Conflict):
        service.enter(clerk, make_draft(), "B-1", {})
    with pytest.raises(NotAllowed):
        service.enter(make_actor(Role.CITIZEN), survey, "B-2", {})
