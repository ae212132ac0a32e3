"""What somebody may be about to type: titles and tags that everybody may read, nothing else."""

from collections.abc import Iterator
from dataclasses import replace

from kern import outbox
from kern.content import Document, Ref, registry
from kern.search.backend import IndexUnavailable, Request
from kern.search.confirming import documents_of
from kern.search.matching import Text
from kern.search.opening import open_index
from kern.search.query import MIN_PREFIX, Query, parse

MOST = 8
_LOOKED_AT = 40  # hits; the words of most stand in their titles, which count more


def suggest(text: str) -> list[str]:
    """Titles and tags that have all the words; the last word may be unfinished. Best first."""
    query = parse(text)
    if query.is_empty or len(query.text) < MIN_PREFIX:
        return []
    masked = frozenset(Ref(*ref) for ref in outbox.masked())
    types = registry().values()
    titled = frozenset(one.key for type_ in types for one in type_.found_as if one.has_titles)
    request = Request(query, masked=masked, kinds=titled, limit=_LOOKED_AT, is_counted=False)
    try:
        hits = open_index().search(request).hits
    except IndexUnavailable:
        return []
    found: dict[Ref, list[str]] = {}
    for document in documents_of(hit.ref for hit in hits):
        if document.audience in request.audiences and document.kind in titled:
            names = found.setdefault(Ref(document.key, document.id), [])
            names += _fitting(document, query)
    return list(dict.fromkeys(name for hit in hits for name in found.get(hit.ref, ())))[:MOST]


def _fitting(document: Document, query: Query) -> Iterator[str]:
    titles = [document.title] if document.has_own_title else []
    for name in (*titles, *document.tags):
        if Text(replace(document, title=name, body="")).fits(query):
            yield name
