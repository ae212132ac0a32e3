"""Statements that are asked very often: SQLAlchemy writes them once, the driver gets them as text.

Of a short statement SQLAlchemy's own work per execution costs more than the database's: it finds
the text again, puts parameters together and builds a result that knows its columns by name. Here
that is left of it which gives the same values: the types of parameters and columns. Transactions
and errors are SQLAlchemy's as ever, and where somebody listens to statements, so are these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

Row = tuple[Any, ...]
_Change = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one kind of database gets it."""

    sql: str
    given: tuple[tuple[str, _Change], ...]  # parameters in the order of the text
    fixed: Mapping[str, Any]  # those that the statement itself has, ready for the driver
    by_place: bool
    read: tuple[_Change, ...] | None  # None: as the driver gives them


class Quick:
    """`values` have the names of the statement's `bindparam`s, all of them. It has no list of
    values to grow with (`expanding`), and leaves no default of a column to Python."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self.changes = _table_of(statement)
        self._texts: dict[Dialect, _Text] = {}

    def on(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """What it gives back, if anything."""
        text = self._texts.get(connection.dialect)
        if text is None:
            text = self._texts[connection.dialect] = self._written(connection.dialect)
        found = _run(connection, text.sql, _parameters(text, values))
        return found if text.read is None else [_read(text.read, row) for row in found]

    @cached_property
    def as_named(self) -> Callable[[Row], Any]:
        """Makes of a row one that knows its columns by name. For statements that give rows."""
        statement: Any = self.statement
        columns = [(column.key, Any) for column in statement.exported_columns]
        return NamedTuple("Named", columns)._make

    def _written(self, dialect: Dialect) -> _Text:
        statement: Any = self.statement  # each that there is can be written
        compiled = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler) or _needs_more(compiled):
            raise ValueError(f"no statement to be written once: {compiled}")
        changes = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in compiled.bind_names.items()
        }
        own = {
            name: _changed(changes[name], bind.value)
            for bind, name in compiled.bind_names.items()
            if not bind.required
        }
        names = compiled.positiontup if compiled.positional else list(changes)
        given = tuple((name, changes[name]) for name in names or ())
        return _Text(str(compiled), given, own, compiled.positional, self._reading(dialect))

    def _reading(self, dialect: Dialect) -> tuple[_Change, ...] | None:
        if not isinstance(self.statement, SelectBase | UpdateBase):
            return None
        columns = self.statement.exported_columns
        read = tuple(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        )
        return read if any(read) else None


def _run(connection: Connection, sql: str, given: Any) -> list[Row]:
    if connection.dispatch.before_cursor_execute:
        result = connection.exec_driver_sql(sql, given)
        return [tuple(row) for row in result] if result.returns_rows else []
    driver: Any = connection.connection.dbapi_connection
    try:
        cursor = driver.execute(sql, given)
        return cursor.fetchall() if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        base, dialect = connection.dialect.loaded_dbapi.Error, connection.dialect
        raise DBAPIError.instance(sql, given, error, base, dialect=dialect) from error


def _needs_more(compiled: SQLCompiler) -> bool:
    """SQLAlchemy would do something with each execution."""
    grows = compiled.post_compile_params
    return bool(grows or compiled.insert_prefetch or compiled.update_prefetch)


def _table_of(statement: Executable) -> str:
    """The name of the table that it changes; empty where it only reads."""
    if not isinstance(statement, UpdateBase):
        return ""
    return statement.table.name if isinstance(statement.table, Table) else ""


def _parameters(text: _Text, values: Mapping[str, Any]) -> Any:
    fixed = text.fixed
    if text.by_place:
        return tuple(
            fixed[name] if name in fixed else _changed(change, values[name])
            for name, change in text.given
        )
    return {
        name: fixed[name] if name in fixed else _changed(change, values[name])
        for name, change in text.given
    }


def _changed(change: _Change, value: Any) -> Any:
    return value if change is None else change(value)


def _read(read: tuple[_Change, ...], row: Row) -> Row:
    return tuple(
        value if change is None else change(value) for change, value in zip(read, row, strict=True)
    )
