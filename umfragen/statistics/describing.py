"""What answers to one question say together: middle, spread, agreement, order.

All take counts by value, as they are tallied: a million answers cost as much as ten.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Counts = Mapping[int, float] | Mapping[float, float]
"""How many gave a value; weighted counts are welcome."""

PROMOTERS, DETRACTORS = 9, 6
"""Net promoter score, from these marks on and up to these: Reichheld, The One Number You Need to
Grow, Harvard Business Review 12/2003."""


@dataclass(frozen=True, slots=True)
class Summary:
    """`deviation` is that of a sample (n - 1); quartiles lie between as in R, type 7."""

    n: float
    mean: float
    median: float
    lower: float
    upper: float
    deviation: float
    least: float
    most: float


def summarise(counts: Counts) -> Summary | None:
    """None where nobody answered."""
    pairs = sorted((value, n) for value, n in counts.items() if n > 0)
    n = math.fsum(times for _, times in pairs)
    if not pairs:
        return None
    mean = math.fsum(value * times for value, times in pairs) / n
    squares = math.fsum(times * (value - mean) ** 2 for value, times in pairs)
    return Summary(
        n=n,
        mean=mean,
        median=_quantile(pairs, n, 0.5),
        lower=_quantile(pairs, n, 0.25),
        upper=_quantile(pairs, n, 0.75),
        deviation=math.sqrt(squares / (n - 1)) if n > 1 else 0.0,
        least=pairs[0][0],
        most=pairs[-1][0],
    )


def _quantile(pairs: Sequence[tuple[float, float]], n: float, share: float) -> float:
    """Definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages,
    The American Statistician 50 (1996); also QUARTIL.INKL of Excel."""
    place = max(n - 1, 0) * share
    below = math.floor(place)
    low, high = _value_at(pairs, below), _value_at(pairs, below + 1)
    return low + (place - below) * (high - low)


def _value_at(pairs: Sequence[tuple[float, float]], rank: float) -> float:
    """The value on this place, from 0, of all of them in order."""
    passed = 0.0
    for value, times in pairs:
        passed += times
        if rank < passed:
            return value
    return pairs[-1][0]


def top_box(counts: Mapping[int, float], high: int, boxes: int = 2) -> float | None:
    """Share of those who chose one of the highest steps of a scale that ends with `high`."""
    n = math.fsum(counts.values())
    top = math.fsum(times for code, times in counts.items() if code > high - boxes)
    return top / n if n else None


def bottom_box(counts: Mapping[int, float], low: int, boxes: int = 2) -> float | None:
    n = math.fsum(counts.values())
    bottom = math.fsum(times for code, times in counts.items() if code < low + boxes)
    return bottom / n if n else None


def net_promoter_score(counts: Mapping[int, float]) -> float | None:
    """From -100 to 100: percent of promoters less percent of detractors, of marks 0 to 10."""
    n = math.fsum(counts.values())
    for_it = math.fsum(times for mark, times in counts.items() if mark >= PROMOTERS)
    against = math.fsum(times for mark, times in counts.items() if mark <= DETRACTORS)
    return 100 * (for_it - against) / n if n else None


@dataclass(frozen=True, slots=True)
class Leaning:
    """Shares of a scale of agreement, for a bar that grows to both sides of a middle."""

    against: float
    middle: float
    in_favour: float
    n: float


def leaning(counts: Mapping[int, float], low: int, high: int) -> Leaning | None:
    """An even scale has no middle step."""
    n = math.fsum(counts.values())
    if not n:
        return None
    centre = (low + high) / 2
    below = math.fsum(times for code, times in counts.items() if code < centre)
    above = math.fsum(times for code, times in counts.items() if code > centre)
    return Leaning(below / n, max(0.0, n - below - above) / n, above / n, n)


@dataclass(frozen=True, slots=True)
class Place:
    """One option of a ranking. `mean` is over those who gave it a place, 1 is best.

    `points` are of Borda, Mémoire sur les élections au scrutin (1781): the last of m options gets
    0, the first m - 1; options somebody left out share what is left of the points evenly, so that
    leaving out is no way to harm one of them.
    """

    code: int
    ranked: float
    mean: float | None
    points: float
    first: float  # share of all who ranked anything


def rank(orders: Iterable[tuple[Sequence[int], float]], codes: Sequence[int]) -> list[Place]:
    """From orders with their counts; the option with most points comes first."""
    ranked = dict.fromkeys(codes, 0.0)
    places = dict.fromkeys(codes, 0.0)
    points = dict.fromkeys(codes, 0.0)
    first = dict.fromkeys(codes, 0.0)
    n = 0.0
    for order, times in orders:
        known = [code for code in dict.fromkeys(order) if code in ranked]
        if not known:
            continue
        n += times
        first[known[0]] += times
        for place, code in enumerate(known, 1):
            ranked[code] += times
            places[code] += place * times
            points[code] += (len(codes) - place) * times
        shared = (len(codes) - len(known) - 1) / 2  # mean of what is left: 0 to m - known - 1
        for code in ranked.keys() - set(known):
            points[code] += shared * times
    found = [
        Place(
            code,
            ranked[code],
            places[code] / ranked[code] if ranked[code] else None,
            points[code],
            first[code] / n if n else 0.0,
        )
        for code in codes
    ]
    return sorted(found, key=lambda place: -place.points)
