"""Whether one text is a hit of a search, without any index: as an engine would decide.

A text is its own town here: its words are all there are, and every part of a compound counts as a
word that somebody knows.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from kern.content import Document
from kern.search import analysis
from kern.search.compounds import IsKnown
from kern.search.expansion import Counts, expand
from kern.search.query import Phrase, Query

_Answer = TypeVar("_Answer")


class Text:
    """One document, looked at once however many searches ask."""

    def __init__(self, document: Document) -> None:
        own = document.has_own_title
        places: dict[str, set[int]] = {}
        for term in analysis.analyse_document(document.title, document.body, has_own_title=own):
            places.setdefault(term.text, set()).add(term.position)
        self._places: Mapping[str, set[int]] = places

    @cached_property
    def parts(self) -> frozenset[str]:
        """Beginnings and ends of its words: what has none of them is no word of it."""
        return frozenset(
            part
            for term in self._places
            for place in range(len(term))
            for part in (term[place:], term[: place + 1])
        )

    def fits(self, query: Query) -> bool:
        if query.is_empty:
            return False
        wanted = expand(query, self)
        return (
            all(any(term in self._places for term in group) for group in wanted.groups)
            and all(self._has(phrase) for phrase in wanted.phrases)
            and not any(self._has(phrase) for phrase in wanted.excluded)
        )

    def _has(self, phrase: Phrase) -> bool:
        starts = self._places.get(phrase[0][0], set())
        return any(
            all(start + gap in self._places.get(term, ()) for term, gap in phrase)
            for start in starts
        )

    def beginning_with(self, start: str, shortest: int, limit: int) -> Counts:
        return self._some(lambda term: term.startswith(start) and len(term) >= shortest, limit)

    def ending_with(self, end: str, shortest: int, limit: int) -> Counts:
        return self._some(lambda term: term.endswith(end) and len(term) >= shortest, limit)

    def decide(self, question: Callable[[IsKnown], _Answer]) -> _Answer:
        return question(lambda _term: True)

    def _some(self, is_one: Callable[[str], bool], limit: int) -> Sequence[tuple[str, int]]:
        return [(term, 1) for term in sorted(filter(is_one, self._places))[:limit]]
