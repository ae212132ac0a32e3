from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import GUEST, SYSTEM, Actor
from kern.clock import at, now
from kern.db import db
from kern.errors import Conflict, LoginRequired, NotAllowed, NotFound
from kern.town import Town
from tests.builders import make_actor
from tests.umfragen.made import FULL, answer, begun, empty_inbox, key, make_draft, make_open_survey
from umfragen import service
from umfragen.models import AnswerDraft, Inbox, Response, State, Survey
from umfragen.store.cells import ANSWERED, MISSING, TOTAL, rank_code

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def planner(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_answer_is_counted_once_it_has_left_the_inbox(town: Town) -> None:
    survey = make_open_survey()

    receipt = answer(survey, weg=1, was=(1, 3), folge=(2, 1), alter=41, wunsch="Schatten")

    assert len(receipt.code) == 16
    assert (count(Inbox), count(Response), count(AnswerDraft)) == (1, 0, 0)
    assert service.tallies(survey.id) == {}
    empty_inbox(survey)
    found = service.tallies(survey.id)
    assert (count(Inbox), count(Response)) == (0, 1)
    assert found[TOTAL] == {0: 1}
    assert found[key(survey, "weg")] == {1: 1, ANSWERED: 1}
    assert found[key(survey, "was_bank")] == {1: 1, 3: 1, ANSWERED: 1}
    assert found[key(survey, "folge_1")] == {rank_code(1, 2): 1, rank_code(2, 1): 1, ANSWERED: 1}
    assert found[key(survey, "gut_licht")] == {MISSING: 1}
    assert service.number_tallies(survey.id) == {(key(survey, "alter"), 0): {41.0: 1}}


def test_ten_answers_leave_the_inbox_together_and_ten_stay_until_the_end(town: Town) -> None:
    survey = make_open_survey()

    for number in range(19):
        answer(survey, weg=1, alter=number)
    assert (count(Inbox), survey.answers_count) == (19, 0)
    answer(survey, weg=1)
    assert (count(Inbox), survey.answers_count) == (10, 10)
    assert service.tallies(survey.id)[key(survey, "weg")] == {1: 10, ANSWERED: 10}
    service.close(SYSTEM, survey)

    assert (count(Inbox), survey.answers_count) == (0, 20)


def test_sending_again_counts_once_and_shows_the_same_receipt(town: Town) -> None:
    survey = make_open_survey()
    token = begun(survey, weg=1)

    first = service.submit(survey, token)
    second = service.submit(survey, token)

    assert second.is_repeat
    assert second.code == first.code
    assert count(Inbox) == 1


def test_what_is_begun_is_found_by_its_token_alone(town: Town) -> None:
    survey, other = make_open_survey(), make_open_survey(title="Eine andere")
    token = begun(survey, alter=7)

    assert service.open_draft(survey, token).answers == {key(survey, "alter"): 7}
    for wrong in (other, survey):
        with pytest.raises(NotFound):
            service.open_draft(wrong, token if wrong is other else "x" * 43)


def test_a_resume_code_leads_on_elsewhere_and_ends_the_old_address(town: Town) -> None:
    survey = make_open_survey()
    token = begun(survey, alter=7)

    code = service.give_resume_code(survey, token)
    moved = service.resume(survey, code.lower().replace("-", " "))

    assert service.open_draft(survey, moved).answers == {key(survey, "alter"): 7}
    with pytest.raises(NotFound):
        service.open_draft(survey, token)


def test_the_last_moment_counts_and_the_next_does_not(town: Town) -> None:
    """On the night the clocks go back: 02:30 exists twice, the end is the later one."""
    end = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with at(end - timedelta(days=2)):
        survey = make_open_survey(closes_at=end)
        first, second = begun(survey, weg=1), begun(survey, weg=2)

    with at(end - timedelta(microseconds=1)):
        service.submit(survey, first)
    with at(end), pytest.raises(Conflict):
        service.submit(survey, second)


def test_whoever_had_begun_may_send_within_the_grace_that_the_office_gives(town: Town) -> None:
    end = now() + timedelta(days=1)
    settings = service.Settings(office="Amt", contact="Petersen", grace_minutes=15)
    survey = make_open_survey(settings=settings, closes_at=end)
    first, second = begun(survey, weg=1), begun(survey, weg=1)

    with at(end + timedelta(minutes=14, seconds=59)):
        service.submit(survey, first)
        with pytest.raises(Conflict):
            service.start(survey)
    with at(end + timedelta(minutes=15)), pytest.raises(Conflict):
        service.submit(survey, second)


def test_required_answers_are_asked_for(town: Town) -> None:
    survey = make_open_survey([{"kind": "number", "name": "alter", "required": "yes"}])
    token = begun(survey)

    with pytest.raises(service.Faulty) as caught:
        service.submit(survey, token)

    assert [fault.item for fault in caught.value.faults] == [key(survey, "alter")]


def test_somebody_who_only_passes_by_sees_no_draft(town: Town, planner: Actor) -> None:
    survey = make_draft(actor=planner)

    assert service.get_survey_for(planner, survey.slug) is survey
    with pytest.raises(NotFound):
        service.get_survey_for(GUEST, survey.slug)
    with pytest.raises(LoginRequired):
        service.save_settings(GUEST, survey, FULL)
    with pytest.raises(NotAllowed):
        service.open_survey(make_actor(Role.EDITOR), survey)


def test_nothing_opens_before_it_is_complete(town: Town, planner: Actor) -> None:
    survey = make_draft(actor=planner)

    with pytest.raises(service.Incomplete) as caught:
        service.open_survey(planner, survey)

    assert [gap.section for gap in caught.value.gaps] == ["fragen", "termine"]
    assert survey.state == State.DRAFT


def test_a_draft_is_saved_only_over_what_was_read(town: Town, planner: Actor) -> None:
    survey = make_draft(actor=planner)
    draft = service.get_draft(survey)
    changed = service.blank("Anders")

    revision = service.save_draft(planner, survey, changed, draft.revision, "Titel geändert")
    with pytest.raises(Conflict):
        service.save_draft(planner, survey, service.blank("Noch anders"), draft.revision)

    assert service.get_draft(survey).undo == "Titel geändert"
    revision = service.undo(planner, survey, revision)
    assert service.get_draft(survey).definition == draft.definition
    assert service.get_draft(survey).redo == "Titel geändert"
    service.redo(planner, survey, revision)
    assert service.get_draft(survey).definition == changed


def test_a_copy_has_the_questions_and_no_answers(town: Town, planner: Actor) -> None:
    survey = make_open_survey(actor=planner)
    answer(survey, weg=1)

    copied = service.copy_survey(planner, survey, survey.scope)

    assert (copied.state, copied.has_answers, copied.closes_at) == (State.DRAFT, False, None)
    assert copied.title == "Spielplatz Ahornweg (Kopie)"
    assert service.draft_of(copied).pages == service.draft_of(survey).pages
    assert db.session.get(Survey, copied.id) is copied
