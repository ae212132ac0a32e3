"""One search: what the query means in this town, one statement, and what came of it."""

from typing import Any

from sqlalchemy import Connection, text

from kern.content import Ref
from kern.search.backend import Hit, Hits, Request, Status
from kern.search.expansion import expand
from kern.search.gathering import FIRST_YEAR
from kern.search.postgres_backend.statement import statement_of
from kern.search.postgres_backend.vocabulary import Rarity, Words


def search(connection: Connection, request: Request, most: int | None = None) -> Hits:
    """With `most` no more entries than that are looked at, whichever they are."""
    words = Words(connection)
    wanted = expand(request.query, words)
    statement, values = statement_of(request, wanted, Rarity(connection, words, wanted), most)
    rows = connection.execute(text(statement), values).all()
    counts = rows[0]
    return Hits(
        total=counts.total,
        kinds=counts.kinds or {},
        scopes={int(scope): count for scope, count in (counts.scopes or {}).items()},
        years={int(year) + FIRST_YEAR - 1: count for year, count in (counts.years or {}).items()},
        statuses={Status(name): count for name, count in counts.statuses.items() if count},
        hits=tuple(_hit(row) for row in rows if row.ref is not None),
        complete=most is None,
    )


def _hit(row: Any) -> Hit:
    return Hit(Ref.parse(row.ref), row.path, row.kind, row.score, row.rank)
