"""The one limiter of a process: it asks the best place to count that answers."""

import ipaddress
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from kern.errors import TooMany
from kern.limits.counts import LONGEST, Decision, Memory
from kern.limits.file import FILE, Store
from kern.limits.shared import SharedCounts
from kern.redis_link import Away, Link

RETRY_AFTER = 30  # seconds without the file after it failed

log = logging.getLogger(__name__)


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
    """Counts acts in Redis when there is a link to one, else in `folder / limits.db`; safe to share
    between threads and over a fork."""

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.time, link: Link | None = None
    ) -> None:
        self._path = folder / FILE
        self._shared = SharedCounts(link) if link is not None else None
        self._clock = clock
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._memory = Memory()
        self._closed_until = 0.0

    def allow(self, key_parts: Sequence[str], limit: int, per_seconds: float) -> Decision:
        """Take one of `limit` acts in any span of `per_seconds`; a refusal takes none."""
        if not 0 < per_seconds <= LONGEST:
            raise ValueError(f"no span to count in: {per_seconds} seconds")
        now = self._clock()
        if self._shared is not None:
            with suppress(Away):
                return self._shared.take(key_parts, limit, per_seconds, now)
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

    def _opened(self) -> Store:
        if self._store is not None and not self._store.is_current():
            self._drop()
        if self._store is None:
            self._store = Store(self._path)
        return self._store

    def _drop(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = None
