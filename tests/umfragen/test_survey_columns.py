"""Copies of answers say what the rows say, however many of them are folded."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache, partial
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from kern.db import db
from kern.town import Town
from tests.umfragen.made import empty_inbox, key, make_open_survey
from tests.umfragen.surveys import every_kind, make_survey
from umfragen import service
from umfragen.editing.robots import walk_robots
from umfragen.engine import make_plan, make_row
from umfragen.models import Block, ColumnBlock, Response, Source, Survey, Tally
from umfragen.store import folding, inbox, rebuilding, rows
from umfragen.store.cells import ANSWERED, MISSING, TOTAL, rank_code
from umfragen.store.frame import Condition, Frame

pytestmark = pytest.mark.usefixtures("town")

PEOPLE = 60


@cache
def answered(people: int) -> list[dict[str, Any]]:
    """They say the same each time, to every survey of these questions."""
    plan = make_plan(make_survey(every_kind()))
    return [make_row(walk.sheet) for walk in walk_robots(plan, people)]


def filled(people: int = PEOPLE) -> tuple[Survey, list[dict[str, Any]]]:
    """A survey with every kind of question, and the rows that robots answered."""
    survey = make_open_survey(every_kind())
    found = deepcopy(answered(people))
    for answers in found:
        inbox.put(survey, inbox.Given(1, date(2026, 5, 4), "de", Source.WEB, answers, None))
    empty_inbox(survey)
    return survey, found


def frame_of(survey: Survey) -> Frame:
    return Frame(survey, service.plan_of(survey))


def has(row: Mapping[str, Any], item: int, code: int) -> bool:
    value = row.get(str(item))
    return code in value if isinstance(value, list) else value == code


@pytest.mark.parametrize("folded", ["nothing", "half", "all", "stale"])
def test_columns_and_tallies_count_the_same(folded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BLOCK", 16)
    survey, _ = filled()
    plan = service.plan_of(survey)
    folding.fold(survey, plan, most={"nothing": 0, "half": 2}.get(folded))
    if folded == "stale":
        folding.mark_stale(survey.id, 1)
    frame, counted = frame_of(survey), service.tallies(survey.id)

    assert frame.n == counted[TOTAL][0] == PEOPLE
    for item in (*plan.items, TOTAL, -2, -3, -4, -5):
        assert frame.counts(item) == counted[item], item
    for (item, part), values in service.number_tallies(survey.id).items():
        assert frame.numbers(item, part) == values
    keys = db.session.scalars(
        select(Tally.keys).where(Tally.survey_id == survey.id, Tally.item_key == TOTAL)
    ).one()
    assert frame.keys(frame.everybody) == keys


def test_filters_and_cross_tabs_agree_with_counting_by_hand() -> None:
    survey, found = filled()
    folding.fold(survey, service.plan_of(survey))
    way, where, order = (key(survey, name) for name in ("weg", "wo_park", "folge_1"))
    age = key(survey, "alter")
    frame = frame_of(survey)
    by_bike = frame.mask([Condition(item=way, codes=frozenset({1, 2}))])
    kept = [row for row in found if row.get(str(way)) in {1, 2}]

    assert frame.size(by_bike) == len(kept) > 0
    crossed = Counter(
        (row[str(way)], code)
        for row in found
        if isinstance(row.get(str(way)), int)
        for code in row.get(str(where)) or ()
    )
    table = frame.crosstab(way, where)
    assert {cell: n for cell, n in table.items() if max(cell) < ANSWERED} == crossed
    first = frame.mask([Condition(item=order, codes=frozenset({2}))])
    assert frame.size(first) == sum((row.get(str(order)) or [0])[0] == 2 for row in found)
    assert frame.counts(order, first)[rank_code(1, 2)] == frame.size(first)
    young = frame.mask(
        [Condition(item=age, low=0, high=40), Condition(item=way, codes=frozenset({1}))]
    )
    assert frame.size(young) == sum(
        row.get(str(age)) is not None and row[str(age)] <= 40 and row.get(str(way)) == 1
        for row in found
    )
    unanswered = frame.mask([Condition(item=way, codes=frozenset({MISSING}))])
    assert frame.size(unanswered) == sum(row.get(str(way), 0) is None for row in found)
    assert frame.days(by_bike) == {date(2026, 5, 4): len(kept)}


def test_a_question_that_came_later_was_shown_to_nobody_before() -> None:
    survey, _ = filled(20)
    folding.fold(survey, service.plan_of(survey))
    db.session.execute(delete(ColumnBlock).where(ColumnBlock.item_key == key(survey, "note")))

    assert frame_of(survey).counts(key(survey, "note")) == {254: 20}


def test_what_went_wrong_in_a_copy_is_found_and_mended(town: Town) -> None:
    survey, _ = filled(12)
    plan = service.plan_of(survey)
    folding.fold(survey, plan)
    assert rebuilding.compare(survey, plan) == 0
    right = service.tallies(survey.id)

    for find in (rebuilding.compare, partial(rebuilding.look, night=3)):
        wrong = update(Tally).where(Tally.item_key == key(survey, "weg"))
        db.session.execute(wrong.values(n=Tally.n + 1))
        assert find(survey, plan) > 0
        rebuilding.rebuild(survey, plan)
        assert service.tallies(survey.id) == right
        assert rebuilding.compare(survey, plan) == 0


def test_by_night_every_block_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BLOCK", 2)
    survey, _ = filled(12)
    plan = service.plan_of(survey)
    folding.fold(survey, plan)
    assert [rebuilding.look(survey, plan, night) for night in (0, 1)] == [0, 0]
    swapped = db.session.scalars(select(Response).where(Response.block == 5)).all()
    first, second = (dict(one.answers) for one in swapped)
    swapped[0].answers, swapped[1].answers = second, first  # every total stays
    db.session.flush()

    found = [rebuilding.look(survey, plan, night) for night in range(rebuilding.NIGHTS)]
    assert 0 < sum(found) < rebuilding.NIGHTS
    assert rebuilding.compare(survey, plan) > 0
    rebuilding.rebuild(survey, plan)
    assert rebuilding.compare(survey, plan) == 0


def test_every_response_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "BLOCK", 8)
    monkeypatch.setattr(rows, "PAGE", 5)
    monkeypatch.setattr(rows, "AT_ONCE", 5)
    survey, found = filled(30)
    folding.fold(survey, service.plan_of(survey), most=2)

    read = [row.answers for row in rows.stream(survey)]

    assert len(read) == 30
    assert sorted(map(str, read)) == sorted(map(str, found))
    blocks = db.session.scalar(select(func.count()).select_from(Block))
    assert blocks == 2
