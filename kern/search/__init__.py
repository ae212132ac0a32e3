"""The shared full-text search: what was released is found, what is hidden is found by nobody."""

from kern.search.backend import Edge, IndexBusy, IndexUnavailable, Order, Status
from kern.search.confirming import documents_of
from kern.search.correcting import did_you_mean
from kern.search.service import (
    PER_PAGE,
    Found,
    Narrowed,
    SearchResult,
    Turned,
    audiences_of,
    find,
    is_within,
)
from kern.search.suggesting import suggest
from kern.search.upkeep import Differences, compact, compare, follow, heal, index_refs, rebuild_all

__all__ = [
    "PER_PAGE",
    "Differences",
    "Edge",
    "Found",
    "IndexBusy",
    "IndexUnavailable",
    "Narrowed",
    "Order",
    "SearchResult",
    "Status",
    "Turned",
    "audiences_of",
    "compact",
    "compare",
    "did_you_mean",
    "documents_of",
    "find",
    "follow",
    "heal",
    "index_refs",
    "is_within",
    "rebuild_all",
    "suggest",
]
