"""Ask an index, and ask again with a word to spare when hardly anything has all of them."""

from dataclasses import replace
from typing import NamedTuple

from kern.search.backend import Hits, Order, Request, SearchBackend

FEW = 10  # hits; below, somebody who typed a question would go away with next to nothing


class Asked(NamedTuple):
    """The request as it was asked in the end; `exact` of the hits have all the words."""

    request: Request
    hits: Hits
    exact: int | None = None


def ask(index: SearchBackend, request: Request) -> Asked:
    """What has all the words stands first. Who sorts by date, as feeds do, gets nothing else."""
    hits = index.search(request)
    looser = request.query.looser
    count = max(hits.total, sum(hits.kinds.values()))
    if looser is None or count >= FEW or not hits.complete or request.order != Order.RELEVANCE:
        return Asked(request, hits)
    request = replace(request, query=looser)
    return Asked(request, index.search(request), hits.total)
