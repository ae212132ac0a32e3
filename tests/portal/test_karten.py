"""Map tiles come through us, from the operator's address only, and are kept."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from flask.testing import FlaskClient

from kern.config import Settings
from portal.app import create_app

PNG = b"\x89PNG\r\n\x1a\n" + b"tile"


class _Tiles(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - one server per test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>" if "/9/" in self.path else PNG)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def client_with_tiles(settings: Settings) -> Iterator[FlaskClient]:
    _Tiles.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), _Tiles)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    yield create_app(replace(settings, map_tiles=address)).test_client()
    server.shutdown()
    server.server_close()


def test_a_tile_is_fetched_once_and_then_kept(client_with_tiles: FlaskClient) -> None:
    pages = [client_with_tiles.get("/karten/3/4/5") for _ in range(2)]

    assert [(page.status_code, page.data) for page in pages] == [(200, PNG)] * 2
    assert pages[0].mimetype == "image/png"
    assert _Tiles.asked == ["/3/4/5.png"]


def test_what_is_no_picture_is_not_passed_on(client_with_tiles: FlaskClient) -> None:
    assert client_with_tiles.get("/karten/9/1/1").status_code == 503


@pytest.mark.parametrize("path", ["/karten/20/0/0", "/karten/1/2/0", "/karten/x/0/0"])
def test_tiles_that_cannot_exist_are_not_asked_for(
    client_with_tiles: FlaskClient, path: str
) -> None:
    assert client_with_tiles.get(path).status_code == 404
    assert _Tiles.asked == []


def test_without_an_address_there_is_no_background(client: FlaskClient) -> None:
    assert client.get("/karten/1/0/0").status_code == 404
