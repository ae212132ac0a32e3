"""Asking too much: what is costly is counted, what is huge is refused before it costs anything."""

import io
import runpy
import socket
import struct
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from beteiligung.discussion.models import Post, Vote
from beteiligung.discussion.service import mine
from kern.accounts.models import Pending
from kern.accounts.permissions import Role
from kern.config import ROOT
from kern.db import db
from kern.town import Town
from tests.attacks import World, make_world
from tests.builders import make_account
from tests.visitors import Visitor

FORM = "multipart/form-data; boundary=x"


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


def test_pictures_are_counted_before_they_are_drawn(app: Flask, world: World) -> None:
    visitor, path = Visitor(app), f"/beteiligung/gespraech/{world.thread}/beitraege"
    answers = []
    for _picture in range(61):
        form = {"text": "x", "picture_alt": "Ein Bild", "picture": (io.BytesIO(b"x"), "a.png")}
        answers.append(visitor.post(path, form).status_code)

    assert answers == [422] * 60 + [429]


def test_who_takes_texts_back_or_enters_them_is_counted(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = import_module("kern.web.limit")  # a function of that name stands before it
    monkeypatch.setattr(limits, "WITHDRAWALS", 1)
    monkeypatch.setattr(limits, "ENTRIES", 1)
    by_link = f"{mine.link_path(db.session.get_one(Post, world.post))}/zurueckziehen"
    office = Visitor(app, make_account("Petra Plan", (Role.PLANNER, None)))
    entered = f"/beteiligung/gespraech/{world.thread}/erfassen"
    letter = {"text": "Mehr Bänke.", "source": "paper", "name": "Ilse"}

    taken_back = [Visitor(app).post(by_link).status_code for _time in range(2)]
    entries = [office.post(entered, letter) for _time in range(2)]

    assert (taken_back[0], taken_back[1]) == (303, 429)
    assert [page.status_code for page in entries] == [303, 429]
    assert "Mehr Bänke.</textarea>" in entries[1].text


def many_parts(count: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n'
    return part * count + b"--x--\r\n"


HUGE = {
    "a field of two megabytes": ("application/x-www-form-urlencoded", b"text=" + b"a" * 2_000_000),
    "a hundred thousand parts": (FORM, many_parts(100_000)),
    "a part of two megabytes": (FORM, many_parts(1).replace(b"\r\na\r\n", b"a" * 2_000_000)),
    "a head of two megabytes": (FORM, many_parts(1).replace(b"text", b"a" * 2_000_000)),
    "more than any upload": ("application/x-www-form-urlencoded", b"a" * 27_000_000),
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_huge_is_refused_at_once(app: Flask, world: World, name: str) -> None:
    kind, body = HUGE[name]
    visitor, path = Visitor(app), f"/beteiligung/gespraech/{world.thread}/beitraege"
    before = time.process_time()

    page = visitor.client.post(path, data=body, content_type=kind)

    assert page.status_code in {400, 413}
    assert time.process_time() - before < 0.5
    assert db.session.query(Pending).count() == 0


def test_two_hundred_thousand_fields_cost_little(app: Flask, world: World) -> None:
    body = "&".join(["a"] * 200_000)
    kind = "application/x-www-form-urlencoded"
    before = time.process_time()

    page = Visitor(app).client.post("/darstellung", data=body, content_type=kind)

    assert page.status_code == 303
    assert time.process_time() - before < 1.5


@pytest.mark.parametrize("broken", [b"--x\r\n\r\n", b"--x", b"\xff\xfe", b"--x--", b"--x\r\n" * 9])
def test_a_broken_form_is_an_empty_one(app: Flask, world: World, broken: bytes) -> None:
    path = f"/beteiligung/gespraech/{world.thread}/beitraege"
    page = Visitor(app).client.post(path, data=broken, content_type=FORM)

    assert page.status_code in {400, 413, 422}


def test_a_person_has_one_voice_however_often_they_click(app: Flask, world: World) -> None:
    visitor = Visitor(app, make_account())
    for stimme in ("1", "1", "-1", "1", "2", "1e0", "", "0", "-1"):
        visitor.post(f"/beteiligung/beitrag/{world.post}/stimme", {"stimme": stimme})

    post = db.session.get_one(Post, world.post)
    assert (post.agree, post.disagree) == (0, 1)
    assert db.session.query(Vote).count() == 1


class BrokenPipe(io.RawIOBase):
    """A body that ends in an error of the server's own."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise RuntimeError("invalid chunk size")


def test_a_body_that_breaks_off_is_the_senders_fault(client: FlaskClient, town: Town) -> None:
    page = client.post(
        "/darstellung",
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": BrokenPipe(), "wsgi.input_terminated": True},
    )

    assert page.status_code == 400


def test_whoever_sends_half_a_request_gives_the_thread_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DORFLINDE_DATA", str(tmp_path))
    conf = runpy.run_path(str(ROOT / "portal" / "betrieb" / "gunicorn_conf.py"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        conf["when_ready"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listening)]))
        with socket.create_connection(listening.getsockname()):
            connection, _address = listening.accept()
            kept = connection.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
            connection.close()

    assert struct.unpack("ll", kept) == (conf["SILENCE"], 0)


def test_whoever_asks_for_a_file_and_takes_nothing_gives_the_thread_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DORFLINDE_DATA", str(tmp_path))
    conf = runpy.run_path(str(ROOT / "portal" / "betrieb" / "gunicorn_conf.py"))
    when_ready = conf["when_ready"]
    monkeypatch.setitem(when_ready.__globals__, "TAKING", 1)
    with socket.create_server(("127.0.0.1", 0)) as listening, (tmp_path / "file").open("wb+") as f:
        f.truncate(50 << 20)
        when_ready(SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listening)]))
        with socket.create_connection(listening.getsockname()):
            connection, _address = listening.accept()
            with connection, pytest.raises((BrokenPipeError, TimeoutError)):
                connection.sendfile(f)
