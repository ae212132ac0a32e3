"""Statements that are asked very often: SQLAlchemy writes them once, the driver gets them as text.

Of a short statement SQLAlchemy's own work per execution costs more than the database's: it finds
the text again, puts parameters together and builds a result that knows its columns by name. Here
that is left of it which gives the same values: the types of parameters and columns. Transactions
and errors are SQLAlchemy's as ever, and where somebody listens to statements, so are these.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Connection,
    Dialect,
    Executable,
    Float,
    Integer,
    String,
    Table,
    TextClause,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.sql.visitors import cloned_traverse
from sqlalchemy.types import TypeEngine

from kern.db import bundle, libpq

Row = tuple[Any, ...]
_Change = Callable[[Any], Any] | None
_DOUBLE = 701
_FILLED = 1_024  # values of a list; a longer one could be filled beyond what a database takes
_READS = re.compile(r"\s*(SELECT|VALUES)\b", re.IGNORECASE)
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_GIVES_BACK = re.compile(r"\bRETURNING\b", re.IGNORECASE)
_Place = int | str  # of a parameter: its number, or its name in the text
_Element = tuple[_Place, int, _Change]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one kind of database gets it, with lists of one length."""

    sql: str
    usual: list[Any] | dict[_Place, Any]
    """All parameters; those that the statement itself has are ready for the driver."""
    given: tuple[tuple[_Place, str, _Change], ...]
    lists: tuple[tuple[str, tuple[_Element, ...]], ...]
    gives_rows: bool
    read: tuple[tuple[int, Callable[[Any], Any]], ...]  # columns that the driver gives differently
    is_ours: bool = True  # and so one of few, whatever people ask


class Quick:
    """`values` have the names of the statement's `bindparam`s, all of them. It leaves no default of
    a column to Python.

    A list (`expanding`) is filled up with its last value to one of few lengths, so that there are
    few texts, which databases remember. Where that makes a difference it must not be used. One of
    more than 1,024 values stays as it is, and is written anew each time.

    A statement that is text itself begins with SELECT, VALUES, INSERT, UPDATE or DELETE."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self.changes = _table_of(statement)
        self._texts: dict[tuple[Dialect, tuple[int, ...]], _Text] = {}
        self._lists: tuple[str, ...] | None = None

    def on(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """What it gives back, if anything."""
        text, given = self._ready(connection.dialect, values)
        found = _run(connection, text, given)
        return _read(text.read, found) if text.read and found else found

    @cached_property
    def as_named(self) -> Callable[[Row], Any]:
        """Makes of a row one that knows its columns by name. For statements that give rows."""
        statement: Any = self.statement
        columns = [(column.key, Any) for column in statement.exported_columns]
        return NamedTuple("Named", columns)._make

    def send_on(
        self, connection: Connection, values: Mapping[str, Any], refusal: Exception | None = None
    ) -> None:
        """Without an answer: on PostgreSQL it goes with the next statement, or with the commit.
        Raises `refusal` there, if the statement divides by zero.

        Where somebody listens to statements it goes at once: a test that counts them sees each of
        them, but neither when they go nor that several go together."""
        if connection.dialect.name != "postgresql":
            self.on(connection, values)
            return
        if connection.dispatch.before_cursor_execute:
            self._refusing(connection, values, refusal)
            return
        text, given = self._ready(connection.dialect, values)
        driver: Any = connection.connection.dbapi_connection
        bundle.put(driver, bundle.Waiting(text.sql, given, refusal))
        if bundle.is_full(driver):
            _send(connection, text, given)

    def _refusing(
        self, connection: Connection, values: Mapping[str, Any], refusal: Exception | None
    ) -> None:
        try:
            self.on(connection, values)
        except DBAPIError as error:
            if refusal is None or not bundle.is_refusal(error.orig):
                raise
            raise refusal from error

    def _ready(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[_Text, Any]:
        """The text, and what is given with it."""
        compiled = None
        if self._lists is None:
            compiled = self._compiled(dialect)
            self._lists = _lists_in(compiled)
        if self._lists:
            filled = {name: _filled(values[name]) for name in self._lists}
            values, sizes = {**values, **filled}, tuple(map(len, filled.values()))
        else:
            sizes = ()
        text = self._texts.get((dialect, sizes))
        if text is None:
            text = self._written(compiled or self._compiled(dialect), values)
            if max(sizes, default=0) <= _FILLED:
                self._texts[dialect, sizes] = text
            else:
                text = replace(text, is_ours=False)
        return text, _parameters(text, values)

    def _compiled(self, dialect: Dialect) -> SQLCompiler:
        statement: Any = self.statement  # each that there is can be written
        if dialect.name == "postgresql" and isinstance(statement, SelectBase):
            statement = _said(statement)
        compiled = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler) or _needs_more(compiled):
            raise ValueError(f"no statement to be written once: {compiled}")
        return compiled

    def _written(self, compiled: SQLCompiler, values: Mapping[str, Any]) -> _Text:
        dialect = compiled.dialect
        found = compiled.construct_expanded_state(dict(values), escape_names=False)
        changes: Mapping[str, Any] = {**_changes_of(compiled, dialect), **found.processors}
        where = _places_of(found)
        own: dict[_Place, Any] = {}
        given: list[tuple[_Place, str, _Change]] = []
        lists: list[tuple[str, tuple[_Element, ...]]] = []
        for bind, name in compiled.bind_names.items():
            if bind in compiled.literal_execute_params:
                continue
            elements = found.parameter_expansion.get(name)
            names = [name] if elements is None else elements
            if not bind.required:
                own |= {
                    at: _changed(changes.get(one), found.parameters[one])
                    for one in names
                    for at in where[one]
                }
            elif elements is None:
                given += [(at, name, changes.get(name)) for at in where[name]]
            else:
                parts = [
                    (at, number, changes.get(one))
                    for number, one in enumerate(elements)
                    for at in where[one]
                ]
                lists.append((name, tuple(parts)))
        size = None if found.positiontup is None else len(found.positiontup)
        usual = own if size is None else [own.get(at) for at in range(size)]
        lasting = tuple(given), tuple(lists), self._gives_rows(), self._reading(dialect)
        return _Text(found.statement, usual, *lasting)

    def _gives_rows(self) -> bool:
        """Known beforehand: psycopg describes every column when it is asked."""
        if isinstance(self.statement, UpdateBase):
            return bool(self.statement.exported_columns)
        if isinstance(self.statement, TextClause):
            return _gives_rows(self.statement.text)
        return True

    def _reading(self, dialect: Dialect) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
        if not isinstance(self.statement, SelectBase | UpdateBase):
            return ()
        types = [column.type for column in self.statement.exported_columns]
        read = (one.dialect_impl(dialect).result_processor(dialect, _code_of(one)) for one in types)
        return tuple((at, change) for at, change in enumerate(read) if change is not None)


def ask(connection: Connection, sql: str, given: Mapping[str, Any]) -> list[Row]:
    """Of text that is PostgreSQL's own, with its parameters by name as psycopg has them."""
    return _run(connection, _Text(sql, {}, (), (), gives_rows=True, read=(), is_ours=False), given)


def _gives_rows(text: str) -> bool:
    if _READS.match(text):
        return True
    if not _WRITES.match(text):
        raise ValueError(f"neither clearly reads nor clearly writes: {text}")
    return _GIVES_BACK.search(text) is not None


def _run(connection: Connection, text: _Text, given: Any) -> list[Row]:
    if connection.dispatch.before_cursor_execute:
        result = connection.exec_driver_sql(text.sql, given)
        return [tuple(row) for row in result] if text.gives_rows else []
    driver: Any = connection.connection.dbapi_connection
    try:
        if bundle.is_waiting(driver):
            bundle.send(driver, connection.dialect)
        if libpq.is_attached(driver):
            return libpq.run(driver, text.sql, given, is_ours=text.is_ours)
        cursor = driver.execute(text.sql, given)
        return cursor.fetchall() if text.gives_rows else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, text, given, error) from error


def _send(connection: Connection, text: _Text, given: Any) -> None:
    """What waits; the last of it is this."""
    try:
        bundle.send(connection.connection.dbapi_connection, connection.dialect)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, text, given, error) from error


def _told(connection: Connection, text: _Text, given: Any, error: Any) -> DBAPIError:
    """SQLAlchemy's error for one of the driver. Where the server has gone, so have all connections
    to it that wait in the pool."""
    if connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None):
        connection.invalidate(error)
        connection.engine.dispose()
    return bundle.told_by_sqlalchemy(text.sql, given, error, connection.dialect)


def _code_of(type_: TypeEngine[Any]) -> int | None:
    """How PostgreSQL calls a column's type, where SQLAlchemy asks for that."""
    return _DOUBLE if isinstance(type_, Float) else None


def _needs_more(compiled: SQLCompiler) -> bool:
    """SQLAlchemy would do something with each execution."""
    return bool(compiled.insert_prefetch or compiled.update_prefetch)


def _said(statement: Any) -> Any:
    """With numbers and words that are the statement's own in its text: PostgreSQL plans it once for
    all values, and shall know these."""

    def say(bind: Any) -> None:
        is_plain = isinstance(bind.type, String | Integer | Boolean)
        if is_plain and not bind.required and isinstance(bind.value, str | int):
            bind.literal_execute = True

    return cloned_traverse(statement, {}, {"bindparam": say})


def _lists_in(compiled: SQLCompiler) -> tuple[str, ...]:
    """The lists that are given each time."""
    grown = compiled.post_compile_params
    return tuple(
        name for bind, name in compiled.bind_names.items() if bind in grown and bind.required
    )


def _filled(values: Any) -> list[Any]:
    found = list(values)
    if 1 < len(found) <= _FILLED:
        found += found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found


def _flat(values: list[Any]) -> list[Any]:
    """The elements of pairs one after another, as their parameters are."""
    if values and isinstance(values[0], tuple):
        return [element for pair in values for element in pair]
    return values


def _changes_of(compiled: SQLCompiler, dialect: Dialect) -> dict[str, _Change]:
    return {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for bind, name in compiled.bind_names.items()
    }


def _places_of(found: ExpandedState) -> Mapping[str, Sequence[_Place]]:
    """A parameter may stand at several places of a text, but has one name."""
    if found.positiontup is None:
        return {name: (name,) for name in found.parameters}
    places: dict[str, list[_Place]] = {}
    for at, name in enumerate(found.positiontup):
        places.setdefault(name, []).append(at)
    return places


def _table_of(statement: Executable) -> str:
    """The name of the table that it changes; empty where it only reads."""
    if not isinstance(statement, UpdateBase):
        return ""
    return statement.table.name if isinstance(statement.table, Table) else ""


def _parameters(text: _Text, values: Mapping[str, Any]) -> Any:
    made: Any = text.usual.copy()
    for at, name, change in text.given:
        made[at] = _changed(change, values[name])
    for name, elements in text.lists:
        flat = _flat(values[name])
        for at, number, change in elements:
            made[at] = _changed(change, flat[number])
    return tuple(made) if isinstance(made, list) else made


def _changed(change: _Change, value: Any) -> Any:
    return value if change is None else change(value)


def _read(changes: Sequence[tuple[int, Callable[[Any], Any]]], found: list[Row]) -> list[Row]:
    """Column by column: few need a change."""
    columns: list[Any] = list(zip(*found, strict=True))
    for at, change in changes:
        columns[at] = map(change, columns[at])
    return list(zip(*columns, strict=True))
