"""Everything the public sees of a survey, put together by somebody who wants to know more."""

import json
from collections.abc import Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.umfragen.crowd import Answered, counts_of, crowd, split_by
from tests.umfragen.surveys import make_survey, options, question
from umfragen.definition.questions import Multiple
from umfragen.engine import make_plan
from umfragen.results.figures import Block, Shape, codes_of
from umfragen.results.keeping import dump, load
from umfragen.results.publishing import OTHERS, REST, Views, offered_groups, public_views
from umfragen.store.cells import ANSWERED

K, K_TOTAL, NOISE = 5, 20, 2
PLAN = make_plan(
    make_survey(
        [
            question("single", "ort", options=options("nord", "mitte", "sued", "berg")),
            question("yes_no", "rad"),
            question("single", "weg", options=options("a", "b", "c", "d", "e"), other={}),
            question("multiple", "warum", options=options("p", "q", "r")),
            question("scale", "note", low=1, high=5),
            question("number", "alter"),
            question("ranking", "reihe", options=options("x", "y", "z")),
        ]
    )
)
KEYS = {one.name: one.key for one in PLAN.definition.questions()}
QUESTIONS = list(PLAN.definition.questions())
FILTERS = (KEYS["ort"], KEYS["rad"])


def answer(chance: Random) -> dict[str, Any]:
    """Uneven groups that lean: where small cells are."""
    place = chance.choices([1, 2, 3, 4, None], [50, 30, 8, 2, 3])[0]
    found = {
        "ort": place,
        "rad": chance.choices([1, 2, None], [60, 30, 2])[0],
        "weg": chance.choices([1, 2, 3, 4, 5, 251, None], [50, 20, 9, 4, 1, 1, 5])[0],
        "warum": [code for code in (1, 2, 3) if chance.random() < (0.7, 0.2, 0.03)[code - 1]]
        or None,
        "note": min(5, max(1, round(chance.gauss(3 if place == 1 else 4, 1)))),
        "alter": chance.randint(14, 92),
        "reihe": chance.sample([1, 2, 3], 3),
    }
    return {str(KEYS[name]): value for name, value in found.items()}


def published(people: list[Answered]) -> Views:
    whole = counts_of(PLAN, people)
    views = public_views(
        QUESTIONS, whole, (split_by(PLAN, people, item) for item in FILTERS), K, K_TOTAL
    )
    for view in views.values():  # what a page shows comes back from JSON
        for figure in view.figures:
            assert load(json.loads(json.dumps(dump(figure)))) == figure
    return views


@pytest.fixture(scope="module", params=[(40, 3), (90, 4), (400, 5), (400, 11), (2_000, 6)])
def people(request: pytest.FixtureRequest) -> list[Answered]:
    n, seed = request.param
    return crowd(n, answer, seed)


@pytest.fixture(scope="module")
def views(people: list[Answered]) -> Views:
    return published(people)


def blocks(views: Views, item: int) -> Iterator[tuple[str, Block]]:
    for name, view in views.items():
        for figure in view.figures:
            yield from ((name, block) for block in figure.blocks if block.item == item)


def test_nothing_is_public_before_enough_people_answered() -> None:
    assert published(crowd(19, answer)) == {}
    assert "" in published(crowd(20, answer))


def test_no_figure_stands_for_a_few_people(people: list[Answered], views: Views) -> None:
    for name, view in views.items():
        group = members(people, name)
        counts = counts_of(PLAN, group)
        assert len(group) >= (2 * K if name else K_TOTAL)
        for figure in view.figures:
            if figure.shape is Shape.NUMBERS:
                continue
            for block in figure.blocks:
                exact = counts.of(block.item)
                assert block.is_withheld or exact.get(ANSWERED, 0) >= 2 * K
                for code, n in block.lines:
                    true = exact.get(code, 0)
                    assert true >= K or (true == n == 0 and not name)
                    assert abs(true - n) <= NOISE
                    if figure.shape is Shape.PICKS:
                        left_out = exact[ANSWERED] - true
                        assert left_out >= K or (left_out == 0 and not name)


def members(people: list[Answered], name: str) -> list[Answered]:
    """Who a view is about."""
    if not name:
        return people
    item, code = name.split(".")
    split = split_by(PLAN, people, int(item))
    offered = offered_groups(split, K).keys()
    if int(code) == OTHERS:
        return [one for one in people if one.row.get(item) not in offered]
    return [one for one in people if one.row.get(item) == int(code)]


def test_asking_again_gives_the_same_figures(people: list[Answered], views: Views) -> None:
    shuffled = list(people)
    Random(9).shuffle(shuffled)  # noqa: S311 - no secret
    assert views == published(shuffled)


Cell = tuple[int, int]
Range = tuple[int, int]


class Attacker:
    """Knows every page, the rules, the size of the noise; adds and subtracts until nothing changes.

    A cell is a code of one question in one group of one filter. Of each the attacker keeps the
    least and the greatest it can be.
    """

    def __init__(
        self,
        views: Views,
        item: int,
        codes: list[int],
        *,
        filter_: int,
        groups: list[int],
        others: list[int],
    ) -> None:
        self.known: dict[Cell, Range] = dict.fromkeys(product(groups, codes), (0, 10**6))
        self.sums: list[tuple[list[Cell], Range]] = []
        self.codes, self.groups, self.others = codes, groups, others
        for name, block in blocks(views, item):
            found = name.split(".")
            if not name:
                self.read_whole(block)
            elif int(found[0]) == filter_:
                self.read_group(block, int(found[1]))

    def read_whole(self, block: Block) -> None:
        for code, n in block.lines:
            self.add([(group, code) for group in self.groups], n)
        self.add_rest(block, self.groups)

    def read_group(self, block: Block, group: int) -> None:
        members = self.others if group == OTHERS else [group]
        for code, n in block.lines:
            self.add([(one, code) for one in members], n)
            if len(members) == 1:
                self.known[members[0], code] = max(K, int(n) - NOISE), int(n) + NOISE
        self.add_rest(block, members)

    def add_rest(self, block: Block, groups: list[int]) -> None:
        if block.rest is not None:
            self.add(list(product(groups, block.merged)), block.rest)
        if not block.is_withheld:
            self.add(list(product(groups, self.codes)), block.base)

    def add(self, cells: list[Cell], n: float) -> None:
        self.sums.append((cells, (max(0, int(n) - NOISE), int(n) + NOISE)))

    def think(self) -> None:
        for _ in range(200):
            before = dict(self.known)
            for cells, (low, high) in self.sums:
                least = sum(self.known[cell][0] for cell in cells)
                greatest = sum(self.known[cell][1] for cell in cells)
                for cell in cells:
                    a, b = self.known[cell]
                    self.known[cell] = max(a, low - greatest + b), min(b, high - least + a)
            if before == self.known:
                return


@pytest.mark.parametrize("name", ["weg", "note", "rad"])
@pytest.mark.parametrize("filter_", FILTERS)
def test_adding_and_subtracting_over_all_filters_recovers_nobody(
    people: list[Answered], views: Views, name: str, filter_: int
) -> None:
    split = split_by(PLAN, people, filter_)
    item = KEYS[name]
    codes = codes_of(PLAN.questions[item])
    groups = list(split.groups)
    others = [group for group in groups if group not in offered_groups(split, K)]
    attacker = Attacker(views, item, codes, filter_=filter_, groups=groups, others=others)
    attacker.think()
    for (group, code), (low, high) in attacker.known.items():
        true = int(split.groups[group].of(item).get(code, 0))
        assert low <= true <= high
        is_nobody = not any(counts.of(item).get(code) for counts in split.groups.values())
        if true < K and not is_nobody and (item != filter_ or group == REST):
            assert high - low >= K - 1, (group, code, true, low, high)


def test_an_option_of_several_is_not_found_by_what_is_left(
    people: list[Answered], views: Views
) -> None:
    """Of all less those shown: what is left of an option is never a few people of one group."""
    question_ = PLAN.questions[KEYS["warum"]]
    assert isinstance(question_, Multiple)
    for filter_ in FILTERS:
        split = split_by(PLAN, people, filter_)
        for option in question_.options:
            shown = {
                name: dict(block.lines).get(option.code)
                for name, block in blocks(views, KEYS["warum"])
            }
            whole = shown[""]
            offered = offered_groups(split, K)
            groups = {group: shown.get(f"{filter_}.{group}") for group in offered}
            gone = [group for group, n in groups.items() if n is None]
            if whole is None or len(gone) != 1:
                continue
            left = offered[gone[0]].of(KEYS["warum"]).get(option.code, 0)
            assert left >= K


def test_numbers_of_a_group_are_a_rounded_middle_and_nothing_else(views: Views) -> None:
    for name, block in blocks(views, KEYS["alter"]):
        if block.is_withheld:
            continue
        middle = block.middle
        assert middle
        assert middle.deviation is None
        assert all(float(f"{value:.1e}") == value for value in middle[:4] if value is not None)
        if name:
            assert block.lines == ()
        assert all(n % K == 0 and n >= K for _, n in block.lines)


def test_a_group_that_leaves_a_few_people_over_is_not_offered() -> None:
    """Ninety in the north, six elsewhere: all less the north would be the six."""
    rows: list[Mapping[str, Any]] = [
        {str(KEYS["ort"]): 1 if at < 90 else 2, str(KEYS["weg"]): 1 + at % 2} for at in range(96)
    ]
    views = published([Answered(row, at * 7919) for at, row in enumerate(rows)])
    assert [name for name in views if name.startswith(f"{KEYS['ort']}.")] == []


def test_who_did_not_say_and_small_groups_stand_together_and_are_many(
    people: list[Answered], views: Views
) -> None:
    for item in FILTERS:
        groups = offered_groups(split_by(PLAN, people, item), K)
        assert REST not in groups
        if len(groups) > 1:
            assert {f"{item}.{code}" for code in groups} <= set(views)
            assert sum(found.n for found in groups.values()) == len(people)
        assert all(found.n >= 2 * K for found in groups.values())
