"""The words of the town, as the index counts them."""

import math
from collections.abc import Callable, Collection
from typing import TypeVar

from sqlalchemy import Connection, TextClause, text

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
_BEGINNING = text(_FIRST_ONES.format(condition="term >= :first AND term <= :last", order="term"))
_REVERSED = 'reverse(term) COLLATE "C"'
_ENDING = text(
    _FIRST_ONES.format(
        condition=f"{_REVERSED} >= :first AND {_REVERSED} <= :last"
        f" AND length(term) >= {compounds.SHORTEST_COMPOUND}",
        order=_REVERSED,
    )
)
_COUNTS = text(f"SELECT term, documents FROM {SCHEMA}.word WHERE term = ANY(:terms)")
_STATE = text(f"SELECT entries, length FROM {SCHEMA}.state")


class Words:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known = _Known()

    def beginning_with(self, start: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        return self._first_ones(_BEGINNING, start, shortest, limit)

    def ending_with(self, end: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        return self._first_ones(_ENDING, end[::-1], shortest, limit)

    def _first_ones(
        self, query: TextClause, start: str, shortest: int, limit: int
    ) -> list[tuple[str, int]]:
        terms, counts = self._connection.execute(
            query,
            {"first": start, "last": start + _LAST, "shortest": shortest, "limit": limit},
        ).one()
        return [*zip((terms or "").split(), map(int, (counts or "").split()), strict=True)]

    def decide(self, question: Callable[[IsKnown], _Answer]) -> _Answer:
        """Asks with what is known so far until nothing new had to be known: few round trips."""
        while True:
            answer = question(self._known)
            asked = self._known.asked
            if not asked:
                return answer
            self._known.learn(self.counts(asked))

    def counts(self, terms: Collection[str]) -> dict[str, int]:
        found = self._connection.execute(_COUNTS, {"terms": list(terms)})
        return {row.term: row.documents for row in found}


class Rarity:
    """How much a term says: the fewer texts have it, the more."""

    def __init__(self, connection: Connection, words: Words, wanted: Wanted) -> None:
        terms = {term for group in wanted.groups for term in group}
        terms |= {term for phrase in wanted.phrases for term, _ in phrase}
        self._counts = words.counts(terms)
        self._entries, length = connection.execute(_STATE).one()
        self.usual_length = max(length / max(self._entries, 1), 1.0)

    def of(self, term: str) -> float:
        return math.log(max(self._entries, 1) / (self._counts.get(term, 0) + 1)) + 1


class _Known:
    """Which terms there are; of one it was not told about it says no, and notes it."""

    def __init__(self) -> None:
        self._answers: dict[str, bool] = {}
        self.asked: set[str] = set()

    def __call__(self, term: str) -> bool:
        answer = self._answers.get(term)
        if answer is None:
            self.asked.add(term)
        return bool(answer)

    def learn(self, present: Collection[str]) -> None:
        self._answers |= {term: term in present for term in self.asked}
        self.asked = set()
