"""One engine per town, opened when first needed, few kept: the rest is closed again.

SQLite is tuned here: WAL, every commit on the disk before it returns (`kern.db.durable`), and
writers that queue on a file lock of our own, because SQLite's busy handler starves threads under
load.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from kern.db import unsaid
from kern.db.columns import cursor_class
from kern.db.durable import Durable, LogSync
from kern.db.statements import SHARED, sharing
from kern.latest import Latest
from kern.town import Town

if TYPE_CHECKING:
    import psycopg

ALONE = "statements_alone"
BUSY_MILLISECONDS = 10_000
MAX_OPEN = 64
OPENING = 16  # towns that may be opened at once, more or less
_KEEPALIVE: dict[str, Any] = {  # many firewalls drop what is idle, and tell nobody
    "keepalives_idle": 60,  # seconds
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 90_000,  # milliseconds
}

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take the write lock first, so they never fail half-way."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read, also where `writing` is around: nobody waits."""
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


def begin_writing() -> Callable[[], None]:
    """The same for callers without a `with`; returns what ends it."""
    token = _writing.set(True)
    return lambda: _writing.reset(token)


def is_writing() -> bool:
    return _writing.get()


class Engines:
    """A cache of engines, least recently used ones closed. `opened` is asked once per engine."""

    def __init__(
        self, opened: Callable[[Engine, Town], None] | None = None, most: int = MAX_OPEN
    ) -> None:
        self._engines: Latest[tuple[str, str], Engine] = Latest(most, close_engine)
        self._opening = [threading.Lock() for _ in range(OPENING)]
        self._opened = opened

    def get(self, town: Town) -> Engine:
        """A town whose server does not answer keeps hardly any other waiting."""
        key = _key(town)
        found = self._engines.get(key)
        if found is not None:
            return found
        with self._opening[hash(key) % OPENING]:
            return self._engines.get(key) or self._open(town)

    def _open(self, town: Town) -> Engine:
        engine = open_engine(town)
        try:
            if self._opened is not None:
                self._opened(engine, town)
        except BaseException:
            engine.dispose()
            raise
        self._engines.put(_key(town), engine)
        return engine

    def forget(self, town: Town) -> None:
        """The town is gone: what is open would keep its files on the disk."""
        self._engines.drop(_key(town))

    def close(self) -> None:
        self._engines.clear()

    def __len__(self) -> int:
        return len(self._engines)


def _key(town: Town) -> tuple[str, str]:
    return town.database_url, town.identity


def close_engine(engine: Engine) -> None:
    """Now, but for the connections that are at work: each of these when it has done."""
    event.listen(engine.pool, "checkin", _close_connection)
    engine.dispose()


def _close_connection(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.close()


def open_engine(town: Town) -> Engine:
    if not town.database_url.startswith("sqlite"):
        return _open_postgres(town)
    engine = create_engine(
        sharing(town.database_url),
        execution_options={"compiled_cache": SHARED},
        hide_parameters=True,  # errors are noted in logs, where nothing of people may stand
        connect_args={
            "timeout": BUSY_MILLISECONDS / 1000,
            "check_same_thread": False,
            "factory": Durable,
        },
        pool_size=8,
        max_overflow=16,
    )
    _tune_sqlite(engine, town.path / "write.lock")
    return engine


def _open_postgres(town: Town) -> Engine:
    """pgbouncer gives each transaction another connection: nothing is prepared in one for the next,
    and it takes no options. A copy for reading is told with each transaction that it is one."""
    is_copy = town.database_url == town.read_url
    arguments: dict[str, Any] = {"cursor_factory": cursor_class(), **_KEEPALIVE}
    if is_copy:
        arguments["connect_timeout"] = 2
    if town.direct_url:
        arguments["prepare_threshold"] = None
    engine = create_engine(
        sharing(town.database_url),
        execution_options={"compiled_cache": SHARED},
        hide_parameters=True,  # errors are noted in logs, where nothing of people may stand
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_use_lifo=True,  # whoever served last knows most statements already
        connect_args=arguments,
    )
    event.listen(engine, "handle_error", unsaid.cut_both)
    if is_copy:
        event.listen(engine, "connect", _let_read)
    return engine


def _let_read(connection: "psycopg.Connection", _entry: ConnectionPoolEntry) -> None:
    connection.read_only = True


def connect_alone(engine: Engine) -> Connection:
    """A connection that commits by itself, statement by statement.

    SQLAlchemy's AUTOCOMMIT ends with a PRAGMA on SQLite, which throws every prepared statement of
    the connection away: that was a tenth of a page for people with a login.
    """
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(**{ALONE: True})
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _lower(value: str | float | None) -> str | float | None:
    return value.lower() if isinstance(value, str) else value


def _tune_sqlite(engine: Engine, place: Path) -> None:
    sync = LogSync(Path(str(engine.url.database)))

    @event.listens_for(engine, "connect")
    def prepare(connection: Durable, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        has_log = cursor.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
        connection.sync = sync if has_log else None
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if has_log else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what was erased leaves no bytes in a backup
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()
        # SQLite's own knows no umlauts; PostgreSQL's does, and both shall find the same.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(ALONE):
            return
        if not _writing.get():
            connection.exec_driver_sql("BEGIN")
            return
        raw = connection.connection.dbapi_connection
        if isinstance(raw, Durable):
            raw.take_place(place)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def settle(connection: Durable | None, _entry: ConnectionPoolEntry) -> None:
        if connection is not None:
            connection.settle()
