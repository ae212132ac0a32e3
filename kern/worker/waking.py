"""Hints that a town has work: over Redis where there is one, else by the queue of this machine.

In Redis a town waits once, however often it was named, and the one that waits longest is next.
Only its name lies there: whoever could write into Redis cannot make a worker run anything.
"""

import time
from typing import Any

from kern.config import Settings
from kern.redis_link import PREFIX, Away, open_link
from kern.worker.jobs import Jobs

WAITING = f"{PREFIX}waiting"
LISTEN_SECONDS = 2


class Waking:
    """Opens nothing before the first hint, so it may be forked."""

    def __init__(self, settings: Settings, jobs: Jobs | None = None) -> None:
        self._jobs = jobs or Jobs(settings.own / "betrieb")
        self._link = open_link(settings.redis)
        self._ear = open_link(settings.redis, waiting=LISTEN_SECONDS)

    @property
    def hears_redis(self) -> bool:
        return self._ear is not None

    def ask_drain(self, slug: str) -> bool:
        """False when nobody heard it; the worker then finds the work within a minute."""
        if self._link is not None:
            try:
                self._link.call(lambda client: client.zadd(WAITING, {slug: time.time()}, nx=True))
            except Away:
                return self._jobs.ask_drain(slug)
            return True
        return self._jobs.ask_drain(slug)

    def next(self) -> str | None:
        """The town that waits longest; None when there was none for two seconds. Raises Away."""
        if self._ear is None:
            raise Away
        found: Any = self._ear.call(lambda client: client.bzpopmin(WAITING, LISTEN_SECONDS))
        return found[1].decode() if found else None

    def close(self) -> None:
        for link in (self._link, self._ear):
            if link is not None:
                link.close()
        self._jobs.close()
