"""Every formula gives the numbers its source, or a book that uses it, has printed."""

import pytest

from umfragen.statistics.association import associate, chi_squared_tail, upper_gamma
from umfragen.statistics.describing import (
    leaning,
    net_promoter_score,
    rank,
    summarise,
    top_box,
)
from umfragen.statistics.intervals import margin, sample_size, wilson
from umfragen.statistics.weights import effective_answers, post_stratify, rake


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_of_newcombe_1998_table_1(
    hits: int, n: int, low: float, high: float
) -> None:
    found = wilson(hits / n, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_small_town_narrows_the_interval() -> None:
    found = wilson(0.3, 100, population=400)
    assert (round(found.low, 3), round(found.high, 3)) == (0.229, 0.383)
    everybody = wilson(0.3, 400, population=400)
    assert (everybody.low, everybody.high) == (0.3, 0.3)
    assert margin(0.3, 400, population=400) == 0


def test_the_margin_of_error_of_1000_people_is_the_3_1_points_every_poll_prints() -> None:
    assert round(100 * margin(0.5, 1000), 1) == 3.1
    assert round(100 * margin(0.5, 1500, population=12_000), 2) == 2.37


@pytest.mark.parametrize(
    ("population", "sample"),
    [(10, 10), (100, 80), (1_000, 278), (5_000, 357), (10_000, 370), (1_000_000, 384)],
)
def test_sample_sizes_are_those_of_krejcie_and_morgan_1970(population: int, sample: int) -> None:
    assert sample_size(0.05, population) == sample


@pytest.mark.parametrize(
    ("value", "degrees", "p"),
    [
        (3.841, 1, 0.05),
        (6.635, 1, 0.01),
        (10.828, 1, 0.001),
        (18.307, 10, 0.05),
        (2.558, 10, 0.99),
        (124.342, 100, 0.05),
    ],
)
def test_tails_of_chi_squared_are_those_of_the_nist_handbook_1_3_6_7_4(
    value: float, degrees: int, p: float
) -> None:
    assert chi_squared_tail(value, degrees) == pytest.approx(p, rel=2e-3)


def test_the_gamma_function_has_its_closed_forms() -> None:
    """Q(1, x) = exp(-x) and Q(1/2, x) = erfc(sqrt x), on both sides of the switch of methods."""
    assert upper_gamma(1, 0.5) == pytest.approx(0.6065306597126334, rel=1e-12)
    assert upper_gamma(1, 30) == pytest.approx(9.357622968840175e-14, rel=1e-9)
    assert upper_gamma(0.5, 0.25) == pytest.approx(0.4795001221869535, rel=1e-12)
    assert upper_gamma(0.5, 9) == pytest.approx(2.2090496998585441e-05, rel=1e-10)


def test_party_by_gender_is_as_in_agresti_2007_table_2_5() -> None:
    found = associate([[762, 327, 468], [484, 239, 477]])
    assert found
    assert round(found.chi_squared, 1) == 30.1
    assert found.degrees == 2
    assert found.p < 0.0001
    assert round(found.v, 3) == 0.104
    assert not found.unsure


def test_a_table_with_hardly_anybody_says_that_it_is_unsure() -> None:
    """Fisher's tea: Agresti 2007, table 2.8."""
    tea = associate([[3, 1], [1, 3]])
    assert tea
    assert tea.chi_squared == 2
    assert tea.unsure
    assert associate([[3, 1], [0, 0]]) is None


def test_tennessee_votes_by_borda_as_in_the_textbook_example() -> None:
    memphis, nashville, chattanooga, knoxville = 1, 2, 3, 4
    found = rank(
        [
            ((memphis, nashville, chattanooga, knoxville), 42),
            ((nashville, chattanooga, knoxville, memphis), 26),
            ((chattanooga, knoxville, nashville, memphis), 15),
            ((knoxville, chattanooga, nashville, memphis), 17),
        ],
        [memphis, nashville, chattanooga, knoxville],
    )
    assert [(place.code, place.points) for place in found] == [
        (nashville, 194),
        (chattanooga, 173),
        (memphis, 126),
        (knoxville, 107),
    ]
    assert found[2].first == 0.42
    assert found[2].mean == pytest.approx(2.74)


def test_quartiles_are_those_of_excel() -> None:
    """The example of Microsoft's page on QUARTILE."""
    found = summarise(dict.fromkeys((1, 2, 4, 7, 8, 9, 10, 12), 1))
    assert found
    assert (found.lower, found.median, found.upper) == (3.5, 7.5, 9.25)


def test_mean_and_deviation_are_those_of_the_nist_dataset_numacc2() -> None:
    """NIST StRD: 1001 values; mean 1.2, standard deviation 0.1, certified exactly."""
    found = summarise({1.2: 1, 1.1: 500, 1.3: 500})
    assert found
    assert found.mean == pytest.approx(1.2, abs=1e-14)
    assert found.deviation == pytest.approx(0.1, abs=1e-12)


def test_a_net_promoter_score_is_promoters_less_detractors() -> None:
    assert net_promoter_score({10: 40, 9: 30, 8: 10, 7: 10, 6: 5, 0: 5}) == 60
    assert net_promoter_score({}) is None


def test_a_scale_is_told_in_top_boxes_and_to_both_sides() -> None:
    counts = {1: 5, 2: 10, 3: 25, 4: 40, 5: 20}
    assert top_box(counts, 5) == 0.6
    found = leaning(counts, 1, 5)
    assert found
    assert (found.against, found.middle, found.in_favour) == (0.15, 0.25, 0.6)
    even = leaning({1: 1, 2: 1, 3: 1, 4: 1}, 1, 4)
    assert even
    assert (even.against, even.middle, even.in_favour) == (0.5, 0, 0.5)


def test_raking_gives_the_printed_table_of_iterative_proportional_fitting() -> None:
    """The example of the article „Iterative proportional fitting“ of Wikipedia."""
    seed = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    rows = [i for i, row in enumerate(seed) for n in row for _ in range(n)]
    columns = [j for row in seed for j, n in enumerate(row) for _ in range(n)]
    margins = [
        dict(enumerate((150, 300, 400, 150))),
        dict(enumerate((200, 300, 400, 100))),
    ]
    found = rake([rows, columns], margins, smallest=0, largest=100)
    table = [[0.0] * 4 for _ in range(4)]
    for i, j, weight in zip(rows, columns, found.weights, strict=True):
        table[i][j] += weight * 1000 / 800
    printed = [
        [64.56, 46.24, 35.38, 3.83],
        [49.97, 68.15, 156.49, 25.37],
        [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]
    assert table == [pytest.approx(line, abs=0.03) for line in printed]
    assert found.is_close
    assert found.rounds <= 20


def test_post_stratification_is_the_share_there_by_the_share_here() -> None:
    """80 of 100 answers from one half of the people: weights 0.625 and 2.5."""
    found = post_stratify(["a"] * 80 + ["b"] * 20, {"a": 6_000, "b": 6_000})
    assert found.weights[0] == pytest.approx(0.625)
    assert found.weights[-1] == pytest.approx(2.5)
    assert found.n_effective == pytest.approx(100 / 1.5625)  # deff 1 + cv² of Kish
    assert effective_answers([1, 1, 1, 1]) == 4
