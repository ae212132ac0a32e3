"""Answers of a made-up crowd, as rows and as counts: the same every time."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from umfragen.engine import Plan
from umfragen.models import Source
from umfragen.results.counts import Counts
from umfragen.results.publishing import REST, Split
from umfragen.store.cells import count_row, head_of

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Answered:
    row: Mapping[str, Any]
    rkey: int


def crowd(n: int, answer: Callable[[Random], Mapping[str, Any]], seed: int = 1) -> list[Answered]:
    chance = Random(seed)  # noqa: S311 - no secret
    return [Answered(answer(chance), chance.getrandbits(32)) for _ in range(n)]


def counts_of(plan: Plan, people: Iterable[Answered]) -> Counts:
    """As the tallies have them."""
    codes: dict[int, Counter[int]] = {}
    keys: dict[int, Counter[int]] = {}
    numbers: dict[tuple[int, int], Counter[float]] = {}
    n = 0
    for one in people:
        n += 1
        found = count_row(plan.items, one.row, head_of(DAY, "de", Source.WEB, 1, ["de"]))
        for item, code in found.codes:
            codes.setdefault(item, Counter())[code] += 1
            keys.setdefault(item, Counter())[code] += one.rkey
        for number in found.numbers:
            numbers.setdefault((number.item, number.part), Counter())[number.value] += 1
    modulo = {item: {code: key % 2**32 for code, key in of.items()} for item, of in keys.items()}
    return Counts(n, codes, numbers, modulo)


def split_by(plan: Plan, people: Sequence[Answered], item: int) -> Split:
    groups: dict[int, list[Answered]] = {}
    for one in people:
        code = one.row.get(str(item))
        groups.setdefault(REST if code is None else code, []).append(one)
    return Split(item, {code: counts_of(plan, found) for code, found in sorted(groups.items())})
