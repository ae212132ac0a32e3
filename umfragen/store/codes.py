"""Codes that people type: Crockford's base 32, in groups of four, with a sign that checks. Pure.

https://www.crockford.com/base32.html: no I, L, O and U; what looks like another sign is taken for
it. The check sign is the number modulo 37, so a wrong sign or two that changed places are noticed.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = f"{ALPHABET}*~$=U"
GROUP = 4
LOOKALIKES = str.maketrans("OILU", "011V")
_BETWEEN = re.compile(r"[\s\-–—_.]+")


def spell(number: int, length: int) -> str:
    """`length` signs and the check sign, such as `7F4K-2M9Q-X`. Numbers with a check sign that
    people cannot find on a keyboard are no good: see `is_typable`."""
    signs = "".join(ALPHABET[number >> 5 * at & 31] for at in reversed(range(length)))
    signs += CHECKS[number % len(CHECKS)]
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def is_typable(number: int) -> bool:
    return number % len(CHECKS) < len(ALPHABET)


def read(typed: str, length: int) -> str | None:
    """The code in its one spelling; None when it cannot be one."""
    signs = _BETWEEN.sub("", typed).upper().translate(LOOKALIKES)
    if len(signs) != length + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    number = 0
    for sign in signs[:-1]:
        number = number << 5 | ALPHABET.index(sign)
    return spell(number, length) if CHECKS[number % len(CHECKS)] == signs[-1] else None
