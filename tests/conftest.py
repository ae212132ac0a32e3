"""Fixtures for everybody: a migrated town by file copy, an app, people, a held clock."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kern.config import Settings
from kern.db import db, engines, migrate
from kern.town import Town, Towns, use_town
from portal.app import create_app

HOST = "localhost"


@pytest.fixture(scope="session")
def template_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty town, made once per test process and copied for each test."""
    data = tmp_path_factory.mktemp("vorlage")
    town = Towns(Settings(data=data)).create("ort", frozenset({HOST}))
    migrate.upgrade(town)
    return data


@pytest.fixture
def settings(template_town: Path, tmp_path: Path) -> Settings:
    data = tmp_path / "daten"
    shutil.copytree(template_town, data)
    return Settings(data=data, argon2_memory_kib=64)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    engines.close()


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    """Inside the town and an app context: for tests of services."""
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug("ort")) as town, app.app_context():
        yield town
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client
