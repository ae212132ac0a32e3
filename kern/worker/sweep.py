"""The worker process: hears hints at once, and asks every town once a minute anyway."""

import logging
import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import DBAPIError

from kern.config import Settings
from kern.db import db
from kern.errors import DomainError
from kern.town import NoTown, Town, Towns, use_town
from kern.worker.drain import drain
from kern.worker.jobs import Jobs
from kern.worker.lease import Pace
from kern.worker.ticks import tick

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60


class Worker:
    def __init__(
        self,
        app: Flask,
        settings: Settings,
        towns: Towns,
        *,
        pace: Pace | None = None,
        each_sweep: Callable[[], object] | None = None,
    ) -> None:
        """`each_sweep` is work of the whole installation, done before the towns'."""
        self._app = app
        self._settings = settings
        self._towns = towns
        self._pace = pace
        self._each_sweep = each_sweep
        self._is_ending = threading.Event()
        self.jobs = Jobs(settings.data / "betrieb", drain=self.drain, tick=self.tick)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; what is being done is finished first."""
        sweeper = threading.Thread(target=self._sweep_for_ever, name="sweep", daemon=True)
        sweeper.start()
        try:
            self.jobs.consumer().run()
        finally:
            self._is_ending.set()
            sweeper.join(timeout=30)

    def drain(self, slug: str) -> None:
        self._in_town(slug, lambda: drain(self._settings, self._pace))

    def tick(self, slug: str) -> None:
        self._in_town(slug, tick)

    def sweep(self) -> None:
        """The guarantee: done here and not through the queue, which may be broken or stuck."""
        if self._each_sweep is not None:
            self._quietly("the installation", self._each_sweep)
        for town in self._towns.all():
            self.drain(town.slug)
            self.tick(town.slug)
            if self._is_ending.is_set():
                return

    def _sweep_for_ever(self) -> None:
        while not self._is_ending.is_set():
            self._quietly("Rundgang", self.sweep)
            self._is_ending.wait(SWEEP_SECONDS)

    def _in_town(self, slug: str, work: Callable[[], object]) -> None:
        try:
            town = self._towns.by_slug(slug)
        except NoTown:
            log.warning("Diesen Ort gibt es nicht mehr: %s", slug)
            return
        self._quietly(slug, lambda: self._work(town, work))

    def _work(self, town: Town, work: Callable[[], object]) -> None:
        with use_town(town), self._app.app_context():
            try:
                work()
            finally:
                db.session.remove()

    def _quietly(self, what: str, work: Callable[[], object]) -> None:
        """One town's trouble is not another's."""
        try:
            work()
        except (DomainError, DBAPIError, OSError) as error:
            log.error("%s: %s", what, error)  # noqa: TRY400 - known trouble, the sentence says it
        except Exception:
            log.exception("%s: unerwarteter Fehler", what)
