"""Two wordings beside each other, as a page shows them: what changed, a little around it, and how
much in between stayed as it was. Everything here is data; the template escapes it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kern.text import plain_text
from wiki.comparing import Change, Kind, Piece, compare
from wiki.comparing.words import is_word, words_of

AROUND = 1  # unchanged paragraphs that are shown before and after a change
_HEADING = re.compile(r"#{1,6} +([^\n]*)")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")
_VOID = frozenset({"br", "hr", "img", "input"})
_IDS = re.compile(r'(<[^<>]*?) id="[^"<>]*"')
_NAMED = re.compile(
    r'(<(?:section|div)[^<>]*?)(?: role="region"| aria-label="[^"<>]*"| data-map(?:-at)?="")+'
)
_ACTS = re.compile(r'<p class="df-sub__acts">.*?</p>|<nav class="df-toc.*?</nav>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph with what happened to it. `elsewhere` is the line where a moved one stood before
    or stands now."""

    kind: Kind
    pieces: tuple[Piece, ...]
    old_line: int | None
    new_line: int | None

    @property
    def elsewhere(self) -> int | None:
        return self.new_line if self.kind is Kind.MOVED_AWAY else self.old_line


@dataclass(frozen=True, slots=True)
class Fold:
    """So many unchanged paragraphs that are not shown; the last heading among them tells where one
    is."""

    paragraphs: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """`added` and `removed` count words; `is_equal` also where only empty lines differ."""

    rows: tuple[Row | Fold, ...]
    added: int
    removed: int
    is_equal: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the rendered page, before and after; empty where there is none. Safe HTML, without
    ids: both versions stand on one page."""

    kind: Kind
    old: str
    new: str


def difference_view(old: str, new: str) -> DifferenceView:
    """Word by word, in a bounded time: half a second at most for 20 kB with every line changed."""
    if _words_only(old) == _words_only(new):
        return DifferenceView((), added=0, removed=0, is_equal=True)
    whole = compare(f"{old.rstrip()}\n", f"{new.rstrip()}\n")
    changes = [change for change in whole if change.text.strip()]
    rows = tuple(_folded(changes))
    return DifferenceView(
        rows,
        added=_count(changes, Kind.ADDED),
        removed=_count(changes, Kind.REMOVED),
        is_equal=False,
    )


def _words_only(source: str) -> list[str]:
    return [line.rstrip() for line in source.split("\n") if line.strip()]


def _folded(changes: Sequence[Change]) -> Iterator[Row | Fold]:
    near = [False] * len(changes)
    for at, change in enumerate(changes):
        if change.kind is not Kind.SAME:
            for beside in range(max(0, at - AROUND), min(len(changes), at + AROUND + 1)):
                near[beside] = True
    hidden: list[Change] = []
    for change, is_near in zip(changes, near, strict=True):
        if not is_near:
            hidden.append(change)
            continue
        yield from _fold(hidden)
        hidden = []
        yield Row(change.kind, change.pieces, change.old_line, change.new_line)
    yield from _fold(hidden)


def _fold(hidden: Sequence[Change]) -> Iterator[Row | Fold]:
    """A fold takes a line itself, so one short paragraph alone is shown."""
    if len(hidden) == 1:
        [change] = hidden
        yield Row(change.kind, change.pieces, change.old_line, change.new_line)
    elif hidden:
        headings = [found[1] for change in hidden if (found := _HEADING.match(change.text))]
        yield Fold(len(hidden), headings[-1].strip() if headings else "")


def _count(changes: Sequence[Change], kind: Kind) -> int:
    """Words; what has moved is neither new nor gone."""
    return sum(
        is_word(word)
        for change in changes
        if change.kind is not Kind.MOVED_AWAY
        for piece in change.pieces
        if piece.kind is kind
        for word in words_of(piece.text)
    )


def rendered_difference(old_html: str, new_html: str) -> tuple[Block | Fold, ...]:
    """Two rendered pages block by block. Blocks belong together by their words; one whose words
    stayed and whose links or emphasis did not has changed as well."""
    old, new = list(blocks_of(old_html)), list(blocks_of(new_html))
    changes = compare("".join(map(_line, old)), "".join(map(_line, new)))
    found: list[Block | Fold] = []
    same: list[Block] = []
    for change in changes:
        block = _block(change, old, new)
        if block.kind is Kind.SAME:
            same.append(block)
            continue
        found += _kept(same, is_first=not found)
        same = []
        found.append(block)
    return (*found, *_kept(same, is_first=not found, is_last=True))


def _block(change: Change, old: Sequence[str], new: Sequence[str]) -> Block:
    has_old = change.old_line is not None and change.kind is not Kind.MOVED_HERE
    has_new = change.new_line is not None and change.kind is not Kind.MOVED_AWAY
    before = old[(change.old_line or 1) - 1] if has_old else ""
    after = new[(change.new_line or 1) - 1] if has_new else ""
    is_other = change.kind is Kind.SAME and before != after
    return Block(Kind.CHANGED if is_other else change.kind, before, after)


def _kept(same: list[Block], *, is_first: bool, is_last: bool = False) -> list[Block | Fold]:
    """Unchanged blocks beside a change, and how many lie between."""
    before = 0 if is_last else AROUND
    after = 0 if is_first else AROUND
    hidden = len(same) - before - after
    if hidden <= 1:
        return list(same)
    return [*same[:after], Fold(hidden), *same[len(same) - before :]]


def blocks_of(html: str) -> Iterator[str]:
    """The outermost elements of sanitised HTML, without contents and links for editing, and without
    ids and names of regions: both versions stand on one page, and those must not be twice."""
    html = _NAMED.sub(r"\1", _IDS.sub(r"\1", _ACTS.sub("", html)))
    depth = start = 0
    for tag in _TAG.finditer(html):
        if tag[2] in _VOID:
            if not depth:
                yield html[tag.start() : tag.end()]
                start = tag.end()
            continue
        if not depth:
            start = tag.start()
        depth += -1 if tag[1] else 1
        if not depth:
            yield html[start : tag.end()]


def _line(block: str) -> str:
    """The words of a block on one line; a picture is told by its tag."""
    return " ".join((plain_text(block) or block).split()) + "\n"
