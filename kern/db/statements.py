"""SQL that was written for one town's database serves all towns: it is the same.

SQLAlchemy remembers statements by the dialect that wrote them, and makes a dialect for every
engine. Here dialects of one kind, of one version of the server, are equal, and all engines share
one memory: the first page of a town that nobody visited for a while costs a third less CPU.

That holds because nothing of a town is in a statement: values are parameters, tables have no
schema of their own, and whoever translates schemas gets entries of their own from SQLAlchemy.
"""

import select
import time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from kern.db import bundle, libpq

MOST = 2_000
TRUSTED = 30.0  # seconds after the server answered; only a broken network can hide its end so long
_NAME = "dorflinde"

SHARED: LRUCache[Any, Any] = LRUCache(MOST)
"""For `execution_options={"compiled_cache": SHARED}`, however many engines there are."""


class _Alike:
    server_version_info: tuple[Any, ...] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Alike) or type(self) is not type(other):
            return False
        return self.server_version_info == other.server_version_info

    def __hash__(self) -> int:
        return hash(type(self))


class AlikeSqlite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


_PSYCOPG: Any = PGDialect_psycopg
"""Its methods have no types."""


class AlikePostgres(_Alike, PGDialect_psycopg):
    """What waits in a bundle goes before the next statement, or with the commit."""

    supports_statement_cache = True

    def on_connect(self) -> Any:
        usual = _PSYCOPG.on_connect(self)

        def get_to_know(connection: Any) -> None:
            if usual is not None:
                usual(connection)
            libpq.attach(connection)

        return get_to_know

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Asks the server itself only now and then: a connection that it closed since has something
        to read, and that costs no way to the server and back before each transaction."""
        asked, at = _asked.get(dbapi_connection), time.monotonic()
        if asked is not None and at < asked + TRUSTED and not _has_news(dbapi_connection):
            return True
        super().do_ping(dbapi_connection)  # type: ignore[no-untyped-call]  # raises if it is gone
        _asked[dbapi_connection] = at
        return True

    def do_begin(self, dbapi_connection: Any) -> None:
        libpq.begin(_driver(dbapi_connection))

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        self._send(cursor)
        if context is not None and context.execution_options.get(libpq.PREPARED):
            cursor.execute(statement, parameters, prepare=True)
        else:
            _PSYCOPG.do_execute(self, cursor, statement, parameters, context)
        libpq.note_command(cursor)

    def do_execute_no_params(self, cursor: Any, statement: str, context: Any = None) -> None:
        self._send(cursor)
        _PSYCOPG.do_execute_no_params(self, cursor, statement, context)
        libpq.note_command(cursor)

    def do_executemany(
        self, cursor: Any, statement: str, parameters: Any, context: Any = None
    ) -> None:
        self._send(cursor)
        _PSYCOPG.do_executemany(self, cursor, statement, parameters, context)
        libpq.note_command(cursor)

    def do_commit(self, dbapi_connection: Any) -> None:
        driver = _driver(dbapi_connection)
        if bundle.is_waiting(driver):
            bundle.send(driver, self, end="COMMIT")
        else:
            _PSYCOPG.do_commit(self, dbapi_connection)

    def do_rollback(self, dbapi_connection: Any) -> None:
        driver = _driver(dbapi_connection)
        bundle.forget(driver)
        if not libpq.try_rollback(driver):
            _PSYCOPG.do_rollback(self, dbapi_connection)

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        """What waits was put after the savepoint, which sent all there was before."""
        bundle.forget(_driver(connection.connection))
        _PSYCOPG.do_rollback_to_savepoint(self, connection, name)

    def _send(self, cursor: Any) -> None:
        if bundle.is_waiting(cursor.connection):
            bundle.send(cursor.connection, self)


_asked: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def _has_news(connection: Any) -> bool:
    """An end, an error, or anything else that the server said without being asked."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLPRI)
    return bool(poll.poll(0))


def _driver(connection: Any) -> Any:
    """The connection of psycopg, with or without the pool around it."""
    return getattr(connection, "dbapi_connection", connection)


registry.register(f"sqlite.{_NAME}", __name__, AlikeSqlite.__name__)
registry.register(f"postgresql.{_NAME}", __name__, AlikePostgres.__name__)


def sharing(address: str) -> URL:
    """The same database, spoken to by a dialect that shares what it writes."""
    url = make_url(address)
    return url.set(drivername=f"{url.get_backend_name()}+{_NAME}")
