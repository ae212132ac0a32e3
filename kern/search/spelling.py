"""Which word of the town somebody may have meant who typed one that the town hardly uses.

Works on terms as `analysis` has them. The distance is that of F. Damerau, "A technique for computer
detection and correction of spelling errors", CACM 1964, with less for what Germans mix up when they
write (`Lizens`, `Zebrastreiffen`, `Beläuchtung`, `Pendlerpauschahle`). Pure, and the same for every
engine.
"""

import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kern.search import analysis
from kern.search.compounds import SHORTEST_COMPOUND
from kern.search.expansion import Vocabulary

SHORTEST = 4  # letters; below, everything is near to everything
TIME_LIMIT = 0.15  # seconds of CPU for all words of a query
MOST_WORDS = 6  # of a query
LOOKED_AT = 2_000  # terms with one beginning or end
_LIKELY = 0.5  # what people mix up, beside 1.0 for any other letter
_PAIRS = ("sz", "fv", "dt", "bp", "gk", "ae", "ij", "iy", "ck", "wv", "cz", "kq", "mn", "eo")
_SWAP = dict.fromkeys([*_PAIRS, *(pair[::-1] for pair in _PAIRS)], _LIKELY).get
_NOTHING = "\0"  # before the first letter
_SILENT = frozenset("he")  # Pauschahle, Maschiene
_MEANT = re.compile(r'-?"[^"]*"?|(?<!\S)-\S+')
_ALLOWED = ((5, 1.0), (8, 1.5), (99, 2.0))  # up to how many letters which distance
_FREQUENT = 0.12  # how much nearer a word is for every e-fold of texts that have it
_OFTEN = 10  # texts with the word that was meant for each with the word that was typed


class Near(NamedTuple):
    term: str
    rank: float  # the lower the better
    texts: int  # that have it


def distance(typed: str, meant: str, limit: float) -> float:
    """`limit` or more means: too far. Asked for hundreds of words, so it calls nothing within."""
    if abs(len(typed) - len(meant)) * _LIKELY >= limit:
        return limit
    before: list[float] = []
    row = [0.0]
    for letter in meant:
        row.append(row[-1] + _gap(letter, ""))
    others = list(zip(meant, _NOTHING + meant, _gaps(meant), strict=False))
    for letter, earlier, gap in zip(typed, _NOTHING + typed, _gaps(typed), strict=False):
        last, before = before, row
        best = before[0] + gap
        row = [best]
        for at, (other, previous, other_gap) in enumerate(others):
            swap = before[at] if letter == other else before[at] + _SWAP(letter + other, 1.0)
            best = min(best + other_gap, before[at + 1] + gap, swap)
            if letter == previous and earlier == other:  # the two are turned
                best = min(best, last[at - 1] + _LIKELY)
            row.append(best)
        if min(row) >= limit:
            return limit
    return row[-1]


def _gaps(word: str) -> list[float]:
    return [_gap(letter, before) for letter, before in zip(word, _NOTHING + word, strict=False)]


def _gap(letter: str, before: str) -> float:
    """One letter too many or too few: seldom noticed when it doubles another or is not heard."""
    return _LIKELY if letter == before or letter in _SILENT else 1.0


def allowed(word: str) -> float:
    return next(limit for letters, limit in _ALLOWED if len(word) <= letters)


def nearest(word: str, vocabulary: Vocabulary, deadline: float) -> Near | None:
    """What may have been meant by a word as it was typed; None when it is a word of the town.

    `deadline` is a time of `time.thread_time()`.
    """
    typed, term = analysis.fold(word), analysis.stem_of(word)
    if len(typed) < SHORTEST or not typed.isalpha() or not term:
        return None
    known = dict(vocabulary.beginning_with(term, len(term), LOOKED_AT)).get(term, 0)
    found = _near(typed, term, _candidates(typed, vocabulary), deadline)
    best = min(found, key=lambda near: (near.rank, near.term), default=None)
    return best if best and best.texts > _OFTEN * known else None


def _candidates(typed: str, vocabulary: Vocabulary) -> dict[str, int]:
    """Terms that share the first or the last half, where at most one half has a mistake."""
    half = max(len(typed) // 2, 2)
    counts = dict(vocabulary.beginning_with(typed[:half], SHORTEST - 1, LOOKED_AT))
    if len(typed) >= SHORTEST_COMPOUND:
        stem = analysis.stem_of(typed)
        for end in {typed[-half:], stem[-half:]}:
            counts |= dict(vocabulary.ending_with(end, SHORTEST_COMPOUND, LOOKED_AT))
        return counts
    return counts | dict(vocabulary.beginning_with(typed[:1], SHORTEST - 1, LOOKED_AT))


def _near(typed: str, term: str, counts: dict[str, int], deadline: float) -> Iterable[Near]:
    limit = allowed(typed) + _LIKELY / 2
    always, ever = set(typed) & set(term), set(typed) | set(term)
    most = int(limit / _LIKELY)  # letters that may differ, as each costs as much at least
    for number, (other, count) in enumerate(counts.items()):
        if number % 64 == 0 and time.thread_time() > deadline:
            return
        if other == term or len(always.difference(other)) > most:
            continue
        if len(set(other).difference(ever)) > most:
            continue
        far = limit
        for written in {typed, term}:
            far = min(far, distance(written, other, far))
        if far < limit:
            yield Near(other, far - _FREQUENT * math.log(count + 1), count)


def misspelt(text: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Words of a query that hardly anything has, each with the term that was probably meant."""
    deadline = time.thread_time() + TIME_LIMIT
    found: dict[str, str] = {}
    for word in _words(text):
        near = nearest(word, vocabulary, deadline)
        if near is not None:
            found[word] = near.term
    return found


def _words(text: str) -> list[str]:
    """Not those in quotes, nor those that must not occur: they are meant as they stand."""
    bare = _MEANT.sub(" ", text)
    return [word for word, _, _ in analysis.words(bare)][:MOST_WORDS]


def spelt(term: str, texts: Iterable[str]) -> str:
    """How the term is written most often in texts that have it; empty when none has."""
    written = Counter(
        word
        for text in texts
        for word, _, _ in analysis.words(text)
        if analysis.stem_of(word) == term
    )
    return max(written, key=lambda word: (written[word], word), default="")


def replaced(text: str, words: Mapping[str, str]) -> str:
    """The query with other words in the places of these."""
    parts: list[str] = []
    place = 0
    meant = [match.span() for match in _MEANT.finditer(text)]
    for word, start, _ in analysis.words(text):
        if word in words and not any(first <= start < last for first, last in meant):
            parts += [text[place:start], words[word]]
            place = start + len(word)
    return "".join([*parts, text[place:]])
