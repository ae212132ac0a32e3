"""Connections to PostgreSQL that outlive a test: a new one reads the catalogue and plans every
statement anew, which was half of what a test on it took of the processor."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Dialect, Engine, event

from tests.postgres import FAMILY

MOST = 6  # that wait for one database
FRESH = "RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD TEMP; SELECT pg_advisory_unlock_all()"

Address = tuple[tuple[str, object], ...]
_is_idle = threading.Event()  # set while nothing may be connected to a database but what is used
_waiting: dict[Address, list["Warm"]] = defaultdict(list)


class Warm(psycopg.Connection[Any]):
    """Closed by whoever opened it, it waits for the next one who wants the same."""

    address: Address = ()

    def close(self) -> None:
        waiting = _waiting[self.address]
        if self in waiting:
            return
        if not self.closed and len(waiting) < MOST and self._is_as_new():
            waiting.append(self)
        else:
            self.end()

    def end(self) -> None:
        super().close()

    def is_alive(self) -> bool:
        """Not where somebody dropped the database meanwhile."""
        try:
            self.autocommit = True
            self.execute("")
            self.autocommit = False
        except psycopg.Error:
            return False
        return True

    def _is_as_new(self) -> bool:
        try:
            self.rollback()
            self.autocommit = True
            self.execute(FRESH)
            self.autocommit, self.read_only, self.isolation_level = False, None, None
        except psycopg.Error:
            return False
        self._notice_handlers.clear()
        return True


def keep_connections() -> None:
    event.listen(Engine, "do_connect", _connect)


def _connect(
    _dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]
) -> psycopg.Connection[Any] | None:
    """None: as ever. Whoever says how statements are prepared is left alone."""
    is_ours = str(named.get("dbname", "")).startswith(FAMILY)
    if not is_ours or "prepare_threshold" in named or _is_idle.is_set():
        return None
    address = tuple(sorted((name, said) for name, said in named.items() if name != "context"))
    while _waiting[address]:
        connection = _waiting[address].pop()
        if connection.is_alive():
            return connection
        connection.end()
    connection = Warm.connect(*arguments, **named)
    connection.address = address
    return connection


@contextmanager
def resting() -> Iterator[None]:
    """Databases may be renamed or dropped meanwhile."""
    end_all()
    _is_idle.set()
    try:
        yield
    finally:
        _is_idle.clear()


def end_all() -> None:
    for waiting in _waiting.values():
        while waiting:
            waiting.pop().end()
