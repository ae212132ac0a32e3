"""A web process with a door and one without, and a reader who keeps the connection open."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import serving
from kern.config import Settings
from tests import copies

PATIENCE = 60  # seconds
HOST = b"Host: localhost\r\n"
CONF = """
from portal.betrieb.gunicorn_conf import *

accesslog = {log!r}


def pre_request(worker, req):  # before the answer, so that who has it finds this noted
    with open({ordinary!r}, "a") as file:
        file.write(req.method + " " + req.uri + "\\n")
"""


@dataclass(frozen=True)
class Server:
    port: int
    _ordinary: Path

    def ordinary(self) -> list[str]:
        """What has gone the ordinary way."""
        text_ = self._ordinary.read_text(encoding="utf-8") if self._ordinary.exists() else ""
        return text_.splitlines()

    @contextmanager
    def kept_open(self) -> "Iterator[Reader]":
        """A connection that has had its first answer: only such a one is served at the door."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as sock:
            reader = Reader(sock)
            reader.ask(plain("/impressum"))
            yield reader


@dataclass
class Reader:
    sock: socket.socket
    rest: bytes = b""

    def ask(self, data: bytes) -> bytes:
        self.sock.sendall(data)
        return self.answer(has_body=not data.startswith(b"HEAD "))

    def answer(self, *, has_body: bool = True) -> bytes:
        """The next whole answer, without its date; what there is when the connection ends."""
        while b"\r\n\r\n" not in self.rest and self._more():
            pass
        head, end, _ = self.rest.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        is_bare = not has_body or head.startswith((b"HTTP/1.1 304", b"HTTP/1.1 100"))
        size = len(head) + len(end) + (int(length[1]) if length and not is_bare else 0)
        while len(self.rest) < size and self._more():
            pass
        found, self.rest = self.rest[:size], self.rest[size:]
        return re.sub(rb"\r\nDate: [^\r]*", b"", found)

    def to_the_end(self) -> bytes:
        self.sock.shutdown(socket.SHUT_WR)
        while self._more():
            pass
        return re.sub(rb"\r\nDate: [^\r]*", b"", self.rest)

    def _more(self) -> bool:
        try:
            data = self.sock.recv(1 << 16)
        except ConnectionResetError:
            return False
        self.rest += data
        return bool(data)


def plain(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    return f"{method} {path} HTTP/1.1\r\n".encode() + HOST + lines.encode() + b"\r\n"


@contextmanager
def served(settings: Settings, folder: Path, *, door: bool) -> Iterator[Server]:
    folder.mkdir()
    conf, ordinary = folder / "conf.py", folder / "ordinary"
    log = None if door else "/dev/null"  # who wants a log of requests gets no door
    conf.write_text(CONF.format(log=log, ordinary=str(ordinary)), encoding="utf-8")
    port = serving.free_port()
    process = copies.start(  # both with the same order of methods in Allow
        ["-m", "gunicorn", "-c", str(conf), "wsgi:app", "-b", f"127.0.0.1:{port}"],
        {
            **os.environ,
            "DORFLINDE_DATA": str(settings.data),
            "DORFLINDE_DATABASE": settings.database,
            "DORFLINDE_WEB_PROCESSES": "1",
            "DORFLINDE_TRUSTED_PROXIES": "1",
        },
    )
    try:
        until(lambda: _is_open(port))
        yield Server(port, ordinary)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_at_the_door(server: Server, path: str = "/impressum") -> bool:
    """The line to PostgreSQL is opened beside the first requests."""
    with server.kept_open() as reader:
        before = len(server.ordinary())
        reader.ask(plain(path))
        return len(server.ordinary()) == before
