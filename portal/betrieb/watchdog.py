"""A web process that hangs ends itself, with a word on where; the supervisor starts another."""

import faulthandler
import time

from gunicorn.config import Config
from gunicorn.workers.workertmp import WorkerTmp

EVERY = 1.0  # seconds; the process says that it lives with each of its turns


class Watchdog(WorkerTmp):  # type: ignore[misc]  # the package has no types
    """In place of the file by which gunicorn's main process sees who hangs. The one that waits is
    a thread in C: it comes when Python's lock is never given back, too."""

    def __init__(self, cfg: Config) -> None:
        super().__init__(cfg)
        self._patience = cfg.timeout
        self._until = 0.0

    def notify(self) -> None:
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + EVERY
            faulthandler.dump_traceback_later(self._patience, exit=True)
