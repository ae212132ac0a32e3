"""Attacks on hidden figures: sums, differences, repetition. None gives a small group away."""

import itertools
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umfragen.statistics.cellkeys import KEYS, LARGEST, cell_key, noise, perturb
from umfragen.statistics.hexagons import bin_points
from umfragen.statistics.merging import (
    groups_to_hide,
    merge_small,
    merge_small_and_zeros,
    small_picks,
)
from umfragen.statistics.suppression import K, Spot, bounds, hidden_spots, protect

SMALL_AND_LARGE = st.one_of(st.integers(0, 6), st.integers(0, 80))
TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(SMALL_AND_LARGE, min_size=width, max_size=width), min_size=1, max_size=6
    )
)
Lines = list[tuple[list[Spot], Spot]]


def lines_of(height: int, width: int) -> Lines:
    """What adds up to what: figures of a row or column to their sum, sums to the total."""
    rows = [([(i, j) for j in range(width)], (i, width)) for i in range(height + 1)]
    columns = [([(i, j) for i in range(height)], (height, j)) for j in range(width + 1)]
    return rows + columns


def values_of(table: list[list[int]]) -> dict[Spot, int]:
    rows = [[*row, sum(row)] for row in table]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    return {(i, j): value for i, row in enumerate(rows) for j, value in enumerate(row)}


def narrowed(values: dict[Spot, int], hidden: frozenset[Spot], lines: Lines) -> dict[Spot, Spot]:
    """Interval propagation: every line bounds each of its figures by what the others leave, again
    and again until nothing changes."""
    n = max(values.values())
    known = {s: (0, n) if s in hidden else (v, v) for s, v in values.items()}
    changed = True
    while changed:
        changed = False
        for parts, total in lines:
            for spot in (*parts, total):
                signs = {part: -1 if spot != total else 1 for part in parts if part != spot}
                if spot != total:
                    signs[total] = 1
                low = sum(known[s][0] if sign > 0 else -known[s][1] for s, sign in signs.items())
                high = sum(known[s][1] if sign > 0 else -known[s][0] for s, sign in signs.items())
                better = max(known[spot][0], low), min(known[spot][1], high)
                changed = changed or better != known[spot]
                known[spot] = better
    return {spot: known[spot] for spot in hidden}


def solved(hidden: frozenset[Spot], lines: Lines) -> set[Spot]:
    """Gauss with fractions: hidden figures that the equations alone fix."""
    spots = sorted(hidden)
    rows = []
    for parts, total in lines:
        row = [Fraction(0)] * len(spots)
        for index, spot in enumerate(spots):
            row[index] += (spot in parts) - (spot == total)
        rows.append(row)
    done = 0
    for column in range(len(spots)):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for r, row in enumerate(rows):
            if r != done and row[column]:
                factor = row[column]
                rows[r] = [a - factor * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    fixed = [row for row in rows if sum(1 for value in row if value) == 1]
    return {spots[next(i for i, value in enumerate(row) if value)] for row in fixed}


@settings(deadline=None, max_examples=150)
@given(TABLES)
def test_no_hidden_figure_of_a_table_can_be_worked_out(table: list[list[int]]) -> None:
    shown = protect(table)
    hidden = hidden_spots(shown)
    values = values_of(table)
    total = (len(table), len(table[0]))
    assert {s for s, v in values.items() if v < K and s != total} <= hidden
    if shown.n < K:
        return
    assert solved(hidden, lines_of(*total)) == set()
    exact = bounds(table, hidden)
    for spot, (low, high) in narrowed(values, hidden, lines_of(*total)).items():
        assert low <= exact[spot][0] <= values[spot] <= exact[spot][1] <= high
        assert high - low >= (K - 1 if values[spot] < K else 1)
        assert exact[spot][1] - exact[spot][0] >= (K - 1 if values[spot] < K else 1)


def every_table(across: list[int], down: list[int]) -> Iterator[list[list[int]]]:
    height, width = len(across), len(down)
    for cells in itertools.product(range(max(across) + 1), repeat=height * width):
        table = [list(cells[i * width : (i + 1) * width]) for i in range(height)]
        if [sum(row) for row in table] != across:
            continue
        if [sum(column) for column in zip(*table, strict=True)] == down:
            yield table


def test_ranges_of_hidden_figures_are_what_trying_all_tables_gives() -> None:
    table = [[1, 4, 0], [2, 3, 3]]
    hidden = frozenset({(0, 0), (0, 1), (1, 0), (1, 1)})
    alike = [
        other
        for other in every_table([5, 8], [3, 7, 3])
        if all(
            other[i][j] == table[i][j] for i in range(2) for j in range(3) if (i, j) not in hidden
        )
    ]
    found = bounds(table, hidden)
    for i, j in hidden:
        seen = [other[i][j] for other in alike]
        assert found[i, j] == (min(seen), max(seen))


def test_a_table_without_small_groups_is_shown_whole() -> None:
    shown = protect([[40, 30], [20, 10]])
    assert shown.cells == ((40, 30), (20, 10))
    assert shown.across == (70, 30)
    assert shown.down == (60, 40)


def test_the_cheapest_partners_go_and_the_rest_stays() -> None:
    shown = protect([[95, 3, 20, 70], [50, 40, 30, 60], [80, 90, 25, 70]])
    assert sum(cell is None for row in shown.cells for cell in row) == 4
    assert None not in shown.across + shown.down


def test_a_table_too_small_for_any_figure_shows_none() -> None:
    assert protect([[1, 0], [2, 1]]).is_empty
    assert protect([[3, 40]]).is_empty


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 30), min_size=2))
def test_merged_options_stand_for_enough_people_and_hide_which_is_which(
    counts: dict[int, int],
) -> None:
    for merge in (merge_small, merge_small_and_zeros):
        found = merge(counts)
        assert sum(found.shown.values()) + found.rest == sum(counts.values())
        assert not any(0 < n < K for n in found.shown.values())
        if found.merged:
            assert len(found.merged) > 1
            assert found.rest >= K or not found.shown
    assert 0 not in merge_small_and_zeros(counts).shown.values()


def test_a_zero_alone_stays_visible_for_all_answers() -> None:
    assert merge_small({1: 20, 2: 0, 3: 7}).shown == {1: 20, 2: 0, 3: 7}
    assert merge_small({1: 20, 2: 0, 3: 4, 4: 9}).merged == {2, 3, 4}


def test_what_almost_everybody_picked_is_as_telling_as_what_almost_nobody_did() -> None:
    assert small_picks({1: 3, 2: 50, 3: 98, 4: 0, 5: 100}, base=100) == {1, 3}


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 60), min_size=2))
def test_everybody_less_the_groups_shown_is_nobody_or_many(sizes: dict[int, int]) -> None:
    hidden = groups_to_hide(sizes, never=[9])
    left = sum(sizes[group] for group in hidden)
    assert all(n >= 2 * K for group, n in sizes.items() if group not in hidden)
    assert 9 not in sizes or 9 in hidden
    assert left == 0 or left >= 2 * K or hidden == sizes.keys()


@settings(deadline=None, max_examples=100)
@given(TABLES)
def test_where_sums_are_public_already_only_inner_figures_go(table: list[list[int]]) -> None:
    height, width = len(table), len(table[0])
    before = {(0, j) for j in range(width + 1)} if height > 2 else set()
    shown = protect(table, hidden=before, sums_are_known=True)
    hidden, values = hidden_spots(shown), values_of(table)
    sums = {(height, j) for j in range(width)} | {(i, width) for i in range(height)}
    assert hidden & sums == before & sums
    if shown.is_empty:
        return
    exact = bounds(table, hidden)
    for spot in hidden - sums:
        if values[spot] < K:
            assert exact[spot][1] - exact[spot][0] >= K - 1


@given(st.integers(0, 10_000), st.integers(0, KEYS - 1))
def test_noise_is_small_the_same_each_time_and_never_makes_somebody_of_nobody(
    count: int, key: int
) -> None:
    assert abs(noise(count, key)) <= LARGEST
    assert perturb(count, key) == perturb(count, key) >= 0
    assert perturb(0, key) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_noise_is_zero_on_average(count: int) -> None:
    keys = range(0, KEYS, KEYS // 16)
    found = Counter(noise(count, key) for key in keys)
    assert sum(p * times for p, times in found.items()) == 0
    assert sum(found.values()) == 16


def test_the_same_people_get_the_same_noise_however_they_are_put_together() -> None:
    keys = [2**31 + 5, 2**31 + 7, 12, 99]
    assert cell_key(keys) == cell_key([cell_key(keys[:2]), cell_key(keys[2:])])
    assert 0 <= cell_key(keys) < KEYS


AHORNWEG = (9.93, 51.54)


@given(
    st.lists(st.tuples(st.floats(9.9, 9.96), st.floats(51.52, 51.56)), min_size=1, max_size=60),
    st.integers(1, 8),
)
def test_every_point_is_in_one_hexagon_and_none_shown_is_nearly_empty(
    points: list[tuple[float, float]], k: int
) -> None:
    found = bin_points(points, edge=250, k=k)
    assert sum(one.n for one in found.shown) + found.rest == found.n == len(points)
    assert all(one.n >= k for one in found.shown)


def test_a_hexagon_lies_around_its_points_and_its_sides_have_their_length() -> None:
    found = bin_points([AHORNWEG] * 6, edge=100)
    assert found.rest == 0
    hexagon = found.shown[0]
    assert hexagon.n == 6
    west, east = min(x for x, _ in hexagon.corners), max(x for x, _ in hexagon.corners)
    south, north = min(y for _, y in hexagon.corners), max(y for _, y in hexagon.corners)
    assert west <= AHORNWEG[0] <= east
    assert south <= AHORNWEG[1] <= north
    assert (north - south) * 111_195 == pytest.approx(200, abs=0.5)


def test_a_point_stays_in_its_hexagon_whoever_else_comes() -> None:
    alone = bin_points([AHORNWEG], edge=100, k=1).shown[0]
    among = bin_points([AHORNWEG, (9.8, 51.4), (10.1, 51.7)], edge=100, k=1).shown
    assert alone.centre in {one.centre for one in among}
