"""The whole program in memory, made once: what web processes and worker begin as copies of."""

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from flask import Flask
from gunicorn.app.base import Application
from gunicorn.sock import BaseSocket, create_sockets
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from kern import config
from kern.db import engines
from kern.town import Towns
from portal.app import create_app
from portal.betrieb.wake import wake_worker
from portal.betrieb.watchdog import Watchdog
from portal.betrieb.working import run_worker

CONF = Path(__file__).with_name("gunicorn_conf.py")

SQLITE = ("kern.search.whoosh_backend",)
POSTGRES = ("psycopg", "kern.search.postgres_backend")
"""What towns are read with, by where they lie: nothing else reads these before its first use."""


class Web(Application):  # type: ignore[misc]  # the package has no types
    """gunicorn's settings around an app that is made already."""

    def __init__(self, app: Flask) -> None:
        self.made = app
        super().__init__(prog="gunicorn")

    def load_config(self) -> None:
        self.load_config_from_file(str(CONF))

    def load(self) -> Flask:
        return self.made


class Whole:
    """`LISTENERS` is gunicorn's name for the sockets that visitors come to."""

    def __init__(self, port: int) -> None:
        self.settings = config.load()
        self.app = create_app(self.settings)
        wake_worker(self.app)
        self._gunicorn = Web(self.app)
        self._cfg = self._gunicorn.cfg
        self._cfg.set("bind", f"127.0.0.1:{port}")
        self._log = self._cfg.logger_class(self._cfg)
        self.LISTENERS: list[BaseSocket] = []
        self._make_ready()

    def _make_ready(self) -> None:
        """What each copy would do again, and keep for itself. Opens nothing that stays open."""
        configure_mappers()
        self.app.url_map.update()
        for name in POSTGRES if self.settings.database else SQLITE:
            import_module(name)
        if not self.settings.database:
            self._show_start_page()

    def _show_start_page(self) -> None:
        """To nobody, past the pages that are kept. Whatever is wrong will show with visitors."""
        towns: Towns = self.app.extensions["dorflinde.towns"]
        for town in towns.all()[:1]:
            with suppress(Exception), self.app.test_request_context("/", base_url=town.address):
                self.app.full_dispatch_request()
        engines.close()

    def require_schema(self) -> None:
        """For copies beside older ones: new files without the start that follows an update would
        answer every other visitor with an error. Raises WrongSchema."""
        towns: Towns = self.app.extensions["dorflinde.towns"]
        first = [] if self.settings.database else towns.all()[:1]
        try:
            for town in first:
                engines.get(town)
        except (DBAPIError, OSError):
            return  # a town that is broken holds up no other
        finally:
            engines.close()

    def open(self, listening: list[int]) -> None:
        """For visitors; `listening` are sockets that are open already. Last of all: gunicorn closes
        these numbers and has new ones, so nothing may fail after that."""
        self.LISTENERS = create_sockets(self._cfg, self._log, listening or None)
        self._cfg.when_ready(self)

    def listening(self) -> list[int]:
        return [one.fileno() for one in self.LISTENERS]

    def serve(self) -> int:
        """In a copy: as gunicorn's own main process would start it, which there is none of."""
        worker = self._cfg.worker_class(
            *(1, os.getppid(), self.LISTENERS, self._gunicorn),
            *(self._cfg.timeout / 2, self._cfg, self._log),
        )
        worker.pid = os.getpid()
        worker.tmp = Watchdog(self._cfg)
        self._cfg.post_fork(self, worker)
        worker.init_process()
        return 0

    def work(self) -> int:
        for one in self.LISTENERS:
            one.close()
        return run_worker(self.app, self.settings)
