"""One pass over the matching entries of each segment gives ranking, total and all counts."""

import heapq
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import compress
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.searching import Searcher

from kern.clock import now
from kern.content import Ref
from kern.search.backend import Hit, Hits, Order, Request
from kern.search.expansion import expand
from kern.search.gathering import has_status, statuses_of
from kern.search.whoosh_backend.matching import Matcher, Matches, best_of_families, chosen
from kern.search.whoosh_backend.segments import SEGMENTS, Segment, usual_length
from kern.search.whoosh_backend.vocabulary import Terms
from kern.search.whoosh_backend.whole import column

TIME_LIMIT = 0.2  # seconds of CPU per search; what was found until then is sorted and shown


def leaves_of(searcher: Searcher) -> list[tuple[Searcher, int]]:
    return searcher.leaf_searchers() if searcher.doc_count_all() else []


class _Shown(NamedTuple):
    """One that may be on the page."""

    rank: float
    ref: bytes
    score: float
    path: bytes
    kind: str


class Search:
    def __init__(self, folder: Path, searcher: Searcher, request: Request) -> None:
        self._folder = folder
        self._searcher = searcher
        self._request = request
        self._deadline = time.thread_time() + TIME_LIMIT
        self._masked = [str(Ref(*ref)) for ref in request.masked]
        self._now = int((request.as_of or now()).timestamp())
        self._counts = _Counts(request, self._now)
        self._near: list[_Shown] = []
        self._complete = True

    def run(self) -> Hits:
        wanted = expand(self._request.query, Terms(self._folder, self._searcher.reader()))
        usual = usual_length(self._searcher)
        matcher = Matcher(wanted, cache(self._rarity), usual, self._goes_on)
        for leaf, _ in leaves_of(self._searcher):
            reader = leaf.reader()
            segment = SEGMENTS.of(self._folder, reader)
            found = matcher.of(reader, segment, self._hidden(reader, segment))
            if found.ids:
                self._take(reader, segment, found)
        return self._counts.hits(self._page(), complete=self._complete)

    def _goes_on(self) -> bool:
        self._complete = self._complete and time.thread_time() < self._deadline
        return self._complete

    def _rarity(self, term: str) -> float:
        """As BM25 has it. Deleted entries count until they are merged away."""
        leaves = leaves_of(self._searcher)
        count = sum(leaf.reader().doc_frequency("text", term.encode()) for leaf, _ in leaves)
        return math.log(max(self._searcher.doc_count_all(), 1) / (count + 1)) + 1

    def _hidden(self, reader: Any, segment: Segment) -> frozenset[int]:
        """What this reader may not find, was deleted, or is masked."""
        hidden = segment.hidden_from(self._request.audiences).union(reader.deleted_docs_set)
        masked = (ref for ref in self._masked if ("ref", ref.encode()) in reader)
        return hidden.union(*(reader.postings("ref", ref).all_ids() for ref in masked))

    def _take(self, reader: Any, segment: Segment, found: Matches) -> None:
        weights = segment.weights(self._now)
        scores = list(map(mul, found.scores, map(weights.__getitem__, found.ids)))
        found = Matches(found.ids, scores)
        found = best_of_families(found, self._ranks(segment, found), segment.family)
        shown = self._counts.take(segment, found)
        self._near += self._nearest(reader, segment, shown)

    def _ranks(self, segment: Segment, found: Matches) -> Sequence[float]:
        if self._request.order == Order.NEWEST:
            return list(map(segment.at.__getitem__, found.ids))
        return found.scores

    def _nearest(self, reader: Any, segment: Segment, found: Matches) -> Iterator[_Shown]:
        """All that may be on the page: the best of the segment, with all of the same rank."""
        refs, paths = column(reader, "ref"), column(reader, "path")
        found = self._beyond_edge(segment, found, refs)
        ranks = self._ranks(segment, found)
        for place in _nearest_of(ranks, self._request):
            number = found.ids[place]
            ref, path = bytes(refs[number]), bytes(paths[number])
            kind = segment.traits[segment.trait[number]].kind
            yield _Shown(float(ranks[place]), ref, found.scores[place], path, kind)

    def _beyond_edge(self, segment: Segment, found: Matches, refs: Any) -> Matches:
        edge, backwards = self._request.after, self._request.before is not None
        edge = self._request.before or edge
        if edge is None:
            return found
        at, ref = edge.rank, str(edge.ref).encode()
        return chosen(
            found,
            [
                (rank > at or (rank == at and bytes(refs[number]) > ref))
                if backwards
                else (rank < at or (rank == at and bytes(refs[number]) < ref))
                for rank, number in zip(self._ranks(segment, found), found.ids, strict=True)
            ],
        )

    def _page(self) -> list[_Shown]:
        if self._request.before is not None:
            return heapq.nsmallest(self._request.limit, self._near)[::-1]
        return heapq.nlargest(self._request.limit, self._near)


def _nearest_of(ranks: Sequence[float], request: Request) -> Sequence[int]:
    """Where the ones for the page stand, and all of the same rank as the last of these."""
    if not request.limit:
        return ()
    if request.before is not None:
        furthest = max(heapq.nsmallest(request.limit, ranks), default=0.0)
        return [place for place, rank in enumerate(ranks) if rank <= furthest]
    furthest = min(heapq.nlargest(request.limit, ranks), default=0.0)
    return [place for place, rank in enumerate(ranks) if rank >= furthest]


class _Counts:
    """What there is of every kind, scope, year and status, each with the other filters applied."""

    def __init__(self, request: Request, at: int) -> None:
        self._request = request
        self._at = at
        self._total = 0
        self._kinds: Counter[str] = Counter()
        self._scopes: Counter[int] = Counter()
        self._years: Counter[int] = Counter()
        self._standings: Counter[int] = Counter()

    def take(self, segment: Segment, found: Matches) -> Matches:
        """Count these; returns those that pass every filter."""
        passes = self._passing(segment, found.ids)
        shown = found
        if passes:
            shown = chosen(found, [all(tests) for tests in zip(*passes.values(), strict=True)])
        self._total += len(shown.ids)
        if not self._request.is_counted:
            return shown
        self._count_traits(segment, shown.ids, set(passes))
        for name in passes:
            others = [tests for other, tests in passes.items() if other != name]
            ids = found.ids
            if others:
                ids = list(compress(ids, map(all, zip(*others, strict=True))))
            self._count_traits(segment, ids, set(_FILTERS) - {name})
        return shown

    def _count_traits(self, segment: Segment, ids: Sequence[int], but: set[str]) -> None:
        for number, count in Counter(map(segment.trait.__getitem__, ids)).items():
            traits = segment.traits[number]
            if "kinds" not in but:
                self._kinds[traits.kind] += count
            if "scopes" not in but:
                self._scopes[traits.scope] += count
            if "time" not in but:
                self._years[traits.year] += count
            if "status" not in but:
                self._standings[traits.standing] += count

    def _passing(self, segment: Segment, ids: Sequence[int]) -> dict[str, list[bool]]:
        """For each filter that is set, whether each of these passes it."""
        request, passes = self._request, {}
        if request.kinds:
            fits = [traits.kind in request.kinds for traits in segment.traits]
            passes["kinds"] = [fits[segment.trait[number]] for number in ids]
        if request.scopes is not None:
            fits = [traits.scope in request.scopes for traits in segment.traits]
            passes["scopes"] = [fits[segment.trait[number]] for number in ids]
        if request.since is not None or request.until is not None:
            since = int(request.since.timestamp()) if request.since else -(2**62)
            until = int(request.until.timestamp()) if request.until else 2**62
            passes["time"] = [since <= segment.at[number] < until for number in ids]
        if request.status is not None:
            test = has_status(request.status, self._at)
            fits = [test(traits.standing) for traits in segment.traits]
            passes["status"] = [fits[segment.trait[number]] for number in ids]
        return passes

    def hits(self, page: Sequence[_Shown], *, complete: bool) -> Hits:
        self._scopes.pop(-1, None)
        return Hits(
            total=self._total,
            kinds=self._kinds,
            scopes=self._scopes,
            years=self._years,
            statuses=statuses_of(self._standings, self._at),
            hits=tuple(_hit(shown) for shown in page),
            complete=complete,
        )


_FILTERS = ("kinds", "scopes", "time", "status")


def _hit(shown: _Shown) -> Hit:
    ref = Ref.parse(shown.ref.decode())
    return Hit(ref, shown.path.decode(), shown.kind, shown.score, shown.rank)
