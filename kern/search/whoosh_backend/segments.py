"""What searches need of a segment, read once: a segment on the disk never changes.

Columns and postings come out of the library one by one, which costs more than all the rest of a
search. Here they lie as arrays, so that thousands of hits are joined, scored and counted by loops
in C. Shared by all threads of a process and bounded over all towns.
"""

import math
import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3LeafMatcher

from kern.search.expansion import MAX_LOOKED_AT
from kern.search.gathering import year_of
from kern.search.weights import LENGTH_MATTERS, SATURATION, freshness
from kern.search.whoosh_backend import whole

_MOST_SEGMENTS = 256
_MOST_ENTRIES = 400_000  # of all kept segments: some 45 bytes each
_MOST_POSTINGS = 16  # for each entry of a segment: eight bytes each
_MOST_LOOKUPS = 2_000
_DAY = 86_400


class Posting(NamedTuple):
    """The entries that have a term, and what each of them scores for it, rarity apart."""

    ids: Sequence[int]
    impacts: Sequence[float]


class Traits(NamedTuple):
    """What filters and counts look at, but for the exact time."""

    kind: str
    scope: int  # -1: none
    year: int
    standing: int


_NOWHERE = Posting((), ())


class Segment:
    def __init__(self, reader: Any) -> None:
        self.size: int = reader.doc_count_all()
        self.at = whole.numbers(reader, "at", "q")
        self._boost = whole.numbers(reader, "boost", "d")
        self._audience, audiences = whole.words(reader, "audience")
        self._audiences = {value: number for number, value in enumerate(audiences)}
        self._lengths = whole.lengths(reader, "text")
        self.traits: list[Traits] = []
        self.trait = self._sort_out(reader)
        self.family = _families(map(whole.column(reader, "ref").__getitem__, range(self.size)))
        self._lookups: OrderedDict[tuple[str, str], Counter[str]] = OrderedDict()
        self._postings: OrderedDict[tuple[str, float], Posting] = OrderedDict()
        self._kept = 0
        self._weights: tuple[int, Sequence[float]] = (-1, ())
        self._hidden: dict[frozenset[str], frozenset[int]] = {}
        self._lock = threading.Lock()

    def _sort_out(self, reader: Any) -> Sequence[int]:
        """Which of `traits` an entry has; there are a few hundred of them, or a few thousand."""
        of_each, kinds = whole.words(reader, "kind")
        named = map([kind.decode() for kind in kinds].__getitem__, of_each)
        scopes, standings = (whole.numbers(reader, name, "q") for name in ("scope", "standing"))
        known: dict[Traits, int] = {}
        found = array("I")
        for kind, scope, at, standing in zip(named, scopes, self.at, standings, strict=True):
            traits = Traits(kind, scope, year_of(at), standing)
            found.append(known.setdefault(traits, len(known)))
        self.traits = list(known)
        return found

    def hidden_from(self, audiences: frozenset[str]) -> frozenset[int]:
        if audiences not in self._hidden:
            allowed = {self._audiences.get(audience.encode()) for audience in audiences}
            found = (n for n, audience in enumerate(self._audience) if audience not in allowed)
            if len(self._hidden) > 8:  # noqa: PLR2004 - groups of readers
                self._hidden = {}
            self._hidden[audiences] = frozenset(found)
        return self._hidden[audiences]

    def weights(self, now: int) -> Sequence[float]:
        """Boost and freshness of every entry, as of the day: pages of one search agree."""
        day = now // _DAY
        if self._weights[0] != day:
            pairs = zip(self._boost, self.at, strict=True)
            fresh = [boost * freshness((day + 1) * _DAY - at) for boost, at in pairs]
            self._weights = (day, array("d", fresh))
        return self._weights[1]

    def posting(self, reader: Any, term: str, usual: float) -> Posting:
        """`usual` is how long texts are, as `usual_length` rounds it."""
        key = (term, usual)
        with self._lock:
            if key in self._postings:
                self._postings.move_to_end(key)
                return self._postings[key]
        found = self._read_posting(reader, term, usual)
        with self._lock:
            self._postings[key] = found
            self._kept += len(found.ids)
            while self._kept > _MOST_POSTINGS * self.size and len(self._postings) > 1:
                self._kept -= len(self._postings.popitem(last=False)[1].ids)
        return found

    def _read_posting(self, reader: Any, term: str, usual: float) -> Posting:
        if ("text", term.encode()) not in reader:
            return _NOWHERE
        ids, weights = array("I"), array("f")
        for some_ids, some_weights in _blocks(reader, term):
            ids.extend(some_ids)
            weights.extend(some_weights)
        fixed, grows = SATURATION * (1 - LENGTH_MATTERS), SATURATION * LENGTH_MATTERS / usual
        lengths = map(self._lengths.__getitem__, ids)
        impacts = [
            weight * (SATURATION + 1) / (weight + fixed + grows * length)
            for weight, length in zip(weights, lengths, strict=True)
        ]
        return Posting(ids, array("f", impacts))

    def counted(self, reader: Any, field: str, start: str) -> Counter[str]:
        """Terms that begin so, with how many entries have them, deleted ones too."""
        key = (field, start)
        if key not in self._lookups:
            found: Counter[str] = Counter()
            for text, info in islice(reader.iter_prefix(field, start), MAX_LOOKED_AT):
                found[bytes(text).decode()] = info.doc_frequency()
            with self._lock:
                self._lookups[key] = found
                if len(self._lookups) > _MOST_LOOKUPS:
                    self._lookups.popitem(last=False)
            return found
        return self._lookups[key]


def _families(refs: Iterable[Any]) -> Mapping[int, int]:
    """Of things with several entries, whose it is: the number of its first one. They come one after
    another (`SearchBackend.rebuild`), and merging keeps their order."""
    family: dict[int, int] = {}
    head, of_head = 0, b""
    for number, ref in enumerate(map(bytes, refs)):
        if ref == of_head:
            family[head] = family[number] = head
        else:
            head, of_head = number, ref
    return family


def _blocks(reader: Any, term: str) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
    """Ids and weights as they lie on the disk: 128 at a time. Deleted ones are among them."""
    matcher = reader.postings("text", term.encode())
    matcher = getattr(matcher, "child", matcher) if reader.has_deletions() else matcher
    if not isinstance(matcher, W3LeafMatcher):
        while matcher.is_active():
            yield (matcher.id(),), (matcher.weight(),)
            matcher.next()
        return
    while matcher.is_active():
        matcher._read_ids()  # noqa: SLF001 - frozen, and ten times quicker than one by one
        matcher._read_weights()  # noqa: SLF001 - as above
        yield matcher._ids, matcher._weights  # noqa: SLF001 - as above
        matcher._next_block()  # noqa: SLF001 - as above


class _Segments:
    """Those that were used last, over all towns."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Segment] = OrderedDict()
        self._entries = 0
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def of(self, folder: Path, reader: Any) -> Segment:
        """Names of segments are drawn anew in each folder, so they say nothing alone."""
        name = f"{folder}/{reader.segment().segment_id()}"
        found = self._find(name)
        if found is not None:
            return found
        with self._reading:  # several at once would each take the memory, and the time, of all
            return self._find(name) or self._keep(name, Segment(reader))

    def _find(self, name: str) -> Segment | None:
        with self._lock:
            if name not in self._found:
                return None
            self._found.move_to_end(name)
            return self._found[name]

    def _keep(self, name: str, segment: Segment) -> Segment:
        with self._lock:
            self._found[name] = segment
            self._entries += segment.size
            while len(self._found) > 1 and self._are_too_many():
                self._entries -= self._found.popitem(last=False)[1].size
        return segment

    def _are_too_many(self) -> bool:
        return len(self._found) > _MOST_SEGMENTS or self._entries > _MOST_ENTRIES


SEGMENTS = _Segments()


def usual_length(searcher: Any) -> float:
    """How long a text is on average, rounded: what was scored with it stays true for a while."""
    average = max(searcher.avg_field_length("text") or 1.0, 1.0)
    return float(2 ** (round(4 * math.log2(average)) / 4))
