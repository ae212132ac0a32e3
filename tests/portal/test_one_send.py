"""What gunicorn writes with our answer class is what it writes without, in one piece."""

import socket
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.http.wsgi import Response

from kern.web.sealed import Sealed
from portal.betrieb.one_send import LARGEST, OneSend

HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("ETag", 'W/"1"'), ("Vary", "Cookie")]


def written(
    kind: type[Response], headers: list[tuple[str, str]], body: bytes, *, method: str = "GET"
) -> bytes:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LARGEST)
        request = SimpleNamespace(version=(1, 1), method=method, should_close=lambda: False)
        response = kind(request, ours, Config())
        response.start_response("200 OK", headers)
        response.write(body)
        response.close()
        assert not response.should_close()
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: theirs.recv(1 << 20), b""))


def without_date(answer: bytes) -> list[bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return [*(line for line in head.split(b"\r\n") if not line.startswith(b"Date:")), body]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("body", [b"Guten Tag" * 100, b""], ids=["page", "empty"])
def test_sealed_headers_say_the_same_as_a_list(method: str, body: bytes) -> None:
    given = b"" if method == "HEAD" else body
    plain = [*HEADERS, ("Content-Length", str(len(body)))]
    usual = without_date(written(Response, plain, given, method=method))

    assert without_date(written(OneSend, plain, given, method=method)) == usual
    sealed = Sealed(HEADERS, len(body))
    assert without_date(written(OneSend, sealed, given, method=method)) == usual


def test_an_answer_of_unknown_length_goes_in_pieces_as_before() -> None:
    answer = written(OneSend, HEADERS, b"Guten Tag")

    assert b"Transfer-Encoding: chunked" in answer
    assert answer.endswith(b"9\r\nGuten Tag\r\n0\r\n\r\n")


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\0"])
def test_no_header_of_several_lines_is_sealed(value: str) -> None:
    with pytest.raises(ValueError, match="several lines"):
        Sealed([("X-Test", value)], 1)
