"""Many queries wait for texts to come: of thousands a text asks only the few that may fit it."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from kern.search.matching import Text
from kern.search.query import Query

Name = TypeVar("Name", bound=Hashable)


class Waiting(Generic[Name]):
    """Each query lies under one of its words: a text that has nothing of it cannot fit."""

    def __init__(self, queries: Iterable[tuple[Name, Query]]) -> None:
        self._under: dict[str, list[tuple[Name, Query]]] = defaultdict(list)
        for name, query in queries:
            for word in _one_of(query):
                self._under[word].append((name, query))

    def fitting(self, text: Text) -> set[Name]:
        near = {
            name: query
            for part in text.parts & self._under.keys()
            for name, query in self._under[part]
        }
        return {name for name, query in near.items() if text.fits(query)}


def _one_of(query: Query) -> set[str]:
    """The longest word that must occur, as it says most, with all that counts as that word."""
    begun = {prefix.term: prefix.text for prefix in query.prefixes}
    in_phrases = (term for phrase in query.phrases for term, _ in phrase)
    longest = max((*query.words, *begun), key=len, default=max(in_phrases, key=len, default=""))
    others = {other.text for other in query.others if other.term == longest}
    return ({longest, begun.get(longest, "")} | others) - {""}
