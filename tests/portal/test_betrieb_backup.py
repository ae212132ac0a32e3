"""Backup and restore: nothing acknowledged is missing, and nothing foreign gets in."""

import re
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, create_engine, func, make_url, select, text

from kern.audit import AuditEntry
from kern.clock import at, now
from kern.config import Settings
from kern.db import db, engine, engines, migrate, writing
from kern.search.opening import open_index
from kern.town import Town, Towns, use_town
from portal.app import create_app
from portal.betrieb import archive, backup, postgres, restore
from portal.betrieb.archive import BadArchive
from portal.betrieb.orte import Refused
from portal.betrieb.supervisor import lock
from tests.archives import pack
from tests.older import take_back

PICTURE = b"RIFF....WEBP"


@pytest.fixture
def full(settings: Settings, town: Town) -> Iterator[Settings]:
    """A town with something in it."""
    write(7)
    folder = town.uploads / "ab"
    folder.mkdir(mode=0o700)
    (folder / "abc_-d-large.webp").write_bytes(PICTURE)
    (settings.data / "dorflinde.toml").write_text("port = 8123\n", encoding="utf-8")
    yield settings
    engines.close()


def write(count: int, act: str = "probe") -> None:
    with writing():
        db.session.add_all(AuditEntry(act=act) for _ in range(count))
        db.session.commit()


def counted(settings: Settings, act: str = "probe") -> int:
    with use_town(Towns(settings).by_slug("ort")), create_app(settings).app_context():
        count = db.session.scalar(select(func.count()).where(AuditEntry.act == act)) or 0
        db.session.remove()
    return count


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """Another computer, with a database of its own."""
    made: list[Settings] = []

    def make(name: str = "anderswo") -> Settings:
        database = settings.database.replace("{ort}", f"{{ort}}_{name}")
        made.append(replace(settings, data=tmp_path / name, database=database))
        return made[-1]

    yield make
    engines.close()
    for one in made:
        if one.database:
            postgres.drop(one.database.replace("{ort}", "ort"))


# There and back


@pytest.mark.moves_databases
def test_a_town_comes_back_as_it_was(
    full: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sicherung.tar.gz"
    backup.run(full, file)
    write(3)
    db.session.remove()
    restore.run(full, file)

    assert file.stat().st_mode & 0o077 == 0
    assert counted(full) == 7
    town = Towns(full).by_slug("ort")
    assert (town.uploads / "ab" / "abc_-d-large.webp").read_bytes() == PICTURE
    with use_town(town):
        assert open_index().is_healthy()
    (kept,) = full.data.glob("orte.vor-*")
    said = capsys.readouterr().out
    earlier = re.search("Die bisherige Datenbank heißt jetzt „(.*_vor_[0-9]+)“", said)
    assert counted_in(full, kept / "ort", earlier[1] if earlier else "") == 10
    assert list(full.data.glob("einspielen-*")) == list(town.path.glob("ort.dump")) == []
    assert "Zurückgespielt nach" in said


def counted_in(settings: Settings, kept: Path, database: str) -> int:
    """What the earlier state of the town still holds."""
    url = make_url(settings.database or f"sqlite:///{kept / 'ort.db'}")
    engine = create_engine(url.set(database=database) if settings.database else url)
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM kern_audit")) or 0
    engine.dispose()
    if settings.database:
        postgres.drop(url.set(database=database).render_as_string(hide_password=False))
    return count


@pytest.mark.moves_databases
def test_a_backup_of_an_older_program_comes_back_in_todays_shape(
    settings: Settings, town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_back(town, "0002")
    with engine().begin() as connection:
        row = {"act": "probe", "at": now()}
        kept = Table("kern_audit", MetaData(), autoload_with=connection)
        connection.execute(kept.insert().values(row))
    file = tmp_path / "alt.tar.gz"
    backup.run(settings, file)
    assert [town["schema"] for town in archive.unpack(file, tmp_path / "a")["towns"]] == ["0002"]
    db.session.remove()

    restore.run(settings, file)

    assert "„ort“ ist auf den heutigen Stand gebracht." in capsys.readouterr().out
    assert counted(settings) == 1
    with use_town(Towns(settings).by_slug("ort")), engine().connect() as connection:
        assert migrate.current(connection) == migrate.head()


@pytest.mark.moves_databases
def test_a_town_moves_to_another_computer(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    file = tmp_path / "sicherung.tar.gz"
    backup.run(full, file)
    other = elsewhere()
    restore.run(other, file)

    assert counted(other) == 7
    assert (other.data / "dorflinde.toml").read_text(encoding="utf-8") == "port = 8123\n"
    assert Towns(other).by_slug("ort").secret == Towns(full).by_slug("ort").secret


def test_index_queue_and_limits_stay_out(full: Settings, tmp_path: Path) -> None:
    for name in ("orte/ort/index/1/x.seg", "betrieb/jobs.db", "limits.db"):
        path = full.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    backup.run(full, tmp_path / "s.tar.gz")

    with tarfile.open(tmp_path / "s.tar.gz") as tar:
        assert sorted(tar.getnames()) == [
            "dorflinde.toml",
            "manifest.json",
            "orte/ort/ort.dump" if full.database else "orte/ort/ort.db",
            "orte/ort/ort.toml",
            "orte/ort/secret",
            "orte/ort/uploads/ab/abc_-d-large.webp",
        ]


@pytest.mark.moves_databases
def test_nothing_acknowledged_before_the_start_is_missing(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    acknowledged, promised = [0], list[int]()
    is_ending = threading.Event()
    town, app = Towns(full).by_slug("ort"), create_app(full)

    def keep_writing() -> None:
        with use_town(town), app.app_context():
            while not is_ending.is_set():
                write(1, "last")
                acknowledged[0] += 1
                db.session.remove()

    threads = [threading.Thread(target=keep_writing) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(3):
            time.sleep(0.1)
            before = acknowledged[0]
            backup.run(full, tmp_path / f"{number}.tar.gz")
            promised.append(before)
    finally:
        is_ending.set()
        for thread in threads:
            thread.join()

    for number, before in enumerate(promised):
        other = elsewhere(f"anderswo_{number}")
        restore.run(other, tmp_path / f"{number}.tar.gz")
        assert counted(other, act="last") >= before > 0


def test_a_backup_overwrites_nothing(full: Settings, tmp_path: Path) -> None:
    (tmp_path / "s.tar.gz").write_text("wichtig", encoding="utf-8")

    with pytest.raises(Refused, match="gibt es schon"):
        backup.run(full, tmp_path / "s.tar.gz")


# What is refused


def test_a_town_that_runs_is_not_replaced(full: Settings, tmp_path: Path) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    held = lock(full.data)
    assert held is not None
    with held, pytest.raises(Refused, match="läuft"):
        restore.run(full, tmp_path / "s.tar.gz")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_damaged_backup_is_refused_and_changes_nothing(
    full: Settings, tmp_path: Path, share: float
) -> None:
    file = tmp_path / "s.tar.gz"
    backup.run(full, file)
    data = bytearray(file.read_bytes())
    data[int(len(data) * share)] ^= 0xFF
    file.write_bytes(data)

    with pytest.raises(Refused):
        restore.run(full, file)
    assert counted(full) == 7
    assert list(full.data.glob("*.vor-*")) == list(full.data.glob("einspielen-*")) == []


def test_a_backup_cut_short_is_refused(full: Settings, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.gz"
    backup.run(full, file)
    file.write_bytes(file.read_bytes()[:-2000])

    with pytest.raises(Refused):
        restore.run(full, file)


def test_a_changed_member_is_found_by_its_sum(full: Settings, tmp_path: Path) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    with tarfile.open(tmp_path / "s.tar.gz") as tar:
        members = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
    members["orte/ort/secret"] = b"0" * 32

    with pytest.raises(BadArchive, match="secret"):
        archive.unpack(pack(tmp_path / "falsch.tar.gz", dict(members)), tmp_path / "x")


def test_a_backup_of_a_newer_program_is_refused(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    with from_the_future():
        backup.run(full, tmp_path / "s.tar.gz")
    other = elsewhere()

    with pytest.raises(Refused, match="neuer als dieses"):
        restore.run(other, tmp_path / "s.tar.gz")
    assert not (other.data / "orte").exists()


@contextmanager
def from_the_future() -> Iterator[None]:
    """The shape of the database is none that we know."""
    change = text("UPDATE alembic_version SET version_num = :name")
    with engine().begin() as connection:
        connection.execute(change, {"name": "9999"})
    yield
    with engine().begin() as connection:
        connection.execute(change, {"name": migrate.head()})


def test_a_backup_of_another_kind_of_database_is_refused(full: Settings, tmp_path: Path) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    database = "" if full.database else "postgresql+psycopg://127.0.0.1:1/dl_{ort}"
    other = Settings(data=tmp_path / "b", database=database)

    with pytest.raises(Refused, match="andere Art von Datenbank"):
        restore.run(other, tmp_path / "s.tar.gz")


@pytest.mark.postgres_alone
def test_a_backup_tried_in_another_folder_leaves_the_database_of_the_town_alone(
    full: Settings, tmp_path: Path
) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    write(3)

    with pytest.raises(Refused, match="gehört nicht zu diesem Datenordner"):
        restore.run(replace(full, data=tmp_path / "probe"), tmp_path / "s.tar.gz")
    assert counted(full) == 10


@pytest.mark.postgres_alone
@pytest.mark.moves_databases
def test_whoever_practises_twice_and_forgets_the_address_leaves_the_town_alone(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    file = tmp_path / "s.tar.gz"
    backup.run(full, file)
    write(3)
    db.session.remove()
    practice = elsewhere("probe")
    restore.run(practice, file)
    restore.run(practice, file)
    before = databases(full)
    forgotten = replace(full, data=practice.data)

    with pytest.raises(Refused, match="gehört nicht zu diesem Datenordner"):
        restore.run(forgotten, file)
    assert databases(full) == before
    assert (counted(full), counted(practice)) == (10, 7)


@pytest.mark.moves_databases
def test_settings_of_a_backup_come_without_the_places_of_another_installation(
    full: Settings,
    elsewhere: Callable[..., Settings],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = elsewhere()
    (full.data / "dorflinde.toml").write_text(
        f"# Ort\nport = 8123\ndatabase = '{full.database}'\nhttps = true\n"
        " \"datenbank_direkt\" = 'postgresql+psycopg://fern/{ort}'\n"
        "uploads_s3 = 'https://a:geheim@fern/eimer' # fern\nredis='redis://fern'",
        encoding="utf-8",
    )
    backup.run(full, tmp_path / "s.tar.gz")
    restore.run(other, tmp_path / "s.tar.gz")
    brought = other.data / "dorflinde.toml"

    kept = "" if full.database else "database = ''\n"
    assert brought.read_text("utf-8") == f"# Ort\nport = 8123\n{kept}https = true\n"
    assert brought.stat().st_mode & 0o077 == 0
    left = "datenbank_direkt, uploads_s3, redis"
    named = f"database, {left}" if full.database else left
    assert f"fehlt aus der Sicherung: {named}." in capsys.readouterr().out


@pytest.mark.moves_databases
def test_a_place_that_is_in_use_here_comes_with_the_settings(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    other = elsewhere()
    written = f"database = '{other.database}'\nport = 8123\n"
    (full.data / "dorflinde.toml").write_text(written, encoding="utf-8")
    backup.run(full, tmp_path / "s.tar.gz")
    restore.run(other, tmp_path / "s.tar.gz")

    assert (other.data / "dorflinde.toml").read_text("utf-8") == written


@pytest.mark.postgres_alone
@pytest.mark.moves_databases
def test_a_database_of_another_program_is_left_alone(
    full: Settings, elsewhere: Callable[..., Settings], tmp_path: Path
) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    other = elsewhere()
    address = other.database.replace("{ort}", "ort")
    postgres.make(address)
    assert not postgres.is_filled(address)
    foreign = create_engine(address)
    with foreign.begin() as connection:
        connection.execute(text("CREATE SCHEMA kasse"))
        connection.execute(text("CREATE TABLE kasse.buchungen (id int)"))
    foreign.dispose()

    with pytest.raises(Refused, match="ist nicht leer und gehört nicht zu"):
        restore.run(other, tmp_path / "s.tar.gz")


def databases(settings: Settings) -> list[str]:
    """The names of those on the server that begin as the town's does."""
    url = make_url(settings.database.replace("{ort}", "ort"))
    server = create_engine(url.set(database="postgres"))
    with server.connect() as connection:
        query = text("SELECT datname FROM pg_database WHERE starts_with(datname, :name) ORDER BY 1")
        found = list(connection.scalars(query, {"name": url.database}))
    server.dispose()
    return found


@pytest.mark.postgres_alone
@pytest.mark.moves_databases
def test_a_database_that_cannot_be_renamed_leaves_all_as_it_was(
    full: Settings, town: Town, tmp_path: Path
) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    write(3)
    db.session.remove()
    engines.close()
    name = make_url(town.database_url).database
    taken = f"{name}_vor_20261127120000"
    noon = datetime(2026, 11, 27, 12).astimezone()
    before = databases(full)
    with a_database(town, taken), at(noon), pytest.raises(Refused, match="wie es vorher war"):
        restore.run(full, tmp_path / "s.tar.gz")

    assert counted(full) == 10
    assert list(full.data.glob("orte.vor-*")) == []
    assert databases(full) == before


@pytest.mark.postgres_alone
@pytest.mark.moves_databases
def test_a_folder_that_cannot_be_renamed_leaves_the_database_as_it_was(
    full: Settings, tmp_path: Path
) -> None:
    backup.run(full, tmp_path / "s.tar.gz")
    write(3)
    db.session.remove()
    (full.data / "orte.vor-2026-11-27-120000" / "darin").mkdir(parents=True)
    noon = datetime(2026, 11, 27, 12).astimezone()
    before = databases(full)
    with at(noon), pytest.raises(OSError, match="not empty"):
        restore.run(full, tmp_path / "s.tar.gz")

    assert counted(full) == 10
    assert databases(full) == before


@pytest.mark.postgres_alone
@pytest.mark.moves_databases
def test_names_that_cannot_be_taken_back_are_told_with_what_helps(full: Settings) -> None:
    name = str(make_url(full.database.replace("{ort}", "ort")).database)
    address, fresh = (full.database.replace("{ort}", one) for one in ("ort", "ort_neu"))
    new, before = str(make_url(fresh).database), databases(full)
    engines.close()
    postgres.make(fresh)

    def fail_with_a_taken_name() -> None:
        with postgres.switched(address, fresh, "1"):
            postgres.make(fresh)
            raise OSError("voll")

    with pytest.raises(postgres.NotUndone, match="voll") as told:
        fail_with_a_taken_name()
    assert isinstance(told.value.__cause__, OSError)
    assert (
        f"Der Stand aus der Sicherung liegt in „{name}“, der bisherige in „{name}_vor_1“."
        in str(told.value)
    )
    postgres.drop(fresh)
    server = create_engine(make_url(address).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for line in re.findall("ALTER DATABASE .*;", str(told.value)):
            connection.exec_driver_sql(line)
    server.dispose()
    assert databases(full) == sorted([*before, new])
    postgres.drop(fresh)
    assert counted(full) == 7


@contextmanager
def a_database(town: Town, name: str) -> Iterator[None]:
    address = make_url(town.database_url).set(database=name)
    shown = address.render_as_string(hide_password=False)
    postgres.make(shown)
    try:
        yield
    finally:
        postgres.drop(shown)
