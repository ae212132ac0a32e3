"""By night and by command counts are compared with answers; what differs is mended and shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from kern.accounts.permissions import Role
from kern.audit import AuditEntry
from kern.db import db, writing
from kern.db.engines import open_engine
from kern.town import Town
from tests.builders import make_account
from tests.umfragen.made import empty_inbox, key, make_open_survey, playground
from tests.umfragen.surveys import Doc, every_kind
from tests.visitors import Visitor
from umfragen import service
from umfragen.editing.robots import walk_robots
from umfragen.engine import make_row
from umfragen.models import NumberTally, Response, Source, State, Survey, Tally
from umfragen.service import recounting, upkeep
from umfragen.service.surveys import get_survey
from umfragen.store import folding, inbox, rebuilding

NIGHT = datetime(2026, 5, 4, 1, tzinfo=UTC)  # three on the wall clock of the town


@pytest.fixture
def administrator(app: Flask, town: Town) -> Visitor:
    return Visitor(app, make_account("Jana Petersen", (Role.ADMINISTRATOR, None)))


def filled(people: int = 12, questions: list[Doc] | None = None) -> Survey:
    survey = make_open_survey(questions or every_kind())
    for walk in walk_robots(service.plan_of(survey), people):
        row = make_row(walk.sheet)
        inbox.put(survey, inbox.Given(1, date(2026, 5, 4), "de", Source.WEB, row, None))
    survey.has_answers = True
    empty_inbox(survey)
    folding.fold(survey, service.plan_of(survey))
    db.session.commit()
    return survey


def spoil(survey: Survey, name: str, **values: Any) -> None:
    item = (Tally.survey_id == survey.id, Tally.item_key == key(survey, name), Tally.n > 0)
    db.session.execute(update(Tally).where(*item).values(**values))
    db.session.commit()


def week(survey: Survey) -> list[int]:
    return [mended(survey, night) for night in range(100, 107)]


def mended(survey: Survey, night: int) -> int:
    plan = service.plan_of(survey)
    found = rebuilding.look(survey, plan, night)
    if found:
        rebuilding.rebuild(survey, plan)
    return found


def mix_up(survey: Survey) -> None:
    """Two people of the last block change places: every total stays, what belongs together not."""
    mine = select(Response).where(Response.survey_id == survey.id)
    last = db.session.scalars(mine.order_by(Response.block.desc(), Response.id)).all()[:2]
    first, second = (dict(one.answers) for one in last)
    assert first != second
    last[0].answers, last[1].answers = second, first
    db.session.commit()


@pytest.fixture
def differing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[bool]]:
    """Whether anything was found in each night of a week."""
    monkeypatch.setattr(folding, "BLOCK", 2)
    monkeypatch.setattr(rebuilding, "AT_ONCE", 1)
    return lambda: [bool(recounting.find_differing(night)) for night in range(100, 107)]


@pytest.mark.usefixtures("town")
def test_within_a_week_every_copy_was_compared() -> None:
    survey = filled()
    assert week(survey) == [0] * 7
    spoil(survey, "weg", keys=Tally.keys + 1)
    assert sum(week(survey)) == 1
    numbers = NumberTally.item_key == key(survey, "alter")
    db.session.execute(update(NumberTally).where(numbers).values(n=NumberTally.n + 1))
    assert sum(week(survey)) == 1
    survey.answers_count += 1
    assert week(survey) == [1, *[0] * 6]
    assert rebuilding.compare(survey, service.plan_of(survey)) == 0


@pytest.mark.usefixtures("town")
def test_each_night_compares_small_surveys_wholly_and_the_largest_by_a_seventh(
    differing: Callable[[], list[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = (filled(people, playground()) for people in (4, 14))  # two blocks, and seven
    mix_up(small)
    monkeypatch.setattr(recounting, "ANSWERS_OF_A_NIGHT", 4)
    assert differing() == [True] * 7
    rebuilding.rebuild(small, service.plan_of(small))
    db.session.commit()
    assert differing() == [False] * 7
    mix_up(large)
    assert sum(differing()) == 1
    monkeypatch.setattr(recounting, "ANSWERS_OF_A_NIGHT", 18)
    assert differing() == [True] * 7


def test_nobody_waits_while_the_night_compares(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = filled().slug
    survey_id, compare, looks = get_survey(slug).id, rebuilding.compare, []

    def compare_beside_a_writer(*args: Any) -> int:
        engine_of_another = open_engine(town)
        with writing(), engine_of_another.begin() as other:
            title = update(Survey).where(Survey.id == survey_id).values(title="Anders")
            other.execute(title)
        engine_of_another.dispose()
        looks.append(slug)
        return compare(*args)

    monkeypatch.setattr(rebuilding, "compare", compare_beside_a_writer)
    db.session.rollback()
    with writing():
        assert upkeep.verify_counts(NIGHT - timedelta(minutes=1), NIGHT)
        db.session.commit()
    assert looks == [slug]
    assert get_survey(slug).title == "Anders"


def test_what_a_survey_counted_stays_when_its_answers_went_in_the_same_night(town: Town) -> None:
    survey = filled()
    right = service.tallies(survey.id)
    survey.state, survey.closed_at = State.CLOSED, NIGHT
    upkeep.erase_answers(survey, NIGHT)
    recounting.mend(survey, 1)
    assert service.tallies(survey.id) == right


@pytest.mark.usefixtures("town")
def test_of_many_blocks_a_seventh_has_its_turn_each_night() -> None:
    nights = [rebuilding._turn(range(100), night) for night in range(3, 10)]
    assert max(map(len, nights)) == 15
    assert set().union(*nights) == set(range(100))
    assert rebuilding._turn([], 4) == set()


def test_what_differed_by_night_is_in_the_administration(
    app: Flask, town: Town, administrator: Visitor
) -> None:
    slug = filled().slug
    assert "alles stimmt" in administrator.get("/verwaltung/betrieb").text
    title = get_survey(slug).title
    spoil(get_survey(slug), "weg", n=Tally.n + 1)
    assert upkeep.verify_counts(NIGHT - timedelta(minutes=1), NIGHT)
    db.session.commit()
    page = administrator.get("/verwaltung/betrieb").text
    assert "Zählungen wichen ab" in page
    assert f"„{title}“ ist neu gezählt." in page
    assert "Zählungen einer Umfrage" in administrator.get("/verwaltung/protokoll").text


@pytest.mark.usefixtures("town")
def test_by_command_everything_is_compared_and_made_anew(app: Flask) -> None:
    survey, runner = filled(), app.test_cli_runner()
    slug = survey.slug
    right = service.tallies(survey.id)
    done = runner.invoke(args=["umfragen", "verify", slug])
    assert f"{slug}: alles stimmt." in done.output, done.output
    spoil(get_survey(slug), "weg", n=Tally.n + 1)
    done = runner.invoke(args=["umfragen", "verify", "--all"])
    assert "wichen ab und sind neu gemacht." in done.output
    assert service.tallies(get_survey(slug).id) == right
    assert db.session.query(AuditEntry).filter_by(act=recounting.MENDED).count() == 1
    spoil(get_survey(slug), "weg", n=Tally.n + 1)
    done = runner.invoke(args=["umfragen", "rebuild", slug])
    assert f"{slug}: 12 Antworten sind neu gezählt." in done.output
    assert service.tallies(get_survey(slug).id) == right
    for args in (["umfragen", "verify"], ["umfragen", "rebuild", slug, "--all"]):
        done = runner.invoke(args=args)
        assert done.exit_code == 2
        assert "Bitte nennen Sie eine Umfrage oder --all." in done.output
    assert runner.invoke(args=["umfragen", "verify", "fremd"]).exit_code == 1
