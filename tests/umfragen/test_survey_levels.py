"""Who may answer how often, and what is kept of that."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import GUEST, Actor
from kern.clock import at, now
from kern.db import begin_writing, db
from kern.errors import Conflict, Invalid, LoginRequired, NotAllowed, NotFound, Unavailable
from kern.town import Town, use_town
from tests.builders import make_actor
from tests.umfragen.made import FULL, answer, begun, empty_inbox, key, make_draft, make_open_survey
from umfragen import service
from umfragen.engine import Value
from umfragen.models import (
    FreeText,
    Inbox,
    InviteCode,
    Level,
    Participation,
    Response,
    Survey,
)
from umfragen.service import states, upkeep
from umfragen.store import codes, folding, peppers, rebuilding
from umfragen.store.cells import ANSWERED, TOTAL
from umfragen.store.frame import Frame

pytestmark = pytest.mark.usefixtures("town")

CROWD = 64


@pytest.fixture
def planner(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def letters_of(survey: Survey, planner: Actor, **wanted: int) -> list[str]:
    return [letter.code for letter in service.make_letters(planner, survey, wanted)]


# Levels


def test_an_address_answers_once_however_it_is_spelt(town: Town) -> None:
    survey = make_open_survey(level=Level.ADDRESS)
    admission = service.admission_for_address(survey, "Helga@Lindenau.example")
    answer(survey, admission=admission, weg=1)

    with pytest.raises(service.AlreadyAnswered):
        service.admission_for_address(survey, "helga+umfrage@lindenau.example ")
    with pytest.raises(service.AlreadyAnswered):
        answer(survey, admission=admission, weg=2)
    service.admission_for_address(survey, "holger@lindenau.example")


def test_an_account_answers_once(town: Town) -> None:
    survey = make_open_survey(level=Level.ACCOUNT)
    citizen = make_actor(Role.CITIZEN)
    answer(survey, admission=service.admission_for_account(survey, citizen), weg=1)

    with pytest.raises(service.AlreadyAnswered):
        service.admission_for_account(survey, citizen)
    with pytest.raises(LoginRequired):
        service.admission_for_account(survey, GUEST)


def test_a_device_that_answered_is_asked_no_more(town: Town) -> None:
    survey, other = make_open_survey(level=Level.DEVICE), make_open_survey(level=Level.DEVICE)

    service.require_new_device(survey, "")
    service.require_new_device(survey, service.device_value(other))
    with pytest.raises(service.AlreadyAnswered):
        service.require_new_device(survey, service.device_value(survey))


@pytest.mark.parametrize("level", [Level.ADDRESS, Level.ACCOUNT, Level.CODE])
@pytest.mark.parametrize("shown", ["", "x", "A" * 43])
def test_nobody_gets_in_without_showing_something(level: Level, shown: str) -> None:
    survey = make_open_survey(level=level)

    with pytest.raises(service.AdmissionMissing):
        answer(survey, admission=shown, weg=1)


def test_what_lets_into_one_survey_lets_into_no_other(town: Town) -> None:
    survey, other = make_open_survey(level=Level.ADDRESS), make_open_survey(level=Level.ADDRESS)
    admission = service.admission_for_address(survey, "helga@lindenau.example")

    with pytest.raises(service.AdmissionMissing):
        answer(other, admission=admission, weg=1)


def test_a_code_is_read_however_it_is_typed(planner: Actor) -> None:
    survey = make_open_survey(level=Level.CODE)
    (code,) = letters_of(survey, planner, Nord=1)

    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    answer(survey, admission=service.admission_for_code(survey, typed), weg=1)

    (mark,) = db.session.scalars(select(Participation)).all()
    assert mark.stratum == "Nord"
    assert service.letter_figures(survey) == [service.StratumFigures("Nord", 1, 1)]
    with pytest.raises(service.AlreadyAnswered):
        service.admission_for_code(survey, code)


def test_a_mistyped_code_is_told_from_an_unknown_one(planner: Actor) -> None:
    survey = make_open_survey(level=Level.CODE)
    (code,) = letters_of(survey, planner, Nord=1)
    swapped = code[1] + code[0] + code[2:]
    wrong = "2" if code[0] != "2" else "3"

    for typed in ("", "abc", wrong + code[1:], *([swapped] if swapped != code else [])):
        with pytest.raises(Invalid, match="vertippt"):
            service.admission_for_code(survey, typed)
    with pytest.raises(Invalid, match="gibt es nicht"):
        service.admission_for_code(survey, codes.spell(37, 10))


def test_codes_are_nowhere_and_only_unused_ones_are_reminded(planner: Actor) -> None:
    survey = make_open_survey(level=Level.CODE)
    made = letters_of(survey, planner, Nord=2, Süd=1)
    answer(survey, admission=service.admission_for_code(survey, made[1]), weg=1)

    assert service.unused(planner, survey, [*made, "0000-0000-000"]) == sorted({made[0], made[2]})
    stored = [bytes(mark) for mark in db.session.scalars(select(InviteCode.mark))]
    assert all(code.replace("-", "").encode() not in b"".join(stored) for code in made)


def test_sixty_four_at_once_with_one_code_count_once(
    app: Flask, town: Town, planner: Actor
) -> None:
    survey = make_open_survey(level=Level.CODE)
    (code,) = letters_of(survey, planner, Nord=1)
    admission = service.admission_for_code(survey, code)
    tokens = [begun(survey, weg=1) for _ in range(CROWD)]
    number = survey.id
    db.session.commit()

    def send(token: str) -> str:
        try:
            service.submit(service.get_survey_by_id(number), token, admission=admission)
        except service.AlreadyAnswered:
            return "late"
        db.session.commit()
        return "counted"

    results = at_once(app, town, [partial(send, token) for token in tokens])

    assert sorted(results) == ["counted", *["late"] * (CROWD - 1)]
    assert (count(Inbox), count(Participation)) == (1, 1)


def test_one_form_sent_many_times_at_once_counts_once(app: Flask, town: Town) -> None:
    survey = make_open_survey()
    token, number = begun(survey, weg=1), survey.id
    db.session.commit()

    def send() -> str:
        receipt = service.submit(service.get_survey_by_id(number), token)
        db.session.commit()
        return receipt.code

    results = at_once(app, town, [send] * 16)

    assert len(set(results)) == 1
    assert count(Inbox) == 1


def test_a_quota_is_exact_also_when_many_come_at_once(app: Flask, town: Town) -> None:
    survey = make_quota_survey(5)
    tokens, number = [begun(survey, weg=1) for _ in range(16)], survey.id
    db.session.commit()

    def send(token: str) -> str:
        try:
            service.submit(service.get_survey_by_id(number), token)
        except service.QuotaFull:
            return "full"
        db.session.commit()
        return "counted"

    results = at_once(app, town, [partial(send, token) for token in tokens])

    assert sorted(results) == ["counted"] * 5 + ["full"] * 11
    assert count(Inbox) == 5


def make_quota_survey(limit: int) -> Survey:
    return make_open_survey(
        [{"kind": "single", "name": "weg", "options": [{"code": 1, "name": "rad", "text": "Rad"}]}],
        quotas=[{"name": "Rad", "limit": limit, "members": [{"key": 2, "code": 1}]}],
    )


def at_once(app: Flask, town: Town, acts: list[Callable[[], str]]) -> list[str]:
    begin, results = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], str]) -> None:
        with use_town(town), app.app_context():
            end = begin_writing()
            begin.wait()
            try:
                results.append(act())
            finally:
                db.session.remove()
                end()

    runs = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    db.session.rollback()
    return results


def test_the_level_is_fixed_with_the_first_answer(planner: Actor) -> None:
    survey = make_open_survey()
    service.save_access(planner, survey, Level.DEVICE)
    answer(survey, weg=1)

    with pytest.raises(Conflict):
        service.save_access(planner, survey, Level.ACCOUNT)
    service.save_access(planner, survey, Level.DEVICE)


# Receipts


@pytest.mark.parametrize("is_counted", [False, True])
def test_with_the_receipt_answers_change_and_every_count_follows(
    town: Town, is_counted: bool
) -> None:
    survey = make_open_survey()
    receipt = answer(survey, weg=1, was=(1, 2), alter=30, wunsch="Schatten")
    answer(survey, weg=2)
    if is_counted:
        empty_inbox(survey)
        folding.fold(survey, service.plan_of(survey))

    token = service.change(survey, receipt.code.lower())
    filling = service.open_draft(survey, token)
    assert filling.is_change
    assert filling.answers[key(survey, "wunsch")] == "Schatten"
    changed: dict[int, Value] = {key(survey, "weg"): 2, key(survey, "wunsch"): "Bänke"}
    service.save(survey, token, changed)
    again = [service.submit(survey, token), service.submit(survey, token)]

    assert [one.is_repeat for one in again] == [False, True]
    empty_inbox(survey)
    plan = service.plan_of(survey)
    found = service.tallies(survey.id)
    assert found[key(survey, "weg")] == {2: 2, ANSWERED: 2}
    assert found[TOTAL] == {0: 2}
    assert service.number_tallies(survey.id) == {}
    assert [text.text for text in db.session.scalars(select(FreeText))] == ["Bänke"]
    assert Frame(survey, plan).counts(key(survey, "weg")) == {2: 2, ANSWERED: 2}
    assert rebuilding.compare(survey, plan) == 0


@pytest.mark.parametrize("is_counted", [False, True])
def test_with_the_receipt_answers_are_withdrawn(town: Town, is_counted: bool) -> None:
    survey = make_open_survey(level=Level.ADDRESS)
    admission = service.admission_for_address(survey, "helga@lindenau.example")
    receipt = answer(survey, admission=admission, weg=1, wunsch="Schatten")
    if is_counted:
        empty_inbox(survey)
        folding.fold(survey, service.plan_of(survey))

    service.withdraw(survey, receipt.code)

    plan = service.plan_of(survey)
    assert service.tallies(survey.id) == {}
    assert (count(Inbox), count(FreeText)) == (0, 0)
    assert {str(row.answers) for row in db.session.scalars(select(Response))} <= {"{}"}
    assert Frame(survey, plan).n == 0
    assert rebuilding.compare(survey, plan) == 0
    assert not service.has_answers_of(survey, receipt.code)
    with pytest.raises(NotFound):
        service.change(survey, receipt.code)
    with pytest.raises(service.AlreadyAnswered):
        service.admission_for_address(survey, "helga@lindenau.example")


def test_who_leaves_a_full_group_makes_room(town: Town) -> None:
    survey = make_quota_survey(1)
    receipt = answer(survey, weg=1)
    with pytest.raises(service.QuotaFull):
        answer(survey, weg=1)
    db.session.flush()

    service.withdraw(survey, receipt.code)

    answer(survey, weg=1)


def test_after_the_end_nothing_changes_any_more(town: Town) -> None:
    survey = make_open_survey(closes_at=now() + timedelta(days=1))
    receipt = answer(survey, weg=1)

    with at(now() + timedelta(days=1)):
        with pytest.raises(Conflict):
            service.change(survey, receipt.code)
        with pytest.raises(Conflict):
            service.withdraw(survey, receipt.code)


# The end


def test_at_the_end_the_inbox_empties_and_later_the_key_goes(planner: Actor) -> None:
    survey = make_open_survey(level=Level.ADDRESS, closes_at=now() + timedelta(days=2))
    admission = service.admission_for_address(survey, "helga@lindenau.example")
    receipt = answer(survey, admission=admission, weg=1, wunsch="Schatten")
    end = now() + timedelta(days=2)
    with at(end):
        assert states.pass_instants(end - timedelta(minutes=1), end)
    assert (survey.state, count(Inbox), survey.answers_count) == ("closed", 0, 1)
    assert peppers.has_pepper(survey.id)

    upkeep.end_storage(end, end + timedelta(days=13, hours=23))
    assert not survey.is_sealed
    upkeep.end_storage(end, end + timedelta(days=14))

    assert survey.is_sealed
    assert not peppers.has_pepper(survey.id)
    assert not service.has_answers_of(survey, receipt.code)
    upkeep.end_storage(end, end + timedelta(days=FULL.retention_days))
    assert (count(Response), count(FreeText)) == (0, 0)
    assert service.tallies(survey.id)[key(survey, "weg")][1] == 1


def test_without_its_key_a_survey_lets_nobody_in(town: Town) -> None:
    """As after a backup was played back: the key is in none."""
    survey = make_open_survey(level=Level.ADDRESS)
    peppers.destroy_keys(survey.id)

    with pytest.raises(Unavailable):
        service.admission_for_address(survey, "helga@lindenau.example")


@pytest.mark.parametrize(
    ("since", "until", "is_night"),
    [(2, 4, True), (4, 6, False), (2, 2.9, False), (2.5, 30, True)],
)
def test_what_was_typed_after_the_end_leaves_once_a_night(
    planner: Actor, since: float, until: float, is_night: bool
) -> None:
    survey = make_open_survey()
    service.close(planner, survey)
    service.enter(planner, survey, "17", {key(survey, "weg"): 1})
    midnight = now().replace(hour=0, minute=0, second=0) - timedelta(hours=1)  # winter
    begins, ends = midnight + timedelta(hours=since), midnight + timedelta(hours=until)

    upkeep.empty_inboxes(begins, ends)

    assert count(Inbox) == (0 if is_night else 1)


def test_a_draft_of_a_test_counts_nowhere_and_goes_at_the_opening(planner: Actor) -> None:
    survey = make_draft(actor=planner)
    token = service.start(survey, is_test=True)
    receipt = service.submit(survey, token)
    assert receipt.is_test
    assert count(Response) == 1
    assert not survey.has_answers

    service.save_dates(planner, survey, None, now() + timedelta(days=1))
    service.publish_version(planner, survey)
    service.open_survey(planner, survey)

    assert count(Response) == 0
    assert service.tallies(survey.id) == {}


def test_with_four_eyes_a_second_person_opens(planner: Actor) -> None:
    settings = service.Settings(office="Amt", contact="Petersen", four_eyes=True)
    survey = make_draft(actor=planner, settings=settings)
    service.save_dates(planner, survey, now() + timedelta(days=1), now() + timedelta(days=2))
    service.publish_version(planner, survey)
    with pytest.raises(NotAllowed, match="zweite Person"):
        service.open_survey(planner, survey)

    service.ask_for_opening(planner, survey)
    with pytest.raises(NotAllowed, match="zweite Person"):
        service.open_survey(planner, survey)
    service.open_survey(make_actor(Role.PLANNER), survey)

    assert survey.state == "scheduled"
    later = now() + timedelta(days=1)
    with at(later):
        states.pass_instants(later, later)
        assert survey.state == "open"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("public_texts", (7,)),
        ("retention_days", FULL.retention_days + 1),
        ("pepper_days", FULL.pepper_days + 1),
        ("with_receipt", False),
    ],
)
def test_what_people_were_told_stays_true(planner: Actor, field: str, value: object) -> None:
    survey = make_open_survey()
    changed = service.Settings.of({**FULL.dump(), field: value})
    service.save_settings(planner, survey, changed)
    service.save_settings(planner, survey, FULL)
    answer(survey, weg=1)

    with pytest.raises(Invalid) as caught:
        service.save_settings(planner, survey, changed)
    assert caught.value.field == field
    service.save_settings(planner, survey, FULL)


def test_small_groups_become_no_smaller(planner: Actor) -> None:
    survey = make_open_survey()
    service.save_thresholds(planner, survey, 4, 10)
    answer(survey, weg=1)

    with pytest.raises(Invalid):
        service.save_thresholds(planner, survey, 3, 10)
    service.save_thresholds(planner, survey, 6, 30)


def test_what_everybody_reads_changes_only_who_may_publish(town: Town) -> None:
    survey, editor = make_open_survey(), make_actor(Role.EDITOR)

    with pytest.raises(NotAllowed):
        service.save_settings(editor, survey, FULL)
    service.save_draft(editor, survey, service.draft_of(survey), survey.draft_revision)
