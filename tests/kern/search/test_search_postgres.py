"""What is wrong with the index in PostgreSQL is one kind of error, and a rebuild heals it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from kern.search.backend import IndexBusy, IndexUnavailable, Request
from kern.search.postgres_backend import SCHEMA, PostgresBackend, backend, searching, statement
from kern.search.query import parse
from tests import postgres
from tests.kern.search.building import built, change, drop, generated, ids_found, make_document
from tests.kern.search.conftest import in_postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def shared(postgres_databases: postgres.Databases) -> Iterator[PostgresBackend]:
    with ExitStack() as stack:
        yield in_postgres(postgres_databases, "suche", stack)


@pytest.fixture
def index(shared: PostgresBackend) -> PostgresBackend:
    built(shared, [make_document(n, "Park", f"Nummer{n} am Weg") for n in range(30)])
    return shared


@pytest.fixture
def engine(index: PostgresBackend) -> Engine:
    return index._engine


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


DAMAGES = {
    "all of it away": f"DROP SCHEMA {SCHEMA} CASCADE",
    "texts away": f"DROP TABLE {SCHEMA}.entry CASCADE",
    "what is counted away": f"DROP TABLE {SCHEMA}.slim CASCADE",
    "facets away": f"DROP TABLE {SCHEMA}.facet",
    "words away": f"DROP TABLE {SCHEMA}.word",
    "state away": f"DROP TABLE {SCHEMA}.state",
    "a column of another kind": f"ALTER TABLE {SCHEMA}.entry ALTER at TYPE text",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_one_kind_of_error_and_a_rebuild_heals_it(
    index: PostgresBackend, engine: Engine, damage: str
) -> None:
    run(engine, damage)

    with pytest.raises(IndexUnavailable):
        ids_found(index, "Park Nummer7")
    index.rebuild([make_document(1, "Park")])
    index.verify()
    assert index.is_healthy()
    assert ids_found(index, "Park") == {1}


def test_a_change_to_an_index_that_is_away_is_unavailable(
    index: PostgresBackend, engine: Engine
) -> None:
    run(engine, f"DROP SCHEMA {SCHEMA} CASCADE")

    with pytest.raises(IndexUnavailable):
        change(index, make_document(1, "Teich"))
    with pytest.raises(IndexUnavailable):
        index.digests()
    assert not index.is_healthy()


@pytest.mark.parametrize(
    "damage",
    [
        f"UPDATE {SCHEMA}.word SET documents = documents + 1 WHERE term = 'park'",
        f"DELETE FROM {SCHEMA}.word WHERE term = 'nummer7'",
        f"UPDATE {SCHEMA}.entry SET terms = ts_delete(terms, 'park') WHERE id = 7",
    ],
)
def test_words_counted_wrongly_are_found_by_the_thorough_look(
    index: PostgresBackend, engine: Engine, damage: str
) -> None:
    index.verify()
    run(engine, damage)

    with pytest.raises(IndexUnavailable, match="gezählt"):
        index.verify()


@pytest.mark.parametrize(
    "damage",
    [
        f"DELETE FROM {SCHEMA}.slim WHERE id = 7",
        f"DELETE FROM {SCHEMA}.facet",
        f"UPDATE {SCHEMA}.slim SET facet = facet + 1 WHERE id = 7",
    ],
)
def test_what_lies_in_two_tables_is_compared_by_the_thorough_look(
    index: PostgresBackend, engine: Engine, damage: str
) -> None:
    run(engine, damage)

    with pytest.raises(IndexUnavailable, match="findet nicht"):
        index.verify()


def test_an_entry_of_which_nobody_knows_who_may_read_it_is_found_by_nobody(
    index: PostgresBackend, engine: Engine
) -> None:
    run(engine, f"DELETE FROM {SCHEMA}.facet")

    found = index.search(Request(parse("Park"), audiences=frozenset({"public"})))

    assert (found.total, found.hits) == (0, ())


def test_an_index_of_an_older_analysis_serves_but_is_not_healthy(
    index: PostgresBackend, engine: Engine
) -> None:
    run(engine, f"UPDATE {SCHEMA}.state SET version = '0'")

    assert not index.is_healthy()
    assert ids_found(index, "Nummer7") == {7}


def test_while_another_process_writes_searches_go_on_and_writers_give_up(
    index: PostgresBackend, engine: Engine
) -> None:
    with engine.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": backend._LOCK})
        with pytest.raises(IndexBusy):
            change(index, make_document(99, "Teich"))
        with pytest.raises(IndexBusy):
            index.rebuild([])

        assert ids_found(index, "Nummer7") == {7}
    change(index, make_document(99, "Teich"))
    assert ids_found(index, "Teich") == {99}


def test_the_thorough_look_takes_nobody_their_turn_to_write(
    index: PostgresBackend, engine: Engine
) -> None:
    with engine.begin() as writer:
        writer.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": backend._LOCK})

        index.verify()


def test_who_still_reads_in_the_old_index_neither_waits_nor_is_waited_for(
    index: PostgresBackend, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_CLEARING", 0.05)
    with engine.begin() as reader:
        query = text(f"SELECT count(*) FROM {SCHEMA}.entry")
        assert reader.scalar(query) == 30
        index.rebuild([make_document(1, "Teich")])

        assert ids_found(index, "Teich") == {1}
    index.rebuild([make_document(2, "Teich")])
    assert ids_found(index, "Teich") == {2}


def test_searches_go_on_while_the_index_is_built_anew(index: PostgresBackend) -> None:
    done = threading.Event()
    seen: list[frozenset[int]] = []
    failures: list[Exception] = []

    def search() -> None:
        while not done.is_set():
            try:
                seen.append(frozenset(ids_found(index, "Park")))
            except Exception as error:  # noqa: BLE001 - told by the test
                failures.append(error)

    reader = threading.Thread(target=search)
    reader.start()
    for size in (10, 20, 5):
        index.rebuild([make_document(n, "Park") for n in range(size)])
        change(index, make_document(size, "Park"))
    done.set()
    reader.join()

    states = {frozenset(range(30))}
    states |= {frozenset(range(n)) for size in (10, 20, 5) for n in (size, size + 1)}
    assert failures == []
    assert set(seen) <= states


MAY_LOOK = text("""
SELECT pg_has_role('pg_checkpoint', 'member') AND pg_has_role('pg_read_server_files', 'member')
AND has_function_privilege('pg_read_binary_file(text)', 'execute')
""")
ON_DISK = text("""
SELECT bool_or(position('geheimwort' IN pg_read_binary_file(pg_relation_filepath(oid))) > 0)
FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL AND (
  relnamespace = to_regnamespace(:schema) OR oid IN (
    SELECT reltoastrelid FROM pg_class WHERE relnamespace = to_regnamespace(:schema)))
""")  # the tables as they are now, not a log that PostgreSQL keeps for a while
FILES = text("""
SELECT pg_relation_filenode(held.oid) FROM pg_class AS held JOIN pg_class AS indexed
ON held.oid IN (indexed.oid, indexed.reltoastrelid)
WHERE indexed.relnamespace = to_regnamespace(:schema)
AND pg_relation_filenode(held.oid) IS NOT NULL AND pg_relation_size(held.oid) > 0
""")


def test_compacting_leaves_no_trace_of_deleted_words(
    index: PostgresBackend, engine: Engine
) -> None:
    """Every file is written anew from the rows that live. Who may, also looks into them."""

    def files() -> set[int]:
        with engine.connect() as connection:
            return set(connection.scalars(FILES, {"schema": SCHEMA}))

    def is_on_disk() -> bool | None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(MAY_LOOK):
                return None
            connection.execute(text("CHECKPOINT"))
            return bool(connection.scalar(ON_DISK, {"schema": SCHEMA}))

    change(index, make_document(1, "Geheimwort", "Geheimwort " * 200))
    drop(index, 1)
    before = files()
    assert before
    assert is_on_disk() in {True, None}

    index.compact()

    assert before.isdisjoint(files())
    assert is_on_disk() in {False, None}
    assert ids_found(index, "Nummer7") == {7}
    index.verify()


def test_a_search_that_takes_too_long_shows_some_of_what_it_would_find(
    index: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = searching.search

    def slow(connection: Connection, state: Any, request: Any, most: int | None = None) -> object:
        if most is None:
            connection.execute(text("SELECT pg_sleep(2)"))
        return real(connection, state, request, most)

    monkeypatch.setattr(backend, "TIME_LIMIT", 0.05)
    monkeypatch.setattr(searching, "search", slow)
    found = index.search(Request(parse("Park")))

    assert not found.complete
    assert found.total == 30


def test_very_many_hits_are_counted_all_and_the_best_of_them_shown(
    index: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement, "RANKED", 40)
    built(index, [*generated(300), make_document(999, "Radweg", "kurz", boost=3.0)])

    found = index.search(Request(parse("Radweg"), limit=5))

    assert found.hits[0].ref.id == 999
    assert found.total == len(ids_found(index, "Radweg"))
    assert found.total > 40


def test_a_connection_that_knows_the_plan_of_a_search_finds_what_a_rebuild_brought(
    index: PostgresBackend, engine: Engine
) -> None:
    for number in range(30):
        assert ids_found(index, f"Nummer{number}") == {number}
    with engine.connect() as connection:
        known = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))

    built(index, [make_document(n, "Bach", f"Nummer{n} am Steg") for n in range(100, 130)])

    assert known
    assert [ids_found(index, f"Nummer{number}") for number in (7, 107)] == [set(), {107}]
