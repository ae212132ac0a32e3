"""A web process that leaves new connections to the others while it has more than enough."""

import socket
import time

from gunicorn.workers.gthread import ThreadWorker

AFTER_YOU = 0.001  # seconds


class FairWorker(ThreadWorker):  # type: ignore[misc]  # the package has no types
    """gunicorn's processes all hear of a new connection, and it stays with the one that is first:
    sixteen at once could end at one process while a core had nothing to do."""

    nr_conns: int

    def accept(self, listener: socket.socket) -> None:
        if self.nr_conns >= self.cfg.threads:
            time.sleep(AFTER_YOU)
        super().accept(listener)
