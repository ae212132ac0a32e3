"""Whether two answers hang together, and how strongly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_EXPECTED = 5
"""Below it the approximation is poor: Cochran, Some Methods for Strengthening the Common
chi-squared Tests, Biometrics 10 (1954)."""

TINY = 1e-300
EXACT = 1e-15
STEPS = 10_000


@dataclass(frozen=True, slots=True)
class Association:
    """`unsure`: a cell expects fewer than five. `v`: 0 for none, 1 for one by the other."""

    chi_squared: float
    degrees: int
    p: float
    v: float
    n: float
    unsure: bool


def associate(table: Sequence[Sequence[float]]) -> Association | None:
    """Pearson's test of independence (Phil. Mag. 50, 1900) and Cramér's V (Mathematical Methods of
    Statistics, 1946). None unless two rows and two columns hold answers."""
    rows = [row for row in table if math.fsum(row) > 0]
    kept = [j for j in range(len(rows[0]) if rows else 0) if math.fsum(row[j] for row in rows) > 0]
    if len(rows) < 2 or len(kept) < 2:  # noqa: PLR2004 - fewer have no table
        return None
    cells = [[row[j] for j in kept] for row in rows]
    across = [math.fsum(row) for row in cells]
    down = [math.fsum(row[j] for row in cells) for j in range(len(kept))]
    n = math.fsum(across)
    expected = [[a * d / n for d in down] for a in across]
    chi_squared = math.fsum(
        (seen - awaited) ** 2 / awaited
        for seen_row, awaited_row in zip(cells, expected, strict=True)
        for seen, awaited in zip(seen_row, awaited_row, strict=True)
    )
    degrees = (len(across) - 1) * (len(down) - 1)
    return Association(
        chi_squared=chi_squared,
        degrees=degrees,
        p=chi_squared_tail(chi_squared, degrees),
        v=min(1.0, math.sqrt(chi_squared / (n * (min(len(across), len(down)) - 1)))),
        n=n,
        unsure=min(min(row) for row in expected) < LEAST_EXPECTED,
    )


def chi_squared_tail(value: float, degrees: int) -> float:
    """Probability of at least this value by chance."""
    if degrees < 1 or value < 0:
        raise ValueError("needs a degree of freedom and no negative value")
    return upper_gamma(degrees / 2, value / 2)


def upper_gamma(a: float, x: float) -> float:
    """Regularised incomplete gamma function Q(a, x): a series where it converges fast (DLMF
    8.11.4), else the continued fraction (DLMF 8.9.2) by Lentz, Applied Optics 15 (1976)."""
    if x == 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return max(0.0, 1.0 - scale * _series(a, x))
    return min(1.0, scale * _fraction(a, x))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    for step in range(1, STEPS):
        term *= x / (a + step)
        total += term
        if term < total * EXACT:
            break
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    found = d
    for step in range(1, STEPS):
        factor = -step * (step - a)
        b += 2
        d = 1 / _never_zero(factor * d + b)
        c = _never_zero(b + factor / c)
        found *= c * d
        if abs(c * d - 1) < EXACT:
            break
    return found


def _never_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
