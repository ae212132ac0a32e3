"""Numbers that resemble each other when texts do; nobody reads the text from them. Pure.

MinHash over runs of letters, in one pass: each run falls into one of the bins, each bin keeps its
smallest hash (P. Li, A. Owen, C.-H. Zhang, "One Permutation Hashing", NIPS 2012); what stays empty
borrows from a full one (A. Shrivastava, "Optimal Densification for Fast and Accurate Minwise
Hashing", ICML 2017). The share of equal bins estimates how much of their runs two texts share
(Jaccard). Bands of a few bins find candidates through an index, without a look at all texts.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import count
from zlib import crc32

from kern.text.confusables import LOOKALIKES

VERSION = 1
"""Raise it when the numbers of one text change: fingerprints of another version are made anew."""

RUN = 4  # letters
BINS = 128
BANDS = 16
ROWS = 3  # bins of a band: texts that share half of their runs meet in one of the bands at 88 %,
# at 60 % they meet at 98 %, and of 100,000 texts about others some hundred meet it by chance
LONGEST_TEXT = 20_000
TRIES = 20  # lenders of an empty bin that are remembered; a text of few runs needs more
_SHORT = 20  # letters: below, an address is part of what a text says

NEEDED = ((70, 0.5), (40, 0.8))
"""From so many letters on, texts are look-alikes when they share so much. Shorter ones only when
their words are equal: "Ich bin für Variante 1" differs from "Variante 2" by one letter and in
everything. Chosen by one half of `tests/kern/hints/pairs.tsv`, measured by the other."""

_URL = re.compile(r"(?:https?://|www\.)\S+|\b(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}/\S*")
_LETTERS = {
    point: latin
    for point, latin in LOOKALIKES.items()
    if chr(point).isalnum() and point != ord("l")  # which is one sign with i only in names
}
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_SPELLED_OUT = re.compile(r"(?<=[ao])e|(?<=[^aeiouq]u)e")
_LOW, _HIGH = int.from_bytes(b"\x7f" * BINS), int.from_bytes(b"\x80" * BINS)
_MASK = (1 << 64) - 1
_SPREAD = 0x9E3779B97F4A7C15  # odd, 2**64 over the golden ratio: neighbours end up far apart


@dataclass(frozen=True, slots=True)
class Sketch:
    letters: int
    digest: int  # equal for texts of the same words
    bins: bytes  # one for each bin: eight bits tell two hashes apart well enough to count
    bands: tuple[int, ...]


def letters_of(text: str) -> str:
    """What is compared: letters and digits in lower case, words apart by one blank; links, accents,
    spelled-out umlauts, letters of other scripts and signs make no difference."""
    plain = text[:LONGEST_TEXT].casefold()
    without = _bare(_URL.sub(" ", plain))
    return without if len(without) >= _SHORT else _bare(plain)


def _bare(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text).translate(_LETTERS)
    signs = "".join(char for char in marked if not unicodedata.combining(char))
    words = _NOT_LETTERS.sub(" ", f" {signs} ")
    return _SPELLED_OUT.sub("", words).strip()


def sketch(text: str) -> Sketch | None:
    """None for a text without any letter."""
    letters = letters_of(text)
    if not letters:
        return None
    found = _smallest(letters)
    full = _densified(found)
    bins = bytes(value & 0xFF for value in full)
    return Sketch(len(letters), _digest(letters), bins, tuple(_bands(full)))


def alike(one: bytes, other: bytes) -> float:
    """0.0 to 1.0. By chance one bin in 256 agrees, which is taken off."""
    differing = int.from_bytes(one) ^ int.from_bytes(other)
    marked = ((differing & _LOW) + _LOW | differing) & _HIGH  # one bit of each byte that is not 0
    equal = (BINS - marked.bit_count()) / BINS
    return max(0.0, (equal - 1 / 256) / (1 - 1 / 256))


def is_lookalike(share: float, letters: int) -> bool:
    """`letters` are those of the shorter text."""
    return any(letters >= least and share >= needed for least, needed in NEEDED)


def _smallest(letters: str) -> list[int | None]:
    data = f" {letters} ".encode()
    found: list[int | None] = [None] * BINS
    for run in {data[at : at + RUN] for at in range(max(1, len(data) - RUN + 1))}:
        value = crc32(run) * _SPREAD & _MASK
        value ^= value >> 32
        place = value % BINS
        smallest = found[place]
        if smallest is None or value < smallest:
            found[place] = value
    return found


def _densified(found: list[int | None]) -> list[int]:
    return [
        (_borrowed(found, place) if value is None else value) // BINS
        for place, value in enumerate(found)
    ]


def _borrowed(found: list[int | None], place: int) -> int:
    for lender in _lenders(place):
        value = found[lender]
        if value is not None:
            return value
    tries = (found[_mixed(place, attempt) % BINS] for attempt in count(TRIES + 1))
    return next(value for value in tries if value is not None)


@cache
def _lenders(place: int) -> tuple[int, ...]:
    """Whom an empty bin asks first."""
    return tuple(_mixed(place, attempt) % BINS for attempt in range(1, TRIES + 1))


def _mixed(place: int, attempt: int) -> int:
    value = (place * 0x100000001B3 + attempt) * _SPREAD & _MASK
    return value >> 33


def _bands(full: list[int]) -> list[int]:
    """63 bits each, so that both databases hold them."""
    found = []
    for band in range(BANDS):
        value = band + 1
        for part in full[band * ROWS : (band + 1) * ROWS]:
            value = ((value ^ part) * _SPREAD) & _MASK
            value ^= value >> 29
        found.append(value >> 1)
    return found


def _digest(letters: str) -> int:
    return int.from_bytes(hashlib.blake2b(letters.encode(), digest_size=8).digest()) >> 1
