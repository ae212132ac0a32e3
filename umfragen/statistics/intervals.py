"""How far a share may be off by chance, and how many answers are enough.

Only for a random sample or a full count: people who chose to take part are no sample of anybody
(AAPOR, Guidance on Reporting Precision for Nonprobability Samples, 2015).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Shares between 0 and 1."""

    low: float
    high: float


def z_of(confidence: float = CONFIDENCE) -> float:
    if not 0 < confidence < 1:
        raise ValueError("confidence is between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def effective_size(n: float, population: int | None) -> float:
    """Answers of an endless population that say as much: n(N-1)/(N-n), endless for all of them.

    From the finite population correction (N-n)/(N-1) of the variance: Isserlis, On the Value of a
    Mean as Calculated from a Sample, J. R. Stat. Soc. 81 (1918).
    """
    if population is None:
        return n
    if n > population:
        raise ValueError("there are more answers than people")
    return math.inf if n == population else n * (population - 1) / (population - n)


def wilson(
    share: float, n: float, population: int | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Score interval: Wilson, Probable Inference, JASA 22 (1927); Newcombe 1998, method 3.

    `n` may be an effective number of weighted answers.
    """
    if not 0 <= share <= 1 or n <= 0:
        raise ValueError("a share is between 0 and 1, of at least one answer")
    size = effective_size(n, population)
    if math.isinf(size):
        return Interval(share, share)
    z2 = z_of(confidence) ** 2
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    spread = math.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size * size)))
    half = spread / (1 + z2 / size)
    # Rounding must not push the estimate itself out of its interval.
    return Interval(max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def margin(
    share: float, n: float, population: int | None = None, confidence: float = CONFIDENCE
) -> float:
    """The classic margin of error, half the width, as a share: Cochran, Sampling Techniques, 3.2,
    with the correction of `effective_size`."""
    size = effective_size(n, population)
    return 0.0 if math.isinf(size) else z_of(confidence) * math.sqrt(share * (1 - share) / size)


def sample_size(
    error: float,
    population: int | None = None,
    share: float = 0.5,
    confidence: float = CONFIDENCE,
) -> int:
    """Answers needed for this margin of error: Cochran, Sampling Techniques, 4.4,
    n0 / (1 + (n0 - 1) / N)."""
    if not 0 < error < 1:
        raise ValueError("an error is between 0 and 1")
    endless = z_of(confidence) ** 2 * share * (1 - share) / (error * error)
    if population is None:
        return math.ceil(endless)
    return min(population, math.ceil(endless / (1 + (endless - 1) / population)))
