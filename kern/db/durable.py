"""SQLite connections whose commit returns when the write is on the disk: one wait for many.

With `synchronous=FULL` SQLite waits for the disk inside the commit, so the only writer's place
stays taken meanwhile, and every writer pays for a wait of its own. Here a commit ends as with
NORMAL, the place is free again, and all who have committed wait for one sync of the log together.
Nobody hears of a write before that sync has ended, so what was acknowledged survives a power cut
as it does with FULL. The log keeps the order of commits: whoever saw another's write and wrote
because of it is on the disk no earlier than that one.
"""

import fcntl
import logging
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)
flush = getattr(os, "fdatasync", os.fsync)  # the first is missing on a Mac


class LogSync:
    """Brings a database's log to the disk. The first to ask does it for all who ask meanwhile."""

    def __init__(self, database: Path) -> None:
        self._database, self._log = database, Path(f"{database}-wal")
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._failed = 0  # the last one whose sync failed
        self._is_busy = False
        self._is_torn = False  # the disk refused once, and forgets what it refused

    def wait(self) -> None:
        """Returns when everything committed so far is on the disk. Raises OperationalError when the
        disk did not take it, for all who waited for that same sync."""
        with self._turn:
            self._asked += 1
            mine = self._asked
            while self._is_busy and self._done < mine:
                self._turn.wait()
            is_first = self._done < mine
            if is_first:
                self._is_busy, last = True, self._asked
        if is_first:
            self._bring(last)
        if mine <= self._failed:
            raise sqlite3.OperationalError("the disk did not take the log")

    def _bring(self, last: int) -> None:
        """All that has asked up to the `last`."""
        failed = last
        try:
            bring = self._mend if self._is_torn else self._sync
            bring()
            failed, self._is_torn = 0, False
        except (OSError, sqlite3.Error):
            self._is_torn = True
            log.exception("Der Datenträger nimmt nichts an: %s", self._log)
        finally:
            with self._turn:
                self._is_busy, self._done = False, last
                self._failed = failed or self._failed
                self._turn.notify_all()

    def _mend(self) -> None:
        """A log with a hole is read only up to it, and no second sync fills one: the pages count as
        written. So all of the log goes into the database, which is synced, and a new one begins."""
        with closing(sqlite3.connect(self._database)) as connection:
            is_in_use, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_in_use:
            raise sqlite3.OperationalError("somebody still reads from the torn log")

    def _sync(self) -> None:
        """By name each time: the log is made anew when the last connection has closed."""
        try:
            descriptor = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return  # SQLite has brought it all into the database, and synced that
        try:
            flush(descriptor)
        finally:
            os.close(descriptor)


class Durable(sqlite3.Connection):
    """Knows the place of the only writer, which it takes before it begins to write, and gives back
    with the commit, before the wait for the disk."""

    sync: LogSync | None = None
    _place: int | None = None
    _changes = 0

    def take_place(self, path: Path) -> None:
        """Wait in line; closing the descriptor gives the place back."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            os.close(descriptor)
            raise
        self._place = descriptor

    def leave_place(self) -> None:
        descriptor, self._place = self._place, None
        if descriptor is not None:
            os.close(descriptor)

    def commit(self) -> None:
        super().commit()
        self.leave_place()
        self.wait_for_disk()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave_place()

    def wait_for_disk(self) -> None:
        self._changes = self.total_changes
        if self.sync is not None:
            self.sync.wait()

    def settle(self) -> None:
        """Back in the pool: statements that committed by themselves have waited for nothing yet."""
        self.leave_place()
        if self.total_changes != self._changes:
            self.wait_for_disk()

    def close(self) -> None:
        super().close()
        self.leave_place()
