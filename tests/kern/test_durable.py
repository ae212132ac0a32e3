"""What was acknowledged is on the disk, though writers wait for it together."""

import fcntl
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from kern.accounts.glance import glance
from kern.accounts.models import Party
from kern.db import db, durable, engine, writing
from kern.outbox import bump, revisions
from kern.town import Town, use_town
from tests.builders import make_party

WRITERS, EACH = 8, 10
SYNC_SECONDS = 0.01


@dataclass
class Disk:
    """The logs that a power cut would leave: what a sync found when it began."""

    logs: list[bytes] = field(default_factory=list)
    is_full: bool = False

    def flush(self, descriptor: int) -> None:
        if self.is_full:
            raise OSError(5, "Input/output error")
        found = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        time.sleep(SYNC_SECONDS)
        self.logs.append(found)

    def keys(self, town: Town, log: bytes, folder: Path) -> set[str]:
        """What somebody finds who switches on again after a cut with this log on the disk."""
        shutil.copy(town.path / "ort.db", folder / "cut.db")
        (folder / "cut.db-wal").write_bytes(log)
        with closing(sqlite3.connect(folder / "cut.db")) as connection:
            return {key for (key,) in connection.execute("SELECT key FROM kern_revision")}


@pytest.fixture
def disk(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    found = Disk()
    db.session.commit()
    monkeypatch.setattr(durable, "flush", found.flush)
    yield found
    found.is_full = False


def test_a_power_cut_takes_nothing_that_was_acknowledged_and_writers_wait_together(
    town: Town, app: Flask, disk: Disk, tmp_path: Path
) -> None:
    acknowledged: list[tuple[str, int]] = []  # with the number of syncs that had ended by then

    def write(writer: int) -> None:
        with app.app_context(), use_town(town):
            for number in range(EACH):
                with writing():
                    bump(f"cut:{writer}:{number}")
                    db.session.commit()
                acknowledged.append((f"cut:{writer}:{number}", len(disk.logs)))
            db.session.remove()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(acknowledged) == WRITERS * EACH
    assert len(disk.logs) <= len(acknowledged) * 0.7
    for moment in range(1, len(disk.logs) + 1, 5):
        promised = {key for key, syncs in acknowledged if syncs <= moment}
        assert promised <= disk.keys(town, disk.logs[moment - 1], tmp_path)
    assert {key for key, _ in acknowledged} <= disk.keys(town, disk.logs[-1], tmp_path)


def test_whoever_waits_for_the_disk_lets_the_next_one_write(
    town: Town, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[bool] = []

    def flush(descriptor: int) -> None:
        with (town.path / "write.lock").open("rb") as place:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises where somebody has it
        free.append(True)

    monkeypatch.setattr(durable, "flush", flush)
    with writing():
        bump("cut:free")
        db.session.commit()

    assert free == [True]


def test_a_disk_that_takes_nothing_is_an_error_and_no_promise(town: Town, disk: Disk) -> None:
    disk.is_full = True
    with writing():
        bump("cut:lost")
        with pytest.raises(OperationalError):
            db.session.commit()
        db.session.rollback()
        disk.is_full = False
        bump("cut:after")
        db.session.commit()

    assert revisions("cut:after") == (1,)


def test_after_a_disk_that_refused_nothing_is_promised_on_a_log_with_a_hole(
    town: Town, disk: Disk, tmp_path: Path
) -> None:
    disk.is_full = True
    with writing():
        bump("cut:refused")
        with pytest.raises(OperationalError):
            db.session.commit()
        db.session.rollback()
    disk.is_full = False
    with writing():
        bump("cut:after")
        db.session.commit()

    assert disk.keys(town, b"", tmp_path) >= {"cut:refused", "cut:after"}
    with writing():
        bump("cut:later")
        db.session.commit()
    assert len(disk.logs) == 1  # the new log is trusted again
    assert "cut:later" in disk.keys(town, disk.logs[0], tmp_path)


def test_what_a_look_writes_is_on_the_disk_and_reading_waits_for_nothing(disk: Disk) -> None:
    party_id = make_party("Helga Martens").id
    db.session.commit()
    disk.logs.clear()

    with glance() as connection:
        connection.execute(update(Party).where(Party.id == party_id).values(name="Helga Voss"))
    assert len(disk.logs) == 1

    with engine().connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM kern_party").scalar()
    assert len(disk.logs) == 1
