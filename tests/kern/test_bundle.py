"""What is sent without waiting for an answer holds nobody up, and is there for whoever reads."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from kern.db import Quick, bundle, db, engine
from kern.outbox import Revision, bump, revisions
from kern.town import Town
from tests.kern.test_quick import NOTING, noted

TABLE = cast("Table", Revision.__table__)
COUNTING = Quick(update(TABLE).where(TABLE.c.key == bindparam("name")).values(rev=TABLE.c.rev + 1))
KNOWING = Quick(select(TABLE.c.rev).where(TABLE.c.key == bindparam("name")))

SECRET = "was jemand schrieb"


def make(key: str) -> None:
    bump(key)
    db.session.commit()


def test_the_next_statement_finds_what_was_sent(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})

    assert db.session.scalar(select(Revision.rev).where(Revision.key == "ding:1")) == 2
    assert revisions("ding:1") == (2,)


def test_what_was_sent_is_kept_with_the_commit(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})
    db.session.commit()

    with engine().connect() as other:
        found = other.execute(select(Revision.rev).where(Revision.key == "ding:1"))
        assert found.scalar() == 2


def test_what_was_sent_goes_with_the_transaction(town: Town) -> None:
    make("ding:1")

    COUNTING.send({"name": "ding:1"})
    db.session.rollback()
    db.session.commit()

    assert revisions("ding:1") == (1,)


def test_a_part_that_is_taken_back_takes_back_what_was_sent_in_it(town: Town) -> None:
    make("ding:1")

    NOTING.all(noted("eins"))

    COUNTING.send({"name": "ding:1"})
    part = db.session.begin_nested()
    COUNTING.send({"name": "ding:1"})
    with refused_at_once():
        NOTING.send(noted("eins"))  # the database is not even asked
    part.rollback()
    db.session.commit()

    assert revisions("ding:1") == (2,)


@contextmanager
def refused_at_once() -> Iterator[None]:
    """SQLite is asked at once."""
    if engine().dialect.name == "postgresql":
        yield
        return
    with pytest.raises(IntegrityError):
        yield


@pytest.mark.postgres_alone
def test_what_is_refused_of_what_waited_is_not_taken_for_the_next_statement(town: Town) -> None:
    NOTING.all(noted("eins"))
    db.session.commit()

    for ask in (lambda: revisions("ding:1"), lambda: KNOWING.all({"name": "ding:1"})):
        NOTING.send(noted("eins"))
        with pytest.raises(DBAPIError) as told:
            ask()
        db.session.rollback()

        assert not isinstance(told.value, IntegrityError)
        assert "INSERT INTO kern_outbox" in str(told.value.statement)
        assert "eins" in str(told.value.params)


@pytest.mark.postgres_alone
def test_nobody_waits_for_a_row_before_the_end(town: Town) -> None:
    """On SQLite only one writes at a time anyway."""
    make("ding:1")
    COUNTING.send({"name": "ding:1"})

    with engine().begin() as other:
        held = select(Revision.rev).where(Revision.key == "ding:1").with_for_update(nowait=True)
        assert other.execute(held).scalar() == 1
    db.session.commit()
    assert revisions("ding:1") == (2,)


def test_what_the_database_refuses_is_the_usual_error_at_the_end(town: Town) -> None:
    NOTING.all(noted("eins"))
    db.session.commit()
    bump("ding:1")

    def note_again() -> None:
        NOTING.send(noted("eins"))
        db.session.commit()

    with pytest.raises(IntegrityError):
        note_again()
    db.session.rollback()
    assert revisions("ding:1") == (0,)


@pytest.mark.postgres_alone
def test_no_more_wait_than_a_server_can_keep(town: Town) -> None:
    make("ding:1")
    for _ in range(bundle.MOST + 1):
        COUNTING.send({"name": "ding:1"})

    waiting = bundle.waiting(db.session.connection().connection.dbapi_connection)
    assert len(waiting) == 1
    db.session.commit()
    assert revisions("ding:1") == (1 + bundle.MOST + 1,)


@pytest.mark.postgres_alone
def test_no_values_stand_in_what_a_server_notes_of_a_statement(town: Town) -> None:
    NOTING.send(noted("was-jemand-schrieb"))
    connection = db.session.connection()
    pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
    bundle.send(connection.connection.dbapi_connection, connection.dialect)

    query = text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
    with engine().connect() as other:
        noticed = other.execute(query, {"pid": pid}).scalar_one()

    assert "INSERT INTO kern_outbox" in noticed
    assert "was-jemand-schrieb" not in noticed
    db.session.rollback()


def test_no_values_stand_in_errors(town: Town) -> None:
    values = {**noted("eins"), "noted_at": None, "payload": {"text": SECRET}}

    assert SECRET not in noted_of(lambda: NOTING.all(values))
    assert SECRET not in noted_of(lambda: db.session.execute(NOTING.statement, values))


def test_no_values_of_a_row_that_is_there_already_stand_in_errors(town: Town) -> None:
    values = noted(SECRET)
    NOTING.all(values)
    db.session.commit()

    assert SECRET not in noted_of(lambda: NOTING.all(values))
    assert SECRET not in noted_of(lambda: db.session.execute(NOTING.statement, values))
    assert SECRET not in noted_of(lambda: send(values))


@pytest.mark.postgres_alone
def test_a_value_that_is_none_of_its_kind_stands_in_no_error(town: Town) -> None:
    number = Quick(text("SELECT CAST(CAST(:said AS text) AS integer)"))

    for ask in (number.all, lambda given: db.session.execute(number.statement, given)):
        told = noted_of(lambda ask=ask: ask({"said": SECRET}), DataError)  # type: ignore[misc]
        assert SECRET not in told
        assert "InvalidTextRepresentation (22P02)" in told


def send(values: dict[str, object]) -> None:
    NOTING.send(values)
    db.session.commit()


def noted_of(refused: Callable[[], object], expected: type[DBAPIError] = IntegrityError) -> str:
    """All that a log says of the error, with those that led to it."""
    with pytest.raises(expected) as told:
        refused()
    db.session.rollback()
    return "".join(traceback.format_exception(told.value))
