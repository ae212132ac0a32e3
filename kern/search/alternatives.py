"""Other terms that count as the word that was typed: pure, and the same for every engine.

The town's synonyms; what is derived from a word (`besteuern`, `Besteuerung`; `Jugend`,
`jugendlich`), which the stemmer leaves apart because `Zeitung` is not `Zeit`; and two words that
others write as one (`Kölner Straße`, `Kölnerstr.`).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from kern.search import analysis
from kern.search.stemming import stem

SYNONYM = 0.6  # boosts: the word itself has 1.0
DERIVED = 0.5
JOINED = 1.0
MOST = 24  # in one query
_NOUN, _ADJECTIVES = "ung", ("lich", "isch")
_VOWELS = re.compile(r"[aeiouy]+")
_SYLLABLES = 2  # of what is left: Besteuer-ung, not Zeit-ung, Wohn-ung, Satz-ung
_SHORTEST = 4  # letters of what an adjective is derived from: Stadt, Land
_LONGEST = 16  # letters; beyond it is a compound
_STREET = re.compile(r"(?P<name>.{3,}er)(?P<street>str(?:asse)?)")

Synonyms = Mapping[str, tuple[str, ...]]
"""Terms as `analysis` has them, each with the terms that count as it."""

NONE: Synonyms = {}


class Other(NamedTuple):
    """`text` counts as `term`, but so much less."""

    term: str
    text: str
    boost: float


def others_of(term: str, synonyms: Synonyms) -> Iterator[Other]:
    for text in synonyms.get(term, ()):
        yield Other(term, text, SYNONYM)
    for text in _derived(term):
        yield Other(term, text, DERIVED)


def _derived(term: str) -> Iterator[str]:
    """What the term is made from, or what may be made from it; most of it is no word."""
    root = term.removesuffix(_NOUN)
    if len(root) <= _LONGEST and len(_VOWELS.findall(root)) >= _SYLLABLES:
        if root != term:
            yield from {stem(root + "n"), stem(root + "en")}
        else:
            yield from (root + _NOUN, root + "er" + _NOUN)
    for ending in _ADJECTIVES:
        noun = term.removesuffix(ending)
        if _SHORTEST <= len(noun) <= _LONGEST:
            yield noun if noun != term else term + ending


def joined(words: list[str]) -> Iterator[Other]:
    """What neighbours would be if they were written together."""
    for first, second in pairwise(words):
        whole = analysis.stem_of(first + second)
        for word in (first, second):
            term = analysis.stem_of(word)
            if term and whole:
                yield Other(term, whole, JOINED)


def parted(word: str) -> list[str]:
    """`Kölnerstr` -> `kolner`, `str`; anything else stays as it is."""
    match = _STREET.fullmatch(analysis.fold(word))
    return [match["name"], match["street"]] if match else [word]
