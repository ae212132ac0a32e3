"""The worker process: hears hints at once, and asks every town once a minute anyway."""

import logging
import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import DBAPIError

from kern.config import Settings
from kern.db import db
from kern.errors import DomainError
from kern.redis_link import Away, open_link
from kern.town import NoTown, Town, Towns, use_town
from kern.worker.drain import drain
from kern.worker.jobs import Jobs
from kern.worker.lease import Pace
from kern.worker.ticks import tick
from kern.worker.turns import only_one
from kern.worker.waking import Waking

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60
SLICE_SECONDS = 0.7  # of each of five kinds of work; one document may take longer
SLICE_BATCH = 200  # facts; a batch is finished also when the slice is over
LISTENERS = 2


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
        self._pace = pace or Pace(slice=SLICE_SECONDS, batch=SLICE_BATCH)
        self._each_sweep = each_sweep
        self._is_ending = threading.Event()
        self.jobs = Jobs(settings.own / "betrieb", drain=self.drain, tick=self.tick)
        self._waking = Waking(settings, self.jobs)
        self._link = open_link(settings.redis)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; what is being done is finished first."""
        loops = [self._sweep_for_ever]
        if self._waking.hears_redis:
            loops += [self._listen_for_ever] * LISTENERS
        threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in threads:
            thread.start()
        try:
            self.jobs.consumer().run()
        finally:
            self._is_ending.set()
            for thread in threads:
                thread.join(timeout=30)

    def drain(self, slug: str) -> None:
        """For a moment; what is left waits behind the other towns."""
        self.jobs.heard("drain", slug)
        self._in_town(slug, lambda: self._drain(slug))

    def _drain(self, slug: str) -> None:
        if drain(self._settings, self._pace).is_cut_off:
            self._waking.ask_drain(slug)

    def tick(self, slug: str) -> None:
        self.jobs.heard("tick", slug)
        self._in_town(slug, self._tick)

    def _tick(self) -> None:
        with only_one(self._link, "tick") as is_mine:
            if is_mine:
                tick()

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

    def _listen_for_ever(self) -> None:
        while not self._is_ending.is_set():
            try:
                slug = self._waking.next()
            except Away:  # hints come by the queue of this machine meanwhile
                self._is_ending.wait(1)
                continue
            if slug is not None:
                self.drain(slug)

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
