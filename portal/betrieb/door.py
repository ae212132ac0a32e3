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
"""

import logging
import re
import socket
import time
from collections import OrderedDict
from concurrent.futures import Future
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


class Worker(Protocol):
    """Likewise."""

    alive: bool
    nr: int
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
            self._answer(asking)
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
        except OSError:  # the reader has gone: as after any answer that did not reach them
            sent = -1
        if sent == len(head) + len(body):
            conn.set_timeout()
            worker.keepalived_conns.append(conn)
            return
        worker.poller.unregister(conn.sock)
        rest = (head + body)[sent:] if sent >= 0 else None
        done = worker.tpool.submit(_send_rest, conn.sock, rest)
        done.add_done_callback(partial(worker.method_queue.defer, worker.finish_request, conn))

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
        desk.line = line
        self._worker.poller.register(line.fileno(), 1, partial(self._heard, desk))

    def flush(self) -> None:
        """Ask for all who came since: once for the many whom one turn of the loop has brought."""
        for desk in self._desks.values():
            if desk.waiting and not desk.running:
                self._ask(desk)

    def _ask(self, desk: Desk) -> None:
        desk.running, desk.waiting = desk.waiting, []
        keys = {key for asking in desk.running for key in asking.held.entry.keys}
        try:
            if desk.line is not None:
                desk.line.ask(keys)
        except Unreadable:
            self._give_up(desk)

    def _heard(self, desk: Desk, _fileno: int) -> None:
        if desk.line is None:
            return
        try:
            found = desk.line.answer()
        except Unreadable:
            self._give_up(desk)
            return
        if found is None:  # not all of it yet
            return
        ready, desk.running = desk.running, []
        for asking in ready:
            if self._asking.get(asking.conn) is not asking:
                continue  # has gone the ordinary way meanwhile
            del self._asking[asking.conn]
            entry = asking.held.entry
            if tuple([found.get(key, 0) for key in entry.keys]) == entry.revs:
                self._answer(asking)
            else:
                self._send_away(asking)

    def _give_up(self, desk: Desk) -> None:
        """Nobody is answered from here for a while."""
        line, desk.line = desk.line, None
        desk.rests_until = time.monotonic() + REST
        if line is not None:
            self._worker.poller.unregister(line.fileno())
            line.close()
        left, desk.running, desk.waiting = [*desk.running, *desk.waiting], [], []
        for asking in left:
            if self._asking.pop(asking.conn, None) is asking:
                self._send_away(asking)

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

    def _send_away(self, asking: Asking) -> None:
        asking.conn.parser.unreader.unread(asking.data)
        self._worker.go_ordinary_way(asking.conn, asking.conn.sock)


def _start_nothing(*_words: object) -> Any:
    raise NotImplementedError("nothing is answered here")


def _send_rest(sock: socket.socket, rest: bytes | None) -> bool:
    """In a thread. Whether the connection may be kept."""
    if rest is None:
        return False
    try:
        sock.settimeout(None)
        sock.sendall(rest)
    except OSError:
        return False
    return True
