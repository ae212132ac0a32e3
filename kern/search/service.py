"""Find what was released: ask the index, then ask the database whether it may still be shown.

The index is a copy. What was hidden a moment ago is masked by the outbox rows that the index has
not seen yet, counts included; what the page shows is read from the database. Without an index the
titles are searched there, slower and not complete, and the result says so.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TypedDict

from markupsafe import Markup
from sqlalchemy import select

from kern import outbox
from kern.actor import Actor
from kern.clock import now
from kern.content import LONG_AGO, Card, ContentType, Document, Ref, cards_of, registry
from kern.db import db
from kern.scope import Scope, Visibility
from kern.scope.rules import READ_INVITED
from kern.search import synonyms
from kern.search.asking import Asked, ask
from kern.search.backend import (
    PUBLIC,
    Edge,
    Hit,
    Hits,
    IndexUnavailable,
    Order,
    Request,
    SearchBackend,
    Status,
    standing_of,
)
from kern.search.confirming import Confirmed, confirm, in_batches, may_show
from kern.search.gathering import Row, gather
from kern.search.matching import Text
from kern.search.opening import open_index
from kern.search.query import Query, parse
from kern.search.snippets import Marker
from kern.settings import town_settings
from kern.town import current_town

log = logging.getLogger(__name__)

PER_PAGE = 20
_TITLES = 1_000  # of one kind, when there is no index
_CONFIRMED = 2_000  # hits that are looked at once one of them was not public any more
_SCANNED = 2_000  # documents of one kind that are read when there is no index


@dataclass(frozen=True, slots=True)
class Found:
    ref: Ref
    document: Document
    card: Card | None  # with author and facts; None for what only invited people read
    title: Markup
    snippet: Markup


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of everything is wanted. As it is: all of it."""

    kinds: Collection[str] = ()  # empty: all
    scopes: Collection[int] | None = None  # None: all; empty: none
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page: the one after an edge, or the one before it. As it is: the first."""

    after: Edge | None = None
    before: Edge | None = None
    as_of: datetime | None = None  # when the first page was asked for


@dataclass(frozen=True, slots=True)
class SearchResult:
    query: Query
    total: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)  # of all kinds, whichever is shown
    items: tuple[Found, ...] = ()
    complete: bool = True  # False: there are more than `total`
    degraded: bool = False  # True: without the index, from titles
    scopes: Mapping[int, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)
    statuses: Mapping[Status, int] = field(default_factory=dict)
    previous: Turned | None = None
    next: Turned | None = None
    exact: int | None = None  # how many have all the words; after them stand those with most


EVERYTHING = Narrowed()
FIRST = Turned()


def audiences_of(actor: Actor) -> frozenset[str]:
    """Whose documents this actor may find: the public ones, and those of scopes open to them.

    As `kern.scope.rules.may_read` has it: any grant in an invited scope opens it.
    """
    scopes = set(actor.scoped)
    if actor.may(READ_INVITED):
        invited = select(Scope.id).where(Scope.visibility == Visibility.INVITED)
        scopes |= set(db.session.scalars(invited))
    return frozenset({PUBLIC} | {f"scope:{id_}" for id_ in scopes})


def find(
    text: str,
    *,
    audiences: frozenset[str] = frozenset({PUBLIC}),
    narrowed: Narrowed = EVERYTHING,
    order: Order = Order.RELEVANCE,
    turned: Turned = FIRST,
    limit: int = PER_PAGE,
    masked: Callable[[], Collection[tuple[str, int]]] = outbox.masked,
) -> SearchResult:
    """Never raises for any text."""
    query = parse(text, synonyms=synonyms.read(town_settings().synonyms))
    if query.is_empty:
        return SearchResult(query)
    request = Request(
        query,
        audiences=audiences,
        masked=frozenset(Ref(*ref) for ref in masked()),  # before the index is opened
        order=order,
        limit=limit + 1,  # so it is known whether there is a next page
        after=turned.after,
        before=turned.before,
        as_of=turned.as_of or now().replace(microsecond=0),
        **_filters(narrowed),
    )
    try:
        asked, confirmed = _search(open_index(), request)
    except IndexUnavailable:
        hits, confirmed = _search_database(request)
        return _result(Asked(request, hits), confirmed, degraded=True)
    return _result(asked, confirmed)


class _Filters(TypedDict):
    kinds: frozenset[str]
    scopes: frozenset[int] | None
    since: datetime | None
    until: datetime | None
    status: Status | None


def _filters(narrowed: Narrowed) -> _Filters:
    return {
        "kinds": frozenset(narrowed.kinds),
        "scopes": None if narrowed.scopes is None else frozenset(narrowed.scopes),
        "since": narrowed.since,
        "until": narrowed.until,
        "status": narrowed.status,
    }


def _result(asked: Asked, confirmed: Confirmed, *, degraded: bool = False) -> SearchResult:
    request, hits, exact = asked
    limit, is_back = request.limit - 1, request.before is not None
    shown = hits.hits[-limit:] if is_back else hits.hits[:limit]
    has_more = len(hits.hits) > limit
    has_previous = has_more if is_back else request.after is not None
    has_next = is_back or has_more
    edges = [Edge(hit.rank, hit.ref) for hit in shown]
    return SearchResult(
        request.query,
        hits.total,
        hits.kinds,
        _items(request.query, [hit.ref for hit in shown], confirmed),
        hits.complete and not degraded,
        degraded,
        hits.scopes,
        {year: count for year, count in hits.years.items() if year > LONG_AGO.year},
        hits.statuses,
        previous=Turned(None, edges[0], request.as_of) if edges and has_previous else None,
        next=Turned(edges[-1], None, request.as_of) if edges and has_next else None,
        exact=exact,
    )


def _search(index: SearchBackend, request: Request) -> tuple[Asked, Confirmed]:
    """Search, and let the database confirm every hit; what it does not is counted by nobody.

    The outbox keeps the index true, so a ghost is rare. One is reason to look at all hits.
    """
    request, hits, exact = ask(index, request)
    confirmed = confirm(hits.hits, request)
    if len(confirmed.documents) < len(hits.hits):
        request = replace(request, masked=frozenset(request.masked) | _ghosts(index, request))
        hits = index.search(request)
        confirmed = confirm(hits.hits, request)
    return Asked(request, _without_unconfirmed(hits, confirmed.documents), exact), confirmed


def _ghosts(index: SearchBackend, request: Request) -> frozenset[Ref]:
    request = replace(_unnarrowed(request), limit=_CONFIRMED, after=None, before=None)
    hits = index.search(request).hits
    documents = confirm(hits, request).documents
    ghosts = frozenset(hit.ref for hit in hits if hit.ref not in documents)
    log.warning(
        "%s Einträge im Suchindex von „%s“ sind nicht öffentlich", len(ghosts), current_town().slug
    )
    return ghosts


def _unnarrowed(request: Request) -> Request:
    """Everything that anybody's counts would be made of."""
    return replace(request, kinds=frozenset(), scopes=None, since=None, until=None, status=None)


def _without_unconfirmed(hits: Hits, documents: Mapping[Ref, Document]) -> Hits:
    kept = tuple(hit for hit in hits.hits if hit.ref in documents)
    lost = Counter(hit.kind for hit in hits.hits if hit.ref not in documents)
    kinds = dict(Counter(hits.kinds) - lost)
    return replace(hits, total=hits.total - lost.total(), kinds=kinds, hits=kept)


def _items(query: Query, refs: Sequence[Ref], confirmed: Confirmed) -> tuple[Found, ...]:
    cards, marker = confirmed.cards_of(refs), Marker(query)
    found = [(ref, confirmed.documents[ref]) for ref in refs]
    return tuple(
        Found(
            ref,
            document,
            cards.get(ref),
            marker.mark(document.title),
            marker.snippet(document.body),
        )
        for ref, document in found
    )


def _search_database(request: Request) -> tuple[Hits, Confirmed]:
    """No index: titles from the database where a kind offers them, else a bounded look through."""
    everything = _unnarrowed(request)
    found: dict[Ref, Document] = {}
    for type_ in registry().values():
        for document in _without_index(type_, request.query):
            ref = Ref(document.key, document.id)
            if ref not in request.masked and may_show(document, everything):
                found.setdefault(ref, document)
    hits, page = gather([_row(ref, document) for ref, document in found.items()], request)
    shown = tuple(Hit(row.source, "", row.kind, row.score, row.rank) for row in page)
    cards = cards_of(hit.ref for hit in shown)
    return replace(hits, hits=shown), Confirmed(found, cards)


def is_within(document: Document, narrowed: Narrowed, at: datetime) -> bool:
    """Whether a document passes these filters at this instant."""
    request = Request(Query(), as_of=at, limit=1, **_filters(narrowed))
    return gather([_row(Ref(document.key, document.id), document)], request)[0].total == 1


def _row(ref: Ref, document: Document) -> Row:
    """Newest first: nothing here weighs words."""
    at, scope = int(document.at.timestamp()), -1 if document.scope is None else document.scope
    standing = standing_of(document)
    return Row(float(at), str(ref).encode(), 0.0, document.kind, scope, at, standing, ref)


def _without_index(type_: ContentType, query: Query) -> Iterator[Document]:
    if type_.find_titles is not None:
        yield from type_.documents(type_.find_titles(query.text, _TITLES))
        return
    documents = in_batches(type_, list(islice(type_.public_ids(), _SCANNED)))
    yield from (document for document in documents if Text(document).fits(query))
