"""The queue: exactly two tasks, with a town's slug as argument. A lost task costs nothing.

Its own SQLite file, because a queue in a town's database would fight for its only writer's place.
The file holds pickles, so nobody but the owner may touch it.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from kern.later import without
from kern.town import private_folder

with without("redis", "psycopg"):  # for queues that are not ours
    from huey import SqliteHuey
    from huey.consumer import Consumer

log = logging.getLogger(__name__)

FILE = "jobs.db"
THREADS = 2
POLL_SECONDS = 0.5  # so that a hint is heard within a second
LOCK_SECONDS = 10
END_SECONDS = 30

Task = Callable[[str], object]


class Jobs:
    """`drain` and `tick` are called in the worker; every other process only asks for them."""

    def __init__(self, folder: Path, drain: Task | None = None, tick: Task | None = None) -> None:
        self._folder = folder
        self._work = {"drain": drain or _only_asks, "tick": tick or _only_asks}
        self._lock = threading.Lock()
        self._queue: SqliteHuey | None = None
        self._tasks: dict[str, Task] = {}

    def ask_drain(self, slug: str) -> bool:
        return self._ask("drain", slug)

    def ask_tick(self, slug: str) -> bool:
        return self._ask("tick", slug)

    def consumer(self) -> Consumer:
        return Consumer(
            self._open(),
            workers=THREADS,
            periodic=False,
            max_delay=POLL_SECONDS,
            backoff=1.5,
            graceful_signal="TERM",
            shutdown_timeout=END_SECONDS,
        )

    def waiting(self) -> int:
        return int(self._open().storage.queue_size())

    def close(self) -> None:
        with self._lock:
            if self._queue is not None:
                self._queue.storage.close()

    def heard(self, name: str, slug: str) -> None:
        """The work begins: who asks from now on asks for the next time."""
        try:
            self._open().storage.delete_data(_mark(name, slug))
        except (sqlite3.Error, OSError) as error:
            log.warning("Die Warteschlange lässt sich nicht schreiben: %s", error)

    def _ask(self, name: str, slug: str) -> bool:
        """Only a hint: when the queue is broken, the worker finds the work within a minute.

        A town waits once, however often it is named: ten thousand hints of one would keep the
        others waiting."""
        try:
            storage, mark = self._open().storage, _mark(name, slug)
            if not storage.has_data_for_key(mark) and storage.put_if_empty(mark, b"1"):
                self._tasks[name](slug)
        except (sqlite3.Error, OSError) as error:
            log.warning("Der Hintergrunddienst ließ sich nicht wecken: %s", error)
            return False
        return True

    def _open(self) -> SqliteHuey:
        with self._lock:
            if self._queue is None:
                self._queue = self._made()
            return self._queue

    def _made(self) -> SqliteHuey:
        path = private_folder(self._folder) / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        queue = SqliteHuey(
            "dorflinde", filename=str(path), timeout=LOCK_SECONDS, fsync=False, results=False
        )
        for name in self._work:
            self._tasks[name] = queue.task(name=name)(self._task(name))
        return queue

    def _task(self, name: str) -> Task:
        """A function of this module, whoever does the work: huey knows tasks by module and name."""

        def task(slug: str) -> None:
            self._work[name](slug)

        return task


def _mark(name: str, slug: str) -> str:
    return f"{name}:{slug}"


def _only_asks(slug: str) -> None:
    raise RuntimeError(f"this process does not work for {slug}")
