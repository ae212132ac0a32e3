"""Charts of a published result are drawn once, and anew when anything they depend on changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.town import Town
from tests.umfragen.results.conftest import fill, keys_of
from tests.visitors import Visitor
from umfragen.models import FreeText, FreeTextState, Sampling, Snapshot, Survey
from umfragen.results import publication
from umfragen.results.publication import Choice
from umfragen.service.redacting import strike

MOST_QUERIES = 5


@pytest.fixture
def shown(survey: Survey, planner: Actor) -> Survey:
    """All its questions are published, with groups to look at and a released text."""
    keys = keys_of(survey)
    fill(survey, 120)
    publication.take_snapshot(planner, survey, [keys["rad"]])
    publication.publish(planner, survey, Choice(frozenset(keys.values()), {0: "Wir bauen neu."}))
    released = update(FreeText).values(state=FreeTextState.PUBLIC)
    db.session.execute(released.where(FreeText.survey_id == survey.id))
    db.session.commit()
    return survey


def read(app: Flask, survey: Survey, rest: str = "") -> str:
    answer = Visitor(app).get(f"/umfragen/{survey.slug}/ergebnis{rest}")
    assert answer.status_code == 200
    return str(answer.text)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SET TRANSACTION")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def charts(town: Town) -> list[Any]:
    """The files that hold charts."""
    found = (path for path in (town.path / "seiten").iterdir() if path.suffix == "")
    return [path for path in found if b'["umfragen.charts"' in path.read_bytes()[:200]]


def test_a_result_that_was_read_before_takes_five_queries_and_no_figures(
    app: Flask, shown: Survey
) -> None:
    first = read(app, shown)
    with counted() as statements:
        again = read(app, shown, "?noch=einmal")
    assert again.count("<figure") == first.count("<figure") > 1
    assert len(statements) <= MOST_QUERIES, "\n".join(statements)
    assert not any("umfragen_snapshot.data" in statement for statement in statements)


def test_a_damaged_chart_is_drawn_anew(app: Flask, town: Town, shown: Survey) -> None:
    whole = read(app, shown)
    for path in charts(town):
        path.write_bytes(path.read_bytes()[:-100])
    assert read(app, shown, "?noch=einmal").count("<figure") == whole.count("<figure")


def chosen_fewer(planner: Actor, survey: Survey) -> None:
    keys = keys_of(survey)
    publication.publish(planner, survey, Choice(frozenset({keys["rad"]}), {}))


def counted_anew(planner: Actor, survey: Survey) -> None:
    fill(survey, 60)
    publication.take_snapshot(planner, survey, [keys_of(survey)["rad"]])


def drawn_by_lot(_planner: Actor, survey: Survey) -> None:
    survey.sampling, survey.population_n = Sampling.RANDOM, 5_000


def larger_groups(_planner: Actor, survey: Survey) -> None:
    survey.k_min += 1


def another_name(_planner: Actor, survey: Survey) -> None:
    survey.slug = "anders"


def restored_and_counted(_planner: Actor, survey: Survey) -> None:
    """The same number, another time."""
    query = update(Snapshot).where(Snapshot.survey_id == survey.id)
    db.session.execute(query.values(taken_at=now() + timedelta(seconds=1)))


def a_name_taken_out(_planner: Actor, survey: Survey) -> None:
    strike(survey, lambda words: words.replace("Rad", "…"))


CHANGES = (
    *(chosen_fewer, counted_anew, drawn_by_lot, larger_groups, another_name),
    *(restored_and_counted, a_name_taken_out),
)


@pytest.mark.parametrize(
    "change",
    CHANGES,
    ids=lambda change: change.__name__,
)
def test_whatever_charts_depend_on_has_them_drawn_anew(
    app: Flask, town: Town, shown: Survey, planner: Actor, change: Callable[[Actor, Survey], None]
) -> None:
    read(app, shown)
    before = len(charts(town))
    survey = db.session.merge(shown)
    change(planner, survey)
    db.session.commit()
    read(app, survey, "?noch=einmal")
    assert len(charts(town)) == before + 1


def test_each_language_and_each_group_has_charts_of_its_own(
    app: Flask, town: Town, shown: Survey
) -> None:
    code = keys_of(shown)["rad"]
    german = read(app, shown)
    english = read(app, shown, "?sprache=en")
    group = read(app, shown, f"?gruppe={code}.1")
    assert "Als Tabelle" in german
    assert "Als Tabelle" not in english
    assert "Gezeigt werden die Antworten dieser Gruppe" in group
    assert len(charts(town)) == 3


def test_texts_taken_back_are_gone_though_the_charts_stand(app: Flask, shown: Survey) -> None:
    assert "Mehr Schatten" in read(app, shown)
    back = update(FreeText).values(state=FreeTextState.KEPT)
    db.session.execute(back.where(FreeText.survey_id == shown.id))
    db.session.commit()
    assert "Mehr Schatten" not in read(app, shown, "?noch=einmal")
