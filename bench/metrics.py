"""How good a list of answers is, and how sure one may be that one engine is better than another.

nDCG after K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS
2002, with gains 2^grade - 1; the paired bootstrap after B. Efron, R. Tibshirani, "An Introduction
to the Bootstrap", 1993: queries are drawn anew, both engines together, so that hard queries do not
count as doubt.
"""

import math
import random
from collections.abc import Mapping, Sequence

Grades = Mapping[str, int]
TEN, FAR = 10, 100
ROUNDS = 5_000
SHARE = 0.95


def ndcg(found: Sequence[str], grades: Grades, depth: int = TEN) -> float:
    """1.0 when the first ten are the best ones in the best order; what nobody judged counts 0."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(name, 0) for name in found[:depth]]) / best if best else 0.0


def recall(found: Sequence[str], grades: Grades, depth: int = FAR) -> float:
    """Which share of all that is relevant is among the first hundred."""
    relevant = {name for name, grade in grades.items() if grade}
    return len(relevant.intersection(found[:depth])) / len(relevant) if relevant else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """Between which bounds the mean difference lies in 95 of 100 draws; always the same draws."""
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    dice = random.Random(20)  # noqa: S311 - not for secrets
    drawn = sorted(mean(dice.choices(differences, k=len(differences))) for _ in range(ROUNDS))
    cut = int(ROUNDS * (1 - SHARE) / 2)
    return drawn[cut], drawn[-cut - 1]
