"""What a query means, as the library's query objects; its parser never sees user text."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from whoosh import query
from whoosh.query.spans import SpanNear2

from kern.search.compounds import IsKnown
from kern.search.expansion import MAX_LOOKED_AT, Group, Wanted, most_frequent
from kern.search.query import Phrase

_Answer = TypeVar("_Answer")


def query_of(wanted: Wanted) -> Any:
    parts = [_group(group) for group in wanted.groups]
    parts += [phrase_query(phrase) for phrase in wanted.phrases]
    return parts[0] if len(parts) == 1 else query.And(parts)


def _group(group: Group) -> Any:
    terms = [query.Term("text", text, boost=boost) for text, boost in group.items()]
    return terms[0] if len(terms) == 1 else query.Or(terms)


def phrase_query(phrase: Phrase) -> Any:
    """Words at exactly the distances they have in the phrase, small words between them or not."""
    joined: Any = query.Term("text", phrase[0][0])
    for (_, before), (term, place) in itertools.pairwise(phrase):
        gap = place - before
        joined = SpanNear2([joined, query.Term("text", term)], slop=gap, mindist=gap)
    return joined


class Terms:
    """The words of the town, as the index has them."""

    def __init__(self, reader: Any) -> None:
        self._leaves = reader.leaf_readers() if reader.doc_count_all() else []
        self._known: dict[str, bool] = {}

    def beginning_with(self, start: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        counts = self._counted("text", start)
        longer = {text: count for text, count in counts.items() if len(text) >= shortest}
        return most_frequent(longer, limit)

    def ending_with(self, end: str, shortest: int, limit: int) -> list[tuple[str, int]]:
        counts = self._counted("ends", end[::-1])
        longer = {text[::-1]: count for text, count in counts.items() if len(text) >= shortest}
        return most_frequent(longer, limit)

    def decide(self, question: Callable[[IsKnown], _Answer]) -> _Answer:
        return question(self._is_known)

    def _is_known(self, term: str) -> bool:
        if term not in self._known:
            self._known[term] = any(_uses(leaf, term.encode()) for leaf, _ in self._leaves)
        return self._known[term]

    def _counted(self, field: str, start: str) -> Counter[str]:
        """Terms that begin so, with how many documents have them."""
        counted: Counter[str] = Counter()
        for leaf, _ in self._leaves:
            if field not in leaf.schema:
                continue  # built by an older program: it serves until there is a new one
            terms = leaf.iter_prefix(field, start)
            for (text, info), _ in zip(terms, range(MAX_LOOKED_AT), strict=False):
                counted[bytes(text).decode()] += info.doc_frequency()
        return Counter(dict(sorted(counted.items())[:MAX_LOOKED_AT]))


def _uses(leaf: Any, term: bytes) -> bool:
    """Whether a text that was not deleted has it; what is not merged yet knows more words."""
    is_known = ("text", term) in leaf
    return is_known and bool(not leaf.has_deletions() or leaf.postings("text", term).is_active())
