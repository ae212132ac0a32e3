"""A look at the database that never opens the request's transaction.

A read before a write would make the write fail as "locked" on SQLite, and slow work such as
argon2 must not hold the only writer's place.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from kern.db import engine
from kern.db.engines import connect_alone


@contextmanager
def glance() -> Iterator[Connection]:
    """A connection that commits by itself, statement by statement."""
    with connect_alone(engine()) as connection:
        yield connection
