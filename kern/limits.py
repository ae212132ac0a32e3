"""How often somebody may do something, counted exactly over all processes, without keeping who.

Flask-Limiter has no storage in SQLite, so this is our own: a sliding window of single acts in
`limits.db` beside the towns. Keys are HMACs under a random salt of the day; two days later the salt
is gone and nobody can tell any more which network a row belonged to. When the file cannot be used,
each process counts in its own memory until it can.
"""

import hmac
import ipaddress
import logging
import math
import os
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kern.errors import TooMany

FILE = "limits.db"
DAY: Final = 86_400
LONGEST = DAY  # seconds; the salts of today and yesterday cover no more
BUSY_MS = 5_000
CLEAN_EVERY = 60  # seconds
RETRY_AFTER = 30  # seconds without the file after it failed
MEMORY_KEYS = 20_000  # keys a process counts in memory, the oldest go first

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


@dataclass(frozen=True, slots=True)
class Decision:
    """`retry_after` is in whole seconds, 0 when allowed."""

    allowed: bool
    retry_after: int = 0


def network_of(address: str) -> str:
    """The /24 or /48 an address belongs to: what a household or a small provider shares."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    prefix = 24 if ip.version == 4 else 48  # noqa: PLR2004 - the version of the protocol
    return str(ipaddress.ip_network((ip, prefix), strict=False))


class Limiter:
    """Counts acts in `folder / limits.db`; safe to share between threads and over a fork."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._lock = threading.Lock()
        self._store: _Store | None = None
        self._memory = _Memory()
        self._closed_until = 0.0

    def allow(self, key_parts: Sequence[str], limit: int, per_seconds: float) -> Decision:
        """Take one of `limit` acts in any span of `per_seconds`; a refusal takes none."""
        if not 0 < per_seconds <= LONGEST:
            raise ValueError(f"no span to count in: {per_seconds} seconds")
        now = self._clock()
        with self._lock:
            if now >= self._closed_until:
                try:
                    return self._opened().take(key_parts, limit, per_seconds, now)
                except (sqlite3.Error, OSError):
                    log.exception("limits.db geht gerade nicht; dieser Prozess zählt allein")
                    self._drop()
                    self._closed_until = now + RETRY_AFTER
            return self._memory.take(key_parts, limit, per_seconds, now)

    def require(self, key_parts: Sequence[str], limit: int, per_seconds: float) -> None:
        """Like `allow`, but a refusal is an error with a sentence for the person."""
        decision = self.allow(key_parts, limit, per_seconds)
        if decision.allowed:
            return
        minutes = math.ceil(decision.retry_after / 60)
        if minutes == 1:
            raise TooMany(
                "Das ging sehr schnell hintereinander. Bitte versuchen Sie es in einer Minute noch"
                " einmal.",
                retry_after=decision.retry_after,
            )
        raise TooMany(
            "Das war jetzt sehr oft. Bitte versuchen Sie es in %(minutes)s Minuten noch einmal.",
            retry_after=decision.retry_after,
            minutes=minutes,
        )

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _opened(self) -> "_Store":
        if self._store is not None and not self._store.is_current():
            self._drop()
        if self._store is None:
            self._store = _Store(self._path)
        return self._store

    def _drop(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None


class _Store:
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
            "today": _digest(self._salt(today), parts),
            "before": _digest(self._salt(today - 1), parts),
            "now": now,
            "per": per,
            "limit": limit,
        }
        if self._db.execute(_TAKE, values).rowcount:
            return Decision(allowed=True)
        row = self._db.execute(_BLOCKING, values).fetchone() if limit > 0 else None
        return _refused(row[0] if row else now, per, now)

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


class _Memory:
    """The same count for one process, while the file cannot be used."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._hits: dict[bytes, deque[float]] = {}

    def take(self, parts: Sequence[str], limit: int, per: float, now: float) -> Decision:
        key = _digest(self._salt, parts)
        hits = self._hits.pop(key, deque())
        while hits and hits[0] <= now - per:
            hits.popleft()
        self._hits[key] = hits
        if len(self._hits) > MEMORY_KEYS:
            del self._hits[next(iter(self._hits))]
        if len(hits) < limit:
            hits.append(now)
            return Decision(allowed=True)
        return _refused(hits[-limit] if limit > 0 else now, per, now)


def _refused(oldest: float, per: float, now: float) -> Decision:
    return Decision(allowed=False, retry_after=max(1, math.ceil(oldest + per - now)))


def _digest(salt: bytes, parts: Sequence[str]) -> bytes:
    # Lengths in front, so that ("a", "bc") and ("ab", "c") differ.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")  # what a power cut loses are counts of a few seconds
    db.execute("PRAGMA secure_delete = ON")  # a salt that is gone leaves no bytes in the file
    return db


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
