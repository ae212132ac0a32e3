"""Answers as counts, wherever they come from: tallies, columns under a filter, weights. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Codes = Mapping[int, Mapping[int, float]]
"""By item key, by code; the codes beyond those of options are told in `umfragen.store.cells`."""

Numbers = Mapping[tuple[int, int], Mapping[float, float]]
"""By item key and part, by the number given."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`n`: all responses. `keys`: sums of record keys modulo 2^32, where they are known."""

    n: float
    codes: Codes
    numbers: Numbers = field(default_factory=dict)
    keys: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def of(self, item: int) -> Mapping[int, float]:
        return self.codes.get(item, {})

    def key_of(self, item: int, code: int) -> int:
        return self.keys.get(item, {}).get(code, 0)


def together(parts: Iterable[Counts]) -> Counts:
    """Of people who are in one part each."""
    n = 0.0
    codes: dict[int, dict[int, float]] = {}
    keys: dict[int, dict[int, int]] = {}
    numbers: dict[tuple[int, int], dict[float, float]] = {}
    for part in parts:
        n += part.n
        for item, found in part.codes.items():
            _add(codes.setdefault(item, {}), found)
        for at, values in part.numbers.items():
            _add(numbers.setdefault(at, {}), values)
        for item, sums in part.keys.items():
            mine = keys.setdefault(item, {})
            for code, key in sums.items():
                mine[code] = (mine.get(code, 0) + key) % (1 << 32)
    return Counts(n, codes, numbers, keys)


def _add(sums: dict[Any, float], more: Mapping[Any, float]) -> None:
    for key, n in more.items():
        sums[key] = sums.get(key, 0) + n


def times(counts: Counts, weight: float) -> Counts:
    """As if everybody counted so much."""
    return Counts(
        counts.n * weight,
        {at: {code: n * weight for code, n in found.items()} for at, found in counts.codes.items()},
        {at: {value: n * weight for value, n in found.items()}
         for at, found in counts.numbers.items()},
    )  # fmt: skip
