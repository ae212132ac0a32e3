"""Bars that lean to one side of a line: where in a scale or matrix answers have a middle. Pure.

After Heiberger and Robbins, Design of Diverging Stacked Bar Charts for Likert Scales and Other
Applications, Journal of Statistical Software 57 (2014): half of the middle stands on each side.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 7  # parts of a bar; a longer scale is told in three
MIDDLE = 4  # of the seven shades
SHADES = {1: (2,), 2: (1, 3), 3: (1, 2, 3)}
"""Of the steps below the middle, by how many there are: the outermost is the strongest."""

NEUTRAL = re.compile(
    r"\b(teils|weder|neutral\w*|mittel\w*|mal so|unentschieden|unentschlossen|egal|genau richtig"
    r"|befriedigend|gleich|neither|undecided|unsure|average|fair|about the same|just right)\b"
)
"""How surveys call the middle, in German and in English."""


@dataclass(frozen=True, slots=True)
class Part:
    """`shade` from 1 (strongly against) over 4 (the middle) to 7. Lengths in percent of the bar."""

    shade: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Leaning:
    """Percent of all who answered, rounded: below the middle, in it, above."""

    below: int
    middle: int
    above: int
    parts: tuple[Part, ...]


def has_middle(labels: Sequence[str]) -> bool:
    """Whether these columns are steps with a middle and no list of things: it is called so."""
    if len(labels) % 2 == 0 or not 3 <= len(labels) <= MOST:  # noqa: PLR2004 - one side each
        return False
    return NEUTRAL.search(labels[len(labels) // 2].casefold()) is not None


def shades(count: int) -> tuple[int, ...]:
    """For an odd number of steps, from the first to the last."""
    left = SHADES[count // 2]
    return (*left, MIDDLE, *(2 * MIDDLE - shade for shade in reversed(left)))


def in_three(counts: Sequence[float]) -> tuple[float, float, float]:
    """Of a long scale: below, middle, above."""
    half = len(counts) // 2
    return sum(counts[:half]), counts[half], sum(counts[half + 1 :])


def lean(rows: Sequence[Sequence[float]]) -> tuple[float, list[Leaning | None]]:
    """Where the line stands, in percent of the bar, and a bar for each row; None without answers.
    All rows have the same scale, so they can be compared."""
    shares = [[n / sum(row) for n in row] if sum(row) else None for row in rows]
    found = [row for row in shares if row]
    left = max((_left(row) for row in found), default=0.0)
    width = left + max((1 - _left(row) for row in found), default=0.0)
    if not width:
        return 50.0, [None for _ in rows]
    return 100 * left / width, [_leaning(row, left, width) if row else None for row in shares]


def _left(shares: Sequence[float]) -> float:
    half = len(shares) // 2
    return sum(shares[:half]) + shares[half] / 2


def _leaning(shares: Sequence[float], left: float, width: float) -> Leaning:
    at, parts = left - _left(shares), []
    for shade, share in zip(shades(len(shares)), shares, strict=True):
        if share:
            parts.append(Part(shade, round(100 * at / width, 2), round(100 * share / width, 2)))
        at += share
    below, middle, above = in_three(shares)
    return Leaning(round(100 * below), round(100 * middle), round(100 * above), tuple(parts))
