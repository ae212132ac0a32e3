"""Two changes of one wording joined: by lines, and where both touched a line, by its words.

What both sides changed differently becomes a clash that holds all three wordings; nothing of
either side is ever dropped. Method: diff3 (Khanna, Kunal, Pierce, FSTTCS 2007); changes that touch
count as one, so what was written as neighbours is not joined unseen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from wiki.comparing.align import align
from wiki.comparing.words import is_word, lines_of, words_of


@dataclass(frozen=True, slots=True)
class Settled:
    """A stretch on which there is nothing to decide."""

    text: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed `base`, each in its own way. Whole lines."""

    base: str
    published: str
    proposed: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Settled stretches and clashes in reading order."""

    parts: tuple[Settled | Clash, ...]

    @property
    def clashes(self) -> tuple[Clash, ...]:
        return tuple(part for part in self.parts if isinstance(part, Clash))

    @property
    def text(self) -> str | None:
        """None while there is a clash."""
        if self.clashes:
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Settled))

    def resolved(self, choices: Sequence[str]) -> str:
        """The text with one wording for each clash, in order.

        Raises ValueError when there are more or fewer choices than clashes.
        """
        if len(choices) != len(self.clashes):
            raise ValueError(f"{len(self.clashes)} clashes, {len(choices)} choices")
        left = iter(choices)
        return "".join(
            part.text if isinstance(part, Settled) else next(left) for part in self.parts
        )


def merge(base: str, published: str, proposed: str) -> Merged:
    """Join what was published since `base` with what is proposed on `base`."""
    chunks = _chunks(lines_of(base), lines_of(published), lines_of(proposed), _any_line)
    parts = [_settled(chunk) or _joined_by_words(chunk) or _clash(chunk) for chunk in chunks]
    return Merged(tuple(_folded(parts)))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The same stretch in all three."""

    base: Sequence[str]
    published: Sequence[str]
    proposed: Sequence[str]

    @property
    def choice(self) -> Sequence[str] | None:
        """What stands when at most one side changed, or both alike."""
        if list(self.published) == list(self.proposed):
            return self.published
        if list(self.base) == list(self.published):
            return self.proposed
        return self.published if list(self.base) == list(self.proposed) else None


def _settled(chunk: _Chunk) -> Settled | None:
    return None if chunk.choice is None else Settled("".join(chunk.choice))


def _clash(chunk: _Chunk) -> Clash:
    return Clash("".join(chunk.base), "".join(chunk.published), "".join(chunk.proposed))


def _joined_by_words(chunk: _Chunk) -> Settled | None:
    """Only where all three have lines: a line somebody removed is not mended by words."""
    if not (chunk.base and chunk.published and chunk.proposed):
        return None
    words = [words_of("".join(side)) for side in (chunk.base, chunk.published, chunk.proposed)]
    joined: list[str] = []
    for small in _chunks(words[0], words[1], words[2], _has_word):
        if small.choice is None:
            return None
        joined.extend(small.choice)
    return Settled("".join(joined))


def _any_line(_items: Sequence[str]) -> bool:
    return True


def _has_word(items: Sequence[str]) -> bool:
    """A space or a comma between two changes does not keep them apart."""
    return any(map(is_word, items))


def _chunks(
    base: Sequence[str],
    published: Sequence[str],
    proposed: Sequence[str],
    parts_them: Callable[[Sequence[str]], bool],
) -> Iterator[_Chunk]:
    """Stretches that stand in all three, and what lies between them."""
    stable = _stable(base, published, proposed, parts_them)
    ends = (len(base), len(published), len(proposed))
    edges = [(0, 0, 0, 0), *stable, (*ends, 0)]
    for (i, j, k, length), (i_next, j_next, k_next, _) in pairwise(edges):
        if length:
            alike = ((i, i + length), (j, j + length), (k, k + length))
            yield _cut(base, published, proposed, alike)
        between = ((i + length, i_next), (j + length, j_next), (k + length, k_next))
        if any(start < end for start, end in between):
            yield _cut(base, published, proposed, between)


_Spans = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def _cut(
    base: Sequence[str], published: Sequence[str], proposed: Sequence[str], spans: _Spans
) -> _Chunk:
    (i, i_end), (j, j_end), (k, k_end) = spans
    return _Chunk(base[i:i_end], published[j:j_end], proposed[k:k_end])


def _stable(
    base: Sequence[str],
    published: Sequence[str],
    proposed: Sequence[str],
    parts_them: Callable[[Sequence[str]], bool],
) -> list[tuple[int, int, int, int]]:
    """Where in the three, and how many items, neither side touched."""
    one = {run.old + n: run.new + n for run in align(base, published) for n in range(run.length)}
    other = {run.old + n: run.new + n for run in align(base, proposed) for n in range(run.length)}
    found: list[tuple[int, int, int, int]] = []
    for i in range(len(base)):
        if i not in one or i not in other:
            continue
        j, k = one[i], other[i]
        last = found[-1] if found else None
        if last and (i, j, k) == (last[0] + last[3], last[1] + last[3], last[2] + last[3]):
            found[-1] = (*last[:3], last[3] + 1)
        else:
            found.append((i, j, k, 1))
    return [run for run in found if parts_them(base[run[0] : run[0] + run[3]])]


def _folded(parts: Sequence[Settled | Clash]) -> Iterator[Settled | Clash]:
    """Neighbouring settled stretches as one."""
    text = ""
    for part in parts:
        if isinstance(part, Settled):
            text += part.text
            continue
        if text:
            yield Settled(text)
            text = ""
        yield part
    if text:
        yield Settled(text)
