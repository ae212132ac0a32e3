"""One question alone: small options become „weitere“, so that every figure stands for enough
people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from umfragen.statistics.suppression import K


@dataclass(frozen=True, slots=True)
class Merged:
    """`rest` counts all of `merged`; both are empty where no option is small."""

    shown: dict[int, int]
    merged: frozenset[int]
    rest: int


def merge_small(counts: Mapping[int, int], k: int = K) -> Merged:
    """For options that exclude each other, whose sum is known. Options nobody took stay as zeros
    unless others had to be merged: then nobody sees which was a zero and which a few people."""
    small = {code for code, n in counts.items() if n < k}
    if not any(counts[code] for code in small):
        return Merged(dict(counts), frozenset(), 0)
    return _grown(counts, small, k)


def merge_small_and_zeros(counts: Mapping[int, int], k: int = K) -> Merged:
    """The same for a part of the answers: there a zero is as telling as a few people."""
    small = {code for code, n in counts.items() if n < k}
    return _grown(counts, small, k) if small else Merged(dict(counts), frozenset(), 0)


def _grown(counts: Mapping[int, int], small: set[int], k: int) -> Merged:
    """With the next smallest options until the rest is large and made of at least two."""
    merged = set(small)
    for code in sorted(counts.keys() - merged, key=lambda code: (counts[code], code)):
        if len(merged) > 1 and sum(counts[one] for one in merged) >= k:
            break
        merged.add(code)
    return Merged(
        {code: n for code, n in counts.items() if code not in merged},
        frozenset(merged),
        sum(counts[code] for code in merged),
    )


def small_picks(counts: Mapping[int, int], base: int, k: int = K) -> frozenset[int]:
    """For options that go together: those picked by too few, or left out by too few."""
    return frozenset(code for code, n in counts.items() if 0 < n < k or 0 < base - n < k)


def groups_to_hide(
    sizes: Mapping[int, int], k: int = K, never: Iterable[int] = ()
) -> frozenset[int]:
    """Groups a filter must not offer, so that everybody less the groups shown never is a few
    people: those of `never` and those with fewer than twice `k`, and further ones until together
    they are as many."""
    hidden = {group for group, n in sizes.items() if n < 2 * k} | (set(never) & sizes.keys())
    for group in sorted(sizes.keys() - hidden, key=lambda group: (sizes[group], group)):
        left = _count(sizes, hidden)
        if not left or left >= 2 * k:
            break
        hidden.add(group)
    return frozenset(hidden)


def _count(sizes: Mapping[int, int], groups: Iterable[int]) -> int:
    return sum(sizes[group] for group in groups)
