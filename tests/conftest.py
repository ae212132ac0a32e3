"""Fixtures for everybody: a migrated town by file copy, an app, people, a held clock."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import event

from kern.config import Settings
from kern.db import db, engine, engines, migrate
from kern.town import Town, Towns, use_town
from portal import app as portal_app
from portal.app import create_app
from tests import kept_pages, postgres, quick, warm
from tests.browser import open_browser, places
from tests.browser.places import RUN
from tests.databases import ONE_ONLY
from tests.kept_pages import CheckedPageCache

HOST = "localhost"
TESTS = Path(__file__).parent
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
ALONE = {"sqlite_alone": BOTH[:1], "postgres_alone": BOTH[1:]}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[RUN] = f"{postgres.FAMILY}{os.getpid()}_{secrets.token_hex(3)}"
    quick.share_all()
    warm.keep_connections()
    setattr(portal_app, "PageCache", CheckedPageCache)  # noqa: B010 - a type checker would mind


def pytest_collection_finish() -> None:
    quick.collect_seldom()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What a test process left behind that died, and what they all know."""
    if hasattr(session.config, "workerinput"):
        return
    places.file_of_run().unlink(missing_ok=True)
    server = postgres.server()
    if server is not None:
        postgres.drop(server, os.environ[RUN])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    test = metafunc.definition
    alone = [mark for mark in test.iter_markers() if mark.name in ALONE]
    is_listed = test.path.relative_to(TESTS).as_posix() in ONE_ONLY
    if any(is_listed or _lacks_reason(mark) for mark in alone):
        pytest.fail(f"{test.nodeid}: a mark without a reason, or in a file that is listed")
    if "database" in metafunc.fixturenames and not is_listed:
        databases = ALONE[alone[0].name] if alone else BOTH
        metafunc.parametrize("database", databases, indirect=True)


def _lacks_reason(mark: pytest.Mark) -> bool:
    return mark.name == "sqlite_alone" and not mark.kwargs.get("reason")


@pytest.fixture(scope="session")
def postgres_databases(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[postgres.Databases]:
    server = postgres.server()
    if server is None:
        missing = pytest.fail if os.environ.get("DORFLINDE_CI") == "1" else pytest.skip
        missing(postgres.MISSING)
    databases = postgres.Databases(server, f"{os.environ[RUN]}_{worker_id}")
    databases.make_template(tmp_path_factory.mktemp("postgres"))
    warm.end_all()  # nobody may be connected to what is copied
    yield databases
    databases.stand_back()
    warm.end_all()
    databases.drop()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """`Settings.database` of this test; marks and `tests.databases` say which run on one alone."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ""
        return
    databases: postgres.Databases = request.getfixturevalue("postgres_databases")
    moves = request.node.get_closest_marker("moves_databases") is not None
    if moves:
        databases.stand_back()
    with warm.resting() if moves else nullcontext(), databases.lent() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for each test process; whoever wants to be alone in it opens a context."""
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def template_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty town, made once per test process and copied for each test."""
    data = tmp_path_factory.mktemp("vorlage")
    town = Towns(Settings(data=data)).create("ort", frozenset({HOST}))
    migrate.upgrade(town)
    return data


@pytest.fixture
def settings(
    template_town: Path, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> Settings:
    data = tmp_path / "daten"
    unused = shutil.ignore_patterns("ort.db*") if database else None
    shutil.copytree(template_town, data, ignore=unused)
    kept = 0 if request.node.get_closest_marker("unkept") else Settings().page_cache_megabytes
    return Settings(data=data, argon2_memory_kib=64, database=database, page_cache_megabytes=kept)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    kept_pages.close(app)
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


CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def count_queries(town: Town) -> CountQueries:
    """`with count_queries() as found:` collects every statement but BEGIN, COMMIT and PRAGMA."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        found: list[str] = []

        def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT")):
                found.append(statement)

        event.listen(engine(), "before_cursor_execute", hear)
        try:
            yield found
        finally:
            event.remove(engine(), "before_cursor_execute", hear)

    return counting
