"""Servers of the portal's tests: a free port, and a web process that has a door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import serving
from kern.config import Settings
from kern.db import db
from kern.town import Town
from tests.door import Server, is_at_the_door, served, until


@pytest.fixture
def port() -> int:
    return serving.free_port()


@pytest.fixture
def door(settings: Settings, town: Town, tmp_path: Path) -> Iterator[Server]:
    db.session.commit()
    with served(settings, tmp_path / "tuer", door=True) as server:
        until(lambda: is_at_the_door(server))
        yield server
