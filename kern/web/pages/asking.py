"""The counters of a town by one bare query, without SQLAlchemy: this is the whole cost of a hit.

On SQLite each thread has connections of its own, on PostgreSQL a process has one for each of the
towns asked last: a server has no hundreds of them.
"""

import contextlib
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import make_url

from kern.later import Later
from kern.outbox.watching import SCOPES
from kern.town import Town

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")

OPEN_TOWNS = 16  # of one thread
READ = 500  # sets of counters that a connection remembers
_ONE = "SELECT key, rev FROM kern_revision WHERE key IN ({})"
_ALL = (
    " UNION ALL SELECT 'scope:*', coalesce(sum(rev), 0) FROM kern_revision"
    " WHERE key >= 'scope:' AND key < 'scope;'"
)
Rows = Sequence[tuple[str, int]]


class Unreadable(Exception):
    """The counters cannot be asked: the request goes its ordinary way."""


class _Asker(Protocol):
    """Translates what its own database raises: psycopg is read in towns on PostgreSQL alone."""

    def ask(self, keys: tuple[str, ...]) -> Rows:
        """Raises `Unreadable`."""

    def close(self) -> None: ...


class Counters:
    def __init__(self) -> None:
        self._local = threading.local()
        self._shared: OrderedDict[str, _Asker] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, town: Town, keys: tuple[str, ...]) -> tuple[int, ...]:
        """In the order asked; unknown ones are 0. Raises `Unreadable`."""
        if town.database_url.startswith("sqlite"):
            found = _asked(self._own(), town, keys)
        else:
            with self._lock:
                found = _asked(self._shared, town, keys)
        return tuple([found.get(key, 0) for key in keys])

    def _own(self) -> "OrderedDict[str, _Asker]":
        try:
            own: OrderedDict[str, _Asker] = self._local.own
        except AttributeError:
            own = self._local.own = OrderedDict()
        return own

    def close(self) -> None:
        """What this thread and the process have open."""
        for askers in (self._own(), self._shared):
            for asker in askers.values():
                asker.close()
            askers.clear()


def _asked(askers: "OrderedDict[str, _Asker]", town: Town, keys: tuple[str, ...]) -> dict[str, int]:
    name = f"{town.database_url}|{town.identity}"
    try:
        asker = askers.get(name)
        if asker is None:
            asker = askers[name] = _open(town)
            while len(askers) > OPEN_TOWNS:
                askers.popitem(last=False)[1].close()
        askers.move_to_end(name)
        return dict(asker.ask(keys))
    except Unreadable:
        failed = askers.pop(name, None)
        if failed is not None:
            failed.close()
        raise


def _open(town: Town) -> _Asker:
    url = make_url(town.database_url)
    if url.get_backend_name() == "sqlite":
        return _Sqlite(url.database or "")
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return _Postgres(address, None if town.direct_url else 2)


@lru_cache(1024)
def _query(keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    exact = tuple(key for key in keys if key != SCOPES)
    query = _ONE.format(",".join("?" * len(exact)))
    return query + _ALL if SCOPES in keys else query, exact


class _Sqlite:
    """A file that was put in another's place (a restored backup) is noticed by its inode.

    SQLite knows whether anybody has written since: while nobody has, what was read stands. To sum
    up the counters of 300 scopes took longer than all else of a hit.
    """

    def __init__(self, path: str) -> None:
        self._version, self._read = -1, dict[tuple[str, ...], Rows]()
        try:
            self._path, self._inode = path, os.stat(path).st_ino  # noqa: PTH116 - asked at every hit
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            # Not only a precaution: `data_version` tells of the writes of others alone, so what was
            # read stands only as long as this connection never writes.
            self._connection.execute("PRAGMA query_only=ON")
            self._connection.execute("PRAGMA busy_timeout=0")  # the loop of a process must not wait
        except (sqlite3.Error, OSError) as error:
            raise Unreadable from error

    def ask(self, keys: tuple[str, ...]) -> Rows:
        try:
            return self._asked(keys)
        except (sqlite3.Error, OSError) as error:
            raise Unreadable from error

    def _asked(self, keys: tuple[str, ...]) -> Rows:
        if os.stat(self._path).st_ino != self._inode:  # noqa: PTH116 - asked at every hit
            raise sqlite3.OperationalError("another file")
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self._read) > READ:
            self._version = version
            self._read.clear()
        found = self._read.get(keys)
        if found is None:  # newer than the version, perhaps: then that differs the next time
            query, exact = _query(keys)
            found = self._read[keys] = self._connection.execute(query, exact).fetchall()
        return found

    def close(self) -> None:
        self._connection.close()


class _Postgres:
    """`after`: how often a query is asked until it is prepared; None where pgbouncer is between."""

    def __init__(self, address: str, after: int | None) -> None:
        try:
            self._connection = psycopg.connect(address, autocommit=True, prepare_threshold=after)
        except (psycopg.Error, OSError) as error:
            raise Unreadable from error

    def ask(self, keys: tuple[str, ...]) -> Rows:
        exact = tuple(key for key in keys if key != SCOPES)
        query = _ONE.format(",".join(["%s"] * len(exact)))
        full = query + _ALL if SCOPES in keys else query
        try:
            with self._connection.cursor() as cursor:
                found = cursor.execute(full.encode(), exact).fetchall()
        except (psycopg.Error, OSError) as error:
            raise Unreadable from error
        return [(key, int(rev)) for key, rev in found]  # a sum is a Decimal

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()
