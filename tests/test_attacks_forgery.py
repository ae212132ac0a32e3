"""What another site, a changed form or a crafted address can make somebody's browser do."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import Post, Status
from kern.accounts.models import Account, Grant
from kern.config import ROOT
from kern.db import db
from kern.town import Town
from kern.web import safe_next
from kern.web.guard import EXEMPT
from tests.attacks import SLUG, World, address, contents, make_administrator, make_world, usual
from tests.builders import make_account
from tests.visitors import Visitor

HOSTILE = ROOT.parent / "shared" / "data" / "hostile"
TRICKS = (
    "//boese.example",
    "///boese.example",
    "/\\boese.example",
    "\\\\boese.example",
    "/\t/boese.example",
    "/\n/boese.example",
    "https:boese.example",
    "javascript:alert(1)",
    "/weiter\r\nSet-Cookie: sitzung=x",
    "http://localhost/",
    "/" + "x" * 100_000,
)


@pytest.fixture
def world(town: Town) -> World:
    return make_world()


def payloads() -> list[str]:
    found = HOSTILE / "open_redirect.txt"
    lines = found.read_text(encoding="utf-8").splitlines() if found.exists() else []
    return [*TRICKS, *(line for line in lines if line.strip())]


def test_no_way_back_leads_to_another_site(app: Flask, town: Town) -> None:
    visitor = Visitor(app)
    led_away = []
    for target in payloads():
        place = visitor.post("/darstellung", {"weiter": target}).headers["Location"]
        if not place.startswith("/") or place[1:2] in {"/", "\\"} or len(place) > 4000:
            led_away.append((target[:100], place[:100]))
        parts = urlsplit(place)
        assert not parts.netloc

    assert led_away == []


@pytest.mark.parametrize("target", ["/beteiligung/?seite=2", "/suche?q=%C3%A4", "/konto/#a"])
def test_a_way_back_on_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "none, cross-site"])
def test_nothing_is_done_for_another_site(app: Flask, world: World, site: str) -> None:
    visitor = Visitor(app, make_administrator())
    visitor.client.environ_base["HTTP_SEC_FETCH_SITE"] = site
    before = contents()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            # One click in a mail program says no origin; without a signed link it finds nothing.
            wanted = 404 if rule.endpoint in EXEMPT else 400
            status = visitor.post(address(rule, usual(world)), {}).status_code
            assert status == wanted, rule.rule

    assert contents() == before


def test_one_click_of_a_mail_program_is_the_only_exception(app: Flask) -> None:
    assert {"mitteilungen.end_mails"} == EXEMPT


def test_nothing_is_done_without_the_token_of_the_session(app: Flask, world: World) -> None:
    """Also not with that of another session; forms are shown again."""
    visitor = Visitor(app, make_administrator())
    forms = [{"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "ä"}]
    before = contents()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            for form in forms:
                status = visitor.post(address(rule, usual(world)), form).status_code
                assert status in {400, 403, 404, 409, 410, 422}, (rule.rule, status)

    assert contents() == before


def test_no_method_is_smuggled_in(app: Flask, world: World) -> None:
    visitor = Visitor(app, make_administrator())
    path = f"/beteiligung/{SLUG}/archivieren"
    before = contents()
    visitor.client.environ_base["HTTP_X_HTTP_METHOD_OVERRIDE"] = "POST"
    assert visitor.get(path).status_code == 405
    assert visitor.get(f"{path}?_method=POST").status_code == 405

    assert contents() == before


MORE = {
    "is_admin": "1", "admin": "true", "role": "administrator", "roles": "administrator",
    "scope": "0", "account_id": "1", "account": "1", "party_id": "1", "author_id": "1",
    "state": "active", "status": "public", "released": "1", "latest": "9", "agree": "99",
    "is_answer": "1", "pinned": "1", "entered_by": "1", "source": "paper", "by_office": "1",
    "office": "Tiefbauamt", "moderation": "after", "visibility": "public", "is_demo": "0",
}  # fmt: skip


def test_fields_nobody_asked_for_change_nothing(app: Flask, world: World) -> None:
    person = make_account("Lena Özdemir")
    id_, party = person.id, person.party_id
    visitor = Visitor(app, person)
    grants = len(db.session.scalars(select(Grant)).all())
    form = {**MORE, "text": "Ein ganz gewöhnlicher Beitrag.", "name": "Lena Oe", "title": "Neu?"}
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/konto/", "/verwaltung/")):
            visitor.post(address(rule, usual(world)), form)
    visitor.post("/konto/name", form)

    mine = db.session.scalars(select(Post).where(Post.author_id == party)).all()
    assert [post.status for post in mine] == [Status.PENDING] * len(mine)
    assert mine
    assert not any(post.is_answer or post.pinned or post.agree or post.entered_by for post in mine)
    assert {post.source for post in mine} == {"web"}
    assert len(db.session.scalars(select(Grant)).all()) == grants
    assert not db.session.get_one(Account, id_).is_demo
