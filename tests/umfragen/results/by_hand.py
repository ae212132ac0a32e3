"""The same figures one answer after the other: slow, plain, and right."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from umfragen.definition.items import Item
from umfragen.models import Survey
from umfragen.results.counts import Counts
from umfragen.results.selecting import HEADS, Filter
from umfragen.store.cells import Head, count_row
from umfragen.store.rows import every_row


def answers(survey: Survey) -> Iterator["Answer"]:
    return (Answer(row.answers, row.head, row.rkey) for row in every_row(survey))


def holds(wanted: Filter, one: "Answer") -> bool:
    return all(codes & codes_in(one.row, one.head, item) for item, codes in wanted.wanted.items())


def codes_in(row: Mapping[str, Any], head: Head, item: int) -> frozenset[int]:
    """What a response holds there; nothing where it was not asked or did not answer."""
    if item in HEADS:
        return frozenset({HEADS[item](head)})
    value = row.get(str(item))
    if isinstance(value, list):
        return frozenset(value)
    return frozenset() if value is None else frozenset({value})


@dataclass(frozen=True, slots=True)
class Answer:
    row: Mapping[str, Any]
    head: Head
    rkey: int = 0
    weight: float = 1.0


def count(items: Mapping[int, Item], answers: Iterable[Answer]) -> Counts:
    """As the tallies have them, with weights."""
    return count_by(items, answers, lambda _: (0,)).get(0, Counts(0, {}))


def count_by(
    items: Mapping[int, Item],
    answers: Iterable[Answer],
    groups_of: Callable[[Answer], Iterable[int]],
) -> dict[int, Counts]:
    """The same for every group an answer belongs to."""
    found: dict[int, _Sums] = {}
    for answer in answers:
        counted = count_row(items, answer.row, answer.head)
        for group in groups_of(answer):
            sums = found.setdefault(group, _Sums())
            sums.n += answer.weight
            for item, code in counted.codes:
                sums.add(item, code, answer)
            for number in counted.numbers:
                values = sums.numbers.setdefault((number.item, number.part), {})
                values[number.value] = values.get(number.value, 0) + answer.weight
    return {group: sums.counts() for group, sums in sorted(found.items())}


class _Sums:
    def __init__(self) -> None:
        self.n = 0.0
        self.codes: dict[int, dict[int, float]] = {}
        self.keys: dict[int, dict[int, int]] = {}
        self.numbers: dict[tuple[int, int], dict[float, float]] = {}

    def add(self, item: int, code: int, answer: Answer) -> None:
        codes = self.codes.setdefault(item, {})
        codes[code] = codes.get(code, 0) + answer.weight
        keys = self.keys.setdefault(item, {})
        keys[code] = (keys.get(code, 0) + answer.rkey) % (1 << 32)

    def counts(self) -> Counts:
        return Counts(self.n, self.codes, self.numbers, self.keys)


def cross(
    answers: Iterable[Answer], down: int, across: int
) -> tuple[dict[tuple[int, int], float], float]:
    """How many gave both codes, of two items; and how many answered both questions."""
    cells: dict[tuple[int, int], float] = {}
    base = 0.0
    for answer in answers:
        lines, columns = _pair(answer, down, across)
        if lines and columns:
            base += answer.weight
        for line in lines:
            for column in columns:
                cells[line, column] = cells.get((line, column), 0) + answer.weight
    return cells, base


def _pair(answer: Answer, down: int, across: int) -> Iterator[frozenset[int]]:
    yield codes_in(answer.row, answer.head, down)
    yield codes_in(answer.row, answer.head, across)
