"""Two hosts behind a balancer, each a process group of its own: whoever walks notices nothing."""

import io
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage

from bench import hosts
from bench.serving import Served
from beteiligung.discussion.models import Post
from kern.accounts.parties import address_of_account
from kern.accounts.passwords import hash_password
from kern.accounts.sessions import open_session
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.files.models import File
from kern.outbox import OutboxEntry, State
from kern.scope import Moderation
from kern.town import Town
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from portal.betrieb import restore
from portal.betrieb.orte import Refused
from tests import copies
from tests.builders import make_account, make_scope, make_thread
from tests.redis_server import redis_server
from tests.remote import Answer, Remote
from tests.s3_server import S3Server, s3_server
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import options, question
from umfragen.models import Inbox, Response

pytestmark = [pytest.mark.slow, pytest.mark.postgres_alone]

PASSWORD = "Kuhglocke zählt Wolken"
WRITERS = 4
BEFORE, AFTER = 20, 20  # posts that were saved before a host dies, and after it
PATIENCE = 120  # seconds, on a machine that does ten other things


@pytest.fixture
def store() -> Iterator[S3Server]:
    with s3_server() as store:
        yield store


@pytest.fixture
def settings(settings: Settings, store: S3Server) -> Iterator[Settings]:
    place = settings.data / "orte" / "ort" / "ort.toml"
    place.write_text('hosts = ["localhost", "127.0.0.1"]\n', encoding="utf-8")
    with redis_server() as redis:
        yield replace(settings, redis=redis.address, uploads_s3=store.address, web_processes=1)


@pytest.fixture
def two(settings: Settings, town: Town) -> Iterator[list[Served]]:
    with hosts.running(settings, 2, copies.start) as found:
        yield found


def wait_until_done() -> None:
    """All that followed from what was written is done, by whichever worker lives."""
    end = time.monotonic() + PATIENCE
    waiting = select(func.count(OutboxEntry.id)).where(
        OutboxEntry.kind == "fact",
        OutboxEntry.state.in_([State.OPEN, State.RUNNING]),
        OutboxEntry.not_before <= now(),
    )
    while db.session.scalar(waiting):
        db.session.rollback()
        assert time.monotonic() < end, "the workers do not come to an end"
        time.sleep(0.1)
    db.session.rollback()


def let_leases_end() -> None:
    """As if five minutes had gone by: what the dead worker had begun is free again."""
    running = OutboxEntry.state == State.RUNNING
    db.session.execute(update(OutboxEntry).where(running).values(leased_until=now()))
    db.session.commit()


def make_open_thread() -> str:
    """Whose posts are public at once."""
    thread = make_thread(make_scope(moderation=Moderation.AFTER), title="Wohin mit der Bank?")
    return f"/beteiligung/gespraech/{thread.id}"


def test_login_upload_form_and_survey_go_on_at_another_host(
    two: list[Served], town: Town, store: S3Server
) -> None:
    account = make_account("Cem Yildiz", password_hash=hash_password(PASSWORD, 64))
    email, path = address_of_account(account.id), make_open_thread()
    slug = make_open_survey([question("single", "weg", options=options("rad", "bus"))]).slug
    db.session.commit()
    db.session.remove()
    here, there = (host.port for host in two)
    cem, stranger = Remote(), Remote()

    login = {"p-email": email, "p-password": PASSWORD, "p-weiter": path}
    assert cem.post(here, "/konto/anmelden/passwort", login).status == HTTPStatus.SEE_OTHER
    assert "Bank" in stranger.get(here, path).text  # kept there from now on

    assert send_a_post_with_a_picture(cem, path, here, there).status == HTTPStatus.SEE_OTHER
    pages = [stranger.get(port, path).text for port in (here, there)]
    assert ["Seht her." in page for page in pages] == [True, True]
    name = db.session.scalars(select(File.name)).one()
    pictures = [stranger.get(port, f"/dateien/{name}/small") for port in (here, there)]
    assert len(store.stored()) > 0
    assert {(one.status, one.data[:4]) for one in pictures} == {(HTTPStatus.OK, b"RIFF")}

    assert answer_a_survey(stranger, slug, here, there).status == HTTPStatus.OK
    rows = [select(func.count()).select_from(table) for table in (Inbox, Response)]
    assert sum(db.session.scalar(one) or 0 for one in rows) == 1

    wait_until_done()
    found = [stranger.get(port, "/suche?q=Seht") for port in (here, there)]
    assert all('href="/beteiligung/beitrag/' in page.text for page in found)


def send_a_post_with_a_picture(person: Remote, path: str, here: int, there: int) -> Answer:
    """The form comes back for want of a description, with the picture, and is sent elsewhere."""
    drawn = io.BytesIO()
    Image.new("RGB", (80, 40), "green").save(drawn, "PNG")
    person.get(here, path)
    form = {
        "text": "Seht her.",
        "picture_alt": "",
        "picture": FileStorage(io.BytesIO(drawn.getvalue()), "kai.png"),
    }
    refused = person.post(here, f"{path}/beitraege", form)
    kept = re.search(r'name="(picture-wartet)" value="([^"]+)"', refused.text)
    assert kept is not None
    again = {"text": "Seht her.", "picture_alt": "Die Kaimauer", kept[1]: kept[2]}
    return person.post(there, f"{path}/beitraege", again)


def answer_a_survey(person: Remote, slug: str, here: int, there: int) -> Answer:
    """Begun at one host, answered at the other, sent at the first."""
    page = person.post(here, f"/umfragen/{slug}/ausfuellen").location
    asked = re.search(r'name="(f\d+)"', person.get(there, page).text)
    assert asked is not None
    check = person.post(there, page, {asked[1]: "1", "weg": "weiter"}).location
    assert person.get(here, check).status == HTTPStatus.OK
    return person.post(here, check.replace("pruefen", "absenden"))


@dataclass
class Crowd:
    """People who write through the balancer and note what was acknowledged."""

    port: int
    path: str
    saved: list[str] = field(default_factory=list)
    broken: int = 0
    is_ending: threading.Event = field(default_factory=threading.Event)

    def write(self, session: str, token: str, name: int) -> None:
        person, number = Remote({COOKIE: session}, token), 0
        while not self.is_ending.is_set():
            number += 1
            text = f"Vorschlag {name}-{number}"
            try:
                answer = person.post(
                    self.port, f"{self.path}/beitraege", {"text": text, FIELD: token}
                )
            except (OSError, HTTPException):
                self.broken += 1  # it was on its way to the host that died
                continue
            assert answer.status == HTTPStatus.SEE_OTHER, answer.text
            self.saved.append(text)

    def wait_for(self, count: int) -> None:
        end = time.monotonic() + PATIENCE
        while len(self.saved) < count:
            assert time.monotonic() < end, "nobody gets an answer any more"
            time.sleep(0.02)


def test_a_host_that_dies_while_people_write_takes_nothing_along(
    two: list[Served], town: Town
) -> None:
    path = make_open_thread()
    sessions = [open_session(make_account(), "Firefox", 30) for _ in range(WRITERS)]
    tokens = [token_for(session) for session in sessions]
    db.session.commit()
    db.session.remove()
    with hosts.balanced(two) as port, ThreadPoolExecutor(WRITERS) as pool:
        crowd = Crowd(port, path)
        jobs = [
            pool.submit(crowd.write, session, token, name)
            for name, (session, token) in enumerate(zip(sessions, tokens, strict=True))
        ]
        crowd.wait_for(BEFORE)
        two[0].kill()
        let_leases_end()
        crowd.wait_for(len(crowd.saved) + AFTER)
        crowd.is_ending.set()
        for job in jobs:
            job.result()

    kept = db.session.scalars(select(Post.plain)).all()
    assert set(crowd.saved) <= set(kept)
    assert len(kept) == len(set(kept)) <= len(crowd.saved) + crowd.broken
    assert crowd.broken <= WRITERS
    wait_until_done()
    found = Remote().get(two[1].port, "/suche?q=Vorschlag")
    assert 'href="/beteiligung/beitrag/' in found.text


def test_no_backup_is_put_in_place_while_another_host_runs(
    two: list[Served], settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "s.tar.gz").write_bytes(b"")
    with pytest.raises(Refused, match="läuft"):
        restore.run(settings, tmp_path / "s.tar.gz")
