"""Two towns in one installation: what opens a door in one is worth nothing in the other."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from beteiligung.discussion.service.mine import link_path
from beteiligung.project.service.reading import preview_token
from kern import search
from kern.accounts import service, tokens
from kern.accounts.models import Token
from kern.accounts.sessions import open_session
from kern.config import Settings
from kern.db import db
from kern.files import service as files
from kern.files.images import accept_picture
from kern.scope import ScopeState
from kern.settings import change
from kern.town import Towns, use_town
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from kern.worker import drain
from tests.builders import make_account, make_post, make_project
from tests.postgres import Databases

pytestmark = pytest.mark.both_databases

HERE, THERE = "ort", "nachbarort"
HOSTS = {HERE: "localhost", THERE: "nachbarort.example"}
SAME = "gleich" * 7  # what is drawn by lot is made equal, so that only the towns differ
WORDS = {HERE: "Lindenblüten", THERE: "Kastanienlaub"}


@dataclass(frozen=True, slots=True)
class Keys:
    """What somebody could carry over; every row behind it has the same id in both towns."""

    session: str
    doors: dict[str, str]  # addresses that open something, by what it is


@pytest.fixture
def app(app: Flask, template_town: Path, database: str, request: pytest.FixtureRequest) -> Flask:
    """With a second town beside the usual one, made from the same template."""
    towns: Towns = app.extensions["dorflinde.towns"]
    town = towns.create(THERE, frozenset({HOSTS[THERE]}))
    if database:
        databases: Databases = request.getfixturevalue("postgres_databases")
        databases.make(THERE)
    else:
        shutil.copy(template_town / "orte" / HERE / "ort.db", town.path / "ort.db")
    return app


@contextmanager
def inside(app: Flask, slug: str) -> Iterator[None]:
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug(slug)), app.app_context():
        yield
        db.session.commit()
        db.session.remove()


@pytest.fixture
def keys(app: Flask) -> dict[str, Keys]:
    found = {}
    for slug in HOSTS:
        with inside(app, slug):
            found[slug] = plant(slug)
    return found


def plant(slug: str) -> Keys:
    account = make_account("Anna Ahrens")
    session = open_session(account, "Firefox, Linux", 30)
    draft = make_project(slug="entwurf", state=ScopeState.DRAFT)
    draft.preview_nonce = SAME
    post = make_post(text=f"Bitte mehr {WORDS[slug]} am Weg.")
    post.receipt = SAME[:8]
    service.request_link("anna@lindenau.example", "de", "/konto/")
    token = db.session.scalars(select(Token)).one()
    token.nonce = SAME
    db.session.flush()
    return Keys(
        session,
        {
            "login link": f"/konto/link/{tokens.text_of(token)}",
            "page of a post": link_path(post),
            "preview": f"/beteiligung/entwurf/vorschau/{preview_token(draft)}",
            "picture": f"/dateien/{public_picture()}/small",
        },
    )


def public_picture() -> str:
    data = BytesIO()
    Image.new("RGB", (64, 64), "green").save(data, "PNG")
    picture = accept_picture(data.getvalue(), "bild.png")
    file = files.keep_picture(picture, "Eine grüne Fläche", None)
    files.publish([file.id])
    return file.name


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """`ask(town, path)`, with a session's cookie and a form when there is one."""

    def asked(
        slug: str, path: str, session: str = "", form: dict[str, str] | None = None
    ) -> TestResponse:
        client = app.test_client()
        if session:
            client.set_cookie(COOKIE, session, domain=HOSTS[slug])
        return client.open(
            path,
            base_url=f"http://{HOSTS[slug]}",
            method="GET" if form is None else "POST",
            data=form,
            headers={"Sec-Fetch-Site": "same-origin"},
            buffered=True,
        )

    return asked


def test_readers_of_two_towns_take_turns(keys: dict[str, Keys], ask: Ask) -> None:
    for slug in (HERE, THERE) * 2:
        page = ask(slug, "/beteiligung/gespraech/1").text

        assert [words for words in WORDS.values() if words in page] == [WORDS[slug]]


def test_an_address_of_one_town_opens_nothing_in_the_other(keys: dict[str, Keys], ask: Ask) -> None:
    doors = keys[HERE].doors
    at_home = {name: ask(HERE, path).status_code for name, path in doors.items()}
    elsewhere = {name: ask(THERE, path).status_code for name, path in doors.items()}

    assert at_home == dict.fromkeys(doors, 200)
    assert elsewhere == dict.fromkeys(doors, 404) | {"login link": 410}


def test_a_login_counts_in_its_own_town(keys: dict[str, Keys], ask: Ask) -> None:
    session = keys[HERE].session
    at_home, elsewhere = ask(HERE, "/konto/", session), ask(THERE, "/konto/", session)

    assert at_home.status_code == 200
    assert "Anna Ahrens" in at_home.text
    assert elsewhere.status_code == 303
    assert elsewhere.location.startswith("/konto/anmelden")


def test_a_form_of_one_town_is_not_taken_by_the_other(
    app: Flask, keys: dict[str, Keys], ask: Ask
) -> None:
    session = keys[THERE].session
    signed = {}
    for slug in HOSTS:
        with inside(app, slug):
            signed[slug] = {FIELD: token_for(session), "name": "Birte Brandt"}

    assert ask(THERE, "/konto/name", session, signed[HERE]).status_code == 422
    assert "Anna Ahrens" in ask(THERE, "/konto/", session).text
    assert ask(THERE, "/konto/name", session, signed[THERE]).status_code == 303
    assert "Birte Brandt" in ask(THERE, "/konto/", session).text


def test_an_unknown_host_is_refused(app: Flask, keys: dict[str, Keys]) -> None:
    client = app.test_client()
    for host in ("unbekannt.example", "ort", "localhost.nachbarort.example"):
        assert client.get("/", base_url=f"http://{host}").status_code == 400


def test_a_town_finds_its_own(
    app: Flask, settings: Settings, keys: dict[str, Keys], ask: Ask
) -> None:
    for slug in HOSTS:
        with inside(app, slug):
            drain(settings)

    def hits(slug: str, words: str) -> bool:
        return f"Bitte mehr <mark>{words}</mark>" in ask(slug, f"/suche?q={words}").text

    assert [hits(slug, WORDS[slug]) for slug in HOSTS] == [True, True]
    assert [hits(HERE, WORDS[THERE]), hits(THERE, WORDS[HERE])] == [False, False]
    for slug in HOSTS:
        with inside(app, slug):
            assert not search.compare()


def test_a_town_has_its_own_words(app: Flask, keys: dict[str, Keys], ask: Ask) -> None:
    ask(THERE, "/")  # both are remembered before one changes
    with inside(app, HERE):
        change({"name": "Lindenau am See"})

    assert "Lindenau am See" in ask(HERE, "/").text
    assert "Lindenau am See" not in ask(THERE, "/").text
