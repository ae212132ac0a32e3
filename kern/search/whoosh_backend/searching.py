"""One pass over the matching documents gives ranking, total and all counts."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from whoosh.searching import Searcher

from kern.clock import now
from kern.content import Ref
from kern.search.backend import Hit, Hits, Order, Request
from kern.search.expansion import expand
from kern.search.gathering import Row, gather
from kern.search.weights import freshness
from kern.search.whoosh_backend.querying import Terms, phrase_query, query_of

TIME_LIMIT = 0.26  # seconds of CPU per search; what was found until then is sorted and shown
_CHECK_EVERY = 128  # hits between two looks at the clock


def leaves_of(searcher: Searcher) -> list[tuple[Searcher, int]]:
    return searcher.leaf_searchers() if searcher.doc_count_all() else []


def column(reader: Any, name: str) -> Any:
    return reader.column_reader(name, translate=False)


class Search:
    """One pass over the matching documents."""

    def __init__(self, searcher: Searcher, request: Request) -> None:
        self._searcher = searcher
        self._request = request
        self._deadline = time.thread_time() + TIME_LIMIT
        self._audiences = {audience.encode() for audience in request.audiences}
        self._masked = {str(Ref(*ref)).encode() for ref in request.masked}
        self._now = int((request.as_of or now()).timestamp())
        self._best: dict[bytes, Row] = {}
        self._complete = True

    def run(self) -> Hits:
        wanted = query_of(expand(self._request.query, Terms(self._searcher.reader())))
        context = self._searcher.context()
        for leaf, _ in leaves_of(self._searcher):
            excluded = self._excluded(leaf, context)
            self._collect(leaf, wanted.matcher(leaf, context), excluded)
        return self._hits()

    def _excluded(self, leaf: Searcher, context: Any) -> set[int]:
        """Documents with what must not occur. The library's AndNot lets some of them through."""
        phrases = self._request.query.excluded
        matchers = (phrase_query(phrase).matcher(leaf, context) for phrase in phrases)
        return {matcher.id() for matcher in matchers for _ in self._steps(matcher)}

    def _collect(self, leaf: Searcher, matcher: Any, excluded: set[int]) -> None:
        segment = _Segment(leaf.reader())
        for _ in self._steps(matcher):
            number = matcher.id()
            if number not in excluded and self._may_show(segment, number):
                self._take(segment, number, matcher.score())

    def _steps(self, matcher: Any) -> Iterator[None]:
        """Once for every match, until the time is up."""
        count = 0
        while self._complete and matcher.is_active():
            yield
            matcher.next()
            count += 1
            if count % _CHECK_EVERY == 0:
                self._complete = time.thread_time() < self._deadline

    def _may_show(self, segment: "_Segment", number: int) -> bool:
        return segment.audience[number] in self._audiences

    def _take(self, segment: "_Segment", number: int, score: float) -> None:
        ref = bytes(segment.ref[number])
        if ref in self._masked:
            return
        at = segment.at[number]
        score *= segment.boost[number] * freshness(self._now - at)
        rank = float(at) if self._request.order == Order.NEWEST else score
        known = self._best.get(ref)
        if known is None or (rank, score) > (known.rank, known.score):
            kind, scope = bytes(segment.kind[number]).decode(), segment.scope[number]
            standing, source = segment.standing(number), (segment.path, number)
            self._best[ref] = Row(rank, ref, score, kind, scope, at, standing, source)

    def _hits(self) -> Hits:
        hits, page = gather(self._best.values(), self._request)
        return replace(hits, hits=tuple(_hit(row) for row in page), complete=self._complete)


class _Segment:
    """The columns of one segment, each opened once per search."""

    def __init__(self, reader: Any) -> None:
        self.ref = column(reader, "ref")
        self.kind = column(reader, "kind")
        self.path = column(reader, "path")
        self.scope = column(reader, "scope")
        self.audience = column(reader, "audience")
        self.at = column(reader, "at")
        self.boost = column(reader, "boost")
        self._standing = column(reader, "standing") if "standing" in reader.schema else None

    def standing(self, number: int) -> int:
        """None in an index of an older program, which serves until a new one is built."""
        return -2 if self._standing is None else int(self._standing[number])


def _hit(row: Row) -> Hit:
    paths, number = row.source
    path = bytes(paths[number]).decode()
    return Hit(Ref.parse(row.ref.decode()), path, row.kind, row.score, row.rank)
