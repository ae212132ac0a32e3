"""A town behind pgbouncer in transaction mode: more clients than connections, and none notices."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from select import select as select_ready

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import InternalError

from beteiligung.discussion.models import Post
from kern.accounts.sessions import open_session
from kern.config import Settings
from kern.db import db, engine, engines
from kern.db.engines import connect_alone, open_engine
from kern.outbox import watching
from kern.search import find
from kern.town import Town, Towns, use_town
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from kern.web.pages import Line
from kern.worker import drain
from portal.betrieb import backup, restore
from tests import postgres
from tests.builders import make_account, make_post, make_thread
from tests.pgbouncer import pgbouncer

pytestmark = [pytest.mark.slow, pytest.mark.postgres_alone]

PEOPLE, EACH = 8, 6
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def port(postgres_databases: postgres.Databases) -> Iterator[int]:
    with pgbouncer(make_url(postgres_databases.address_of("ort"))) as port:
        yield port


@pytest.fixture
def settings(settings: Settings, database: str, port: int) -> Settings:
    through = make_url(database.replace("{ort}", "SLUG")).set(host="127.0.0.1", port=port)
    address = through.render_as_string(hide_password=False).replace("SLUG", "{ort}")
    return replace(settings, database=address, datenbank_direkt=database)


def test_eight_people_write_and_read_through_nine_connections(
    app: Flask, town: Town, settings: Settings
) -> None:
    thread = make_thread(title="Wohin mit der Bank?")
    path = f"/beteiligung/gespraech/{thread.id}"
    sessions = [open_session(make_account(), "Firefox", 30) for _ in range(PEOPLE)]
    tokens = [token_for(session) for session in sessions]
    db.session.commit()
    db.session.remove()

    def write_and_read(number: int) -> set[int]:
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.set_cookie(COOKIE, sessions[number])
        found = set()
        for turn in range(EACH):
            words = {"text": f"Vorschlag {number} {turn}", FIELD: tokens[number]}
            found.add(client.post(f"{path}/beitraege", data=words).status_code)
            found |= {client.get(page).status_code for page in (path, "/", "/suche?q=Bank")}
        return found

    with ThreadPoolExecutor(PEOPLE) as pool:
        statuses = set().union(*pool.map(write_and_read, range(PEOPLE)))

    assert statuses == {HTTPStatus.SEE_OTHER, HTTPStatus.OK}
    assert db.session.scalar(select(func.count(Post.id))) == PEOPLE * EACH
    db.session.remove()
    connection = connect_alone(engine())
    with connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0


def test_the_counters_of_kept_pages_are_asked_through_it_without_waiting(town: Town) -> None:
    keys = ("rest", "settings", watching.SCOPES)
    make_thread()
    db.session.commit()
    expected = dict(zip(keys, watching.known(keys), strict=True))
    db.session.remove()
    lines = [Line(town) for _ in range(3)]
    for _ in range(4):
        for line in lines:
            line.ask(keys)
        for line in reversed(lines):
            found = None
            while found is None:
                assert select_ready([line], [], [], PATIENCE)[0]
                found = line.answer()
            assert {key: found.get(key, 0) for key in keys} == expected
    for line in lines:
        line.close()


def test_what_was_written_is_found_and_read_by_a_cursor(town: Town, settings: Settings) -> None:
    thread = make_thread(title="Wohin mit der Bank?")
    for number in range(20):
        make_post(thread, text=f"Unter die Linde, Vorschlag {number}.")
    db.session.commit()
    drain(settings)
    assert find("Linde").total == 20
    rows = db.session.scalars(select(Post.plain).execution_options(yield_per=3))
    assert len(list(rows)) == 20


def test_a_copy_for_reading_takes_no_change(town: Town) -> None:
    copy = open_engine(replace(town, read_url=town.database_url))
    with pytest.raises(InternalError, match="read-only"), copy.begin() as connection:
        connection.execute(text("DELETE FROM beteiligung_post"))
    copy.dispose()


@pytest.mark.moves_databases
def test_a_backup_goes_past_it_and_comes_back_while_it_holds_its_connections(
    app: Flask, town: Town, settings: Settings, tmp_path: Path
) -> None:
    make_post(make_thread(), text="Eine Bank.")
    db.session.commit()
    backup.run(settings, tmp_path / "s.tar.gz")
    make_post(make_thread(), text="Ein Brunnen.")
    db.session.commit()
    db.session.remove()
    engines.close()

    restore.run(settings, tmp_path / "s.tar.gz")

    client = app.test_client()
    assert client.get("/beteiligung/gespraech/1").status_code == HTTPStatus.OK
    with use_town(Towns(settings).by_slug("ort")):
        db.session.remove()
        assert db.session.scalars(select(Post.plain)).all() == ["Eine Bank."]
        db.session.remove()
