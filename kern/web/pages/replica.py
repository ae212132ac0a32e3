"""Pages for strangers read from a copy of the database, and only as long as that is exact.

A page that was made from the replica says which counters it saw there. The primary is asked for the
same counters, which is one cheap query; when they differ, the page is made anew from the primary.
So a replica that lags, hangs back or was stopped never shows anything old: it is merely of no use.
Who has just written reads their own words, because the write moved a counter before it was
acknowledged. A view that declares nothing cannot be checked and always reads the primary.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kern.db import engines, of_replica
from kern.errors import DomainError
from kern.town import Town

BEHIND: Final = 0.5  # seconds of rest for a replica that has not caught up
LOST: Final = 5.0  # seconds until a replica is asked again that could not be read

log = logging.getLogger(__name__)


class Replicas:
    """What a process knows about the replicas of its towns."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests: dict[str, float] = {}
        self._unchecked: set[str] = set()
        self._lock = threading.Lock()

    def engine_for(self, town: Town, endpoint: str) -> Engine | None:
        """The replica's, when this view may read there now; the connection is tried before the view
        depends on it."""
        rests = self._clock() < self._rests.get(town.slug, 0)
        if not town.read_url or rests or endpoint in self._unchecked:
            return None
        try:
            engine = engines.get(of_replica(town))
            engine.connect().close()
        except (SQLAlchemyError, DomainError, OSError) as error:
            self.lost(town, error)
            return None
        return engine

    def behind(self, town: Town) -> None:
        self._rests[town.slug] = self._clock() + BEHIND

    def lost(self, town: Town, error: Exception | None = None) -> None:
        self._rests[town.slug] = self._clock() + LOST
        name = type(error).__name__ if error else "ein Fehler beim Lesen"
        log.warning("Die Lesekopie von „%s“ ist nicht zu gebrauchen: %s", town.slug, name)

    def never(self, endpoint: str) -> None:
        """This view says nothing about what it shows."""
        with self._lock:
            self._unchecked.add(endpoint)
