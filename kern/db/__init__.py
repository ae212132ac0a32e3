"""Database handle, column types and the one way to count and page."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, TypeVarTuple, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    TypeDecorator,
    bindparam,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.selectable import TypedReturnsRows

from kern.db import inserts, migrate, quick
from kern.db.aliases import lasting_alias
from kern.db.among import among
from kern.db.engines import Engines, begin_writing, is_writing, reading, writing
from kern.db.libpq import PREPARED
from kern.town import Town, current_town

__all__ = [
    "PREPARED",
    "Base",
    "Json",
    "Model",
    "Quick",
    "Utc",
    "among",
    "begin_writing",
    "db",
    "engine",
    "engines",
    "enter_replica",
    "insert_quietly",
    "inserting",
    "inserts",
    "is_writing",
    "lasting_alias",
    "leave_replica",
    "of_replica",
    "on_change",
    "reading",
    "rows",
    "writing",
]


class Base(DeclarativeBase):
    """Named constraints, so every migration can name what it drops."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite would otherwise hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


Json = JSON  # one name, should PostgreSQL's JSONB ever be wanted

_from_replica: ContextVar[bool] = ContextVar("from_replica", default=False)

engines = Engines(opened=migrate.require_current)


def engine() -> Engine:
    """The engine of the current town: of its database, or where a page may be read from there, of
    its copy for reading."""
    town = current_town()
    return engines.get(of_replica(town) if _from_replica.get() else town)


def of_replica(town: Town) -> Town:
    """The town as its copy for reading shows it."""
    return replace(town, database_url=town.read_url)


def enter_replica() -> Token[bool]:
    """Sessions begun from here on read the copy; see `kern.web.pages.replica`."""
    return _from_replica.set(True)


def leave_replica(token: Token[bool]) -> None:
    _from_replica.reset(token)


class TownSession(FlaskSession):
    """A session that always speaks to the current town's database, and to no other."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind: Engine | Connection | None = kwargs.get("bind")
        return bind if bind is not None else self._engine_of_transaction()

    def _engine_of_transaction(self) -> Engine:
        """The same one to the end, also when the cache closes it meanwhile: a second connection
        would wait for the writer's place that the first one holds."""
        transaction, town = self.get_transaction(), current_town()
        held = self.info.get("began")
        if transaction is None or held is None or held[:2] != (transaction, town):
            return engine()
        began: Engine = held[2]
        return began


@event.listens_for(TownSession, "after_begin")
def _remember_engine(session: Session, _transaction: object, connection: Connection) -> None:
    session.info["began"] = (session.get_transaction(), current_town(), connection.engine)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


db = SQLAlchemy(model_class=Base, session_options={"class_": TownSession})

if TYPE_CHECKING:
    Model = Base  # what Flask-SQLAlchemy builds at run time, in a form a type checker can read
else:
    Model = db.Model


Columns = TypeVarTuple("Columns")
Kind = TypeVar("Kind", bound=NamedTuple)


def rows(query: TypedReturnsRows[*Columns], values: Mapping[str, Any]) -> CursorResult[*Columns]:
    """What a select of columns finds in the session's transaction, without the ORM's work for each
    asking. Nothing that waits in the session is written first."""
    return db.session.connection().execute(query, values)


_hearing: list[Callable[[Session, str], object]] = []


def on_change(listener: Callable[[Session, str], object]) -> None:
    """Hears of each table that a `Quick` statement changes."""
    _hearing.append(listener)


class Quick(quick.Quick):
    """In the session's transaction. Nothing that waits in the session is written first, but for
    `named`, and where `flush` says so."""

    _kind: type[NamedTuple] | None = None

    def all(self, values: Mapping[str, Any]) -> list[quick.Row]:
        return self.on(self._connection(), values)

    def first(self, values: Mapping[str, Any]) -> quick.Row | None:
        return next(iter(self.all(values)), None)

    def send(self, values: Mapping[str, Any], refusal: Exception | None = None) -> None:
        """For what nobody reads the answer of; see `kern.db.bundle`."""
        self.send_on(self._connection(), values, refusal)

    def _connection(self) -> Connection:
        session = db.session()
        if self.changes:
            for hear in _hearing:
                hear(session, self.changes)
        return session.connection()

    def named(self, values: Mapping[str, Any]) -> list[Any]:
        """Rows that know their columns by name, after what waits in the session was written: as
        `db.session.execute` has it."""
        db.session().flush()
        return list(map(self.as_named, self.all(values)))

    def typed(
        self, kind: type[Kind], values: Mapping[str, Any], *, flush: bool = False
    ) -> list[Kind]:
        """Rows as named tuples. Raises TypeError where its fields are not the statement's columns,
        in their order."""
        if self._kind is not kind:
            self._require_columns(kind)
        if flush:
            db.session().flush()
        return list(map(kind._make, self.all(values)))

    def _require_columns(self, kind: type[Kind]) -> None:
        """Once: a column that somebody puts between would name all that follow wrongly."""
        statement: Any = self.statement
        columns = tuple(column.key for column in statement.exported_columns)
        if columns != kind._fields:
            raise TypeError(f"{kind.__name__} has other fields than {columns}")
        self._kind = kind


def inserting(model: type[Base], *names: str, **fixed: Any) -> Quick:
    """An insert of one row that gives back its id. `names` are the columns that are given each
    time; the others have what is `fixed` here, or their default."""
    table = cast("Table", model.__table__)
    usual = {
        column.name: column.default.arg
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    given: dict[str, Any] = {name: bindparam(name) for name in names}
    return Quick(table.insert().values(usual | fixed | given).returning(table.c.id))


def insert_quietly(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert what breaks no unique constraint, up to 1,000 rows in one statement; returns the new
    ids. All rows have the same columns."""
    if not rows:
        return []
    insert = inserts.meeting(table, db.session.get_bind().dialect.name)
    query = insert.on_conflict_do_nothing().returning(table.c.id)
    # Beside the statement, which is then put together once and not for each number of rows.
    return list(db.session.scalars(query, [dict(row) for row in rows]))
