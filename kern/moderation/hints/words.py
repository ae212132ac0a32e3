"""The town's word list, found in its word forms and behind the usual tricks.

Tricks that are seen through: `1d10t`, `I d i o t`, `Id*ot`, `Idiooot`, letters of other scripts.
Whoever wants to get past a word list will; that is why it only sorts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kern.search.analysis import fold
from kern.search.stemming import stem
from kern.text.confusables import LOOKALIKES

MOST_ENTRIES = 1_000
LONGEST_ENTRY = 60
LONGEST_TEXT = 20_000
MOST_MASKED = 50
_LEAST_SHOWN = 2  # letters of a masked word, so that `F***` is not every word with an f

_TRICKS = {ord(sign): letter for sign, letter in zip("@34578$€+", "aeastbset", strict=True)}
_SIGNS = LOOKALIKES | _TRICKS | {ord("l"): "l"}
_TOKEN = re.compile(r"[^\W_](?:[\w@$€*!|]*[\w*])?")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-*_]{1,2}+){3,}[^\W\d_](?!\w)")
_RUNS = re.compile(r"(.)\1+")
_MASKED = re.compile(r"[^\W\d_*]+\*[^\W\d_]*")


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    """What all spellings of a word have in common; not meant to be read."""
    plain = fold(word.casefold().translate(_SIGNS))
    return _RUNS.sub(r"\1", stem(plain).replace("l", "i"))  # a 1 may be meant as either


@dataclass(frozen=True, slots=True)
class _Entry:
    shown: str  # as the town wrote it
    keys: tuple[str, ...]
    open_left: bool
    open_right: bool

    def fits(self, keys: Sequence[str], at: int) -> bool:
        found = keys[at : at + len(self.keys)]
        if len(found) < len(self.keys):
            return False
        return all(map(self._is_like, self.keys, found))

    def _is_like(self, own: str, other: str) -> bool:
        if self.open_left and self.open_right:
            return own in other
        if self.open_left:
            return other.endswith(own)
        return other.startswith(own) if self.open_right else other == own


class WordList:
    """`entries` are words or short phrases; a star at an end takes longer words too (`*depp`)."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._whole: dict[str, list[_Entry]] = {}
        self._open: list[_Entry] = []
        self._letters: dict[str, str] = {}
        for text in entries:
            self._add(text)

    def __bool__(self) -> bool:
        return bool(self._whole or self._open)

    def _add(self, text: str) -> None:
        shown = " ".join(text.split())
        bare = shown.strip("* ")
        keys = tuple(filter(None, map(_key, bare.split())))
        if not keys:
            return
        entry = _Entry(shown, keys, shown.startswith("*"), shown.endswith("*"))
        self._letters.setdefault(bare.casefold(), shown)
        if entry.open_left or entry.open_right:
            self._open.append(entry)
        else:
            self._whole.setdefault(keys[0], []).append(entry)

    def find(self, text: str) -> tuple[str, ...]:
        """The entries that occur, as the town wrote them, each once."""
        text = text[:LONGEST_TEXT]
        words = [*_TOKEN.findall(text), *_spaced(text)]
        keys = [_key(word) for word in words]
        found = dict.fromkeys(self._found(keys))
        found |= dict.fromkeys(self._masked(words))
        return tuple(found)

    def _found(self, keys: Sequence[str]) -> Iterator[str]:
        for at, key in enumerate(keys):
            for entry in (*self._whole.get(key, ()), *self._open):
                if entry.fits(keys, at):
                    yield entry.shown

    def _masked(self, words: Iterable[str]) -> Iterator[str]:
        masked = [word.casefold() for word in words if _MASKED.match(word)]
        for word in masked[:MOST_MASKED]:
            if len(word.replace("*", "")) < _LEAST_SHOWN:
                continue
            for letters, shown in self._letters.items():
                if len(letters) == len(word) and all(
                    a in ("*", b) for a, b in zip(word, letters, strict=True)
                ):
                    yield shown


def _spaced(text: str) -> Iterator[str]:
    """Words written letter by letter."""
    for match in _SPACED.finditer(text):
        yield "".join(char for char in match[0] if char.isalpha())


@lru_cache(maxsize=64)
def parse(text: str) -> WordList:
    """One entry a line; what follows a `#` is the town's own remark."""
    lines = (line.partition("#")[0].strip()[:LONGEST_ENTRY] for line in text.splitlines())
    return WordList([line for line in lines if line][:MOST_ENTRIES])
