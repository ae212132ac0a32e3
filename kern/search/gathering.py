"""Everything that matched becomes one page of hits and the counts beside the filters.

For engines that hand over their matches one by one, and for the search without any.
"""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from kern.calendar import to_utc
from kern.clock import now
from kern.search.backend import Edge, Hits, Request, Status

FIRST_YEAR, _LAST_YEAR = 1970, 2200


class Row(NamedTuple):
    """One match. `ref` is text in bytes, `standing` as `standing_of` has it; `source` is whatever
    the engine needs to make a `Hit` of it."""

    rank: float
    ref: bytes
    score: float
    kind: str
    scope: int  # -1: none
    at: int  # seconds
    standing: int
    source: Any


def gather(rows: Collection[Row], request: Request) -> tuple[Hits, list[Row]]:
    """The counts, and the rows of the page in their order."""
    shown, counts = _narrowed(rows, request)
    hits = Hits(
        total=len(shown),
        kinds=Counter(row.kind for row in counts[0]),
        scopes=Counter(row.scope for row in counts[1] if row.scope >= 0),
        years=_years(row.at for row in counts[2]),
        statuses=statuses_of(
            Counter(row.standing for row in counts[3]), _seconds(request.as_of or now())
        ),
    )
    return hits, _page(shown, request)


def _narrowed(
    rows: Collection[Row], request: Request
) -> tuple[Collection[Row], tuple[Collection[Row], ...]]:
    """What passes every filter; and for each of the four what passes the three others."""
    filters = _filters(request)
    if not filters:
        return rows, (rows, rows, rows, rows)
    shown: list[Row] = []
    others: dict[int, list[Row]] = {number: [] for number in filters}
    for row in rows:
        failed = [number for number, passes in filters.items() if not passes(row)]
        if not failed:
            shown.append(row)
        elif len(failed) == 1:
            others[failed[0]].append(row)
    return shown, tuple([*shown, *others[n]] if n in filters else shown for n in range(4))


def _filters(request: Request) -> dict[int, Callable[[Row], bool]]:
    """Those that are set, by their number: kind, scope, time, status."""
    kinds, scopes = request.kinds, request.scopes
    filters: dict[int, Callable[[Row], bool]] = {}
    if kinds:
        filters[0] = lambda row: row.kind in kinds
    if scopes is not None:
        filters[1] = lambda row: row.scope in scopes
    if request.since is not None or request.until is not None:
        since = _seconds(request.since) if request.since else -(2**62)
        until = _seconds(request.until) if request.until else 2**62
        filters[2] = lambda row: since <= row.at < until
    if request.status is not None:
        has = has_status(request.status, _seconds(request.as_of or now()))
        filters[3] = lambda row: has(row.standing)
    return filters


def has_status(status: Status, at: int) -> Callable[[int], bool]:
    """A test of a document's standing."""
    if status is Status.ANSWERED:
        return lambda standing: bool(standing & 1)
    if status is Status.RUNNING:
        return lambda standing: standing >> 1 > at
    return lambda standing: 0 <= standing >> 1 <= at


def statuses_of(standings: Mapping[int, int], at: int) -> dict[Status, int]:
    counted: Counter[Status] = Counter()
    for standing, count in standings.items():
        if standing & 1:
            counted[Status.ANSWERED] += count
        if standing >> 1 > at:
            counted[Status.RUNNING] += count
        elif standing >= 0:
            counted[Status.ENDED] += count
    return dict(counted)


def _page(shown: Collection[Row], request: Request) -> list[Row]:
    after, before = _key_of(request.after), _key_of(request.before)
    if before is not None:
        nearest = (row for row in shown if row[:2] > before)
        return heapq.nsmallest(request.limit, nearest, key=_key)[::-1]
    rest = shown if after is None else [row for row in shown if row[:2] < after]
    return heapq.nlargest(request.limit, rest, key=_key)


def _key(row: Row) -> tuple[float, bytes]:
    return row[:2]


def _key_of(edge: Edge | None) -> tuple[float, bytes] | None:
    return None if edge is None else (edge.rank, str(edge.ref).encode())


def _years(instants: Iterable[int]) -> dict[int, int]:
    return dict(Counter(year_of(at) for at in instants))


def year_of(at: int) -> int:
    """In the local calendar."""
    return bisect_right(starts_of_years(), at) + FIRST_YEAR - 1


@cache
def starts_of_years() -> Sequence[int]:
    years = range(FIRST_YEAR, _LAST_YEAR)
    return [_seconds(to_utc(datetime(year, 1, 1))) for year in years]  # noqa: DTZ001 - local


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
