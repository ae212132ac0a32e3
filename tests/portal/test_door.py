"""What is handed out at the door is what the ordinary way answers, byte for byte, and never old."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser, wsgi
from hypothesis import given
from hypothesis import strategies as st

from kern.config import Settings
from kern.db import db
from kern.settings import change
from kern.town import Town
from portal.betrieb.door import LONGEST, environ_of
from tests.door import Server, plain, served, until


@pytest.fixture
def ordinary(settings: Settings, town: Town, tmp_path: Path) -> Iterator[Server]:
    with served(settings, tmp_path / "sonst", door=False) as server:
        yield server


TAKEN = {
    "page": plain("/"),
    "query": plain("/beteiligung/?sortierung=neu&ort="),
    "without its body": plain("/", method="HEAD"),
    "packed": plain("/", "Accept-Encoding: br, gzip"),
    "other spelling": b"GET / HTTP/1.1\r\nhOsT:localhost\r\naccept-ENCODING:  gzip \r\n\r\n",
    "kept open by name": plain("/", "Connection: keep-alive"),
    "in quotes": plain(f"/{quote('impressum')}".replace("m", "%6d", 1)),
    "light and language": plain("/", "Cookie: ansicht=dark; sprache=en"),
    "a part": plain("/", "Range: bytes=0-10"),
    "a foreign scheme": plain("/", "X-Forwarded-Proto: https", "X-Forwarded-For: 1.2.3.4"),
    "a browser": plain(
        "/",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: de,en-US;q=0.7,en;q=0.3",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "DNT: 1",
        "Upgrade-Insecure-Requests: 1",
        "Sec-Fetch-Dest: document",
        "Priority: u=0, i",
    ),
}

ODD = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "an empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "two hosts": plain("/", "Host: localhost"),
    "two other hosts": plain("/", "Host: anderswo.example"),
    "a foreign host": b"GET / HTTP/1.1\r\nHost: anderswo.example\r\n\r\n",
    "a host with a path": b"GET / HTTP/1.1\r\nHost: localhost/impressum\r\n\r\n",
    "an absolute address": plain("http://localhost/"),
    "a foreign absolute address": plain("http://anderswo.example/"),
    "an address of a server": plain("//localhost/"),
    "two slashes": plain("//impressum"),
    "a dot": plain("/./impressum"),
    "two dots": plain("/../impressum"),
    "a fragment": plain("/#oben"),
    "a quoted slash": plain("/%2Fimpressum"),
    "a quoted end": plain("/impressum%0d%0aX: y"),
    "a bad quote": plain("/impressum%zz"),
    "a quoted nothing": plain("/impressum%00"),
    "a question in a question": plain("/?a=?b#c"),
    "a letter beyond ASCII": "GET /grün HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    "the first version": b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "the first version, kept open": (
        b"GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
    ),
    "the second version": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /\r\nHost: localhost\r\n\r\n",
    "a small method": b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a small version": b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tab": b"GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a line before": b"\r\n" + plain("/"),
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a folded header": plain("/", "X-A: b", " c"),
    "a header without a name": plain("/", ": b"),
    "a header without a colon": plain("/", "Unsinn"),
    "an underscore": plain("/", "X_Forwarded_For: 1.2.3.4"),
    "a name in front of all": plain("/", "SCRIPT_NAME: /x"),
    "bare ends": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a bare end": b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "nothing in a header": plain("/", "X-A: b\0c"),
    "a return in a header": plain("/", "X-A: b\rc"),
    "a letter beyond ASCII in a header": plain("/", "X-A: grün"),
    "the end": plain("/", "Connection: close"),
    "the END": plain("/", "Connection: Close"),
    "the end among others": plain("/", "Connection: keep-alive, close"),
    "two ends": plain("/", "Connection: keep-alive", "Connection: close"),
    "another protocol": plain("/", "Connection: Upgrade", "Upgrade: websocket"),
    "HTTP/2": plain("/", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    "a promise": plain("/", "Expect: 200-ok"),
    "a body of nothing": plain("/", "Content-Length: 0"),
    "a body": plain("/", "Content-Length: 5") + b"hallo",
    "two lengths": plain("/", "Content-Length: 5", "Content-Length: 6") + b"hallo",
    "a length below nothing": plain("/", "Content-Length: -1"),
    "a body in pieces": plain("/", "Transfer-Encoding: chunked") + b"5\r\nhallo\r\n0\r\n\r\n",
    "pieces and a length": (
        plain("/", "Transfer-Encoding: chunked", "Content-Length: 4") + b"0\r\n\r\n"
    ),
    "pieces in disguise": plain("/", "Transfer-Encoding: xchunked") + b"0\r\n\r\n",
    "pieces with a space": plain("/", "Transfer-Encoding : chunked") + b"0\r\n\r\n",
    "another method": plain("/", method="POST"),
    "questions of a browser": plain("/", method="OPTIONS"),
    "everything": plain("*", method="OPTIONS"),
    "a tunnel": plain("localhost:80", method="CONNECT"),
    "an echo": plain("/", method="TRACE"),
    "a session": plain("/", "Cookie: sitzung=x"),
    "two cookies": plain("/", "Cookie: ansicht=dark", "Cookie: sitzung=x"),
    "a cookie in odd form": plain("/", 'Cookie: ansicht="dark"; ;=;sprache'),
    "a small cookie": plain("/", "cookie: sitzung=x"),
    "two tags": plain("/", 'If-None-Match: "a"', 'If-None-Match: "b"'),
    "two encodings": plain("/", "Accept-Encoding: br", "Accept-Encoding: gzip"),
    "a long address": plain("/" + "a" * 5000),
    "a long question": plain("/?" + "a" * 3000),
    "a long header": plain("/", "X-A: " + "b" * 9000),
    "many headers": plain("/", *(f"X-{number}: b" for number in range(150))),
    "many short headers": plain("/", *(f"X-{number}: b" for number in range(60))),
    "nothing to find": plain("/gibt-es-nicht"),
    "a file": plain("/robots.txt"),
    "two at once": plain("/") + plain("/impressum"),
    "two at once, one odd": plain("/") + b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "one within another": plain("/", "X-A: b\r\n\r\nGET /impressum HTTP/1.1\r\nHost: localhost"),
    "half of one": b"GET / HTTP/1.1\r\nHost: local",
}


def _answered(server: Server, data: bytes) -> bytes:
    with server.kept_open() as reader:
        reader.sock.sendall(data)
        if data.count(b"\r\n\r\n") == 1 and data.endswith(b"\r\n\r\n"):
            first = reader.answer(has_body=not data.startswith(b"HEAD "))
            try:
                reader.sock.sendall(plain("/impressum"))
            except OSError:
                return first
            return first + reader.to_the_end()
        return reader.to_the_end()


def test_the_door_answers_as_the_ordinary_way_and_only_what_is_plain(
    door: Server, ordinary: Server
) -> None:
    tag = re.search(rb'ETag: (W/"[^"]*")', _answered(door, plain("/")))
    assert tag
    known = plain("/", f"If-None-Match: {tag[1].decode()}")
    taken = {**TAKEN, "known": known}
    for data in taken.values():  # kept and packed
        _answered(ordinary, data)
        _answered(door, data)
    for name, data in taken.items():
        expected = _answered(ordinary, data)
        until(lambda data=data: _goes_through(door, data))  # type: ignore[misc]
        assert _answered(door, data) == expected, name
    for name, data in ODD.items():
        expected = _answered(ordinary, data)
        assert _answered(door, data) == expected, name


def _goes_through(door: Server, data: bytes) -> bool:
    """Twice, and nothing of it is noted. A page that is just being made anew goes the ordinary way
    once."""
    with door.kept_open() as reader:
        before = door.ordinary()
        first, again = reader.ask(data), reader.ask(data)
        return first == again and door.ordinary() == before


def test_who_sends_more_before_the_answer_gets_all_in_order(door: Server) -> None:
    with door.kept_open() as reader:
        pages = {path: reader.ask(plain(path)) for path in ("/", "/impressum", "/gibt-es-nicht")}
        order = [*pages, "/", "/", *pages] * 5
        for path in order:
            reader.sock.sendall(plain(path))
        assert [reader.answer() for _ in order] == [pages[path] for path in order]


def test_a_reader_who_takes_nothing_holds_up_nobody_and_gets_all(door: Server) -> None:
    wanted = 200
    with door.kept_open() as slow, door.kept_open() as other:
        page = other.ask(plain("/"))
        writing = threading.Thread(target=slow.sock.sendall, args=(plain("/") * wanted,))
        writing.start()
        for _ in range(20):
            assert other.ask(plain("/")) == page
        assert [slow.answer() for _ in range(wanted)] == [page] * wanted
        writing.join()


def test_who_reads_at_the_door_reads_each_change_at_once(door: Server) -> None:
    faults: list[bytes] = []
    done = threading.Event()

    def read() -> None:
        with door.kept_open() as reader:
            while not done.is_set():
                answer = reader.ask(plain("/impressum"))
                if not answer.startswith(b"HTTP/1.1 200 OK\r\n"):
                    faults.append(answer)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()
    try:
        with door.kept_open() as reader:
            for number in range(15):
                change({"name": f"Neuhausen {number}"})
                db.session.commit()
                for _ in range(3):
                    assert f"Neuhausen {number}<".encode() in reader.ask(plain("/impressum"))
    finally:
        done.set()
        for one in readers:
            one.join()
    assert not faults


HEADS = st.builds(
    lambda method, target, version, lines: (
        f"{method} {target} HTTP/1.{version}\r\n" + "".join(lines) + "\r\n"
    ).encode("latin-1"),
    st.sampled_from(["GET", "HEAD", "POST", "get"]),
    st.builds(
        lambda start, rest: start + "".join(rest),
        st.sampled_from(["/", "//", "http://a/", "*", ""]),
        st.lists(
            st.sampled_from([*"ab?#&=%/:;@[]{}\\\"'<>^`|~ é\t", "%2F", "%C3%BC", "%00", ".."])
        ),
    ),
    st.sampled_from([0, 1, 1, 1, 1, 2]),
    st.lists(
        st.builds(
            lambda name, colon, value, end: name + colon + value + end,
            st.sampled_from(
                [
                    "Host",
                    "Cookie",
                    "X-A",
                    "x-a",
                    "X_A",
                    "Connection",
                    "Expect",
                    "TE",
                    "Content-Length",
                ]
            ),
            st.sampled_from([":", ": ", ":  ", " :", ":\t"]),
            st.sampled_from(
                ["a", "", "keep-alive", "close", "0", "a\tb", "ü", "a b ", "a\0", "a,b:c"]
            ),
            st.sampled_from(["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\n "]),
        ),
        max_size=6,
    ),
)


@given(HEADS)
def test_the_door_understands_a_head_as_gunicorn_does_or_not_at_all(head: bytes) -> None:
    found = environ_of(head)
    if found is None:
        return
    request = next(get_parser(Config(), [head], ("127.0.0.1", 1)))
    _, environ = wsgi.create(request, None, ("127.0.0.1", 1), ("127.0.0.1", 80), Config())
    asked = {key for key in environ if key.startswith("HTTP_")}
    assert found == {key: environ[key] for key in {*found, *asked}}
    assert not request.should_close()
    assert request.body.read() == b""


def test_a_head_that_is_not_whole_or_too_long_is_left_alone() -> None:
    whole = plain("/", "X-A: b")
    assert environ_of(whole)
    assert not any(environ_of(whole[:end]) for end in range(len(whole)))
    assert environ_of(whole + b"x") is None
    assert environ_of(plain("/" + "a" * LONGEST)) is None
