"""A town that lives as in a town hall: a server, a mail server and a worker, all on loopback."""

import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from kern import clock, worker_hint
from kern.config import Settings
from kern.db import db, writing
from kern.outbox import OutboxEntry, State
from kern.town import Towns, use_town
from kern.worker import drain, tick
from tests.smtp_server import Inbox

PATIENCE = 20  # seconds until a mail is given up


def reachable(settings: Settings, inbox: Inbox) -> Settings:
    """The same town on a free port, whose mails go to `inbox`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return replace(
        settings, port=port, smtp_host="127.0.0.1", smtp_port=inbox.port, smtp_tls="none"
    )


@dataclass(slots=True)
class TownClock:
    """Runs as all clocks do, but ahead of them."""

    ahead: timedelta = timedelta()

    def held(self) -> AbstractContextManager[None]:
        """Inside, it is as late as in the town."""
        return clock.at(datetime.now(UTC) + self.ahead) if self.ahead else nullcontext()


@dataclass(frozen=True, slots=True)
class Live:
    app: Flask
    settings: Settings
    inbox: Inbox
    hint: threading.Event  # wakes the worker
    clock: TownClock = field(default_factory=TownClock)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.settings.port}"

    @contextmanager
    def inside(self) -> Iterator[None]:
        """For what the test plants: inside the town, committed at the end."""
        with self.in_town():
            try:
                with writing():
                    yield
                    db.session.commit()
            finally:
                db.session.remove()
        self.hint.set()

    @contextmanager
    def in_town(self) -> Iterator[None]:
        towns: Towns = self.app.extensions["dorflinde.towns"]
        with use_town(towns.by_slug("ort")), self.app.app_context(), self.clock.held():
            yield

    def later(self, span: timedelta) -> None:
        """So much time goes by, for the pages and for the worker."""
        self.clock.ahead += span
        self.hint.set()

    def end_undo_time(self) -> None:
        """What waits so that it can be taken back goes out now."""
        self.later(timedelta(seconds=31))

    def tick(self) -> None:
        """What the worker does each minute."""
        with self.in_town():
            tick()
        self.hint.set()

    def settle(self) -> None:
        """Wait until the worker has done all that is due: the search knows, mails have left."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with self.in_town():
                waiting = select(func.count()).where(
                    OutboxEntry.state.in_([State.OPEN, State.RUNNING]),
                    OutboxEntry.not_before <= clock.now(),
                )
                if db.session.scalar(waiting) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the worker does not come to an end")

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """The newest whose subject begins so; waits for it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [
                message
                for recipients, message in self.inbox.mails
                if address in recipients and str(message["Subject"]).startswith(subject)
            ]
            if found:
                return found[-1]
            time.sleep(0.05)
        arrived = [(to, str(message["Subject"])) for to, message in self.inbox.mails]
        raise AssertionError(f"no mail {subject!r} to {address}, only {arrived}")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(message: EmailMessage) -> str:
    """The one link of a mail that leads to its matter, whole; those to choose or end mails stand
    in every notice."""
    found = set(re.findall(r"http://localhost:\d+/(?!mitteilungen/)\S+", text_of(message)))
    assert len(found) == 1, found
    return str(found.pop())


@contextmanager
def living(app: Flask, settings: Settings, inbox: Inbox) -> Iterator[Live]:
    """Serves and works until the block ends. `settings` are those of `reachable`."""
    live = Live(app, settings, inbox, threading.Event())
    server = make_server("localhost", settings.port, _in_time(live), threaded=True)
    worker_hint.listen(lambda _slug: live.hint.set())
    is_ending = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever),
        threading.Thread(target=_work, args=(live, is_ending)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield live
    finally:
        server.shutdown()
        is_ending.set()
        live.hint.set()
        for thread in threads:
            thread.join()
        server.server_close()
        worker_hint.listen(lambda _slug: None)


def _in_time(live: Live) -> WSGIApplication:
    """The app, whose pages are made by the town's clock."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with live.clock.held(), closing(ClosingIterator(live.app(environ, start))) as parts:
            return list(parts)

    return answer


def _work(live: Live, is_ending: threading.Event) -> None:
    while not is_ending.is_set():
        live.hint.wait(1)
        live.hint.clear()
        with live.in_town():
            drain(live.settings)
            db.session.remove()
