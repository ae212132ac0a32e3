"""Bars to both sides of a middle: where there is one, and that their lengths are true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.umfragen.surveys import make_survey, options, question, rows
from umfragen.engine import make_plan
from umfragen.results.counts import Counts
from umfragen.results.diverging import has_middle, lean, shades
from umfragen.results.figures import figures_of
from umfragen.results.shown import Show, ShownFigure
from umfragen.results.wording import Wording
from umfragen.store.cells import ANSWERED

AGREE = ("stimme nicht zu", "eher nicht", "teils, teils", "eher", "stimme zu")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (AGREE, True),
        (("zu wenig", "Genau richtig", "zu viel"), True),
        (("disagree", "neither agree nor disagree", "agree"), True),
        (("Bus", "Rad", "Auto"), False),
        (AGREE[:2] + AGREE[3:], False),
        (("teils",), False),
    ],
)
def test_a_middle_is_where_the_middle_column_is_called_so(
    labels: tuple[str, ...], expected: bool
) -> None:
    assert has_middle(labels) is expected


@given(
    st.sampled_from([3, 5, 7]).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 50), min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
def test_every_row_is_as_long_as_all_its_answers_and_the_line_halves_the_middle(
    counts: list[list[int]],
) -> None:
    axis, found = lean(counts)
    lengths = set()
    for row, one in zip(counts, found, strict=True):
        assert (one is None) == (not sum(row))
        if one is None:
            continue
        assert all(-0.02 <= part.start <= 100.02 - part.width for part in one.parts)
        lengths.add(round(sum(part.width for part in one.parts)))
        middle = next((part for part in one.parts if part.shade == 4), None)
        if middle:
            assert middle.start + middle.width / 2 == pytest.approx(axis, abs=0.02)
        assert one.below == round(100 * sum(row[: len(row) // 2]) / sum(row))
    assert max(lengths, default=0) - min(lengths, default=0) <= 1


def test_shades_grow_to_both_ends() -> None:
    assert shades(3) == (2, 4, 6)
    assert shades(5) == (1, 3, 4, 5, 7)
    assert shades(7) == (1, 2, 3, 4, 5, 6, 7)


def shown() -> list[ShownFigure]:
    five = [{"code": n, "name": f"o{n}", "text": text} for n, text in enumerate(AGREE, 1)]
    definition = make_survey(
        [
            question("matrix", "sicher", rows=rows("tags", "nachts"), columns=five),
            question(
                "matrix", "womit", rows=rows("hin", "her"), columns=options("bus", "rad", "x")
            ),
            question("scale", "note", low=1, high=5),
            question("scale", "nps", low=0, high=10, look="nps"),
            question("scale", "lang", low=0, high=10),
        ]
    )
    plan = make_plan(definition)
    codes: dict[int, dict[int, float]] = {
        key: {**dict.fromkeys(sorted(item.codes), 6.0), ANSWERED: 6.0 * len(item.codes)}
        for key, item in plan.items.items()
    }
    figures = figures_of(definition, Counts(30, codes))
    return Show(Wording(definition, "de")).figures(plan.questions, figures)


def test_scales_and_matrices_with_a_middle_lean_and_others_do_not() -> None:
    matrix, nominal, scale, nps, long = shown()
    assert matrix.sides
    assert [label for label, _ in matrix.sides.rows] == ["Zeile tags", "Zeile nachts"]
    assert [words for _, words in matrix.sides.legend] == list(AGREE)
    assert matrix.sides.axis == 50
    assert matrix.sides.rows[0][1].below == 40
    assert matrix.stacks  # the table twin
    assert nominal.sides is None
    assert scale.sides
    assert len(scale.sides.legend) == 5
    assert nps.sides is None
    assert long.sides
    assert [words for _, words in long.sides.legend] == [
        "unter der Mitte",
        "in der Mitte",
        "darüber",
    ]
