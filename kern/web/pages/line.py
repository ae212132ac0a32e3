"""A connection to a town's PostgreSQL on which the counters are asked without waiting for them.

It speaks libpq itself: what a cursor does around one small query costs more than the query.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from kern.later import Later
from kern.outbox.watching import SCOPES
from kern.town import Town
from kern.web.pages.asking import Unreadable

if TYPE_CHECKING:
    import psycopg
    from psycopg import conninfo, pq
else:
    psycopg = Later("psycopg")
    conninfo, pq = Later("psycopg.conninfo"), Later("psycopg.pq")

CONNECT_SECONDS = 5
_ONE = "SELECT key, rev FROM kern_revision WHERE key = ANY($1::text[])"
_ALL = (
    " UNION ALL SELECT 'scope:*', coalesce(sum(rev), 0)::bigint FROM kern_revision"
    " WHERE key >= 'scope:' AND key < 'scope;'"
)
_QUERIES = {b"one": _ONE.encode(), b"all": (_ONE + _ALL).encode()}


class Line:
    """One query at a time; whoever uses it hears from `fileno` when there is something to read."""

    def __init__(self, town: Town) -> None:
        """Connects, which takes a while. Raises `Unreadable`."""
        url = make_url(town.database_url).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        self._is_prepared = not town.direct_url  # pgbouncer gives each query another connection
        self._found: dict[str, int] | None = None
        try:
            told = conninfo.make_conninfo(address, connect_timeout=CONNECT_SECONDS)
            self._connection = pq.PGconn.connect(told.encode())
            if self._connection.status != pq.ConnStatus.OK:
                raise Unreadable
            for name, query in _QUERIES.items() if self._is_prepared else ():
                if self._connection.prepare(name, query).status != pq.ExecStatus.COMMAND_OK:
                    raise Unreadable
            self._connection.nonblocking = 1
            self._fileno = self._connection.socket
        except psycopg.Error as error:
            raise Unreadable from error

    def fileno(self) -> int:
        """The same also when the connection is lost: under this number it was announced."""
        return self._fileno

    def ask(self, keys: Iterable[str]) -> None:
        """Raises `Unreadable`."""
        exact = set(keys)
        name = b"all" if SCOPES in exact else b"one"
        exact.discard(SCOPES)
        values = [('{"' + '","'.join(exact) + '"}').encode()]
        try:
            if self._is_prepared:
                self._connection.send_query_prepared(name, values)
            else:
                self._connection.send_query_params(_QUERIES[name], values)
            if self._connection.flush():
                raise Unreadable
        except psycopg.Error as error:
            raise Unreadable from error

    def answer(self) -> Mapping[str, int] | None:
        """The counters that are there, or None while the answer is not complete. Raises
        `Unreadable`."""
        try:
            self._connection.consume_input()
            while not self._connection.is_busy():
                result = self._connection.get_result()
                if result is None:
                    found, self._found = self._found, None
                    return found
                self._found = _read(result)
        except psycopg.Error as error:
            raise Unreadable from error
        return None

    def close(self) -> None:
        self._connection.finish()


def _read(result: "pq.abc.PGresult") -> dict[str, int]:
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise Unreadable
    found = {}
    for row in range(result.ntuples):
        key, rev = result.get_value(row, 0), result.get_value(row, 1)
        found[(key or b"").decode()] = int(rev or 0)
    return found
