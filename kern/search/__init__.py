"""The shared full-text search: what was released is found, what is hidden is found by nobody."""

from kern.search.backend import IndexBusy, IndexUnavailable, Order
from kern.search.service import Found, SearchResult, audiences_of, find
from kern.search.upkeep import Differences, compact, compare, follow, heal, index_refs, rebuild_all

__all__ = [
    "Differences",
    "Found",
    "IndexBusy",
    "IndexUnavailable",
    "Order",
    "SearchResult",
    "audiences_of",
    "compact",
    "compare",
    "find",
    "follow",
    "heal",
    "index_refs",
    "rebuild_all",
]
