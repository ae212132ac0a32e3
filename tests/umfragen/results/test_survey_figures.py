"""A question of each kind as figures: bases, shares, middles."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.umfragen.crowd import Answered, counts_of
from tests.umfragen.surveys import make_survey, options, question, rows
from umfragen.engine import Plan, make_plan
from umfragen.results.figures import Figure, Shape, figures_of
from umfragen.results.spans import spans_of

PLAN = make_plan(
    make_survey(
        [
            question("single", "weg", options=options("rad", "bus", "auto"), other={}),
            question("multiple", "warum", options=options("a", "b")),
            question("scale", "note", low=1, high=5),
            question(
                "matrix", "orte", rows=rows("park", "platz"), columns=options("gut", "schlecht")
            ),
            question("ranking", "reihe", options=options("x", "y", "z")),
            question("number", "alter"),
            question("number_list", "geld", rows=rows("bank", "baum"), total=100),
            question("long_text", "idee"),
            question("info", "dank"),
        ]
    )
)
KEYS = {one.name: one.key for one in PLAN.definition.questions()}


def figures(*answers: Mapping[str, Any]) -> dict[str, Figure]:
    """Answers by name of the question; what is missing was not shown, None not answered."""
    people = [Answered(row_of(one), at) for at, one in enumerate(answers)]
    names = {key: name for name, key in KEYS.items()}
    return {
        names[found.key]: found for found in figures_of(PLAN.definition, counts_of(PLAN, people))
    }


def row_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {str(KEYS.get(name, name)): value for name, value in answer.items()}


def test_the_base_of_a_share_are_those_who_saw_the_question_and_answered() -> None:
    block = figures({"weg": 1}, {"weg": 1}, {"weg": 3}, {"weg": None}, {})["weg"].blocks[0]
    assert (block.base, block.missing) == (3, 1)
    assert [(line.code, line.n) for line in block.lines] == [(1, 2), (2, 0), (3, 1), (251, 0)]
    assert block.share(2) == pytest.approx(2 / 3)


def test_several_picks_are_shares_of_people_not_of_picks() -> None:
    found = figures({"warum": [1, 2]}, {"warum": [1]}, {"warum": [2]}, {"warum": [1]})["warum"]
    assert found.shape is Shape.PICKS
    block = found.blocks[0]
    assert block.base == 4
    assert [block.share(line.n) for line in block.lines] == [0.75, 0.5]


def test_a_scale_has_a_middle_and_a_matrix_a_block_for_each_row() -> None:
    found = figures({"note": 1}, {"note": 4}, {"note": 4})
    middle = found["note"].blocks[0].middle
    assert middle
    assert (middle.mean, middle.median) == (3, 4)
    assert len(found["orte"].blocks) == 2


def test_ranks_add_up_and_those_left_out_share_what_is_left() -> None:
    found = figures({"reihe": [1, 2, 3]}, {"reihe": [1, 3, 2]}, {"reihe": [2]})["reihe"]
    assert [(one.code, one.first) for one in found.ranks] == [(1, 2), (2, 1), (3, 0)]
    points = {one.code: one.points for one in found.ranks}
    assert points == {1: pytest.approx(4.5 / 3), 2: 1, 3: pytest.approx(1.5 / 3)}
    assert sum(points.values()) == pytest.approx(3)


def test_numbers_have_classes_that_hold_everybody() -> None:
    found = figures(*({"alter": age} for age in range(18, 90)))["alter"].blocks[0]
    assert found.base == 72
    assert sum(line.n for line in found.lines) == 72
    assert found.spans[0].low == 10
    assert found.middle
    assert found.middle.median == 53.5


@given(st.dictionaries(st.floats(-1e9, 1e9, allow_subnormal=False), st.integers(1, 9), min_size=1))
def test_every_number_is_in_exactly_one_class(values: dict[float, int]) -> None:
    spans = spans_of(values)
    assert len(spans) <= 12
    for value in values:
        assert sum(span.holds(value) for span in spans) == 1


def test_texts_are_named_and_counted_and_information_is_no_result() -> None:
    found = figures({"idee": "Mehr Bänke"}, {"weg": 251, str(KEYS["weg"] + 1): "Roller"})
    assert found["idee"].texts == ((KEYS["idee"], 1),)
    assert found["weg"].texts == ((KEYS["weg"] + 1, 1),)
    assert "dank" not in found


def test_the_plan_of_the_test_is_whole() -> None:
    assert isinstance(PLAN, Plan)
    assert not PLAN.mistakes
