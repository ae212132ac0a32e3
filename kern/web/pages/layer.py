"""The layer before Flask: answers from what is kept, and keeps what Flask answers.

An entry is served while every counter it depends on stands, asked by one query, and for no longer
than its minute: whatever the clock alone changes on a page (a phase that begins, "noch 3 Tage")
changes at a full minute.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kern.clock import now
from kern.errors import DomainError
from kern.town import Town, Towns
from kern.web.headers import missing
from kern.web.pages.asking import Counters, Unreadable
from kern.web.pages.declaring import ASKED, Asked
from kern.web.pages.entries import FOLDER, Entry, Key, Memory, Shared, etag_of
from kern.web.pages.replica import Replicas
from kern.web.sealed import Sealed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_QUERY = 200  # characters; beyond, addresses are made up
LONGEST_PATH = 300
_MINUTE = 60
_HARMLESS = frozenset({"ansicht", "sprache"})
_DROPPED = frozenset({"content-length", "etag"})
_FILES = "/static/"  # on disk anyhow
_OK = "200 OK"


@dataclass(frozen=True, slots=True)
class Held:
    """A page in memory whose minute has not passed: it may be shown when its counters stand."""

    town: Town
    key: Key
    entry: Entry


class PageCache:
    """`always` are the headers of every answer: those of kept ones are put together once."""

    def __init__(
        self,
        inner: "WSGIApplication",
        towns: Towns,
        megabytes: int,
        build: str,
        always: Mapping[str, str],
    ) -> None:
        self._inner, self._towns, self._build = inner, towns, build
        self._always = always
        self._memory = Memory(megabytes * 1024 * 1024)
        self._counters = Counters()
        self._replicas = Replicas()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        named = self._named(environ)
        if named is None:
            return self._inner(environ, start_response)
        town, key = named
        held = self._memory.get(key)
        if fresh := self._fresh(town, held):
            return self._answered(environ, start_response, key, fresh)
        shared = Shared(town.path / FOLDER, self._build)
        held = shared.get(key) or held
        if held is None:  # perhaps a page that is never kept: nobody waits for anybody
            return self._made(environ, start_response, key, shared)
        with _alone(shared, key):
            if fresh := self._fresh(town, shared.get(key)):
                self._memory.put(key, fresh)
                return self._answered(environ, start_response, key, fresh)
            return self._made(environ, start_response, key, shared)

    def close(self) -> None:
        self._counters.close()

    def held(self, environ: "WSGIEnvironment") -> Held | None:
        """For a server that answers from here by itself: once the request has come, it asks the
        counters (`stands`, or on its own), and then sends what `form` says."""
        named = self._named(environ)
        entry = self._memory.get(named[1]) if named is not None else None
        if named is None or entry is None or now().timestamp() >= entry.until:
            return None
        if _wants_packed(environ) and not entry.packed:  # that takes a while, and happens once
            return None
        return Held(*named, entry)

    def stands(self, held: Held) -> bool:
        return self._fresh(held.town, held.entry) is not None

    def _named(self, environ: "WSGIEnvironment") -> tuple[Town, Key] | None:
        """What a kept page is found by; None where nothing is kept."""
        variant = _variant(environ)
        town = self._town(environ) if variant is not None else None
        return (town, (town.identity, *variant)) if variant is not None and town else None

    def _town(self, environ: "WSGIEnvironment") -> Town | None:
        try:
            return self._towns.by_host(environ.get("HTTP_HOST", ""))
        except DomainError:
            return None

    def _fresh(self, town: Town, entry: Entry | None) -> Entry | None:
        """The entry, if it may be shown now."""
        if entry is None or now().timestamp() >= entry.until:
            return None
        try:
            stands = self._counters.of(town, entry.keys) == entry.revs
        except Unreadable:
            return None
        return entry if stands else None

    def _answered(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", key: Key, entry: Entry
    ) -> Iterable[bytes]:
        status, headers, body = self.form(environ, key, entry)
        start_response(status, headers)
        return [body] if status == _OK else []

    def form(self, environ: "WSGIEnvironment", key: Key, entry: Entry) -> tuple[str, Sealed, bytes]:
        """The answer as this reader wants it: unchanged, packed, or without its body."""
        if entry.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return "304 Not Modified", self._sealed(entry, "same", None), b""
        body, form = entry.body, "plain"
        if _wants_packed(environ):
            if not entry.packed:
                entry = entry.with_packed()
                self._memory.put(key, entry)
            body, form = entry.packed, "packed"
        headers = self._sealed(entry, form, len(body))
        return _OK, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body

    def _sealed(self, entry: Entry, form: str, length: int | None) -> Sealed:
        found = entry.sealed.get(form)
        if found is None:
            headers = [*entry.headers, ("ETag", entry.etag)]
            if form == "same":
                headers = [*_cachable(entry.headers), ("ETag", entry.etag)]
            elif form == "packed":
                headers.append(("Content-Encoding", "gzip"))
            headers += missing(headers, self._always)
            found = entry.sealed[form] = Sealed(headers, length)
        return found

    def _made(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        key: Key,
        shared: Shared,
    ) -> Iterable[bytes]:
        """Flask answers; what its view declared is kept for the next."""
        until = _end_of_minute()
        asked, started, answer = self._asked(environ)
        if not asked.revs or not started.may_be_kept or environ["REQUEST_METHOD"] != "GET":
            start_response(started.status, started.headers)
            return answer
        headers, body = started.headers, _whole(answer)
        kept = tuple(pair for pair in headers if pair[0].lower() not in _DROPPED)
        entry = Entry(
            tuple(asked.revs),
            tuple(asked.revs.values()),
            until,
            _varying(kept),
            etag_of(body),
            body,
        )
        self._memory.put(key, entry)
        shared.put(key, entry)
        return self._answered(environ, start_response, key, entry)

    def _asked(self, environ: "WSGIEnvironment") -> "tuple[Asked, _Started, Iterable[bytes]]":
        """From the replica if there is one and its answer is exact, else from the primary."""
        town = self._town(environ)
        if town is not None and town.read_url:
            made = self._run(environ, self._replicas)
            if not made[0].is_replica or self._is_exact(town, made[0], made[1]):
                return made
            _whole(made[2])
        return self._run(environ, None)

    def _run(
        self, environ: "WSGIEnvironment", replicas: Replicas | None
    ) -> "tuple[Asked, _Started, Iterable[bytes]]":
        asked, started = Asked(replicas=replicas), _Started()
        environ[ASKED] = asked
        return asked, started, self._inner(environ, started)

    def _is_exact(self, town: Town, asked: Asked, started: "_Started") -> bool:
        if asked.revs:
            try:
                stands = self._counters.of(town, tuple(asked.revs))
            except Unreadable:
                return False
            if stands != tuple(asked.revs.values()):
                self._replicas.behind(town)
            return stands == tuple(asked.revs.values())
        if started.status.startswith("5"):  # cancelled by what the replica replays, or it died
            self._replicas.lost(town)
        elif started.status == _OK:
            self._replicas.never(asked.endpoint)
        return False


def _variant(environ: "WSGIEnvironment") -> Key | None:
    """What tells kept pages of one town apart; None where nothing is kept."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return None
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY or len(path) > LONGEST_PATH or path.startswith(_FILES):
        return None
    chosen = ["", ""]
    for piece in environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = piece.strip().partition("=")
        if not name:
            continue
        if name not in _HARMLESS or not value.isalpha():
            return None
        chosen[name == "sprache"] = value
    host = environ.get("HTTP_HOST", "")
    return (environ.get("wsgi.url_scheme", ""), host, path, query, *chosen)


def _wants_packed(environ: "WSGIEnvironment") -> bool:
    return "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")


def _end_of_minute() -> float:
    """Read before the page is made: a page that takes longer than its minute is not kept long."""
    return (now().timestamp() // _MINUTE + 1) * _MINUTE


def _varying(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """`Vary` once, with the encoding that we choose."""
    named = [value for name, value in headers if name.lower() == "vary"]
    rest = tuple(pair for pair in headers if pair[0].lower() != "vary")
    return (*rest, ("Vary", ", ".join([*named, "Accept-Encoding"])))


def _cachable(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What a 304 says again (RFC 9110, 15.4.5)."""
    wanted = {"cache-control", "vary", "content-location", "date", "expires"}
    return (pair for pair in headers if pair[0].lower() in wanted)


@dataclass(slots=True)
class _Started:
    """`start_response` for ourselves: Flask has called it when it returns its answer."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)

    def __call__(
        self, status: str, headers: list[tuple[str, str]], *_error: Any
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return _refuse_writing

    @property
    def may_be_kept(self) -> bool:
        return self.status == _OK and not any(
            name.lower() == "set-cookie" for name, _ in self.headers
        )


def _refuse_writing(_data: bytes) -> object:
    raise NotImplementedError("the old write() of WSGI is not spoken here")


def _whole(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


@contextmanager
def _alone(shared: Shared, key: Key) -> Iterator[None]:
    """One process at a time makes a page that many want at once; the others find it then."""
    path = shared.lock_path(key)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # a full or read-only disk: everybody makes their own
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
