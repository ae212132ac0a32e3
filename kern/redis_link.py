"""Redis, where the operator names one: quick, seen by all processes, and never needed.

Whatever lies there may be gone at any moment. Who asks gets `Away` when Redis does not answer, from
then on at once and for a few seconds, and does the same with a file or the database.
"""

import logging
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kern.later import Later

if TYPE_CHECKING:
    import redis
    from redis import backoff, retry
else:
    redis, backoff, retry = Later("redis"), Later("redis.backoff"), Later("redis.retry")

PREFIX: Final = "dorflinde:"
PATIENCE = 0.5  # seconds for an answer; a page is waiting for it
RETRY_AFTER = 5  # seconds until Redis is asked again after it failed

T = TypeVar("T")
log = logging.getLogger(__name__)


class Away(Exception):
    """Redis does not answer; what it would have done is done without it."""


class Link:
    """The connections of one process; opens nothing before the first call, so it may be forked.

    `waiting` is in seconds what a call may block on the server by itself."""

    def __init__(
        self,
        address: str,
        *,
        waiting: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if find_spec("redis") is None:  # a small town installs without it
            raise RuntimeError(
                "Für die Einstellung „redis“ fehlt das Paket redis. Es kommt mit: "
                ".venv/bin/pip install --require-hashes -r requirements-gross.txt"
            )
        self._clock = clock
        self._away_until = 0.0
        self._lock = threading.Lock()
        self._client = redis.Redis.from_url(
            address,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE + waiting,
            # An idle connection that Redis closed is opened anew.
            retry=retry.Retry(backoff.NoBackoff(), 1),
        )

    def call(self, act: Callable[[Any], T]) -> T:
        """`act` gets the client. Raises Away."""
        if self._clock() < self._away_until:
            raise Away
        try:
            return act(self._client)
        except (redis.RedisError, OSError) as error:
            with self._lock:
                is_news = self._clock() >= self._away_until
                self._away_until = self._clock() + RETRY_AFTER
            if is_news:
                log.warning("Redis antwortet nicht, es geht ohne weiter: %s", type(error).__name__)
            raise Away from error

    def close(self) -> None:
        self._client.close()


def open_link(address: str, *, waiting: float = 0) -> Link | None:
    """None when the operator named no Redis."""
    return Link(address, waiting=waiting) if address else None
