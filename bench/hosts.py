"""Several hosts of one installation on this machine, and the balancer before them.

A host is a process group of its own, as `los.py run` starts it, with a folder of its own for what
is its alone. The hosts share the database, Redis, the store and the data folder.
"""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import count

from bench import serving
from bench.serving import Served, Start
from kern.config import Settings

BLOCK = 65_536
PATIENCE = 30  # seconds


@contextmanager
def running(settings: Settings, wanted: int, start: Start = serving.anew) -> Iterator[list[Served]]:
    """The first always begins anew: what a program draws when it is read is another for each host,
    and copies of one process would have it in common."""
    with ExitStack() as stack:
        each = [_own_of(settings, number) for number in range(wanted)]
        starts = [serving.anew, *[start] * (wanted - 1)]
        begun = zip(each, starts, strict=True)
        yield [stack.enter_context(serving.town(host, how)) for host, how in begun]


def _own_of(settings: Settings, number: int) -> Settings:
    """A file of SQLite belongs to one host: there is nothing to set apart."""
    if not settings.database:
        return settings
    return replace(settings, own_data=str(settings.data.parent / f"rechner-{number}"))


class Balancer:
    """Each connection goes to the next host that takes it; one that refuses is passed over."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports, self._turns = ports, count()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _pass_on(self, client: socket.socket) -> None:
        with client:
            host = self._next_host()
            if host is None:
                return
            with host:
                back = threading.Thread(target=_pump, args=(host, client), daemon=True)
                back.start()
                _pump(client, host)
                back.join()

    def _next_host(self) -> socket.socket | None:
        turn = next(self._turns)
        for step in range(len(self._ports)):
            port = self._ports[(turn + step) % len(self._ports)]
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), PATIENCE)
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(BLOCK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def balanced(hosts: Sequence[Served]) -> Iterator[int]:
    """The port of a balancer before these hosts."""
    balancer = Balancer([host.port for host in hosts])
    thread = threading.Thread(target=balancer.serve)
    thread.start()
    try:
        yield balancer.port
    finally:
        balancer.close()
        thread.join()
