"""What PostgreSQL has prepared for a connection stays, and what is said to it directly is as true
as what goes through a cursor."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from kern.db import PREPARED as KEPT
from kern.db import engine, libpq
from kern.db.quick import Quick, ask
from kern.town import Town

pytestmark = pytest.mark.postgres_alone

THING = Quick(text("SELECT 7 * CAST(:number AS integer)"))
PREPARED = text("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT 7%'")
GATE = text("SELECT 8").execution_options(**{KEPT: True})
STATE = text(
    "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
)
INSERTS, MANY = text("INSERT INTO ding VALUES (:id)"), [{"id": 1}, {"id": 2}]
INSERT, COUNT = text("INSERT INTO ding VALUES (1)"), text("SELECT count(*) FROM ding")


@pytest.fixture
def served(town: Town) -> Iterator[Engine]:
    """With one table that goes again."""
    with engine().begin() as connection:
        connection.execute(text("CREATE TABLE ding (id integer)"))
    yield engine()
    with engine().begin() as connection:
        connection.execute(text("DROP TABLE ding"))


@pytest.fixture
def fresh(town: Town) -> Iterator[Connection]:
    """Nothing is prepared in it: who says how that is done gets a new one."""
    alone = create_engine(engine().url, connect_args={"prepare_threshold": 5})
    with alone.connect() as connection:
        yield connection
    alone.dispose()


def driver_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def asked(connection: Connection, number: int = 6) -> object:
    return THING.on(connection, {"number": number})


def test_what_was_prepared_stays_when_a_reader_ends(served: Engine) -> None:
    with served.connect() as connection:
        assert asked(connection) == [(42,)]
        connection.rollback()

        assert len(connection.execute(PREPARED).all()) == 1
        assert asked(connection, 2) == [(14,)]
        assert len(connection.execute(PREPARED).all()) == 1


def test_what_was_changed_is_gone_after_a_rollback(served: Engine) -> None:
    with served.connect() as connection:
        connection.execute(INSERT)
        connection.rollback()

        assert connection.execute(COUNT).scalar() == 0


@pytest.mark.parametrize(
    "forgetting",
    [
        ["ALTER TABLE ding ADD more integer"],
        ["SAVEPOINT one", "ROLLBACK TO SAVEPOINT one"],
        ["DEALLOCATE ALL"],
        ["SELECT 1; ALTER TABLE ding ADD more integer"],
        ["SELECT 1; DEALLOCATE ALL"],
    ],
)
def test_what_the_driver_lets_the_server_forget_is_prepared_anew(
    served: Engine, forgetting: list[str]
) -> None:
    with served.connect() as connection:
        asked(connection)
        connection.execute(GATE)
        for statement in forgetting:
            connection.execute(text(statement))

        assert asked(connection) == [(42,)]
        assert connection.execute(GATE).scalar() == 8
        assert len(connection.execute(PREPARED).all()) == 1


def test_what_a_block_let_the_server_forget_is_prepared_anew(served: Engine) -> None:
    with served.connect() as connection:
        asked(connection)
        connection.execute(text("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"))

        assert asked(connection) == [(42,)]


@pytest.mark.parametrize(
    "then", [lambda one: one.execute(text("SELECT 9")), lambda one: one.execute(INSERTS, MANY)]
)
def test_what_the_driver_lets_the_server_forget_only_later_is_prepared_anew(
    served: Engine, then: Callable[[Connection], object]
) -> None:
    with served.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(GATE)
        with pytest.raises(DBAPIError):
            connection.execute(text("ALTER TABLE ding ADD more integer; SELECT 1 / 0"))
        assert asked(connection) == [(42,)]

        then(connection)

        assert asked(connection) == [(42,)]


def test_a_text_of_several_statements_answers_what_its_first_one_found(served: Engine) -> None:
    with served.connect() as connection:
        assert connection.execute(text("SELECT 1 AS eins; SELECT 2 AS zwei")).all() == [(1,)]


def test_of_other_statements_only_those_are_prepared_that_say_so(served: Engine) -> None:
    with served.connect() as connection:
        for _ in range(7):
            connection.execute(text("SELECT 9"))
            connection.execute(GATE)
        connection.rollback()

        known = connection.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
        assert "SELECT 8" in known
        assert "SELECT 9" not in known


def test_after_an_error_the_connection_answers_again(served: Engine) -> None:
    broken = Quick(text("SELECT 1 / CAST(:number AS integer)"))
    with served.connect() as connection:
        asked(connection)
        for _ in range(2):
            with pytest.raises(DBAPIError, match="DivisionByZero"):
                broken.on(connection, {"number": 0})
            connection.rollback()

        assert asked(connection) == [(42,)]
        assert broken.on(connection, {"number": 1}) == [(1,)]


def test_a_table_that_changed_is_an_error_once_and_then_read_as_it_is(served: Engine) -> None:
    reading = Quick(text("SELECT * FROM ding"))
    with served.connect() as connection:
        assert reading.on(connection, {}) == []
        connection.rollback()
        with served.begin() as other:
            other.execute(text("ALTER TABLE ding ADD more integer"))
            other.execute(text("INSERT INTO ding VALUES (1, 2)"))

        with pytest.raises(DBAPIError, match="cached plan"):
            reading.on(connection, {})
        connection.rollback()
        assert reading.on(connection, {}) == [(1, 2)]


def test_a_text_that_the_server_does_not_understand_is_the_usual_error(served: Engine) -> None:
    with served.connect() as connection, pytest.raises(ProgrammingError):
        Quick(text("SELECT nothing FROM nowhere")).on(connection, {})


def test_a_connection_that_the_server_ended_is_a_disconnect(served: Engine) -> None:
    with served.connect() as connection:
        asked(connection)
        pid = driver_of(connection).info.backend_pid
        with served.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

        with pytest.raises(OperationalError) as told:
            asked(connection)
        assert told.value.connection_invalidated or connection.invalidated
        connection.rollback()
        assert asked(connection) == [(42,)]


def test_a_connection_keeps_no_more_than_it_may(
    served: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libpq, "MOST", 3)
    many = [Quick(text(f"SELECT 7 + {number}")) for number in range(5)]
    alone = create_engine(served.url, connect_args={"prepare_threshold": 5})
    with alone.connect() as connection:
        assert [one.on(connection, {}) for one in (*many, *many)] == [
            [(7 + number,)] for number in (*range(5), *range(5))
        ]
        assert len(connection.execute(PREPARED).all()) <= libpq.MOST
    alone.dispose()


def asked_in_forms(connection: Connection, forms: int, times: int) -> None:
    for number in range(forms):
        for _ in range(times):
            found = ask(connection, f"SELECT 7 + {number} + CAST(%(one)s AS integer)", {"one": 1})
            assert found == [(8 + number,)]


def test_in_however_many_forms_people_ask_few_stay_prepared_and_ours_with_them(
    fresh: Connection,
) -> None:
    ours = text("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT 7 *%'")
    asked(fresh)
    before = fresh.scalar(ours)

    asked_in_forms(fresh, forms=250, times=4)

    assert before
    assert fresh.scalar(ours) == before
    assert len(fresh.execute(PREPARED).all()) == 1 + libpq.MOST_FORMS


def test_a_form_is_prepared_when_it_is_asked_often(fresh: Connection) -> None:
    asked_in_forms(fresh, forms=1, times=libpq.OFTEN - 1)
    assert fresh.execute(PREPARED).all() == []

    asked_in_forms(fresh, forms=1, times=1)
    assert len(fresh.execute(PREPARED).all()) == 1


def test_lists_of_any_length_leave_nothing_prepared(fresh: Connection) -> None:
    listed = Quick(text("SELECT 7 IN :all").bindparams(bindparam("all", expanding=True)))
    for length in range(1_025, 1_030):
        assert listed.on(fresh, {"all": range(length)}) == [(True,)]

    assert fresh.execute(PREPARED).all() == []


@pytest.mark.parametrize("threshold", [5, None])
def test_long_texts_are_not_remembered_for_all_connections(
    served: Engine, threshold: int | None
) -> None:
    alone = create_engine(served.url, connect_args={"prepare_threshold": threshold})
    with alone.connect() as connection:
        connection.execute(text("SELECT 1"))
        tracemalloc.start()
        for number in range(30):
            ask(connection, f"SELECT '{'x' * 100_000}{threshold}' || {number}", {})
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    alone.dispose()

    assert held < 1_000_000


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ({}, ("read committed", "off")),
        ({"isolation_level": "REPEATABLE READ"}, ("repeatable read", "off")),
        ({"postgresql_readonly": True}, ("read committed", "on")),
        (
            {"isolation_level": "SERIALIZABLE", "postgresql_readonly": True},
            ("serializable", "on"),
        ),
    ],
)
def test_a_transaction_is_what_was_asked_for(
    served: Engine, options: dict[str, Any], state: tuple[str, str]
) -> None:
    with served.connect().execution_options(**options) as connection:
        assert connection.execute(STATE).one() == state


def test_who_commits_by_themselves_begin_nothing(served: Engine) -> None:
    with served.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
        alone.execute(INSERT)
        with served.connect() as other:
            assert other.execute(COUNT).scalar() == 1


def test_values_come_back_as_they_were_given(served: Engine) -> None:
    same = Quick(text("SELECT CAST(:a AS text), CAST(:b AS text[]), :c || '%', CAST(:d AS bytea)"))
    given = {"a": "Ä'\"\\{}%s\n", "b": ["x,y", 'q"', "", "ß"], "c": "50", "d": b"\x00\xff"}
    with served.connect() as connection:
        assert same.on(connection, given) == [(given["a"], given["b"], "50%", given["d"])]
        assert same.on(connection, {**given, "a": None, "b": []})[0][:2] == (None, [])
