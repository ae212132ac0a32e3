"""Frequent statements reach the driver as text, and give what SQLAlchemy gives."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import Dialect, bindparam, insert, select, text, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.compiler import SQLCompiler

from kern.clock import now
from kern.db import Quick, among, db, inserting
from kern.outbox import OutboxEntry, State, revisions
from kern.outbox.watching import REST
from kern.scope import Window
from tests.builders import make_scope

NOTING = inserting(OutboxEntry, "kind", "key", "name", "payload", "not_before", "noted_at")


def noted(key: str) -> dict[str, object]:
    at = now()
    told = {"payload": {"für": ["Ä", 1]}, "not_before": at, "noted_at": at}
    return {"kind": "fact", "key": key, "name": "changed", **told}


@pytest.mark.usefixtures("town")
def test_a_quick_statement_reads_and_writes_the_same_values() -> None:
    given = noted("eins")

    ((id_,),) = NOTING.all(given)

    columns = (OutboxEntry.payload, OutboxEntry.not_before, OutboxEntry.state, OutboxEntry.attempts)
    query = select(*columns, OutboxEntry.leased_until).where(OutboxEntry.id == bindparam("id"))
    found = Quick(query).first({"id": id_})
    assert found == (given["payload"], given["not_before"], State.OPEN, 0, None)
    assert found == tuple(db.session.execute(query, {"id": id_}).one())


@pytest.mark.usefixtures("town")
def test_what_the_database_refuses_is_the_usual_error() -> None:
    NOTING.all(noted("zwei"))

    with pytest.raises(IntegrityError):
        NOTING.all(noted("zwei"))


@pytest.mark.usefixtures("town")
def test_a_statement_that_needs_python_each_time_is_refused() -> None:
    with pytest.raises(ValueError, match="written once"):
        Quick(insert(OutboxEntry).values(key=bindparam("key"))).all({"key": "drei"})


@pytest.mark.usefixtures("town")
def test_pages_for_strangers_hear_of_a_quick_change() -> None:
    scope = make_scope()
    db.session.commit()
    (before,) = revisions(REST)

    inserting(Window, "scope_id", "act", "opens_at", "closes_at").all(
        {"scope_id": scope.id, "act": "vote", "opens_at": now(), "closes_at": None}
    )
    db.session.commit()

    assert revisions(REST) == (before + 1,)


AMONG = Quick(select(OutboxEntry.id, OutboxEntry.key).where(among(OutboxEntry.id, "ids")))


@pytest.mark.usefixtures("town")
def test_of_many_numbers_those_that_there_are_are_found_and_no_others() -> None:
    ids = [id_ for key in ("a", "b", "c") for ((id_,),) in [NOTING.all(noted(key))]]

    assert sorted(row.key for row in AMONG.named({"ids": [ids[0], ids[2], 10**6]})) == ["a", "c"]
    assert AMONG.named({"ids": ids[1:2]}) == [(ids[1], "b")]
    assert AMONG.named({"ids": []}) == []
    assert db.session.execute(AMONG.statement, {"ids": ids[:1]}).all() == [(ids[0], "a")]


@pytest.mark.usefixtures("town")
def test_numbers_are_looked_up_and_not_compared_with_every_row() -> None:
    connection = db.session.connection()
    given: Any = ("[1, 2]",)
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain, given = "EXPLAIN", {"ids": [1, 2]}

    statement: Any = AMONG.statement
    written = statement.compile(connection)
    plan = str(connection.exec_driver_sql(f"{explain} {written}", given).all())

    assert "USING INTEGER PRIMARY KEY" in plan or "pk_kern_outbox" in plan


@pytest.mark.usefixtures("town")
def test_named_rows_know_what_waits_in_the_session() -> None:
    db.session.add(OutboxEntry(**noted("vier")))

    query = select(OutboxEntry.key, OutboxEntry.state).where(OutboxEntry.key == bindparam("key"))
    (found,) = Quick(query).named({"key": "vier"})

    assert (found.key, found.state) == ("vier", State.OPEN)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("length", [0, 1, 2, 3, 5])
def test_a_list_may_be_of_any_length(length: int) -> None:
    keys = [f"k{number}" for number in range(length)]
    for key in (*keys, "anderes"):
        NOTING.all(noted(key))

    column = OutboxEntry.key
    wanted = (column.in_(bindparam("keys", expanding=True)), OutboxEntry.state.in_([State.OPEN]))
    query = select(column, OutboxEntry.noted_at).where(*wanted).order_by(column).limit(9)
    found = Quick(query).all({"keys": keys})

    assert [key for key, _at in found] == keys
    assert found == [tuple(row) for row in db.session.execute(query, {"keys": keys})]


@pytest.mark.usefixtures("town")
def test_a_list_may_be_of_pairs() -> None:
    for key in ("eins", "zwei", "drei"):
        NOTING.all(noted(key))

    pair = tuple_(OutboxEntry.kind, OutboxEntry.key).in_(bindparam("pairs", expanding=True))
    query = Quick(select(OutboxEntry.key).where(pair, OutboxEntry.name == bindparam("name")))

    pairs = [("fact", "drei"), ("mail", "zwei"), ("fact", "eins")]
    assert sorted(query.all({"pairs": pairs, "name": "changed"})) == [("drei",), ("eins",)]
    assert query.all({"pairs": pairs[:1], "name": "changed"}) == [("drei",)]
    assert query.all({"pairs": [], "name": "changed"}) == []


@pytest.mark.usefixtures("town")
def test_a_list_may_have_as_many_values_as_the_database_takes() -> None:
    """Filled up, these would be more."""
    for key in ("erstes", "letztes", "anderes"):
        NOTING.all(noted(key))
    raw = db.session.connection().connection.dbapi_connection
    most, most_pairs = 65_535, 1_500  # PostgreSQL nests pairs, and its stack ends before
    if isinstance(raw, sqlite3.Connection):
        most, most_pairs = 32_766, 8_193
        raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)  # some are built to take more
    column = OutboxEntry.key
    query = Quick(select(column).where(column.in_(bindparam("keys", expanding=True))))
    pair = tuple_(OutboxEntry.kind, column).in_(bindparam("pairs", expanding=True))
    of_pairs = Quick(select(column).where(pair))

    keys = ["erstes", *(f"k{number}" for number in range(most // 2)), "letztes"]
    pairs = [("fact", key) for key in [*keys[: most_pairs - 1], "letztes"]]

    assert sorted(query.all({"keys": keys})) == [("erstes",), ("letztes",)]
    assert sorted(of_pairs.all({"pairs": pairs})) == [("erstes",), ("letztes",)]


class Counting(Quick):
    written = 0

    def _compiled(self, dialect: Dialect) -> SQLCompiler:
        self.written += 1
        return super()._compiled(dialect)


@pytest.mark.usefixtures("town")
def test_a_statement_is_written_once() -> None:
    wanted = OutboxEntry.key.in_(bindparam("keys", expanding=True))
    query = Counting(select(OutboxEntry.id).where(wanted))

    for _ in range(2):
        query.all({"keys": ["eins", "zwei"]})

    assert query.written == 1


@pytest.mark.usefixtures("town")
def test_a_statement_as_text_gives_its_rows_however_it_is_written() -> None:
    ((id_,),) = NOTING.all(noted("eins"))
    change = "\n  update kern_outbox SET attempts = 2 WHERE id = :id"

    assert Quick(text("\n  select key FROM kern_outbox WHERE id = :id")).all({"id": id_})
    assert Quick(text(change)).all({"id": id_}) == []
    assert Quick(text(f"{change}\nreturning attempts")).all({"id": id_}) == [(2,)]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("words", ["WITH one AS (SELECT 1) SELECT * FROM one", "-- one\nSELECT 1"])
def test_a_text_that_does_not_begin_with_what_it_does_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="neither clearly reads"):
        Quick(text(words)).all({})
