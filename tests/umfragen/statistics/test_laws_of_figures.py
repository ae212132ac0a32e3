"""What holds for every set of answers, tried with thousands made up by chance."""

import math
from collections import Counter
from statistics import mean, median

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from umfragen.statistics.association import associate
from umfragen.statistics.describing import rank, summarise
from umfragen.statistics.intervals import margin, sample_size, wilson
from umfragen.statistics.quality import fast_below, is_straight, repeated
from umfragen.statistics.weights import LARGEST, SMALLEST, rake

COUNTS = st.dictionaries(st.integers(0, 20), st.integers(1, 30), min_size=1)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 60), min_size=width, max_size=width), min_size=2, max_size=5
    )
)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 100_000))
def test_an_interval_holds_its_share_and_a_population_only_narrows_it(
    hits: int, n: int, more: int
) -> None:
    share = min(hits, n) / n
    wide, narrow = wilson(share, n), wilson(share, n, population=n + more)
    assert 0 <= wide.low <= narrow.low <= share <= narrow.high <= wide.high <= 1


@given(st.integers(20, 200_000), st.sampled_from([0.02, 0.03, 0.05, 0.1]))
def test_the_advised_sample_reaches_its_margin_and_one_person_less_does_not(
    population: int, error: float
) -> None:
    n = sample_size(error, population)
    assert margin(0.5, n, population) <= error + 1e-12
    assert n == 1 or margin(0.5, n - 1, population) > error


@given(COUNTS)
def test_counted_values_give_the_same_as_the_values_themselves(counts: dict[int, int]) -> None:
    values = sorted(Counter(counts).elements())
    found = summarise(counts)
    assert found
    assert found.n == len(values)
    assert found.mean == pytest.approx(mean(values))
    assert found.median == median(values)
    assert found.least <= found.lower <= found.median <= found.upper <= found.most


@given(TABLES)
def test_turning_a_table_changes_no_association(table: list[list[int]]) -> None:
    found = associate(table)
    turned = associate([list(column) for column in zip(*table, strict=True)])
    assume(found)
    assert found
    assert turned
    assert found.chi_squared == pytest.approx(turned.chi_squared, abs=1e-9)
    assert 0 <= found.p <= 1
    assert 0 <= found.v <= 1


@given(st.lists(st.permutations([1, 2, 3, 4]), min_size=1), st.integers(1, 4))
def test_no_vote_gives_more_points_than_another(orders: list[list[int]], kept: int) -> None:
    places = rank([(order[:kept], 1) for order in orders], [1, 2, 3, 4])
    assert math.fsum(place.points for place in places) == pytest.approx(6 * len(orders))
    assert math.fsum(place.first for place in places) == pytest.approx(1)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None])),
        min_size=30,
        max_size=200,
    ),
    st.tuples(*[st.integers(1, 1000)] * 5),
)
def test_weights_stay_within_limits_and_are_1_on_average_where_they_can_be(
    groups: list[tuple[str, str | None]], people: tuple[int, ...]
) -> None:
    columns: list[list[str | None]] = [[one for one, _ in groups], [other for _, other in groups]]
    margins = [dict(zip("abc", people, strict=False)), dict(zip("xy", people[3:], strict=True))]
    found = rake(columns, margins)
    assert all(SMALLEST <= weight <= LARGEST for weight in found.weights)
    assert found.rounds <= 20
    assert found.n_effective <= len(groups) + 1e-9
    if found.trimmed < len(groups):
        assert mean(found.weights) == pytest.approx(1, abs=0.2)


def test_weights_name_whom_nobody_answered_for() -> None:
    found = rake([["jung", "jung", "alt"]], [{"jung": 10, "alt": 10, "sehr alt": 5}])
    assert found.unreached == ((0, "sehr alt"),)


def test_quality_marks_name_what_looks_careless_and_nothing_else() -> None:
    assert fast_below([30, 60, 600]) == 20
    assert fast_below([]) is None
    assert is_straight([(3, 3, 3, 3), (1, 2)])
    assert not is_straight([(3, 3, 3, 3), (1, 2, 1, 2)])
    assert not is_straight([(1, 1, None)])
    copied = "Ich bin gegen die neue Straße!"
    loud = "Ich bin für die neue Straße und sage es laut."
    others = {4: "Nein", 5: "Nein", 6: "Nein", 7: loud}
    texts = {1: copied, 2: copied.upper(), 3: " ich bin gegen  die neue straße", **others}
    assert repeated(texts) == {1, 2, 3}
