"""Some of the answers: by what they gave, by source, language and version. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kern.ids import parse_id
from umfragen.definition.items import Holds, Item
from umfragen.results.counts import Counts
from umfragen.store.cells import LANGUAGE, SOURCE, VERSION, Head, count_row

MAX_CHOICES = 40
HEADS: Mapping[int, Callable[[Head], int]] = {
    LANGUAGE: lambda head: head.language,
    SOURCE: lambda head: head.source,
    VERSION: lambda head: head.version,
}
"""What a response has beside its answers, and can be chosen by."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Of every item named, one of its codes named."""

    wanted: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def holds(self, row: Mapping[str, Any], head: Head) -> bool:
        return all(codes & codes_in(row, head, item) for item, codes in self.wanted.items())

    def words(self) -> list[str]:
        """As it stands in an address."""
        return [f"{item}.{code}" for item, codes in self.wanted.items() for code in sorted(codes)]


def read_filter(values: Iterable[str], items: Mapping[int, Item]) -> Filter:
    """From an address; what no longer exists there is left out."""
    wanted: dict[int, set[int]] = {}
    for value in list(values)[:MAX_CHOICES]:
        item, code = read_choice(value)
        if item is not None and code is not None and _exists(item, code, items):
            wanted.setdefault(item, set()).add(code)
    return Filter({item: frozenset(codes) for item, codes in sorted(wanted.items())})


def read_choice(value: str) -> tuple[int | None, int | None]:
    item, _, code = value.partition(".")
    known, chosen = parse_id(item.removeprefix("-")), parse_id(code)
    if known is None or chosen is None:
        return None, None
    return -known if item.startswith("-") else known, chosen


def can_choose_by(item: Item) -> bool:
    return item.holds in {Holds.CODE, Holds.CODES}


def _exists(item: int, code: int, items: Mapping[int, Item]) -> bool:
    if item in HEADS:
        return True
    return item in items and can_choose_by(items[item]) and code in items[item].codes


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
