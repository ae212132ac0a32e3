"""The words of the town, as the index counts them."""

import math
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeVar

from sqlalchemy import URL, Connection, text

from kern.db.quick import Quick
from kern.latest import Latest
from kern.search import compounds
from kern.search.compounds import IsKnown
from kern.search.expansion import MAX_LOOKED_AT, Wanted
from kern.search.postgres_backend.schema import SCHEMA

_Answer = TypeVar("_Answer")
_LAST = "\U0010ffff"  # behind every letter

# Thousands of words come as two lines of text: a row for each would take longer than finding them.
_FIRST_ONES = f"""
SELECT string_agg(term, ' ' ORDER BY documents DESC, term),
  string_agg(CAST(documents AS text), ' ' ORDER BY documents DESC, term)
FROM (
  SELECT term, documents FROM (
    SELECT term, documents FROM {SCHEMA}.word WHERE {{condition}} ORDER BY {{order}}
    LIMIT {MAX_LOOKED_AT}
  ) AS looked_at
  WHERE length(term) >= :shortest ORDER BY documents DESC, term LIMIT :limit
) AS chosen
"""
_BEGINNING = Quick(
    text(_FIRST_ONES.format(condition="term >= :first AND term <= :last", order="term"))
)
_REVERSED = 'reverse(term) COLLATE "C"'
_ENDING = Quick(
    text(
        _FIRST_ONES.format(
            condition=f"{_REVERSED} >= :first AND {_REVERSED} <= :last"
            f" AND length(term) >= {compounds.SHORTEST_COMPOUND}",
            order=_REVERSED,
        )
    )
)
_COUNTS = Quick(text(f"SELECT term, documents FROM {SCHEMA}.word WHERE term = ANY(:terms)"))
_MOST_KEPT = 10_000  # terms of a town
_MOST_TOWNS = 16


class State(NamedTuple):
    """Of the index; `mark` is another one after every change to it."""

    entries: int
    length: int
    mark: str


class _Memory:
    """What was looked up since the index last changed. Only which words there are: what is found
    with them, and by whom, every search asks anew."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.first_ones: dict[tuple[Quick, str, int, int], list[tuple[str, int]]] = {}
        self.counts: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        return sum(map(len, self.first_ones.values())) + len(self.counts) > _MOST_KEPT


_memories: Latest[URL, _Memory] = Latest(_MOST_TOWNS)


def _memory_of(town: URL, mark: str) -> _Memory:
    found = _memories.get(town)
    if found is None or found.mark != mark or found.is_full:
        found = _Memory(mark)
        _memories.put(town, found)
    return found


class Words:
    def __init__(self, connection: Connection, state: State) -> None:
        self._connection = connection
        self._memory = _memory_of(connection.engine.url, state.mark)

    def beginning_with(self, start: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        return self._first_ones(_BEGINNING, start, shortest, limit)

    def ending_with(self, end: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        return self._first_ones(_ENDING, end[::-1], shortest, limit)

    def _first_ones(
        self, query: Quick, start: str, shortest: int, limit: int
    ) -> list[tuple[str, int]]:
        key = (query, start, shortest, limit)
        found = self._memory.first_ones.get(key)
        if found is None:
            given = {"first": start, "last": start + _LAST, "shortest": shortest, "limit": limit}
            ((terms, counts),) = query.on(self._connection, given)
            found = [*zip((terms or "").split(), map(int, (counts or "").split()), strict=True)]
            self._memory.first_ones[key] = found
        return found

    def decide(self, question: Callable[[IsKnown], _Answer]) -> _Answer:
        """Asks with what is known so far until nothing new had to be known: few round trips."""
        while True:
            known = _Known(self._memory.counts)
            answer = question(known)
            if not known.asked:
                return answer
            self.counts(known.asked)

    def counts(self, terms: Collection[str]) -> dict[str, int]:
        """How many texts have each of them."""
        known = self._memory.counts
        asked = [term for term in terms if term not in known]
        if asked:
            found: dict[str, int] = dict(_COUNTS.on(self._connection, {"terms": asked}))
            known.update({term: found.get(term, 0) for term in asked})
        return {term: known[term] for term in terms}


class Rarity:
    """How much a term says: the fewer texts have it, the more."""

    def __init__(self, state: State, words: Words, wanted: Wanted) -> None:
        terms = {term for group in wanted.groups for term in group}
        terms |= {term for phrase in wanted.phrases for term, _ in phrase}
        self._counts = words.counts(terms)
        self._entries = state.entries
        self.usual_length = max(state.length / max(state.entries, 1), 1.0)

    def of(self, term: str) -> float:
        return math.log(max(self._entries, 1) / (self._counts.get(term, 0) + 1)) + 1


class _Known:
    """Which terms there are; of one that was not looked up it says no, and notes it."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self.asked: set[str] = set()

    def __call__(self, term: str) -> bool:
        count = self._counts.get(term)
        if count is None:
            self.asked.add(term)
        return bool(count)
