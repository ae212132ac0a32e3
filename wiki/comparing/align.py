"""Which lines or words of two sequences belong together, in time bounded by their length.

Patience difference (Cohen 2008): what occurs once in both is an anchor, the longest ascending
chain of anchors stays, and the gaps are treated alike. A gap without anchors gets the greedy
algorithm of Myers (Algorithmica 1986) up to `MOST_EDITS` edits; beyond, nothing in it belongs
together. difflib would take seconds where every line of a long page has changed.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

MOST_EDITS = 250
MOST_STEPS = 300_000
"""Of all gaps of one comparison together: a page made of nothing but repeats stays cheap too."""


class Run(NamedTuple):
    """`length` items are equal, from `old` and from `new` on."""

    old: int
    new: int
    length: int


class _Gap(NamedTuple):
    old: int
    old_end: int
    new: int
    new_end: int


def align(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """Equal runs in ascending order on both sides; neighbours are joined."""
    pairs: list[Run] = []
    budget = _Budget(MOST_STEPS)
    gaps = [_Gap(0, len(old), 0, len(new))]
    while gaps:
        gap = gaps.pop()
        gap, edges = _trimmed(old, new, gap)
        pairs.extend(edges)
        if gap.old == gap.old_end or gap.new == gap.new_end:
            continue
        anchors = _anchors(old, new, gap)
        if anchors:
            pairs.extend(Run(i, j, 1) for i, j in anchors)
            gaps.extend(_between(gap, anchors))
        else:
            pairs.extend(_greedy(old, new, gap, budget))
    return _joined(sorted(pairs))


def _trimmed(old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap) -> tuple[_Gap, list[Run]]:
    """Without the equal beginning and the equal end."""
    i, i_end, j, j_end = gap
    while i < i_end and j < j_end and old[i] == new[j]:
        i, j = i + 1, j + 1
    while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
        i_end, j_end = i_end - 1, j_end - 1
    edges = [Run(gap.old, gap.new, i - gap.old), Run(i_end, j_end, gap.old_end - i_end)]
    return _Gap(i, i_end, j, j_end), [run for run in edges if run.length]


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap) -> list[tuple[int, int]]:
    once_old = _once(old, gap.old, gap.old_end)
    once_new = _once(new, gap.new, gap.new_end)
    shared = [(i, once_new[item]) for item, i in once_old.items() if item in once_new]
    shared.sort()
    return longest_chain(shared)


def _once(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """Where those stand that occur exactly once."""
    found: dict[Hashable, int] = {}
    again: set[Hashable] = set()
    for at in range(start, end):
        if items[at] in found:
            again.add(items[at])
        found[items[at]] = at
    return {item: at for item, at in found.items() if item not in again}


def longest_chain(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs, sorted by their first number, whose second numbers ascend."""
    tops: list[int] = []  # smallest last number of a chain of each length
    top_at: list[int] = []
    before: list[int] = []
    for at, (_, number) in enumerate(pairs):
        length = bisect_left(tops, number)
        tops[length : length + 1] = [number]
        top_at[length : length + 1] = [at]
        before.append(top_at[length - 1] if length else -1)
    chain = []
    at = top_at[-1] if top_at else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _between(gap: _Gap, anchors: Sequence[tuple[int, int]]) -> Iterator[_Gap]:
    i, j = gap.old, gap.new
    for anchor_i, anchor_j in [*anchors, (gap.old_end, gap.new_end)]:
        if i < anchor_i and j < anchor_j:
            yield _Gap(i, anchor_i, j, anchor_j)
        i, j = anchor_i + 1, anchor_j + 1


class _Budget:
    def __init__(self, steps: int) -> None:
        self.steps = steps

    def spend(self, steps: int) -> bool:
        self.steps -= steps
        return self.steps >= 0


def _greedy(
    old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap, budget: _Budget
) -> list[Run]:
    """Runs of a smallest difference, or none when it is too large to look for."""
    n, m = gap.old_end - gap.old, gap.new_end - gap.new
    reach = {1: 0}  # by diagonal: how far in `old`
    trace: list[dict[int, int]] = []
    for edits in range(min(n + m, MOST_EDITS) + 1):
        if not budget.spend(edits + 1):
            return []
        trace.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            entered = _start(reach, diagonal, edits)
            x = _slide(old, new, gap, entered, diagonal)
            budget.spend(x - entered)
            reach[diagonal] = x
            if x >= n and x - diagonal >= m:
                return _walked_back(trace, gap, edits)
    return []


def _start(reach: dict[int, int], diagonal: int, edits: int) -> int:
    """Where the diagonal is entered: down from the one above, or to the right from below."""
    if diagonal == -edits:
        return reach[diagonal + 1]
    if diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1]:
        return reach[diagonal + 1]
    return reach[diagonal - 1] + 1


def _slide(
    old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap, x: int, diagonal: int
) -> int:
    i, j = gap.old + x, gap.new + x - diagonal
    while i < gap.old_end and j < gap.new_end and old[i] == new[j]:
        i, j = i + 1, j + 1
    return i - gap.old


def _walked_back(trace: Sequence[dict[int, int]], gap: _Gap, edits: int) -> list[Run]:
    runs = []
    x, y = gap.old_end - gap.old, gap.new_end - gap.new
    for step in range(edits, -1, -1):
        diagonal = x - y
        entered = _start(trace[step], diagonal, step)
        if x > entered:
            runs.append(Run(gap.old + entered, gap.new + entered - diagonal, x - entered))
        if step:
            came_down = diagonal == -step or (
                diagonal != step and trace[step][diagonal - 1] < trace[step][diagonal + 1]
            )
            x, y = entered, entered - diagonal
            x, y = (x, y - 1) if came_down else (x - 1, y)
    return runs


def _joined(runs: Sequence[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and (last.old + last.length, last.new + last.length) == (run.old, run.new):
            joined[-1] = last._replace(length=last.length + run.length)
        else:
            joined.append(run)
    return joined
