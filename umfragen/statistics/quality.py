"""Marks on answers that look careless. A mark is a hint for somebody who reads; nothing is ever
left out because of it.

Speed and straight lines after Leiner, Too Fast, too Straight, too Weird, Survey Research Methods 13
(2019).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from statistics import median

FAST = 1 / 3
"""Of the median time."""

LEAST_ROWS = 4
"""A matrix with fewer rows may well get one answer throughout."""

LEAST_LENGTH = 20
"""Shorter texts are alike by chance."""

LEAST_TIMES = 3


class Mark(StrEnum):
    FAST = "fast"
    STRAIGHT = "straight"
    REPEATED = "repeated"


def fast_below(seconds: Iterable[float]) -> float | None:
    """Whoever took less than this was too fast to read; None without times."""
    known = [one for one in seconds if one > 0]
    return median(known) * FAST if known else None


def is_straight(matrices: Iterable[Sequence[int | None]]) -> bool:
    """Whether every matrix long enough got one code in all its rows that were answered."""
    lines = [[code for code in rows if code is not None] for rows in matrices]
    long = [codes for codes in lines if len(codes) >= LEAST_ROWS]
    return bool(long) and all(len(set(codes)) == 1 for codes in long)


def normalised(text: str) -> str:
    """Without what people change so that a copied text looks like their own."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def repeated(texts: Mapping[int, str]) -> frozenset[int]:
    """Answers whose text came in at least three times."""
    words = {key: normalised(text) for key, text in texts.items()}
    times = Counter(one for one in words.values() if len(one) >= LEAST_LENGTH)
    return frozenset(key for key, one in words.items() if times[one] >= LEAST_TIMES)
