"""One search: what the query means in this town, one statement, and what came of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from kern.content import Ref
from kern.db.quick import ask
from kern.search.backend import Hit, Hits, Request, Status
from kern.search.expansion import expand
from kern.search.postgres_backend.statement import statement_of
from kern.search.postgres_backend.vocabulary import Rarity, State, Words


def search(connection: Connection, state: State, request: Request, most: int | None = None) -> Hits:
    """With `most` no more entries than that are looked at, whichever they are."""
    words = Words(connection, state)
    wanted = expand(request.query, words)
    statement, values = statement_of(request, wanted, Rarity(state, words, wanted), most)
    ((total, kinds, scopes, years, statuses, hits),) = ask(connection, statement, values)
    return Hits(
        total=int(total or 0),
        kinds=_counted(kinds),
        scopes={int(scope): count for scope, count in _counted(scopes).items()},
        years={int(year): count for year, count in _counted(years).items()},
        statuses={Status(name): count for name, count in _counted(statuses).items()},
        hits=tuple(map(_hit, hits or ())),
        complete=most is None,
    )


def _counted(counts: dict[str, int] | None) -> dict[str, int]:
    return {name: count for name, count in (counts or {}).items() if count}


def _hit(row: Sequence[Any]) -> Hit:
    ref, kind, path, score, rank = row
    return Hit(Ref.parse(ref), path, kind, float(score), float(rank))
