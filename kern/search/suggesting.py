"""What somebody may be about to type: titles that everybody may read, and nothing else."""

from collections.abc import Collection
from dataclasses import replace

from kern import outbox
from kern.content import Ref
from kern.search.backend import IndexUnavailable, Request
from kern.search.matching import Text
from kern.search.opening import open_index
from kern.search.query import MIN_PREFIX, parse
from kern.search.service import documents_of

MOST = 8
_LOOKED_AT = 40  # hits; the words of most stand in their titles, which count more


def suggest(text: str, kinds: Collection[str]) -> list[str]:
    """Titles of things of these kinds that have all the words; the last one may be unfinished."""
    query = parse(text)
    if query.is_empty or len(query.text) < MIN_PREFIX:
        return []
    masked = frozenset(Ref(*ref) for ref in outbox.masked())
    request = Request(query, masked=masked, kinds=frozenset(kinds), limit=_LOOKED_AT)
    try:
        hits = open_index().search(request).hits
    except IndexUnavailable:
        return []
    titles: dict[Ref, str] = {}
    for document in documents_of(hit.ref for hit in hits):
        is_public = document.audience in request.audiences and document.kind in request.kinds
        if is_public and document.has_own_title and Text(replace(document, body="")).fits(query):
            titles.setdefault(Ref(document.key, document.id), document.title)
    found = (titles[hit.ref] for hit in hits if hit.ref in titles)
    return list(dict.fromkeys(found))[:MOST]
