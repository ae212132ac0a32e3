"""The index in PostgreSQL as the house wants it: built beside, one writer at a time."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kern.content import Document, Ref
from kern.db.quick import Quick
from kern.later import Later
from kern.search.backend import Answer, Hits, IndexBusy, IndexUnavailable, Reader, Request
from kern.search.digests import Digests
from kern.search.expansion import Vocabulary
from kern.search.postgres_backend import searching
from kern.search.postgres_backend.schema import (
    COLUMNS,
    FACETS,
    FAMILIES,
    INDEXES,
    NEW,
    OLD,
    SCHEMA,
    SLIM,
    TABLES,
    VERSION,
    Facet,
    facet_of,
    row_of,
)
from kern.search.postgres_backend.vocabulary import State, Words

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")

TIME_LIMIT = 1.0  # seconds per statement of a search; after that it looks at fewer texts
_FEWER = 2_000  # entries that are looked at then
_PATIENCE = 3  # times as long may that take, as something must be shown
_LOCK = 0x5EA2C4  # of the one writer; each town has a database of its own
_NOT_NOW = "55P03"  # lock_not_available
_TOO_LONG = "57014"  # query_canceled
_CLEARING = 1.0  # seconds to wait for readers of the index before

# One plan serves all questions of one form: planning each for its words took longer than it saved.
_SEARCHING = Quick(
    text(
        "SELECT entries, length, CAST(xmin AS text) AS mark,"
        " set_config('statement_timeout', :milliseconds, true), set_config('jit', 'off', true),"
        " set_config('enable_seqscan', 'off', true),"
        " set_config('work_mem', '32MB', true),"
        " set_config('plan_cache_mode', 'force_generic_plan', true)"
        f" FROM {SCHEMA}.state"
    )
)
_WAITING = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_LOCKING = text("SELECT pg_advisory_xact_lock(:key)")

# Words are counted down by what goes and up by what comes, so that the counts are always true.
_GO = text(f"""
WITH gone AS (
  DELETE FROM {SCHEMA}.entry WHERE ref = ANY(:refs) RETURNING id, terms, length
), slim_ones AS (
  DELETE FROM {SCHEMA}.slim USING gone WHERE slim.id = gone.id
), lost AS (
  SELECT lexeme, count(*) AS documents FROM gone, unnest(gone.terms) GROUP BY lexeme
), counted AS (
  UPDATE {SCHEMA}.word SET documents = word.documents - lost.documents
  FROM lost WHERE word.term = lost.lexeme
)
UPDATE {SCHEMA}.state SET entries = entries - (SELECT count(*) FROM gone),
  length = length - (SELECT coalesce(sum(gone.length), 0) FROM gone)
""")
_COME = text(f"""
WITH come AS (
  SELECT terms, length FROM {SCHEMA}.entry WHERE ref = ANY(:refs)
), counted AS (
  INSERT INTO {SCHEMA}.word AS word (term, documents)
  SELECT lexeme, count(*) FROM come, unnest(come.terms) GROUP BY lexeme ORDER BY lexeme
  ON CONFLICT (term) DO UPDATE SET documents = word.documents + excluded.documents
)
UPDATE {SCHEMA}.state SET entries = entries + (SELECT count(*) FROM come),
  length = length + (SELECT coalesce(sum(come.length), 0) FROM come)
""")
_SLIM = text(SLIM.format(schema=SCHEMA) + " WHERE ref = ANY(:refs)")
_JOIN = text(FAMILIES.format(schema=SCHEMA, where="WHERE ref = ANY(:refs)"))
_HAS_ANY = text(f"SELECT EXISTS (SELECT FROM {SCHEMA}.entry WHERE ref = ANY(:refs))")
_FORGET = text(f"DELETE FROM {SCHEMA}.word WHERE documents <= 0")
_NOTE = f"""
INSERT INTO {{schema}}.facet ({", ".join(FACETS)}) VALUES ({", ".join(["%s"] * len(FACETS))})
ON CONFLICT (id) DO NOTHING
"""
_COPY_OVER = f"""
INSERT INTO {NEW}.facet SELECT * FROM {SCHEMA}.facet AS kept
  WHERE EXISTS (SELECT FROM {SCHEMA}.entry WHERE facet = kept.id);
INSERT INTO {NEW}.entry ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM {SCHEMA}.entry ORDER BY id
"""
_SWITCH = f"""
DO $$ BEGIN
  IF to_regnamespace('{SCHEMA}') IS NOT NULL THEN ALTER SCHEMA {SCHEMA} RENAME TO {OLD}; END IF;
END $$;
ALTER SCHEMA {NEW} RENAME TO {SCHEMA};
"""
_DIFFERENT_COUNTS = text(f"""
SELECT count(*) FROM (
  SELECT word, ndoc FROM ts_stat('SELECT terms FROM {SCHEMA}.entry')
) AS counted FULL JOIN {SCHEMA}.word AS noted ON counted.word = noted.term
WHERE counted.ndoc IS DISTINCT FROM noted.documents
""")
_LOST_IN_INDEX = text(f"""
SELECT count(*) FROM (
  (SELECT * FROM {SCHEMA}.word ORDER BY documents DESC LIMIT 20)
  UNION (SELECT * FROM {SCHEMA}.word ORDER BY term LIMIT 20)
) AS looked_up WHERE documents <> (
  SELECT count(*) FROM {SCHEMA}.slim
  WHERE {SCHEMA}.terms_of(id) @@ CAST(quote_literal(looked_up.term) AS tsquery)
)
""")
_ALONE = text(f"""
SELECT count(*) FROM {SCHEMA}.entry FULL JOIN {SCHEMA}.slim USING (id)
LEFT JOIN {SCHEMA}.facet ON facet.id = slim.facet AND facet.id = entry.facet
WHERE facet.id IS NULL OR slim.ref <> entry.ref
""")


class PostgresBackend:
    def __init__(self, engine: Engine, *, wait: float = 10.0) -> None:
        """`wait` is how many seconds a writer waits for another one."""
        self._engine = engine
        self._wait = wait

    def search(self, request: Request) -> Hits:
        if request.query.is_empty:
            return Hits()
        with _guarded():
            try:
                return self._search(request)
            except DBAPIError as error:
                if _state_of(error) != _TOO_LONG:
                    raise
                return self._search(request, _FEWER)

    def consult(self, question: Callable[[Vocabulary], Answer]) -> Answer:
        with _guarded(), self._reading(TIME_LIMIT) as (connection, state):
            return question(Words(connection, state))

    def _search(self, request: Request, most: int | None = None) -> Hits:
        limit = TIME_LIMIT if most is None else TIME_LIMIT * _PATIENCE
        with self._reading(limit) as (connection, state):
            return searching.search(connection, state, request, most)

    @contextlib.contextmanager
    def _reading(self, limit: float) -> Iterator[tuple[Connection, State]]:
        with self._engine.begin() as connection:
            found = _SEARCHING.on(connection, {"milliseconds": _milliseconds(limit)})
            if not found:
                raise IndexUnavailable("er weiß nicht, was er enthält")
            yield connection, State(*found[0][: len(State._fields)])

    def apply(self, refs: Iterable[Ref], read: Reader) -> None:
        refs = set(refs)
        with self._writing() as connection:
            documents = list(read(refs))
            changed = {"refs": [str(ref) for ref in refs]}
            with _guarded():
                if not documents and not connection.scalar(_HAS_ANY, changed):
                    return  # what waits for its release is announced too
                connection.execute(_GO, changed)
                _copy(connection, SCHEMA, documents)
                connection.execute(_SLIM, changed)
                connection.execute(_JOIN, changed)
                connection.execute(_COME, changed)
                connection.execute(_FORGET)

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> int:
        with self._writing() as connection:
            _begin_beside(connection)
            count = _copy(connection, NEW, _counted(documents, progress))
            _put_in_place(connection)
        self._clear()
        return count

    def compact(self) -> None:
        with self._writing() as connection, _guarded():
            _begin_beside(connection)
            connection.exec_driver_sql(_COPY_OVER)
            _put_in_place(connection)
        self._clear()

    def erase(self) -> None:
        with self._writing() as connection, _guarded():
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA}, {NEW}, {OLD} CASCADE")

    def is_healthy(self) -> bool:
        try:
            with _guarded(), self._engine.connect() as connection:
                version = connection.scalar(text(f"SELECT version FROM {SCHEMA}.state"))
                return bool(version == VERSION)
        except IndexUnavailable:
            return False

    def verify(self) -> None:
        """Reads every text, counts its words anew, and looks some of them up; all of it as it was
        in one instant, so that nobody who writes has to wait for it."""
        with _guarded(), self._engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if connection.scalar(_DIFFERENT_COUNTS):
                raise IndexUnavailable("seine Wörter sind falsch gezählt")
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            if connection.scalar(_ALONE) or connection.scalar(_LOST_IN_INDEX):
                raise IndexUnavailable("er findet nicht, was er enthält")

    def digests(self) -> Digests:
        with _guarded(), self._engine.connect() as connection:
            query = text(f"SELECT ref, digest FROM {SCHEMA}.entry")
            return Digests((ref, digest) for ref, digest in connection.execute(query))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writer at a time, over all processes: all or nothing of what it does is there."""
        with contextlib.ExitStack() as stack:
            with _guarded():
                connection = stack.enter_context(self._engine.connect())
                transaction = stack.enter_context(connection.begin())
                connection.execute(_WAITING, {"milliseconds": _milliseconds(self._wait)})
                connection.execute(_LOCKING, {"key": _LOCK})
            yield connection
            with _guarded():
                transaction.commit()

    def _clear(self) -> None:
        """Once nobody reads in the index before any more; else the next rebuild does it."""
        with contextlib.suppress(IndexUnavailable), _guarded(), self._engine.begin() as connection:
            connection.execute(_WAITING, {"milliseconds": _milliseconds(_CLEARING)})
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {OLD} CASCADE")


def _milliseconds(seconds: float) -> str:
    return str(max(int(seconds * 1_000), 1))


def _begin_beside(connection: Connection) -> None:
    with _guarded():
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {NEW}, {OLD} CASCADE")
        connection.exec_driver_sql(TABLES)


def _put_in_place(connection: Connection) -> None:
    with _guarded():
        connection.exec_driver_sql(INDEXES)
        connection.exec_driver_sql(_SWITCH)


def _copy(connection: Connection, schema: str, documents: Iterable[Document]) -> int:
    """Faults of those who read the documents stay what they are; the driver's do not."""
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    statement = f"COPY {schema}.entry ({', '.join(COLUMNS)}) FROM STDIN"
    count, facets = 0, set[Facet]()
    with _guarded(psycopg.Error), driver.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for document in documents:
                facet = facet_of(document)
                facets.add(facet)
                copy.write_row(row_of(document, facet))
                count += 1
        cursor.executemany(_NOTE.format(schema=schema), [(one.id, *one) for one in facets])
    return count


def _counted(
    documents: Iterable[Document], progress: Callable[[int], None] | None
) -> Iterator[Document]:
    for count, document in enumerate(documents, start=1):
        yield document
        if progress is not None:
            progress(count)


@contextlib.contextmanager
def _guarded(kind: type[Exception] = SQLAlchemyError) -> Iterator[None]:
    """Whatever the database says becomes the one error that callers know."""
    try:
        yield
    except kind as error:
        if _state_of(error) == _NOT_NOW:
            raise IndexBusy("ein anderer Prozess schreibt gerade") from error
        raise IndexUnavailable(f"{type(error).__name__}: {error}") from error


def _state_of(error: Exception) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None)
