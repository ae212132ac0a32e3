"""Counts in `limits.db`, beside the towns: all processes of one machine count together."""

import logging
import math
import os
import secrets
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from kern.limits.counts import DAY, Decision, digest, refused

FILE = "limits.db"
BUSY_MS = 5_000
CLEAN_EVERY = 60  # seconds

_SCHEMA = """
CREATE TABLE IF NOT EXISTS salt (day INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS hit (key BLOB NOT NULL, at REAL NOT NULL, until REAL NOT NULL);
CREATE INDEX IF NOT EXISTS ix_hit_key_at ON hit (key, at);
CREATE INDEX IF NOT EXISTS ix_hit_until ON hit (until);
"""
# One statement, so that count and insert happen under one write lock.
_TAKE = """
INSERT INTO hit (key, at, until)
SELECT :today, :now, :now + :per
WHERE :limit > (SELECT count(*) FROM hit WHERE key IN (:today, :before) AND at > :now - :per)
"""
_BLOCKING = """
SELECT at FROM hit WHERE key IN (:today, :before) AND at > :now - :per
ORDER BY at DESC LIMIT 1 OFFSET :limit - 1
"""

log = logging.getLogger(__name__)


class Store:
    """One connection of one process to the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process = os.getpid()
        path.touch(mode=0o600)
        _remove_if_broken(path)
        self._inode = path.stat().st_ino
        self._salts: dict[int, bytes] = {}
        self._cleaned = -math.inf
        self._db = _connect(path)
        try:
            self._db.executescript(_SCHEMA)
        except sqlite3.Error:
            self._db.close()
            raise

    def is_current(self) -> bool:
        """Whether the file is still the one that was opened, by this process and not its parent."""
        with suppress(OSError):
            return self._process == os.getpid() and self._path.stat().st_ino == self._inode
        return False

    def take(self, parts: Sequence[str], limit: int, per: float, now: float) -> Decision:
        today = int(now // DAY)
        self._clean(today, now)
        values = {
            "today": digest(self._salt(today), parts),
            "before": digest(self._salt(today - 1), parts),
            "now": now,
            "per": per,
            "limit": limit,
        }
        if self._db.execute(_TAKE, values).rowcount:
            return Decision(allowed=True)
        row = self._db.execute(_BLOCKING, values).fetchone() if limit > 0 else None
        return refused(row[0] if row else now, per, now)

    def close(self) -> None:
        # A connection from before a fork belongs to the parent: closing it would drop its locks.
        if self._process == os.getpid():
            self._db.close()

    def _salt(self, day: int) -> bytes:
        if day not in self._salts:
            statement = "INSERT INTO salt (day, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
            self._db.execute(statement, (day, secrets.token_bytes(32)))
            row = self._db.execute("SELECT value FROM salt WHERE day = ?", (day,)).fetchone()
            self._salts[day] = row[0]
        return self._salts[day]

    def _clean(self, today: int, now: float) -> None:
        if abs(now - self._cleaned) < CLEAN_EVERY:
            return
        self._cleaned = now
        self._salts = {day: salt for day, salt in self._salts.items() if day >= today - 1}
        self._db.execute("DELETE FROM hit WHERE until <= ?", (now,))
        self._db.execute("DELETE FROM salt WHERE day < ?", (today - 1,))


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    _use_wal(db)
    db.execute("PRAGMA synchronous = OFF")  # what a power cut loses are counts of a few seconds
    db.execute("PRAGMA secure_delete = ON")  # a salt that is gone leaves no bytes in the file
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """One process at a time switches a new file; SQLite refuses the others without waiting."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _remove_if_broken(path: Path) -> None:
    """Counts are worth less than counting: a damaged file is thrown away and begun anew."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as db:
            intact = db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.OperationalError:
        raise  # locked or unreadable, which says nothing about its content
    except sqlite3.DatabaseError:
        intact = False
    if not intact:
        log.warning("limits.db war beschädigt und ist neu angelegt")
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.touch(mode=0o600)
