"""Kept pages handed out at the door: by the loop that hears of a request, without a thread.

gunicorn gives each request to a thread, which reads it, has the app answer and gives the connection
back. For a page that is kept this way costs several times the page. So the loop looks first: a
plain GET or HEAD on a connection that was kept open, whose page is in memory, is answered at once.
All else goes the ordinary way with the bytes that were read, as if nobody had looked: what is
unusual in any manner, what is not kept or no longer stands, and whatever fails.

The loop never waits. SQLite is asked on a connection that gives up instead of waiting for a lock;
PostgreSQL is asked by a query whose answer the loop hears of like of any other. While it runs,
whoever comes waits for the next one and shares it: each page is held against counters that were
read after its request had come.

One turn of the loop runs all the events it has found, also that of a connection which an earlier
one of them took out of the loop. So what a turn learns about other connections than the one it
looks at is noted, and done when the turn is over (`flush`). No fault here ends the process: it
costs one connection, or the line to one database.
"""

import logging
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from gunicorn import SERVER, util

from kern.town import Town
from kern.web.pages import Held, Line, PageCache, Unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LONGEST: Final = 4000  # bytes of a head; gunicorn's own limits lie above, with its answers to them
LINES: Final = 48  # of a head
PATIENCE: Final = 0.5  # seconds until whoever waits for PostgreSQL goes the ordinary way
REST: Final = 5.0  # seconds until a database is tried again that could not be asked
OPEN_TOWNS: Final = 8  # with a line to PostgreSQL of their own
IDLE: Final = 60.0  # seconds after which another town may have the line
TAKING: Final = 30.0  # seconds in which a slow reader has taken the rest of a page
_HEAD = re.compile(
    rb"(GET|HEAD) (/[!-\"$-~]*) HTTP/1\.1\r\n((?:[A-Za-z][A-Za-z0-9-]*:[ -~]*\r\n)+)\r\n"
)
_ORDINARY = frozenset(  # what gunicorn itself looks at
    {
        *("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "HTTP_EXPECT", "HTTP_HTTP2_SETTINGS"),
        *("HTTP_KEEP_ALIVE", "HTTP_TE", "HTTP_TRAILER", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"),
    }
)
Environ = dict[str, Any]

log = logging.getLogger(__name__)


def environ_of(data: bytes) -> Environ | None:
    """What gunicorn would make of this head, as far as a kept page asks; None for all that is not
    wholly plain: another method, a body, two headers of one name, more than one request."""
    found = _HEAD.fullmatch(data) if len(data) <= LONGEST else None
    if found is None:
        return None
    method, target, head = (part.decode("ascii") for part in found.groups())
    path, _, query = target.partition("?")
    lines = head.split("\r\n")
    if len(lines) > LINES or path.startswith("//"):
        return None
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": util.unquote_to_wsgi_str(path) if "%" in path else path,
        "QUERY_STRING": query,
        "wsgi.url_scheme": "http",
    }
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        key = "HTTP_" + name.upper().replace("-", "_")
        if key in environ or key in _ORDINARY:
            return None
        environ[key] = value.strip(" ")
    return environ if environ.get("HTTP_CONNECTION", "keep-alive") == "keep-alive" else None


class Connection(Protocol):
    """gunicorn's, as far as it is used here."""

    sock: socket.socket
    client: object
    parser: Any
    timeout: float

    def set_timeout(self) -> None: ...
    def close(self) -> None: ...


class Worker(Protocol):
    """Likewise."""

    alive: bool
    nr: int
    nr_conns: int
    max_requests: int
    max_keepalived: int
    keepalived_conns: Any
    poller: Any
    tpool: Any
    method_queue: Any

    def finish_request(self, conn: Connection, done: "Future[bool]") -> None: ...
    def go_ordinary_way(self, conn: Connection, client: socket.socket) -> None: ...


@dataclass(slots=True, eq=False)
class Asking:
    """A request whose page is held, until it is known whether that stands."""

    conn: Connection
    data: bytes
    held: Held
    answer: tuple[str, bytes, bytes]  # status, headers, body
    since: float


@dataclass(slots=True, eq=False)
class Desk:
    """The requests of one town: those of the running query, and those of the next one."""

    line: Line | None = None  # None while it is being opened, and while the town rests
    rests_until: float = 0.0
    used: float = 0.0
    running: list[Asking] = field(default_factory=list)
    waiting: list[Asking] = field(default_factory=list)


class Door:
    """Used by the loop alone."""

    def __init__(
        self, worker: Worker, pages: PageCache, trusting: "WSGIApplication | None" = None
    ) -> None:
        """`trusting` puts into a request what the operator's proxies say."""
        self._worker, self._pages, self._trusting = worker, pages, trusting
        self._desks: OrderedDict[str, Desk] = OrderedDict()
        self._asking: dict[Connection, Asking] = {}
        self._settled: list[tuple[Asking, bool]] = []  # whether the page stands
        self._second, self._date = -1, ""

    def takes(self, conn: Connection) -> bool:
        """Whether the request is answered, or will be; else it goes the ordinary way."""
        worker = self._worker
        known = self._asking.pop(conn, None)  # sends more before its answer has come
        if known is not None:
            conn.parser.unreader.unread(known.data)
            return False
        is_ending = not worker.alive or worker.nr + 1 >= worker.max_requests
        if is_ending or len(worker.keepalived_conns) > worker.max_keepalived:
            return False
        try:
            data = conn.sock.recv(LONGEST + 1)
        except OSError:
            return False
        asking = self._look(conn, data)
        if asking is None:
            conn.parser.unreader.unread(data)
            return False
        if not asking.held.town.is_postgres:
            self._end(asking, stands=True)
        return True

    def _look(self, conn: Connection, data: bytes) -> Asking | None:
        """None for what goes the ordinary way, where a fault is one request's alone."""
        try:
            environ = environ_of(data)
            if environ is None:
                return None
            if self._trusting is not None:
                self._trusting(environ, _start_nothing)
            held = self._pages.held(environ)
            if held is None:
                return None
            status, headers, body = self._pages.form(environ, held.key, held.entry)
            asking = Asking(conn, data, held, (status, headers.wire, body), time.monotonic())
            is_taken = self._waits if held.town.is_postgres else self._stands
            return asking if is_taken(asking) else None
        except Exception:  # whatever it is, the loop goes on
            log.exception("Eine aufgehobene Seite ließ sich nicht gleich herausgeben.")
            return None

    def _stands(self, asking: Asking) -> bool:
        return self._pages.stands(asking.held)

    def _end(self, asking: Asking, *, stands: bool) -> None:
        try:
            (self._answer if stands else self._send_away)(asking)
        except Exception:  # whatever it is, the loop goes on
            log.exception("Eine aufgehobene Seite ließ sich nicht gleich herausgeben.")
            self._close(asking.conn)

    def _answer(self, asking: Asking) -> None:
        worker, conn = self._worker, asking.conn
        status, headers, body = asking.answer
        head = self._first_lines(status) + headers + b"\r\n"
        worker.nr += 1
        worker.keepalived_conns.remove(conn)
        try:
            sent = conn.sock.sendmsg((head, body))
        except BlockingIOError:
            sent = 0
        except OSError:  # the reader has gone
            self._close(conn)
            return
        if sent == len(head) + len(body):
            conn.set_timeout()
            worker.keepalived_conns.append(conn)
            return
        worker.poller.unregister(conn.sock)
        done = worker.tpool.submit(_send_rest, conn.sock, (head + body)[sent:])
        done.add_done_callback(partial(worker.method_queue.defer, self._sent, conn))

    def _sent(self, conn: Connection, done: "Future[bool]") -> None:
        if not done.cancelled() and done.exception() is None and done.result():
            self._worker.finish_request(conn, done)
        else:
            self._close(conn)

    def _close(self, conn: Connection) -> None:
        """At once: gunicorn would wait here for the reader to close, which holds up the loop."""
        worker = self._worker
        if conn.sock.fileno() < 0:
            return
        with suppress(ValueError):
            worker.keepalived_conns.remove(conn)
        with suppress(KeyError, ValueError, OSError):
            worker.poller.unregister(conn.sock)
        worker.nr_conns -= 1
        conn.close()

    def _first_lines(self, status: str) -> bytes:
        if int(time.time()) != self._second:
            self._second = int(time.time())
            self._date = util.http_date(self._second)
        lines = f"HTTP/1.1 {status}\r\nServer: {SERVER}\r\nDate: {self._date}\r\n"
        return f"{lines}Connection: keep-alive\r\n".encode("latin-1")

    # PostgreSQL

    def _waits(self, asking: Asking) -> bool:
        desk = self._desk(asking.held.town)
        if desk is None or desk.line is None:
            return False
        asking.conn.set_timeout()
        self._worker.keepalived_conns.remove(asking.conn)
        self._worker.keepalived_conns.append(asking.conn)
        self._asking[asking.conn] = asking
        desk.waiting.append(asking)
        return True

    def _desk(self, town: Town) -> Desk | None:
        """None while too many other towns are asked for."""
        name, at = f"{town.database_url}|{town.identity}", time.monotonic()
        desk = self._desks.get(name)
        if desk is None:
            if len(self._desks) >= OPEN_TOWNS:
                oldest = next(iter(self._desks))
                if self._desks[oldest].used > at - IDLE:
                    return None
                self._give_up(self._desks.pop(oldest))
            desk = self._desks[name] = Desk()
        desk.used = at
        self._desks.move_to_end(name)
        if desk.line is None and at >= desk.rests_until:
            desk.rests_until = at + REST
            opening = self._worker.tpool.submit(Line, town)
            opening.add_done_callback(
                partial(self._worker.method_queue.defer, self._opened, name, desk)
            )
        return desk

    def _opened(self, name: str, desk: Desk, opening: "Future[Line]") -> None:
        if opening.cancelled() or opening.exception() is not None:
            return
        line = opening.result()
        if self._desks.get(name) is not desk or desk.line is not None:
            line.close()
            return
        with self._careful(desk):
            desk.line = line
            self._worker.poller.register(line.fileno(), 1, partial(self._heard, desk))

    def flush(self) -> None:
        """After each turn of the loop: ask for all whom it has brought, once, and answer those
        whose counters have come."""
        for desk in self._desks.values():
            if desk.waiting and not desk.running:
                with self._careful(desk):
                    self._ask(desk)
        settled, self._settled = self._settled, []
        for asking, stands in settled:
            if self._asking.get(asking.conn) is asking:  # else gone the ordinary way meanwhile
                del self._asking[asking.conn]
                self._end(asking, stands=stands)

    def _ask(self, desk: Desk) -> None:
        desk.running, desk.waiting = desk.waiting, []
        keys = {key for asking in desk.running for key in asking.held.entry.keys}
        if desk.line is not None:
            desk.line.ask(keys)

    def _heard(self, desk: Desk, _fileno: int) -> None:
        if desk.line is None:
            return
        with self._careful(desk):
            found = desk.line.answer()
            if found is None:  # not all of it yet
                return
            for asking in desk.running:
                entry = asking.held.entry
                stands = tuple([found.get(key, 0) for key in entry.keys]) == entry.revs
                self._settled.append((asking, stands))
            desk.running = []

    @contextmanager
    def _careful(self, desk: Desk) -> Iterator[None]:
        try:
            yield
        except Unreadable:
            self._give_up(desk)
        except Exception:  # whatever it is, the loop goes on
            log.exception("Die Zähler eines Ortes ließen sich nicht lesen.")
            self._give_up(desk)

    def _give_up(self, desk: Desk) -> None:
        """Nobody is answered from here for a while."""
        line, desk.line = desk.line, None
        desk.rests_until = time.monotonic() + REST
        if line is not None:
            with suppress(KeyError, ValueError, OSError):
                self._worker.poller.unregister(line.fileno())
            line.close()
        left, desk.running, desk.waiting = [*desk.running, *desk.waiting], [], []
        self._settled += [(asking, False) for asking in left]

    @property
    def is_asking(self) -> bool:
        return bool(self._asking)

    def give_up_overdue(self) -> None:
        """Before connections are closed that have been silent for too long."""
        if not self._asking:
            return
        oldest = time.monotonic() - PATIENCE
        for desk in self._desks.values():
            if any(asking.since < oldest for asking in (*desk.running, *desk.waiting)):
                self._give_up(desk)
        self.flush()

    def _send_away(self, asking: Asking) -> None:
        asking.conn.parser.unreader.unread(asking.data)
        self._worker.go_ordinary_way(asking.conn, asking.conn.sock)


def _start_nothing(*_words: object) -> Callable[[bytes], None]:
    """The proxies' word is put into the environ by an app around an app; it answers nobody here."""
    return lambda _data: None


def _send_rest(sock: socket.socket, rest: bytes) -> bool:
    """In a thread. Whether the connection may be kept."""
    try:
        sock.settimeout(TAKING)  # for the whole rest
        sock.sendall(rest)
    except OSError:
        return False
    return True
