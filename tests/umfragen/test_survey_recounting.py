"""By night and by command counts are compared with answers; what differs is mended and shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from kern.accounts.permissions import Role
from kern.audit import AuditEntry
from kern.db import db
from kern.town import Town
from tests.builders import make_account
from tests.umfragen.made import empty_inbox, key, make_open_survey
from tests.umfragen.surveys import every_kind
from tests.visitors import Visitor
from umfragen import service
from umfragen.editing.robots import walk_robots
from umfragen.engine import make_row
from umfragen.models import NumberTally, Source, Survey, Tally
from umfragen.service import recounting, upkeep
from umfragen.service.surveys import get_survey
from umfragen.store import folding, inbox, rebuilding

NIGHT = datetime(2026, 5, 4, 1, tzinfo=UTC)  # three on the wall clock of the town


@pytest.fixture
def administrator(app: Flask, town: Town) -> Visitor:
    return Visitor(app, make_account("Jana Petersen", (Role.ADMINISTRATOR, None)))


def filled(people: int = 12) -> Survey:
    survey = make_open_survey(every_kind())
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
    plan = service.plan_of(survey)
    return [rebuilding.look(survey, plan, night) for night in range(100, 107)]


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
    assert rebuilding.verify(survey, service.plan_of(survey)) == 0


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
