"""A PostgreSQL server for tests: who answers, and databases made from a migrated template."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from kern.config import Settings
from kern.db import db, migrate
from kern.search.postgres_backend import SCHEMA
from kern.town import Towns

NAMED = "DORFLINDE_TEST_POSTGRES"
USUAL = ("postgresql://postgres@127.0.0.1/postgres", "postgresql:///postgres")
FAMILY = "dorflinde_probe_"  # begins the name of every database that is made for tests
OWNER = re.compile(rf"{FAMILY}\d+_[0-9a-f]+_[a-z0-9]+")  # of a process; more may follow
DRIVER = "postgresql+psycopg"
MISSING = f"no PostgreSQL server answers; {NAMED} may name one"

OURS = text(
    "SELECT datname FROM pg_database"
    " WHERE starts_with(datname, :prefix) AND pg_get_userbyid(datdba) = current_user"
)

# Emptying takes a millisecond, a fresh copy of the template hundreds of times as long. A function
# is planned once for each connection. What migrations wrote is left where nobody touched it: every
# table that knows scopes is asked before a scope is deleted.
CLEAR = """
CREATE FUNCTION pg_temp.clear() RETURNS void LANGUAGE plpgsql
SET lock_timeout = '5s' SET client_min_messages = warning AS $clear$
DECLARE is_touched boolean := {touched};
BEGIN
  DROP SCHEMA IF EXISTS {index} CASCADE;
  {empty}
  PERFORM setval(seqrelid::regclass, 1, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
  IF is_touched THEN
    {again}
  END IF;
  {count}
END $clear$
"""
EMPTY = "IF EXISTS (SELECT FROM {0}) THEN DELETE FROM {0}; END IF;"
TOUCHED = "EXISTS (SELECT unnest({1}) EXCEPT SELECT t::text FROM {0} t)"
LEAVE = "DELETE FROM {0} t WHERE is_touched OR t::text <> ALL ({1});"
AGAIN = "INSERT INTO {0} SELECT (row::{0}).* FROM unnest({1}) row;"
COUNT = "PERFORM setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0};"


@cache
def server() -> URL | None:
    """The server's address with a role that may create databases; None when nobody answers."""
    named = os.environ.get(NAMED)
    for address in [named] if named else USUAL:
        url = make_url(address).set(drivername=DRIVER)
        if _may_create(url):
            return url
    return None


def _may_create(url: URL) -> bool:
    query = text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    try:
        with _connected(url) as engine, engine.connect() as connection:
            return bool(connection.scalar(query))
    except OperationalError:
        return False


def drop(url: URL, prefix: str) -> None:
    """Every database whose name begins with `prefix`, whoever is still connected to it."""
    with _connected(url) as engine, engine.connect() as connection:
        for name in connection.scalars(OURS, {"prefix": prefix}).all():
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def sweep(url: URL) -> None:
    """Drop what killed test processes left behind; a living one holds the lock on its prefix."""
    free = text("SELECT pg_try_advisory_lock(hashtext(:prefix))")
    with _connected(url) as engine, engine.connect() as connection:
        found = connection.scalars(OURS, {"prefix": FAMILY}).all()
        for prefix in {begins.group() for name in found if (begins := OWNER.match(name))}:
            if connection.scalar(free, {"prefix": prefix}):
                drop(url, f"{prefix}_")


@contextmanager
def _connected(url: URL) -> Iterator[Engine]:
    arguments = {"connect_timeout": 3}
    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args=arguments
    )
    try:
        yield engine
    finally:
        engine.dispose()


def _run(url: URL, *statements: str) -> None:
    with _connected(url) as engine, engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _rows(engine: Engine) -> dict[str, str]:
    """What migrations wrote, in an order in which it may be written again: for each table its rows
    as PostgreSQL writes them, in an array."""
    found = {}
    with engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            query = "SELECT quote_literal(array_agg(t::text)::text) FROM {} t"
            rows = connection.exec_driver_sql(query.format(table.name)).scalar()
            if rows:
                found[table.name] = f"{rows}::text[]"
    return found


def _clearing(first_rows: Mapping[str, str]) -> str:
    tables = db.metadata.sorted_tables
    written = first_rows.items()
    counted = [table.name for table in tables if table.name in first_rows and "id" in table.c]
    empty = [
        LEAVE.format(table.name, first_rows[table.name])
        if table.name in first_rows
        else EMPTY.format(table.name)
        for table in reversed(tables)
    ]
    return CLEAR.format(
        index=SCHEMA,
        touched=" OR ".join(TOUCHED.format(*rows) for rows in written) or "false",
        empty="\n  ".join(empty),
        again="\n    ".join(AGAIN.format(*rows) for rows in written) or "NULL;",
        count="\n  ".join(COUNT.format(name) for name in counted),
    )


class Databases:
    """The databases of one test process: a migrated template, and copies that tests borrow.

    A copy is emptied after its test and lent again. Tests on it must not change its tables.
    """

    def __init__(self, url: URL, prefix: str) -> None:
        self._url = url
        self._prefix = prefix
        self._ready: set[str] = set()
        self._open = ExitStack()  # the connection that holds our lock
        self._sweepers: dict[str, ExitStack] = {}
        self._swept: dict[str, Connection] = {}
        self._clearing = ""

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The value of `Settings.database` for one test; `make` gives it further towns."""
        self.make("ort")
        try:
            yield self.address_of("{ort}")
        finally:
            for slug in list(self._ready):
                self._empty(slug)

    def make(self, slug: str) -> None:
        """An empty, migrated database for the town `slug`."""
        if slug in self._ready:
            return
        _run(
            self._url,
            f'CREATE DATABASE "{self._prefix}_{slug}" TEMPLATE "{self._prefix}_vorlage"',
            f'ALTER DATABASE "{self._prefix}_{slug}" SET synchronous_commit = off',
        )
        self._ready.add(slug)

    def make_template(self, data: Path) -> None:
        sweep(self._url)
        connection = self._open.enter_context(_connected(self._url)).connect()
        self._open.callback(connection.close)
        query = text("SELECT pg_advisory_lock(hashtext(:prefix))")
        connection.execute(query, {"prefix": self._prefix})
        _run(self._url, f'CREATE DATABASE "{self._prefix}_vorlage"')
        settings = Settings(data=data, database=self.address_of("{ort}"))
        migrate.upgrade(Towns(settings).create("vorlage", frozenset()))
        with _connected(self._url.set(database=f"{self._prefix}_vorlage")) as engine:
            self._clearing = _clearing(_rows(engine))

    def drop(self) -> None:
        self.stand_back()
        drop(self._url, f"{self._prefix}_")
        self._open.close()

    def address_of(self, slug: str) -> str:
        url = self._url.set(database=f"{self._prefix}_SLUG")
        return url.render_as_string(hide_password=False).replace("SLUG", slug)

    def _empty(self, slug: str) -> None:
        try:
            self._sweeper(slug).exec_driver_sql("SELECT pg_temp.clear()")
        except OperationalError:  # somebody still holds a lock: begin with a new one
            self._ready.discard(slug)
            self._let_go(slug)
            drop(self._url, f"{self._prefix}_{slug}")

    def _sweeper(self, slug: str) -> Connection:
        """A connection that is kept: a new one reads the catalogue for ten times as long."""
        if slug not in self._swept:
            self._sweepers[slug] = ExitStack()
            url = self._url.set(database=f"{self._prefix}_{slug}")
            engine = self._sweepers[slug].enter_context(_connected(url))
            self._swept[slug] = self._sweepers[slug].enter_context(engine.connect())
            self._swept[slug].exec_driver_sql(self._clearing)
        return self._swept[slug]

    def stand_back(self) -> None:
        """Nobody but the test is connected to what is lent: it may be renamed or dropped."""
        for slug in list(self._swept):
            self._let_go(slug)

    def _let_go(self, slug: str) -> None:
        self._swept.pop(slug, None)
        self._sweepers.pop(slug, ExitStack()).close()
