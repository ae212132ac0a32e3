"""A look at the database that never opens the request's transaction.

A read before a write would make the write fail as "locked" on SQLite, and slow work such as
argon2 must not hold the only writer's place.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from kern.db import engine


@contextmanager
def glance() -> Iterator[Connection]:
    """A connection that commits by itself, statement by statement."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
