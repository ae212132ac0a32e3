"""Figures as everybody may see them: small groups merged or left out, every count a little off.

Two nets, so that a hole in one is none: no figure stands for fewer than `k` people, and what is
shown carries the noise of its cell (`umfragen.statistics.cellkeys`), which is always the same for
the same people. So sums, differences and asking again lead to no single person. Pure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from umfragen.results.counts import Counts
from umfragen.results.figures import Block, Figure, Line, Middle, Rank, Shape
from umfragen.results.spans import Span
from umfragen.statistics.cellkeys import KEYS, perturb
from umfragen.statistics.merging import merge_small, merge_small_and_zeros, small_picks
from umfragen.store.cells import ANSWERED, PLACE

DIGITS = 2  # of middles: one person among twenty moves a third one


@dataclass(frozen=True, slots=True)
class Limits:
    """`least`: people a whole figure stands for. `tells_zeros`: not where a filter is on."""

    k: int
    least: int
    tells_zeros: bool = True


def protect(figure: Figure, counts: Counts, limits: Limits) -> Figure:
    """Of whole counts, never of weighted ones."""
    blocks = tuple(_protect_block(figure, block, counts, limits) for block in figure.blocks)
    ranks: tuple[Rank, ...] = ()
    if figure.shape is Shape.RANKING and not blocks[0].is_withheld:
        ranks = tuple(
            _protect_rank(figure.key, one, figure.blocks[0], counts, limits) for one in figure.ranks
        )
    return replace(figure, blocks=blocks, ranks=ranks, texts=())


def _protect_block(figure: Figure, block: Block, counts: Counts, limits: Limits) -> Block:
    """Nothing of a block whose base is too small, not even how small."""
    if block.base < limits.least:
        return Block(block.item, block.part, is_withheld=True)
    base = perturb(int(block.base), counts.key_of(block.item, ANSWERED))
    bare = Block(block.item, block.part, base=base)
    match figure.shape:
        case Shape.CHOICE | Shape.SCALE:
            return _merged(bare, block, counts, limits)
        case Shape.PICKS:
            return _picked(bare, block, counts, limits)
        case Shape.NUMBERS:
            return _classed(bare, block, limits)
    return bare


def _merged(bare: Block, block: Block, counts: Counts, limits: Limits) -> Block:
    merge = merge_small if limits.tells_zeros else merge_small_and_zeros
    found = merge({code: int(n) for code, n in block.lines}, limits.k)
    keys = sum(counts.key_of(block.item, code) for code in found.merged) % KEYS
    return replace(
        bare,
        lines=tuple(
            Line(code, perturb(n, counts.key_of(block.item, code)))
            for code, n in found.shown.items()
        ),
        merged=found.merged,
        rest=perturb(found.rest, keys) if found.merged and found.shown else None,
        is_withheld=not found.shown,
        middle=_rounded(block.middle),
    )


def _picked(bare: Block, block: Block, counts: Counts, limits: Limits) -> Block:
    hidden = set(small_picks({code: int(n) for code, n in block.lines}, int(block.base), limits.k))
    if not limits.tells_zeros:
        hidden |= {code for code, n in block.lines if n < limits.k}
    return replace(
        bare,
        lines=tuple(
            Line(code, perturb(int(n), counts.key_of(block.item, code)))
            for code, n in block.lines
            if code not in hidden
        ),
        hidden=frozenset(hidden),
        is_withheld=len(hidden) == len(block.lines),
    )


def _classed(bare: Block, block: Block, limits: Limits) -> Block:
    """Neighbouring classes together until each holds enough; the figures are rounded to fives,
    since numbers have no record keys."""
    spans, lines = grow_classes(block.spans, [n for _, n in block.lines], limits.k)
    return replace(
        bare,
        spans=spans,
        lines=tuple(Line(place, rounded_to(n, limits.k)) for place, n in enumerate(lines)),
        base=rounded_to(block.base, limits.k),
        middle=_rounded(block.middle),
    )


def grow_classes(
    spans: Sequence[Span], counts: Sequence[float], k: int
) -> tuple[tuple[Span, ...], tuple[float, ...]]:
    """From below; what is left at the top joins the last one that is large enough."""
    grown: list[tuple[Span, float]] = []
    start, n = 0, 0.0
    for place, count in enumerate(counts):
        n += count
        if n >= k:
            grown.append((Span(spans[start].low, spans[place].high, spans[place].is_open), n))
            start, n = place + 1, 0.0
    if start < len(counts) and grown:
        span, before = grown.pop()
        grown.append((Span(span.low, spans[-1].high, spans[-1].is_open), before + n))
    return tuple(span for span, _ in grown), tuple(n for _, n in grown)


def rounded_to(n: float, step: int) -> float:
    return step * math.floor(n / step + 0.5)


def _rounded(middle: Middle | None) -> Middle | None:
    """To two digits, without the spread: one person cannot be read out of that."""
    if middle is None:
        return None
    mean, median, lower, upper = (
        rounded(value) for value in (middle.mean or 0.0, middle.median, middle.lower, middle.upper)
    )
    return Middle(mean, median, lower, upper)


def rounded(value: float, digits: int = DIGITS) -> float:
    if not value:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _protect_rank(item: int, one: Rank, block: Block, counts: Counts, limits: Limits) -> Rank:
    """How many put it first only where that is neither a few nor all but a few."""
    first = int(one.first or 0)
    is_small = first < limits.k or block.base - first < limits.k
    shown = None if is_small else perturb(first, counts.key_of(item, PLACE + one.code))
    mean = None if one.mean is None else rounded(one.mean)
    return Rank(one.code, mean, rounded(one.points), shown)
