"""Whether anything was written into a town's database, whoever did it and however."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

from kern.db import db, engine


class Writings(Protocol):
    def forget(self) -> None:
        """What was written until now."""

    def happened(self) -> bool:
        """Since it was forgotten."""


@contextmanager
def watching_town() -> Iterator[Writings]:
    """Use inside the `town` fixture. Sees what is committed."""
    url = engine().url
    if url.get_backend_name() == "postgresql":
        yield _OfPostgres()
        return
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as connection:
        yield _OfSqlite(connection)


class _OfSqlite:
    """SQLite says to each connection whether others have committed a change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known = self._version()

    def forget(self) -> None:
        self._known = self._version()

    def happened(self) -> bool:
        return self._version() != self._known

    def _version(self) -> int:
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version


class _OfPostgres:
    """Who writes a row gives it a younger number, and who deletes one leaves fewer."""

    def __init__(self) -> None:
        self._known = self._rows()

    def forget(self) -> None:
        self._known = self._rows()

    def happened(self) -> bool:
        return self._rows() != self._known

    def _rows(self) -> list[tuple[int, int | None]]:
        db.session.rollback()
        found = db.session.execute(_counting()).all()
        db.session.rollback()
        return [(count, youngest) for count, youngest in found]


@cache
def _counting() -> TextClause:
    each = "SELECT count(*), max(xmin::text::bigint) FROM {}"
    return text(" UNION ALL ".join(each.format(name) for name in sorted(db.metadata.tables)))
