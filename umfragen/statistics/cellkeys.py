"""A little noise that never changes, so that asking again or asking otherwise tells nothing more.

Every answer carries a random number; those of all answers in a cell, added up, choose the noise of
the cell. The same people always get the same noise: Fraser and Wooton, A Proposed Method for
Confidentialising Tabular Output to Protect Against Differencing (Australian Bureau of Statistics,
2005); used for the German census of 2022.
"""

from collections.abc import Iterable

KEYS = 1 << 32
LARGEST = 2
_SLOTS = 16
_SHIFT = 28  # the upper four bits of a key choose the slot


def _slots(*parts: int) -> tuple[int, ...]:
    """How many of 16 slots hold -2, -1, 0, 1, 2."""
    return tuple(p for p, times in zip(range(-2, 3), parts, strict=True) for _ in range(times))


# Symmetric, so that noise is 0 on average; a single answer never falls below zero.
_TABLE = ((0,) * _SLOTS, _slots(0, 5, 6, 5, 0), _slots(2, 3, 6, 3, 2))


def cell_key(keys: Iterable[int]) -> int:
    """From the numbers of all answers in the cell, or from the keys of its parts."""
    return sum(keys) % KEYS


def noise(count: int, key: int) -> int:
    """From -2 to 2. Zero stays zero."""
    if count < 0 or not 0 <= key < KEYS:
        raise ValueError("a count is not negative and a key has 32 bits")
    return _TABLE[min(count, LARGEST)][key >> _SHIFT]


def perturb(count: int, key: int) -> int:
    """The count as the public sees it."""
    return count + noise(count, key)
