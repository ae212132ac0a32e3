"""Which terms of the town's vocabulary a query means: compounds, and longer words that begin so.

Pure, and the same for every engine, so that all find the same. Whatever is cut off is the rarer
part of an order that is the same everywhere: the most frequent first, then by letters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations, islice
from typing import Protocol, TypeVar

from kern.search import compounds
from kern.search.alternatives import SYNONYM, Other
from kern.search.compounds import IsKnown
from kern.search.query import Phrase, Prefix, Query

MAX_PREFIX_TERMS = 50  # in one query, shared by all its beginnings
MAX_LOOKED_AT = 3_000  # terms with one beginning; the dictionary has hundreds for three letters
MAX_COMPOUNDS = 40  # in one query, shared by all its words
MAX_CANDIDATES = 400  # of one word: the most frequent terms that may be compounds with it
_COMPOUNDS_OF_OTHERS = 5  # of each synonym
_AT_ONCE = 100  # candidates that are decided together
_COMPOUND_BOOST = 0.5  # Fahrradweg is a good answer to Radweg, Radweg a better one
_BEGUN_BOOST = 0.6  # where a star was typed: Lasten* means Lastenrad more than „zu Lasten“
_PREFIX_BOOST = 0.4  # a longer word is a worse hit than the word itself

_Answer = TypeVar("_Answer")
Counts = Iterable[tuple[str, int]]
Group = Mapping[str, float]
"""Terms with their boosts, the one that was typed first. One of them must occur."""


class Vocabulary(Protocol):
    """The terms of the town, each with the number of texts that have it.

    Both lookups give at most `limit` of at least `shortest` letters, the most frequent first and
    then by letters, out of the first MAX_LOOKED_AT in the order of the letters (from the end).
    """

    def beginning_with(self, start: str, shortest: int, limit: int) -> Counts: ...

    def ending_with(self, end: str, shortest: int, limit: int) -> Counts:
        """Of those with at least `compounds.SHORTEST_COMPOUND` letters."""

    def decide(self, question: Callable[[IsKnown], _Answer]) -> _Answer:
        """The answer to a question that asks which terms there are; it may be asked repeatedly."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All groups but `spare` of them and all phrases must occur, nothing excluded may."""

    groups: tuple[Group, ...]
    phrases: tuple[Phrase, ...]
    excluded: tuple[Phrase, ...]
    spare: int = 0

    @property
    def ways(self) -> tuple[tuple[Group, ...], ...]:
        """The groups that must occur together; one of the ways is enough. A few at most."""
        needed = max(len(self.groups) - self.spare, min(len(self.groups), 1))
        return tuple(combinations(self.groups, needed))


def expand(query: Query, vocabulary: Vocabulary) -> Wanted:
    share = MAX_COMPOUNDS // max(len(query.words) + len(query.prefixes), 1)
    limit = MAX_PREFIX_TERMS // max(len(query.prefixes), 1)
    groups = [_word(word, vocabulary, share) for word in query.words]
    groups += [_prefix(prefix, vocabulary, limit, share) for prefix in query.prefixes]
    terms = (*query.words, *(prefix.term for prefix in query.prefixes))
    groups = [
        {**group, **_others(term, group, query.others, vocabulary)}
        for term, group in zip(terms, groups, strict=True)
    ]
    return Wanted(tuple(groups), query.phrases, query.excluded, query.spare)


def _word(term: str, vocabulary: Vocabulary, share: int) -> Group:
    """The word itself, or a compound that it is the first or the last part of."""
    return {term: 1.0} | dict.fromkeys(_compounds(term, vocabulary, share), _COMPOUND_BOOST)


def _prefix(prefix: Prefix, vocabulary: Vocabulary, limit: int, share: int) -> Group:
    """The word itself, the most frequent words that begin so, or compounds with it.

    Who types a star means what begins so, and nothing else.
    """
    longer = [text for text, _ in vocabulary.beginning_with(prefix.text, 1, limit)]
    if prefix.is_meant:
        return {prefix.term: _BEGUN_BOOST} | dict.fromkeys(longer, 1.0)
    group = dict.fromkeys(longer, _PREFIX_BOOST)
    group |= dict.fromkeys(_compounds(prefix.term, vocabulary, share), _COMPOUND_BOOST)
    return {prefix.term: 1.0} | group | {prefix.term: 1.0}


def _others(term: str, group: Group, others: Iterable[Other], vocabulary: Vocabulary) -> Group:
    """What counts as the word; of synonyms the compounds too."""
    found: dict[str, float] = {}
    for other in others:
        if other.term != term:
            continue
        found[other.text] = other.boost
        if other.boost == SYNONYM:
            for text in _compounds(other.text, vocabulary, _COMPOUNDS_OF_OTHERS):
                found.setdefault(text, other.boost * _COMPOUND_BOOST)
    return {text: boost for text, boost in found.items() if boost > group.get(text, 0.0)}


def _compounds(part: str, vocabulary: Vocabulary, limit: int) -> list[str]:
    """The most frequent compounds that this is the first or the last part of."""
    if len(part) < compounds.SHORTEST:
        return []
    return list(islice(_all_compounds(part, vocabulary), limit))


def _all_compounds(part: str, vocabulary: Vocabulary) -> Iterator[str]:
    shortest = max(compounds.SHORTEST_COMPOUND, len(part) + compounds.SHORTEST)
    counts = dict(vocabulary.beginning_with(part, shortest, MAX_CANDIDATES))
    counts |= dict(vocabulary.ending_with(part, shortest, MAX_CANDIDATES))
    candidates = most_frequent(counts, MAX_CANDIDATES)
    for start in range(0, len(candidates), _AT_ONCE):
        some = [text for text, _ in candidates[start : start + _AT_ONCE]]
        yield from vocabulary.decide(partial(_with, part, some))


def _with(part: str, candidates: Iterable[str], is_known: IsKnown) -> list[str]:
    return [text for text in candidates if compounds.has_part(text, part, is_known)]


def most_frequent(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:limit]
