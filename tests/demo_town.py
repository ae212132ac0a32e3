"""The filled demo town for tests: made once for all test processes, copied for each test."""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest

from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import engines, migrate
from kern.town import LOOPBACK, Towns
from portal.betrieb.demo import fill
from portal.betrieb.demo.people import Login, Logins

CHEAP = 64  # KiB for argon2


def settings_of(data: Path, *, production: bool = False) -> Settings:
    return Settings(data=data, argon2_memory_kib=CHEAP, production=production)


def filled_town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Logins]:
    """The data folder, not to be changed, and who can log in there."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    data, note = root / "demo-ort", root / "demo-ort.json"
    with (root / "demo-ort.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            shutil.rmtree(data, ignore_errors=True)
            note.write_text(json.dumps(_fill(data)), encoding="utf-8")
    rows = json.loads(note.read_text(encoding="utf-8"))
    return data, tuple(Login(Role(role), *words) for role, *words in rows)


def _fill(data: Path) -> list[tuple[str, ...]]:
    settings = settings_of(data)
    town = Towns(settings).create(fill.SLUG, LOOPBACK)
    migrate.upgrade(town)
    said: list[str] = []
    logins = fill.run(town, settings, "small", said.append)
    (data / "gesagt.txt").write_text("\n".join(said), encoding="utf-8")
    engines.close()
    return [(one.role.value, one.name, one.email, one.password) for one in logins]
