"""A connection goes to the process that has time for it."""

import os
import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from portal.betrieb.fair_worker import FairWorker

THREADS = 4


class Taking(FairWorker):
    """Counts what it has accepted, in place of answering."""

    taken: int

    def enqueue_req(self, conn: TConn) -> None:
        conn.close()
        self.taken += 1


@pytest.fixture
def worker() -> Iterator[Taking]:
    config = Config()
    config.set("threads", THREADS)
    made = Taking(1, os.getppid(), [], None, 30, config, Logger(config))
    made.taken = 0
    yield made
    made.tmp.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """With one visitor at the door."""
    door = socket.create_server(("127.0.0.1", 0))
    with door, socket.create_connection(door.getsockname()):
        door.settimeout(0)
        yield door


@pytest.fixture
def others(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which visitors another process accepts while this one waits."""
    found: list[str] = []

    def accept(_seconds: float) -> None:
        visitor, (address, _port) = listener.accept()
        visitor.close()
        found.append(address)

    monkeypatch.setattr("portal.betrieb.fair_worker.time.sleep", accept)
    return found


def test_a_process_with_free_threads_takes_a_visitor_at_once(
    worker: Taking, listener: socket.socket, others: list[str]
) -> None:
    worker.nr_conns = THREADS - 1
    worker.accept(listener)
    assert (worker.taken, others) == (1, [])


def test_a_process_with_more_visitors_than_threads_leaves_one_to_the_others(
    worker: Taking, listener: socket.socket, others: list[str]
) -> None:
    worker.nr_conns = THREADS
    worker.accept(listener)
    assert (worker.taken, others) == (0, ["127.0.0.1"])


def test_whom_nobody_else_takes_a_full_process_takes(
    worker: Taking, listener: socket.socket
) -> None:
    worker.nr_conns = THREADS
    worker.accept(listener)
    assert worker.taken == 1
