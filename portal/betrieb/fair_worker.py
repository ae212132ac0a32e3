"""A web process that leaves new connections to the others while it has more than enough, and hands
out kept pages at the door.
"""

import os
import socket
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from portal.betrieb import door
from portal.betrieb.door import Door

AFTER_YOU = 0.001  # seconds


class FairWorker(ThreadWorker):  # type: ignore[misc]  # the package has no types
    """gunicorn's processes all hear of a new connection, and it stays with the one that is first:
    sixteen at once could end at one process while a core had nothing to do."""

    nr_conns: int
    wsgi: Any
    door: Door | None = None

    def run(self) -> None:
        self.door = self._door()
        super().run()

    def _door(self) -> Door | None:
        """None where gunicorn is to do more for each request than the door does: a certificate of
        its own, a log of requests, a path in front of all others."""
        pages = getattr(self.wsgi, "extensions", {}).get("dorflinde.pages")
        does_more = self.cfg.is_ssl or self.log.access_log_enabled or "SCRIPT_NAME" in os.environ
        if pages is None or does_more:
            return None
        return Door(self, pages, self.wsgi.extensions.get("dorflinde.trusting"))

    def accept(self, listener: socket.socket) -> None:
        if self.nr_conns >= self.cfg.threads:
            time.sleep(AFTER_YOU)
        super().accept(listener)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        is_plain = self.door is not None and isinstance(conn.client, tuple)
        if not (is_plain and self.door is not None and self.door.takes(conn)):
            self.go_ordinary_way(conn, client)

    def go_ordinary_way(self, conn: TConn, client: socket.socket) -> None:
        super().on_client_socket_readable(conn, client)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        if self.door is None:
            super().wait_for_and_dispatch_events(timeout)
            return
        is_asking = self.door.is_asking
        super().wait_for_and_dispatch_events(min(timeout, door.PATIENCE) if is_asking else timeout)
        self.door.flush()

    def murder_keepalived(self, force: bool = False) -> None:
        if self.door is not None:
            self.door.give_up_overdue()
        super().murder_keepalived(force)
