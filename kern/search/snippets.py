"""The few words around a hit, with what was looked for marked. Escapes everything itself."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from kern.search import analysis
from kern.search.query import Query

_MARK = Markup("<mark>{}</mark>")
_LOOKED_AT = 60_000  # characters of a long page; hits beyond are shown by its beginning
_LEAD = 0.3  # share of the snippet that stands before the first hit
_SEEK = 25  # characters a cut may move to fall between two words


class _Word(NamedTuple):
    start: int
    end: int
    term: str


class Marker:
    """Marks what one query looks for, in all the hits of a page: a word is judged once."""

    def __init__(self, query: Query) -> None:
        self._judged = _Judged(query)

    def snippet(self, text: str, length: int = 240) -> Markup:
        """At most `length` characters, plus ellipses, around the place with most different hits."""
        text = _one_line(text)
        found = self._hits(text)
        start, end = _window(text, found, length)
        before = Markup("… ") if start > 0 else Markup("")
        after = Markup(" …") if end < len(text) else Markup("")
        return before + _marked(text, found, start, end) + after

    def mark(self, text: str) -> Markup:
        """The whole text, as for a title."""
        text = _one_line(text)
        return _marked(text, self._hits(text), 0, len(text))

    def _hits(self, text: str) -> list[_Word]:
        return list(map(_Word._make, analysis.chosen_words(text, self._judged)))


class _Judged(dict[str, str]):
    """The term of each word that is wanted, nothing for others; judged when first asked for."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self._wants = query.wants

    def __missing__(self, word: str) -> str:
        term = self[word] = analysis.stem_of(word) if self._wants(word) else ""
        return term


def _one_line(text: str) -> str:
    """Line breaks become spaces; controls go, also those that turn the direction of writing."""
    plain = " ".join(text[:_LOOKED_AT].split())
    if plain.isprintable():
        return plain
    visible = (" " if char.isspace() else char for char in text[:_LOOKED_AT])
    kept = (char for char in visible if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return " ".join("".join(kept).split())


def _window(text: str, found: Sequence[_Word], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    first = _best_start(found, int(length * (1 - _LEAD)))
    start = max(0, min(first - int(length * _LEAD), len(text) - length))
    end = min(len(text), start + length)
    return _cut_before(text, start), _cut_after(text, end)


def _best_start(found: Sequence[_Word], reach: int) -> int:
    """Where the hit begins from which most different ones lie within reach; the first wins ties."""
    best, most, last = 0, 0, 0
    inside: dict[str, int] = {}
    for index, word in enumerate(found):
        while last < len(found) and found[last].end <= word.start + reach:
            inside[found[last].term] = inside.get(found[last].term, 0) + 1
            last += 1
        if len(inside) > most:
            best, most = word.start, len(inside)
        if index < last:
            inside[word.term] -= 1
            if not inside[word.term]:
                del inside[word.term]
        last = max(last, index + 1)
    return best


def _cut_before(text: str, start: int) -> int:
    """The start of the next word, unless none is near."""
    if start == 0 or text[start - 1] == " ":
        return start
    space = text.find(" ", start, start + _SEEK)
    return start if space < 0 else space + 1


def _cut_after(text: str, end: int) -> int:
    """The end of the word before, unless none is near."""
    if end == len(text) or text[end] == " ":
        return end
    space = text.rfind(" ", end - _SEEK, end)
    return end if space < 0 else space


def _marked(text: str, found: Sequence[_Word], start: int, end: int) -> Markup:
    parts: list[str | Markup] = []
    place = start
    for word in found:
        if word.start >= place and word.end <= end:
            parts += [text[place : word.start], _MARK.format(text[word.start : word.end])]
            place = word.end
    parts.append(text[place:end])
    return Markup("").join(parts)
