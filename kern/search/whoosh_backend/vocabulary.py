"""The words of the town, as the index has them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kern.search.compounds import IsKnown
from kern.search.expansion import MAX_LOOKED_AT, most_frequent
from kern.search.whoosh_backend.segments import SEGMENTS

_Answer = TypeVar("_Answer")


class Terms:
    """The words of the town, as the index has them."""

    def __init__(self, folder: Path, reader: Any) -> None:
        self._folder = folder
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
            counted.update(SEGMENTS.of(self._folder, leaf).counted(leaf, field, start))
        if len(self._leaves) == 1:
            return counted
        return Counter(dict(sorted(counted.items())[:MAX_LOOKED_AT]))


def _uses(leaf: Any, term: bytes) -> bool:
    """Whether a text that was not deleted has it; what is not merged yet knows more words."""
    is_known = ("text", term) in leaf
    return is_known and bool(not leaf.has_deletions() or leaf.postings("text", term).is_active())
