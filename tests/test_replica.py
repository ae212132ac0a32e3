"""Pages for strangers read from a streaming replica, which never shows anything old."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import Thread
from kern.accounts.sessions import open_session
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.town import Towns, use_town
from kern.web.identity import COOKIE
from kern.web.pages.layer import PageCache
from portal.app import create_app
from tests import kept_pages
from tests.builders import make_account, make_post
from tests.postgres_pair import Pair, postgres_pair

pytestmark = [pytest.mark.slow, pytest.mark.postgres_alone]

THREAD = "/beteiligung/gespraech/1"
FIRST, SECOND = "Bitte eine Bank unter die Linde.", "Und einen Brunnen daneben."


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with postgres_pair() as pair:
        yield pair


@pytest.fixture
def app(pair: Pair, settings: Settings) -> Iterator[Flask]:
    """A town on the pair; its pages are not kept from one request to the next."""
    given = Settings(
        data=settings.data,
        argon2_memory_kib=64,
        database=pair.primary.address,
        datenbank_lesen=pair.replica.address,
    )
    pair.primary.say("DROP DATABASE IF EXISTS ort WITH (FORCE)")
    pair.primary.say("CREATE DATABASE ort")
    migrate.upgrade(Towns(given).by_slug("ort"))
    app = create_app(given)
    with use_town(Towns(given).by_slug("ort")), app.app_context():
        make_post(text=FIRST)
        db.session.commit()
        db.session.remove()
    pair.catch_up()
    yield app
    kept_pages.close(app)
    engines.close()


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(PageCache, "_fresh", lambda *_args: None)
    return app.test_client()


@contextmanager
def counting(pair: Pair) -> Iterator[Counter[str]]:
    """How many statements of SQLAlchemy each server got."""
    found: Counter[str] = Counter()
    names = {pair.primary.port: "primary", pair.replica.port: "replica"}

    def hear(connection: Connection, *_rest: Any) -> None:
        found[names[connection.engine.url.port or 0]] += 1

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def write_more(app: Flask) -> None:
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug("ort")), app.app_context():
        query = select(Thread).options(joinedload(Thread.scope))
        make_post(text=SECOND, thread=db.session.scalars(query).one())
        db.session.commit()
        db.session.remove()


def test_a_stranger_reads_the_replica_and_a_person_the_primary(
    app: Flask, pair: Pair, reader: FlaskClient
) -> None:
    reader.get(THREAD)  # both engines are open
    with counting(pair) as found:
        assert FIRST in reader.get(THREAD).text
    assert (found["replica"] > 0, found["primary"]) == (True, 0)

    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug("ort")), app.app_context():
        session = open_session(make_account("Anna Ahrens"), "Firefox", 30)
        db.session.commit()
        db.session.remove()
    reader.set_cookie(COOKIE, session)
    with counting(pair) as found:
        assert FIRST in reader.get(THREAD).text
    assert (found["replica"], found["primary"] > 0) == (0, True)


def test_what_was_just_written_is_read_however_far_the_replica_is_behind(
    app: Flask, pair: Pair, reader: FlaskClient
) -> None:
    reader.get(THREAD)
    pair.hold_back()
    try:
        write_more(app)
        for _ in range(3):
            assert SECOND in reader.get(THREAD).text
    finally:
        pair.catch_up()


def test_a_view_that_cannot_be_checked_reads_the_primary(pair: Pair, reader: FlaskClient) -> None:
    reader.get("/konto/anmelden")  # now it is known
    with counting(pair) as found:
        assert reader.get("/konto/anmelden").status_code == 200
    assert found["replica"] == 0


def test_without_the_replica_every_page_comes_from_the_primary(
    pair: Pair, reader: FlaskClient
) -> None:
    reader.get(THREAD)
    pair.replica.stop()
    try:
        assert [reader.get(THREAD).status_code for _ in range(3)] == [200] * 3
        with counting(pair) as found:
            assert FIRST in reader.get(THREAD).text
        assert (found["replica"], found["primary"] > 0) == (0, True)
    finally:
        pair.replica.start()
