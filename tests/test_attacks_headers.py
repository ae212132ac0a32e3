"""Every answer carries its headers, and nothing personal stays in a cache or behind a login."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from beteiligung.discussion.models import Post
from beteiligung.discussion.service import mine
from kern.config import Settings
from kern.db import db
from kern.town import Town
from kern.web.headers import ALWAYS, HSTS
from portal.app import create_app
from tests.attacks import World, address, make_world, usual
from tests.builders import make_account
from tests.visitors import Visitor

LOGO = "/static/img/logo.svg"
FOR_ALL = ("static", "gestaltung.", "karten.", "betrieb.")  # the same for everybody


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


@pytest.mark.parametrize(
    ("method", "path", "header", "status"),
    [
        ("GET", LOGO, {}, 200),
        ("GET", LOGO, {"Range": "bytes=0-3"}, 206),
        ("GET", LOGO, {"If-Modified-Since": "Tue, 01 Jan 2069 00:00:00 GMT"}, 304),
        ("POST", LOGO, {}, 405),
        ("GET", LOGO, {"Range": "bytes=999999999-"}, 416),
        ("GET", "/static/nichts.js", {}, 404),
        ("GET", "/static/../wsgi.py", {}, 404),
        ("GET", "/static/%2e%2e/wsgi.py", {}, 404),
        ("GET", "/gibt-es-nicht", {}, 404),
        ("GET", "/beteiligung", {}, 308),
        ("DELETE", "/suche", {}, 405),
        ("GET", "/", {"Host": "boese.example"}, 400),
        ("POST", "/darstellung", {"Sec-Fetch-Site": "cross-site"}, 400),
    ],
)
def test_errors_and_files_carry_the_headers_too(
    client: FlaskClient, method: str, path: str, header: dict[str, str], status: int
) -> None:
    response = client.open(path, method=method, headers=header, buffered=True)
    assert response.status_code == status
    assert {name for name in ALWAYS if response.headers.getlist(name) != [ALWAYS[name]]} == set()


def test_behind_tls_every_answer_forbids_plain_http(settings: Settings, town: Town) -> None:
    object.__setattr__(settings, "https", True)
    client = create_app(settings).test_client()
    for path in ("/", LOGO, "/gibt-es-nicht"):
        assert client.get(path, buffered=True).headers["Strict-Transport-Security"] == HSTS


def test_nothing_that_was_read_after_logging_in_stays_in_a_cache(app: Flask, world: World) -> None:
    visitor = Visitor(app, make_account())
    kept = {}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(FOR_ALL):
            response = visitor.get(address(rule, usual(world)))
            if "no-store" not in response.headers.get("Cache-Control", ""):
                kept[rule.rule] = response.headers.get("Cache-Control")

    assert kept == {}


def test_a_page_for_everybody_is_kept_by_no_cache_unasked_and_differs_by_cookie(
    app: Flask, world: World
) -> None:
    page = Visitor(app).get(f"/beteiligung/gespraech/{world.thread}")

    assert page.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in page.headers["Vary"]


def test_a_page_that_says_something_once_stays_in_no_cache(app: Flask, town: Town) -> None:
    visitor = Visitor(app, make_account())
    visitor.post("/konto/abmelden")
    page = visitor.get("/")

    assert "Sie sind abgemeldet." in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_the_private_link_to_a_contribution_stays_in_no_cache_and_is_told_to_nobody(
    app: Flask, world: World
) -> None:
    path = mine.link_path(db.session.get_one(Post, world.secret_posts[0]))
    page = Visitor(app).get(path)

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("language", ["en", "../../etc", "<x>"])
def test_choices_of_a_cookie_are_taken_from_a_list(app: Flask, town: Town, language: str) -> None:
    visitor = Visitor(app)
    visitor.client.set_cookie("sprache", language)
    visitor.client.set_cookie("ansicht", language)
    page = visitor.get("/")

    assert page.status_code == 200
    assert f'lang="{"en" if language == "en" else "de"}"' in page.text
    assert "etc" not in page.text
    assert "<x>" not in page.text
