"""Two ways to the same figures: columns of bytes, and one answer after the other."""

from dataclasses import replace
from typing import Any

import pytest

from kern.db import db
from kern.town import Town
from tests.umfragen.made import make_open_survey
from tests.umfragen.results.by_hand import answers, codes_in, count, count_by, cross, holds
from tests.umfragen.results.conftest import DAY, fill, keys_of
from tests.umfragen.surveys import options, question, rows
from umfragen.definition.questions import Matrix
from umfragen.models import Margin, Source, Survey
from umfragen.results.counts import Counts
from umfragen.results.gathering import Selection, split_in, weights_of, whole_counts
from umfragen.results.marking import count_marks
from umfragen.results.publishing import REST
from umfragen.results.selecting import Filter
from umfragen.statistics.quality import Mark
from umfragen.statistics.weights import rake
from umfragen.store import folding, inbox
from umfragen.store.frame import Frame
from umfragen.store.inbox import Given
from umfragen.store.plans import plan_of


def plain(counts: Counts) -> dict[int, dict[int, float]]:
    return {item: dict(codes) for item, codes in counts.codes.items() if item >= 0}


def test_columns_and_answers_give_the_same_figures(survey: Survey) -> None:
    fill(survey, 80)
    plan, keys = plan_of(survey), keys_of(survey)
    wanted = Filter({keys["rad"]: frozenset({1}), keys["warum"]: frozenset({1, 2})})
    chosen = [one for one in answers(survey) if holds(wanted, one)]
    selection = Selection(survey, plan, wanted)
    slow = count(plan.items, chosen)
    fast = selection.counts()
    assert plain(fast) == plain(slow)
    assert fast.numbers == slow.numbers
    assert fast.n == slow.n == len(chosen)
    for down, across in (("ort", "note"), ("warum", "rad")):
        pair = keys[down], keys[across]
        assert selection.cross(*pair) == cross(chosen, *pair)
    by_place = count_by(plan.items, chosen, lambda one: codes_in(one.row, one.head, keys["ort"]))
    assert {code: plain(found) for code, found in selection.by(keys["ort"]).items()} == {
        code: plain(found) for code, found in by_place.items()
    }


def test_the_groups_of_a_filter_are_everybody_with_the_keys_of_their_cells(survey: Survey) -> None:
    fill(survey, 80)
    plan, item = plan_of(survey), keys_of(survey)["rad"]
    groups = split_in(plan, Frame(survey, plan), item, REST)
    slow = count_by(
        plan.items, answers(survey), lambda one: codes_in(one.row, one.head, item) or {REST}
    )
    assert {code: plain(found) for code, found in groups.items()} == {
        code: plain(found) for code, found in slow.items()
    }
    for code, found in groups.items():
        for at, keys in found.keys.items():
            assert keys == slow[code].keys[at]
    assert sum(found.n for found in groups.values()) == whole_counts(survey).n
    db.session.rollback()


def test_weighted_figures_are_those_of_every_answer_with_its_weight(survey: Survey) -> None:
    """Raked by two margins, over cells of answers alike, as if one after the other."""
    fill(survey, 90)
    plan, keys = plan_of(survey), keys_of(survey)
    people = {keys["ort"]: {1: 700.0, 2: 900.0, 3: 400.0}, keys["rad"]: {1: 900.0, 2: 1100.0}}
    db.session.add_all(
        Margin(survey_id=survey.id, item_key=item, code=code, people=n)
        for item, codes in people.items()
        for code, n in codes.items()
    )
    db.session.flush()
    every = list(answers(survey))
    columns = [[one.row[str(item)] for one in every] for item in people]
    one_by_one = rake(columns, list(people.values()))
    cells = weights_of(survey, plan)
    assert cells
    assert cells.weighting.n == 90
    assert cells.weighting.n_effective == pytest.approx(one_by_one.n_effective)
    assert cells.weighting.trimmed == one_by_one.trimmed
    weighted = [replace(one, weight=w) for one, w in zip(every, one_by_one.weights, strict=True)]
    wanted = Filter({keys["weg"]: frozenset({1, 2})})
    slow = count(plan.items, [one for one in weighted if holds(wanted, one)])
    fast = Selection(survey, plan, wanted, cells).counts()
    assert fast.n == pytest.approx(slow.n)
    for item, codes in plain(slow).items():
        assert {code: n for code, n in fast.of(item).items() if n} == pytest.approx(codes)
    crossed, base = Selection(survey, plan, Filter(), cells).cross(keys["ort"], keys["note"])
    by_hand, by_hand_base = cross(weighted, keys["ort"], keys["note"])
    assert crossed == pytest.approx(by_hand)
    assert base == pytest.approx(by_hand_base)


def test_places_come_from_columns(survey: Survey) -> None:
    fill(survey, 30)
    plan, item = plan_of(survey), keys_of(survey)["platz"]
    given = sorted(tuple(one.row[str(item)]["coordinates"]) for one in answers(survey))
    assert sorted(Selection(survey, plan, Filter()).points(item)) == given


def test_marks_name_straight_lines_and_texts_that_came_three_times(town: Town) -> None:
    grid = question("matrix", "gut", rows=rows("a", "b", "c", "d", "e"), columns=options("x", "y"))
    survey = make_open_survey([grid, question("long_text", "wunsch")])
    plan = plan_of(survey)
    matrix = next(one for one in plan.questions.values() if isinstance(one, Matrix))
    wish = keys_of(survey)["wunsch"]
    lines: list[list[int | None]] = [
        [1, 1, 1, 1, 1],
        [2, 2, None, 2, 2],
        [1, 1, 1, None, None],
        [1, 2, 1, 1, 1],
    ]
    copied = [
        "Mehr Bäume auf dem Marktplatz!",
        "mehr bäume auf dem MARKTPLATZ",
        "Mehr  Bäume auf dem Marktplatz.",
        "Etwas ganz anderes, das sonst niemand sagt.",
    ]
    for line, text in zip(lines, copied, strict=True):
        row: dict[str, Any] = {
            str(one.key): code for one, code in zip(matrix.rows, line, strict=True)
        }
        row[str(wish)] = text
        inbox.put(survey, Given(survey.current_version, DAY, "de", Source.WEB, row, None))
    inbox.move(survey, plan, keep=0)
    db.session.flush()
    assert count_marks(survey, plan) == {Mark.STRAIGHT: 2, Mark.REPEATED: 3}
    folding.fold(survey, plan)
    left = Selection(survey, plan, Filter(), without_marks=True).counts()
    assert left.n == 1
