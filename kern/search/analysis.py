"""From text to search terms: one pure function that every engine uses, so all give the same hits.

Umlauts fold in every spelling (`Bäume`, `Baeume`, `Baume`), gender marks vanish
(`Bürger:innen`, `BürgerInnen`, `Bürger*innen`), endings go (`stemming`). Whoever changes what
comes out raises `VERSION`: an index built with another one is built anew.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from kern.search.stemming import stem

VERSION = 5
MAX_TERM = 40  # characters; longer words are cut, in the index and in a query alike
TITLE_WEIGHT = 4.0  # a word of the title counts as often as this many in the body
LENT_WEIGHT = 0.5  # of a title that is another thing's: all posts of a thread have the same
_GAP = 100  # words between title and body
_RAW = 4 * MAX_TERM  # no more of a word is looked at, however long somebody makes it

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"  # soft hyphen, zero width space and joiners
_WORD = re.compile(
    rf"(?P<word>[^\W_](?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])*)"
    r"(?:(?:[:*_·•/]-?in(?:nen)?|\(in(?:nen)?\))(?!\w))?"
)
_INNER_CAPITAL = re.compile(r"(?<=[a-zäöüß])Innen$")
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
_SPELLED_OUT = re.compile(r"(?<=[ao])e|(?<=[^aeiouq]u)e|(?<=^u)e")  # not in neue, Mauer, Quelle

_STREET = re.compile(r"str$")  # Hafenstr., Bonner Str.

_SMALL_WORDS = """
aber als am an auch auf aus bei bin bis da damit das dass dem den denn der des die dies diese diesem
diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas fur hat hatte
hatten haben hier ich ihr ihre ihrem ihren ihrer im in ins ist ja kann kein keine konnen man mehr
mein meine mich mir mit nach nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so
soll sollte sollten sondern um und uns unser unsere unter vom von vor war waren was weil wenn wer
werden wie wir wird wo wurde wurden zu zum zur zwar uber
"""
STOP_WORDS = frozenset(_SMALL_WORDS.split())


class Term(NamedTuple):
    text: str
    position: int  # counts every word, also the ones that are left out
    start: int  # characters in the text as it was given
    end: int
    weight: float


def fold(word: str) -> str:
    """`Straße` -> `strasse`, `Bäume` and `Baeume` -> `baume`: only letters and digits are left."""
    plain = unicodedata.normalize("NFKC", word).casefold().translate(_LETTERS)
    parted = unicodedata.normalize("NFKD", plain)
    letters = "".join(char for char in parted if char.isalnum())
    return _SPELLED_OUT.sub("", letters)[:MAX_TERM]


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The term under which a word of a text is found; empty when it is left out."""
    folded = _STREET.sub("strasse", fold(_INNER_CAPITAL.sub("", word)))
    return "" if folded in STOP_WORDS else stem(folded)


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word with its start and end; a gender mark belongs to the span, not to the word."""
    for match in _WORD.finditer(text):
        yield match["word"][:_RAW], match.start(), match.end()


def chosen_words(text: str, term_of: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Start, end and term of the words for which there is one. `term_of` is asked for each word of
    a text, so it should know most of them already."""
    return [
        (match.start(), match.end(), term)
        for match in _WORD.finditer(text)
        if (term := term_of[match["word"][:_RAW]])
    ]


def analyse(text: str, weight: float = 1.0) -> Iterator[Term]:
    """The terms of a text in reading order. `weight` is given to each: a title's count more."""
    for position, (word, start, end) in enumerate(words(text)):
        term = stem_of(word)
        if term:
            yield Term(term, position, start, end, weight)


def analyse_document(title: str, body: str, *, has_own_title: bool = True) -> Iterator[Term]:
    """Title and body as one text; no phrase reaches from one into the other."""
    position = -1
    for term in analyse(title, TITLE_WEIGHT if has_own_title else LENT_WEIGHT):
        position = term.position
        yield term
    for term in analyse(body):
        yield term._replace(position=term.position + position + 1 + _GAP)
