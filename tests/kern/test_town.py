"""Towns, their databases, and the refusal of what does not fit."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from kern.config import Settings
from kern.db import db, engine, engines, migrate, writing
from kern.outbox import Revision, bump, revisions
from kern.town import NoTown, Town, Towns, UnknownHost, bare_host, current_town
from tests import copies


def test_without_a_town_nothing_is_served() -> None:
    with pytest.raises(NoTown):
        current_town()


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("Mitreden.Example:8000", "mitreden.example"),
        ("[::1]:80", "::1"),
        ("::1", "::1"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_known_without_its_port(header: str, host: str) -> None:
    assert bare_host(header) == host


def test_an_unknown_host_is_refused(settings: Settings) -> None:
    with pytest.raises(UnknownHost):
        Towns(settings).by_host("boese.example")


def test_a_page_under_an_unknown_host_answers_400(client: FlaskClient) -> None:
    page = client.get("/", headers={"Host": "boese.example"})

    assert page.status_code == 400
    assert "boese.example" not in page.text


def test_the_data_of_a_town_is_private(settings: Settings) -> None:
    town = Towns(settings).by_slug("ort")

    assert town.path.stat().st_mode & 0o077 == 0
    assert (town.path / "secret").stat().st_mode & 0o077 == 0


def test_the_database_is_checked_and_leaves_the_waiting_for_the_disk_to_us(town: Town) -> None:
    with engine().connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


@pytest.mark.parametrize(("found", "word"), [("0000", "älter"), ("9999", "neuer")])
def test_a_database_of_another_age_is_refused(town: Town, found: str, word: str) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": found})
    engines.close()

    with pytest.raises(migrate.WrongSchema) as refused:
        engine()

    assert word in str(refused.value)
    assert "python3 los.py" in str(refused.value)


def test_a_transaction_keeps_its_engine_when_the_cache_lets_it_go(town: Town) -> None:
    with writing():
        bump("a")
        assert revisions("a") == (1,)
        engines.close()
        bump("a")  # on a second connection it would wait for itself
        db.session.commit()

    assert revisions("a") == (2,)


def _upgrade(data: Path) -> bool:
    return migrate.upgrade(Towns(Settings(data=data)).by_slug("neu"))


def test_four_processes_migrate_exactly_once(tmp_path: Path) -> None:
    Towns(Settings(data=tmp_path)).create("neu", frozenset({"localhost"}))

    with copies.context.Pool(4) as pool:
        done = pool.map(_upgrade, [tmp_path] * 4)

    assert sorted(done) == [False] * 3 + [True]


def test_revisions_count_up_and_unknown_ones_are_zero(town: Town) -> None:
    bump("a", "b", "a")
    bump("a")
    assert revisions("b", "nie", "a") == (1, 0, 1)  # once per transaction, however often asked
    db.session.commit()
    bump("a")
    db.session.commit()

    assert revisions("b", "nie", "a") == (1, 0, 2)
    assert db.session.scalar(select(Revision.rev).where(Revision.key == "a")) == 2


def test_a_town_that_could_not_be_read_for_a_moment_is_there_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns, read_text = Towns(settings), Path.read_text

    def no_more_files(path: Path, encoding: str | None = None) -> str:
        raise OSError(24, "Too many open files", str(path))

    monkeypatch.setattr(Path, "read_text", no_more_files)
    with pytest.raises(UnknownHost):
        towns.by_host("localhost")
    monkeypatch.setattr(Path, "read_text", read_text)

    assert towns.by_host("localhost").slug == "ort"
