"""What one turn of the loop brings together, and faults in it: the process goes on, and every
request is answered once.

The worker, its sockets and what it waits with are gunicorn's; the town's database is a stand-in, so
that its answer and more from the reader come in one turn.
"""

import os
import selectors
import socket
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from kern.town import Town
from kern.web.pages import Held, Unreadable
from kern.web.pages.entries import Entry
from portal.betrieb import door
from portal.betrieb.door import Door
from portal.betrieb.fair_worker import FairWorker
from tests.door import plain

TOWN = Town("ort", Path(), frozenset(), "", "postgresql://ort", b"", "1")
ENTRY = Entry(("rest",), (7,), 0.0, (), "", b"eine Seite")
ASKED = plain("/")


class Pages:
    """One page, which any request may have."""

    def held(self, _environ: object) -> Held:
        return Held(TOWN, ("/",), ENTRY)

    def form(self, *_asked: object) -> tuple[str, Any, bytes]:
        return "200 OK", SimpleNamespace(wire=b"Content-Length: 10\r\n"), ENTRY.body


@dataclass
class Database:
    """`said` is what comes for a query: counters, or a fault."""

    said: Mapping[str, int] | Exception = field(default_factory=lambda: {"rest": 7})
    asked: int = 0

    def __post_init__(self) -> None:
        self.wire, self.far = socket.socketpair()

    def line(self, _town: Town) -> "Database":
        return self

    def fileno(self) -> int:
        return self.wire.fileno()

    def ask(self, _keys: Iterable[str]) -> None:
        self.asked += 1

    def answer(self) -> Mapping[str, int] | None:
        self.wire.recv(100)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    def speak(self) -> None:
        self.far.sendall(b"x")

    def close(self) -> None:
        self.wire.close()


class Noting(FairWorker):
    """Notes what goes the ordinary way, in place of answering."""

    ordinary: list[TConn]

    def enqueue_req(self, conn: TConn) -> None:
        self.ordinary.append(conn)

    def turn(self) -> None:
        self.wait_for_and_dispatch_events(0.2)


@pytest.fixture
def worker() -> Iterator[Noting]:
    config = Config()
    made = Noting(1, os.getppid(), [], None, 30, config, Logger(config))
    made.ordinary = []
    made.poller = selectors.DefaultSelector()
    made.method_queue.init()
    made.poller.register(
        made.method_queue.fileno(), selectors.EVENT_READ, made.method_queue.run_callbacks
    )
    made.door = Door(made, Pages())  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as made.tpool:
        yield made
    made.poller.close()
    made.method_queue.close()
    made.tmp.close()


@dataclass
class Visit:
    conn: TConn
    reader: socket.socket

    def unread(self) -> bytes:
        """What a thread is to read again."""
        return bytes(self.conn.parser.unreader.buf.getvalue())


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    made = Database()
    monkeypatch.setattr(door, "Line", made.line)
    yield made
    made.wire.close()
    made.far.close()


def keep_open(worker: Noting, conn: TConn) -> None:
    done: Future[object] = Future()
    done.set_result(True)
    worker.finish_request(conn, done)


@pytest.fixture
def visit(worker: Noting, store: Database) -> Iterator[Visit]:
    """A connection kept open whose request waits for the database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = socket.create_connection(listener.getsockname())
        sock, address = listener.accept()
        conn = TConn(worker.cfg, sock, address, listener.getsockname())
    conn.init()
    worker.nr_conns = 1
    keep_open(worker, conn)
    reader.sendall(ASKED)
    worker.turn()  # no line yet: the ordinary way
    assert worker.ordinary.pop() is conn
    conn.parser.unreader.take_buffered()
    while store.fileno() not in worker.poller.get_map():
        worker.turn()
    keep_open(worker, conn)
    reader.sendall(ASKED)
    worker.turn()
    assert (store.asked, worker.ordinary) == (1, [])
    yield Visit(conn, reader)
    reader.close()
    sock.close()


def test_who_waits_for_the_database_is_answered_when_it_has_spoken(
    worker: Noting, store: Database, visit: Visit
) -> None:
    store.speak()
    worker.turn()
    assert visit.reader.recv(1000).endswith(ENTRY.body)
    assert worker.ordinary == []


@pytest.mark.parametrize("said", [{"rest": 7}, {"rest": 8}, Unreadable(), ValueError("krumm")])
def test_who_sends_more_in_the_same_turn_goes_the_ordinary_way_once(
    said: Mapping[str, int] | Exception, worker: Noting, store: Database, visit: Visit
) -> None:
    store.said = said
    assert worker.poller.select(0) == []  # so that the database is heard first, then the reader
    store.speak()
    visit.reader.sendall(plain("/impressum"))
    worker.turn()
    worker.turn()
    assert worker.ordinary == [visit.conn]
    assert visit.unread() == ASKED
    assert worker.nr_conns == 1


def test_a_connection_that_a_thread_has_is_left_alone(worker: Noting, visit: Visit) -> None:
    visit.reader.sendall(plain("/impressum"))
    ((key, _events),) = worker.poller.select(1)
    worker.poller.unregister(visit.conn.sock)
    key.data(key.fileobj)
    visit.conn.sock.close()
    key.data(key.fileobj)
    assert worker.ordinary == []


@pytest.mark.parametrize("said", [{"rest": "?"}, None, Unreadable(), ValueError("krumm")])
def test_a_database_that_says_nonsense_costs_nobody_the_answer(
    said: Any, worker: Noting, store: Database, visit: Visit
) -> None:
    store.said = said if said is not None else {}
    store.speak()
    worker.turn()
    assert worker.ordinary == [visit.conn]
    assert visit.unread() == ASKED


def test_a_line_that_cannot_be_asked_or_waited_for_costs_nobody_the_answer(
    worker: Noting, store: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.speak()
    worker.turn()
    visit.reader.recv(1000)

    def ask(_keys: Iterable[str]) -> None:
        worker.poller.unregister(store.fileno())
        raise ValueError("krumm")

    monkeypatch.setattr(store, "ask", ask)
    visit.reader.sendall(ASKED)
    worker.turn()
    assert worker.ordinary == [visit.conn]


def test_a_fault_while_answering_costs_one_connection(
    worker: Noting, store: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_status: str) -> bytes:
        raise ValueError("krumm")

    monkeypatch.setattr(worker.door, "_first_lines", fail)
    store.speak()
    worker.turn()
    assert visit.reader.recv(1000) == b""
    assert worker.nr_conns == 0
    worker.turn()


def test_a_reader_who_has_gone_holds_up_nobody(
    worker: Noting, store: Database, visit: Visit
) -> None:
    visit.conn.sock.shutdown(socket.SHUT_WR)  # sending fails, and the other end stays open
    store.speak()
    worker.turn()
    assert worker.nr_conns == 0
    assert visit.conn.sock.fileno() == -1


def test_a_reader_who_does_not_take_the_rest_gives_the_thread_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "TAKING", 0.05)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not door._send_rest(ours, b"x" * (1 << 22))


def test_a_reader_who_does_not_close_is_waited_for_by_a_thread(
    worker: Noting, visit: Visit
) -> None:
    """gunicorn waits in the loop, where nobody else is heard meanwhile."""
    worker.poller.unregister(visit.conn.sock)
    worker.keepalived_conns.remove(visit.conn)
    visit.conn.parser.unreader.unread(b"Unsinn\r\n\r\n")
    visit.reader.sendall(b"mehr")
    done = worker.tpool.submit(worker.handle, visit.conn)
    visit.reader.settimeout(10)
    while visit.reader.recv(1000):
        pass
    visit.reader.close()
    assert done.result() is False
    assert visit.conn.sock.fileno() == -1
    worker.finish_request(visit.conn, done)
    assert worker.nr_conns == 0
