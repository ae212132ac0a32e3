"""A web process dies in the middle of many writes: whatever was acknowledged is there."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from beteiligung.discussion.models import Post, TextRevision, Vote
from kern.accounts.models import Account
from kern.accounts.sessions import open_session
from kern.config import ROOT, Settings
from kern.db import db
from kern.town import Town, use_town
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from tests.builders import make_account, make_post, make_thread

CONF = ROOT / "portal" / "betrieb" / "gunicorn_conf.py"
WRITERS, POSTS, ENOUGH = 4, 60, 60
PATIENCE = 60  # seconds
SEE_OTHER = 303


@dataclass
class Writer:
    """Votes on one post after the other and writes after each fifth, until told to stop."""

    port: int
    thread: int
    posts: list[int]
    account: Account
    cookie: str
    votes: set[int] = field(default_factory=set)  # acknowledged
    texts: set[str] = field(default_factory=set)

    def write(self, stop: threading.Event) -> None:
        for number, post in enumerate(self.posts):
            if stop.is_set():
                return
            if self._sends(f"/beteiligung/beitrag/{post}/stimme", stimme="1"):
                self.votes.add(post)
            text = f"Zwischenruf {number} von {self.cookie[:6]}"
            path = f"/beteiligung/gespraech/{self.thread}/beitraege"
            if number % 5 == 0 and self._sends(path, text=text):
                self.texts.add(text)

    def _sends(self, path: str, **values: str) -> bool:
        """Whether the server said that it is kept."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Host": "localhost",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": f"{COOKIE}={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({**values, FIELD: token_for(self.cookie)})
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("POST", path, body, headers)
            with connection.getresponse() as answer:
                return answer.status == SEE_OTHER
        return False


@pytest.fixture
def server(settings: Settings, town: Town) -> Iterator[tuple[int, int]]:
    """Its port and its main process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", str(CONF), "wsgi:app", "-b", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env={**os.environ, "DORFLINDE_DATA": str(settings.data)},
    )
    yield port, process.pid
    process.terminate()
    process.wait(PATIENCE)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists children in /proc")
def test_a_web_process_killed_among_many_writers_loses_nothing_it_acknowledged(
    town: Town, server: tuple[int, int]
) -> None:
    port, main = server
    thread = make_thread()
    posts = [make_post(thread).id for _ in range(POSTS)]
    accounts = [make_account() for _ in range(WRITERS)]
    writers = [
        Writer(port, thread.id, posts, one, open_session(one, "Test", 1)) for one in accounts
    ]
    parties = [one.party_id for one in accounts]
    db.session.commit()
    db.session.remove()
    _wait_for(port)

    stop = threading.Event()
    flood = [threading.Thread(target=_in_town, args=(town, one, stop)) for one in writers]
    for one in flood:
        one.start()
    _wait(lambda: _acknowledged(writers) > ENOUGH)
    os.kill(_children(main)[0], signal.SIGKILL)
    before = _acknowledged(writers)
    _wait(lambda: _acknowledged(writers) > before + ENOUGH or not any(f.is_alive() for f in flood))
    stop.set()
    for one in flood:
        one.join()

    assert _acknowledged(writers) > before  # the other one goes on
    texts = set(db.session.scalars(select(TextRevision.source)))
    for writer, party in zip(writers, parties, strict=True):
        kept = set(db.session.scalars(select(Vote.post_id).where(Vote.party_id == party)))
        assert writer.votes <= kept
        assert writer.texts <= texts
    agreed = sum(db.session.scalars(select(Post.agree)))
    assert agreed == len(db.session.scalars(select(Vote.id)).all())


def _in_town(town: Town, writer: Writer, stop: threading.Event) -> None:
    with use_town(town):
        writer.write(stop)


def _acknowledged(writers: list[Writer]) -> int:
    return sum(len(one.votes) + len(one.texts) for one in writers)


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in found.split()]


def _wait_for(port: int) -> None:
    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    _wait(answers)


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
