"""Inserts that may meet a row which is there already: each database has words of its own."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def meeting(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Has `on_conflict_do_nothing` and `on_conflict_do_update`. `dialect`: name of the database."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
