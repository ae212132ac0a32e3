"""Engines of many towns: few are open, what falls out is closed, and all share what they wrote."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select, text

from kern.accounts.models import Account
from kern.config import Settings
from kern.db import migrate, statements
from kern.db.engines import Engines, open_engine
from kern.db.statements import SHARED
from kern.outbox import Revision
from kern.scope import Scope
from kern.town import Town, Towns

FEW = 2


@pytest.fixture
def few() -> Iterator[Engines]:
    engines = Engines(opened=migrate.require_current, most=FEW)
    yield engines
    engines.close()


@pytest.fixture
def towns(template_town: Path, tmp_path: Path) -> list[Town]:
    found = Towns(Settings(data=tmp_path))
    made = [found.create(f"ort-{number}", frozenset({f"{number}.example"})) for number in range(4)]
    for town in made:
        (town.path / "ort.db").write_bytes((template_town / "orte/ort/ort.db").read_bytes())
    return made


def open_files(town: Town) -> int:
    """Of its database, by this process."""
    found = [path for path in Path("/proc/self/fd").iterdir() if path.exists()]
    return sum(str(path.readlink()).startswith(f"{town.path}/ort.db") for path in found)


def test_no_more_towns_are_open_than_may_be(few: Engines, towns: list[Town]) -> None:
    for town in towns:
        with few.get(town).connect() as connection:
            connection.execute(select(Revision.key))

    assert len(few) == FEW
    assert [bool(open_files(town)) for town in towns] == [False, False, True, True]


def test_a_transaction_ends_well_in_a_town_that_fell_out_and_leaves_nothing_open(
    few: Engines, towns: list[Town]
) -> None:
    first = towns[0]
    with few.get(first).begin() as connection:
        connection.execute(insert(Revision).values(key="a", rev=7))
        for town in towns[1:]:
            few.get(town)
        assert open_files(first)

    assert not open_files(first)
    with few.get(first).connect() as connection:
        assert connection.scalar(select(Revision.rev).where(Revision.key == "a")) == 7


def test_who_kept_the_engine_of_a_town_that_fell_out_leaves_nothing_open(
    few: Engines, towns: list[Town]
) -> None:
    kept = few.get(towns[0])
    few.forget(towns[0])
    for _ in range(2):
        with kept.connect() as connection:
            connection.execute(select(Revision.key))

    assert not open_files(towns[0])


def test_a_town_costs_no_new_statement_when_another_has_asked_the_same(
    few: Engines, towns: list[Town]
) -> None:
    query = select(Account.id).join(Scope, Scope.id == Account.id).where(Account.id == 4711)
    with few.get(towns[0]).connect() as connection:
        connection.execute(query)
    known = len(SHARED)
    with few.get(towns[1]).connect() as connection:
        connection.execute(query)

    assert len(SHARED) == known


def test_a_statement_for_another_schema_is_not_mixed_up(few: Engines, towns: list[Town]) -> None:
    query = select(Revision.key)
    seen: list[str] = []
    with few.get(towns[0]).connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: seen.append(told[2]))
        for schema in (None, "main", None):
            words = {None: schema} if schema else {}
            connection.execution_options(schema_translate_map=words).execute(query)

    asked = [one for one in seen if one.startswith("SELECT")]
    assert [" main.kern_revision" in one for one in asked] == [False, True, False]


PID = text("SELECT pg_backend_pid()")


@pytest.fixture
def pooled(town: Town) -> Iterator[Engine]:
    engine = open_engine(town)
    yield engine
    engine.dispose()


@pytest.mark.postgres_alone
def test_a_connection_that_the_server_ended_a_moment_ago_is_not_lent_again(
    pooled: Engine,
) -> None:
    for _ in range(2):  # nobody asks a new connection whether it is there
        with pooled.connect() as first, pooled.connect() as second:
            pids = {first.scalar(PID), second.scalar(PID)}
    with pooled.connect() as connection:
        asked = {one.info.backend_pid for one in statements._asked if not one.closed}
        assert pids <= asked
        (gone,) = pids - {connection.scalar(PID)}
        end = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert connection.scalar(end, {"pid": gone})

    with pooled.connect() as first, pooled.connect() as second:
        assert gone not in {first.scalar(PID), second.scalar(PID)}


@pytest.mark.postgres_alone
def test_a_connection_is_asked_whether_it_is_there_only_now_and_then(
    pooled: Engine, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        with pooled.connect() as connection:
            pid = connection.scalar(PID)
    heard = heard_from(town, pid)

    lend_once(pooled)
    assert heard_from(town, pid) == heard

    monkeypatch.setattr(statements, "TRUSTED", 0.0)
    lend_once(pooled)
    assert heard_from(town, pid) > heard


def lend_once(engine: Engine) -> None:
    with engine.connect():
        pass


def heard_from(town: Town, pid: int) -> datetime:
    """When the server last did something for that connection."""
    watching = open_engine(town)
    with watching.connect() as connection:
        query = text("SELECT state_change FROM pg_stat_activity WHERE pid = :pid")
        found: datetime = connection.execute(query, {"pid": pid}).scalar_one()
    watching.dispose()
    return found


@pytest.mark.postgres_alone
def test_a_network_that_drops_idle_connections_is_noticed(pooled: Engine) -> None:
    with pooled.connect() as connection:
        driver: Any = connection.connection.dbapi_connection

        told = driver.info.get_parameters()
    assert int(told["keepalives_idle"]) <= 60
    assert int(told["tcp_user_timeout"]) <= 90_000
