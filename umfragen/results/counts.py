"""Answers as counts, wherever they come from: tallies, columns under a filter, weights. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
