"""Who wrote what stands on a page now, word by word through all its versions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wiki.comparing.difference import Change, Kind, compare
from wiki.comparing.words import is_word, lines_of, words_of


@dataclass(frozen=True, slots=True)
class Version:
    """A released wording. `author` is whatever number the caller knows people by."""

    author: int
    text: str


@dataclass(frozen=True, slots=True)
class Credit:
    """One line, and how many of its words are whose, the most first; a line without words
    belongs with 0 words to whoever put it there."""

    text: str
    words: tuple[tuple[int, int], ...]


_Owners = list[int]  # of each token of a line


def credit(versions: Iterable[Version]) -> tuple[Credit, ...]:
    """The lines of the last version. What was moved keeps its author; what was removed and comes
    back later belongs to who brought it back."""
    text = ""
    owners: list[_Owners] = []
    for version in versions:
        owners = _handed_on(owners, compare(text, version.text), version.author)
        text = version.text
    return tuple(map(_credit, lines_of(text), owners))


def _handed_on(before: Sequence[_Owners], changes: Iterable[Change], author: int) -> list[_Owners]:
    return [
        _owners(change, before, author)
        for change in changes
        if change.kind not in {Kind.REMOVED, Kind.MOVED_AWAY}
    ]


def _owners(change: Change, before: Sequence[_Owners], author: int) -> _Owners:
    if change.old_line is None:
        return [author] * len(words_of(change.text))
    old = iter(before[change.old_line - 1])
    found: _Owners = []
    for piece in change.pieces:
        tokens = words_of(piece.text)
        if piece.kind is Kind.ADDED:
            found.extend(author for _ in tokens)
            continue
        owners = [next(old) for _ in tokens]
        if piece.kind is Kind.SAME:
            found.extend(owners)
    return found


def _credit(line: str, owners: _Owners) -> Credit:
    counts = Counter(dict.fromkeys(owners, 0))
    counts.update(
        owner for word, owner in zip(words_of(line), owners, strict=True) if is_word(word)
    )
    return Credit(line, tuple(counts.most_common()))
