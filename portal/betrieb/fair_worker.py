"""A web process that leaves new connections to the others while it has more than enough, and hands
out kept pages at the door.
"""

import contextlib
import os
import socket
import time
from concurrent.futures import Future
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

    def handle(self, conn: TConn) -> object:
        """In a thread. gunicorn closes a connection in the loop, and waits there for up to two
        seconds until the reader has closed it, too: nobody else would be heard meanwhile."""
        result = super().handle(conn)
        if result is False:
            with contextlib.suppress(OSError):  # closed already
                conn.close(graceful=True)
        return result

    def finish_request(self, conn: TConn, fs: "Future[object]") -> None:
        if conn.sock.fileno() < 0:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        if not self._holds(client):
            return
        is_plain = self.door is not None and isinstance(conn.client, tuple)
        if not (is_plain and self.door is not None and self.door.takes(conn)):
            self.go_ordinary_way(conn, client)

    def _holds(self, client: socket.socket) -> bool:
        """Not what another event of the same turn has taken out of the loop: that is in the hands
        of a thread, or closed."""
        try:
            return client in self.poller.get_map()
        except ValueError:
            return False

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
