"""The operator's commands: a town from nothing, its health, and a worker that hears at once."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from kern import config, outbox
from kern.clock import now
from kern.config import Settings
from kern.db import db, engine, engines
from kern.outbox import Fact, OutboxEntry, State
from kern.scope import Scope
from kern.town import Town, Towns, use_town
from kern.worker import Jobs
from portal.app import create_app
from portal.betrieb import logs
from portal.betrieb.__main__ import main
from portal.betrieb.supervisor import lock
from portal.processes import Crash, append_crash, read_crashes
from portal.verwaltung import einrichten


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder that does not exist yet, and nothing from the caller's environment."""
    for name in os.environ:
        if name.startswith(config.PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DORFLINDE_DATA", str(tmp_path / "neu"))
    yield tmp_path / "neu"
    engines.close()


def wait_for(holds: Callable[[], bool], seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


# A town from nothing


def test_init_makes_a_town_and_a_link_and_does_nothing_twice(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--host", "mitreden.lindenau.example"]) == 0
    first = capsys.readouterr().out
    assert main(["init"]) == 0

    town = Towns(Settings(data=data)).by_host("mitreden.lindenau.example")
    assert town == Towns(Settings(data=data)).by_host("[::1]:8000")
    assert "angelegt" in first
    assert "angelegt" not in capsys.readouterr().out
    link = re.search(r"http://mitreden\.lindenau\.example(/verwaltung/einrichten/\S+)", first)
    assert link is not None
    app = create_app(Settings(data=data))
    with use_town(town), app.app_context():
        assert einrichten.look(link[1].rpartition("/")[2]).payload == {"email": ""}
        kinds = db.session.scalars(select(Scope.kind).order_by(Scope.kind)).all()
        assert kinds == ["town", "wiki", "wiki", "wiki"]


def test_without_a_town_commands_say_what_helps(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 1
    assert "los.py run" in capsys.readouterr().err


def test_check_refuses_a_database_of_another_age(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init"])
    assert main(["check"]) == 0
    with use_town(Towns(Settings(data=data)).all()[0]), engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engines.close()

    assert main(["check"]) == 3
    assert "neuer als das Programm" in capsys.readouterr().err


def test_a_wrong_setting_ends_every_command_with_its_name(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DORFLINDE_PORT", "viele")

    assert main(["migrate"]) == 1
    assert "port" in capsys.readouterr().err


def test_an_administrator_can_be_invited_from_the_command_line(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init"])
    capsys.readouterr()

    assert main(["admin", "ada@lindenau.example"]) == 0
    out = capsys.readouterr().out
    assert "ada@lindenau.example" in out
    assert "/verwaltung/einrichten/" in out


# Doctor


def test_the_doctor_names_what_is_open(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])
    data.chmod(0o755)
    capsys.readouterr()

    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"bitte ansehen +Andere können mitlesen", out)
    assert re.search(r"bitte ansehen +Kein Mailserver", out)
    assert re.search(r"gut +„stadt“: Die Datenbank passt", out)


# For machines


def test_the_process_says_it_lives_under_any_name(client: FlaskClient) -> None:
    page = client.get("/gesund", headers={"Host": "wer.weiss.example"})

    assert (page.status_code, page.text) == (200, "gesund\n")
    assert "Set-Cookie" not in page.headers
    assert client.get("/bereit", headers={"Host": "wer.weiss.example"}).status_code == 400


def test_ready_tells_of_a_late_worker_and_of_a_lost_database(
    client: FlaskClient, town: Town
) -> None:
    assert client.get("/bereit").text == "bereit\n"

    outbox.note("x", 1, Fact.CHANGED)
    db.session.flush()
    db.session.execute(update(OutboxEntry).values(not_before=now() - timedelta(seconds=90)))
    db.session.commit()
    late = client.get("/bereit")
    assert late.status_code == 200
    assert "wartet seit 9" in late.text

    with engine().begin() as connection:
        connection.execute(text("DROP TABLE kern_outbox"))
    assert client.get("/bereit").status_code == 503


# The log of processes


def test_the_log_of_processes_expires(tmp_path: Path) -> None:
    append_crash(tmp_path, Crash("web", now() - timedelta(days=10), 1, 2.0))
    logs.expire(tmp_path, 7, now())
    assert len(read_crashes(tmp_path)) == 1  # its last line may be young

    logs.expire(tmp_path, 7, now() + timedelta(days=8))
    assert read_crashes(tmp_path) == []


# The worker


@pytest.fixture
def worker(app: Flask, settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.betrieb", "worker"],
        cwd=config.ROOT,
        env={**os.environ, "DORFLINDE_DATA": str(settings.data)},
    )
    yield process
    process.kill()
    process.wait()


def is_done(name: str) -> bool:
    query = select(OutboxEntry.state).where(OutboxEntry.name == name)
    states = db.session.scalars(query).all()
    db.session.rollback()
    return set(states) == {State.DONE}


@pytest.mark.slow
def test_the_worker_sweeps_hears_hints_and_ends_when_asked(
    worker: "subprocess.Popen[bytes]", settings: Settings, town: Town
) -> None:
    outbox.note("beteiligung.post", 1, Fact.SUBMITTED)
    db.session.commit()
    assert wait_for(lambda: is_done("submitted"), 120)  # nobody asked: the sweep

    outbox.note("beteiligung.post", 1, Fact.CHANGED)
    db.session.commit()
    jobs = Jobs(settings.data / "betrieb")
    assert jobs.ask_drain(town.slug)
    assert wait_for(lambda: is_done("changed"))  # long before the next sweep

    queue = settings.data / "betrieb" / "jobs.db"
    assert queue.stat().st_mode & 0o077 == 0
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    jobs.close()


def test_a_broken_queue_costs_the_hint_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "betrieb"
    folder.mkdir()
    (folder / "jobs.db").write_bytes(b"this is no database" * 100)

    assert not Jobs(folder).ask_drain("ort")


def test_only_one_restores_or_serves(tmp_path: Path) -> None:
    held = lock(tmp_path)
    assert held is not None
    with held:
        assert lock(tmp_path) is None
