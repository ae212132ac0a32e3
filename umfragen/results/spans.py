"""Classes of numbers, and of dates and times as numbers (`umfragen.store.moments`). Pure."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from umfragen.definition.questions import Clock, When
from umfragen.store.moments import MINUTES

CLASSES = 8
FEW = 10  # different numbers are told one by one
HOUR = 60  # minutes
MOST_MONTHS = 36
MONTHS = 12


class Span(NamedTuple):
    """Numbers from `low` to `high`, which belongs to them unless the class is open."""

    low: float
    high: float
    is_open: bool = False

    def holds(self, value: float) -> bool:
        return self.low <= value < self.high or (value == self.high and not self.is_open)


def spans_of(values: Mapping[float, float]) -> tuple[Span, ...]:
    """Few numbers one by one, else about eight classes of a round width."""
    given = sorted(value for value, n in values.items() if n)
    if len(given) <= FEW:
        return tuple(Span(value, value) for value in given)
    width = _round_width((given[-1] - given[0]) / CLASSES)
    first = math.floor(given[0] / width)
    last = math.floor(given[-1] / width)
    return tuple(
        Span(place * width, (place + 1) * width, is_open=True) for place in range(first, last + 1)
    )


def _round_width(width: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(width))
    return next(float(step * power) for step in (1, 2, 5, 10) if step * power >= width)


def spans_of_moments(question: When, values: Mapping[float, float]) -> tuple[Span, ...]:
    """Few days one by one, else months, else years; times of day by the hour."""
    given = sorted(value for value, n in values.items() if n)
    if not given:
        return ()
    if question.clock is Clock.TIME:
        return tuple(_steps(given[0], given[-1], HOUR))
    unit = MINUTES if question.clock is Clock.BOTH else 1
    days = sorted({math.floor(value / unit) for value in given})
    if len(days) <= FEW:
        return tuple(Span(day * unit, (day + 1) * unit, is_open=True) for day in days)
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    edges = list(_months(first, last))
    if len(edges) > MOST_MONTHS + 1:
        edges = [date(year, 1, 1) for year in range(first.year, last.year + 2)]
    numbers = [edge.toordinal() * unit for edge in edges]
    return tuple(Span(low, high, is_open=True) for low, high in pairwise(numbers))


def _steps(first: float, last: float, step: int) -> Iterator[Span]:
    for at in range(int(first // step), int(last // step) + 1):
        yield Span(at * step, (at + 1) * step, is_open=True)


def _months(first: date, last: date) -> Iterator[date]:
    """Their first days, the one after the last month too."""
    begin = first.year * MONTHS + first.month - 1
    end = last.year * MONTHS + last.month
    for at in range(begin, end + 1):
        yield date(at // MONTHS, at % MONTHS + 1, 1)
