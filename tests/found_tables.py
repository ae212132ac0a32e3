"""The tables of a town as they are in its database, whatever the program says of them."""

from collections.abc import Mapping

from sqlalchemy import Connection, MetaData, Table, inspect

_known: dict[tuple[str, frozenset[str]], MetaData] = {}


def tables(connection: Connection) -> Mapping[str, Table]:
    """Looked at once per process and kind of database: towns with the same tables are copies of
    one, and to look takes longer than to read every row of a small town."""
    names = frozenset(inspect(connection).get_table_names())
    found = _known.setdefault((connection.dialect.name, names), MetaData())
    if not found.tables:
        found.reflect(connection)
    return found.tables
