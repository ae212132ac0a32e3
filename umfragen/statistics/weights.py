"""Weights that give groups the part they have in the population. They mend an uneven response, not
a self-selected one."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROUNDS = 20
SMALLEST, LARGEST = 0.3, 3.0
CLOSE = 1e-4
"""As near as a share has to come to the population's."""

Group = Hashable
Margin = Mapping[Any, float]
"""People of the population by group, as counts or shares."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """One weight for each answer, 1 on average, or for `counts` answers alike. `unreached`: groups
    of the population without an answer; nobody can be weighted for them. `worst`: how far a share
    is off at the end."""

    weights: tuple[float, ...]
    counts: tuple[int, ...]
    rounds: int
    worst: float
    trimmed: int
    unreached: tuple[tuple[int, Group], ...] = ()

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def n_effective(self) -> float:
        return effective_answers(self.weights, self.counts)

    @property
    def is_close(self) -> bool:
        return self.worst <= CLOSE


def effective_answers(weights: Sequence[float], counts: Sequence[int] | None = None) -> float:
    """(sum w)^2 / sum w^2: Kish, Survey Sampling (1965), 11.7."""
    times = counts or [1] * len(weights)
    squares = math.fsum(n * weight * weight for weight, n in zip(weights, times, strict=True))
    return _total(weights, times) ** 2 / squares if squares else 0.0


def post_stratify(groups: Sequence[Any], margin: Margin) -> Weighting:
    """Share in the population by share in the answers: Holt and Smith, Post Stratification,
    J. R. Stat. Soc. A 142 (1979)."""
    return rake([groups], [margin])


def rake(
    columns: Sequence[Sequence[Any]],
    margins: Sequence[Margin],
    smallest: float = SMALLEST,
    largest: float = LARGEST,
    counts: Sequence[int] | None = None,
) -> Weighting:
    """Margin after margin until all fit: Deming and Stephan, On a Least Squares Adjustment of a
    Sampled Frequency Table, Ann. Math. Stat. 11 (1940).

    `columns[i][j]` is the group of answer j by margin i, None where it did not say. An answer that
    does not say its group keeps its weight in that step. `counts[j]`: how many answers j stands
    for, where those alike are handed over as one. Weights are held between `smallest` and
    `largest` in each round, so one loud voice never stands for thousands.
    """
    _check(columns, margins)
    times = [1] * len(columns[0]) if counts is None else list(counts)
    weights = [1.0] * len(times)
    shares = [_shares(column, margin) for column, margin in zip(columns, margins, strict=True)]
    rounds, worst = 0, math.inf
    while rounds < ROUNDS and worst > CLOSE:
        for column, share in zip(columns, shares, strict=True):
            _fit(weights, times, column, share)
        weights = _trim(weights, times, smallest, largest)
        worst = max(
            (
                _off(column, share, weights, times)
                for column, share in zip(columns, shares, strict=True)
            ),
            default=0.0,
        )
        rounds += 1
    return Weighting(
        tuple(weights),
        tuple(times),
        rounds,
        worst,
        sum(
            n
            for weight, n in zip(weights, times, strict=True)
            if _at_limit(weight, smallest, largest)
        ),
        tuple(
            (number, group)
            for number, (column, margin) in enumerate(zip(columns, margins, strict=True))
            for group, people in margin.items()
            if people > 0 and group not in set(column)
        ),
    )


def _check(columns: Sequence[Sequence[Any]], margins: Sequence[Margin]) -> None:
    if not columns or len(columns) != len(margins):
        raise ValueError("a column of groups belongs to each margin")
    if len({len(column) for column in columns}) != 1:
        raise ValueError("every answer has a group, or None, by every margin")
    if any(people < 0 for margin in margins for people in margin.values()):
        raise ValueError("nobody counts less than zero people")


def _shares(column: Sequence[Group | None], margin: Margin) -> dict[Group, float]:
    """Of the groups that answered and that the margin knows."""
    reached = {group: margin[group] for group in set(column) if margin.get(group, 0) > 0}
    total = math.fsum(reached.values())
    return {group: people / total for group, people in reached.items()}


def _total(weights: Sequence[float], times: Sequence[int]) -> float:
    return math.fsum(n * weight for weight, n in zip(weights, times, strict=True))


def _sums(
    weights: Sequence[float],
    times: Sequence[int],
    column: Sequence[Group | None],
    share: Mapping[Group, float],
) -> dict[Group, float]:
    sums = dict.fromkeys(share, 0.0)
    for weight, n, group in zip(weights, times, column, strict=True):
        if group in sums:
            sums[group] += n * weight
    return sums


def _fit(
    weights: list[float],
    times: Sequence[int],
    column: Sequence[Group | None],
    share: Mapping[Group, float],
) -> None:
    sums = _sums(weights, times, column, share)
    total = math.fsum(sums.values())
    factors = {group: share[group] * total / sums[group] for group in share}
    for index, group in enumerate(column):
        weights[index] *= factors.get(group, 1.0)


def _trim(
    weights: Sequence[float], times: Sequence[int], smallest: float, largest: float
) -> list[float]:
    """Within the limits and 1 on average; the mean is mended by those still free to move."""
    held = [min(max(weight, smallest), largest) for weight in weights]
    for _ in range(ROUNDS):
        missing = sum(times) - _total(held, times)
        free = [i for i, weight in enumerate(held) if not _at_limit(weight, smallest, largest)]
        room = math.fsum(times[i] * held[i] for i in free)
        if abs(missing) < CLOSE or not room:
            break
        for i in free:
            held[i] = min(max(held[i] * (1 + missing / room), smallest), largest)
    return held


def _at_limit(weight: float, smallest: float, largest: float) -> bool:
    return weight <= smallest or weight >= largest


def _off(
    column: Sequence[Group | None],
    share: Mapping[Group, float],
    weights: Sequence[float],
    times: Sequence[int],
) -> float:
    sums = _sums(weights, times, column, share)
    total = math.fsum(sums.values())
    return max((abs(sums[group] / total - share[group]) for group in share), default=0.0)
