"""People talk about a page of the wiki as they talk about a project."""

import pytest
from flask import Flask
from sqlalchemy import select

from beteiligung.discussion.models import Thread
from beteiligung.discussion.service import decisions, posts, threads
from kern.accounts.permissions import Role
from kern.content import Verdict
from kern.db import db
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import make_page

pytestmark = pytest.mark.usefixtures("town")
WORDS = {"title": "Wie alt ist die Linde?", "question": "Im Dorf erzählt man von 300 Jahren."}


def released(thread_id: int) -> Thread:
    thread = decisions.get_thread(thread_id)
    decisions.decide(thread, thread.latest, make_actor(Role.MODERATOR), Verdict.RELEASE)
    db.session.commit()
    return thread


def _talked_about(page_id: int, visitor: Visitor) -> int:
    way = f"/beteiligung/gespraech-beginnen/wiki.page/{page_id}"
    assert visitor.get(way).status_code == 200
    assert visitor.post(way, WORDS).status_code == 303
    return db.session.scalars(select(Thread.id)).one()


def test_a_thread_begun_on_a_page_waits_and_then_stands_on_that_page_alone(
    app: Flask,
) -> None:
    page = make_page("Linde")
    make_page("Eiche")
    db.session.commit()
    thread = _talked_about(page.id, Visitor(app, make_account("Anna")))
    reader = Visitor(app)
    assert WORDS["title"] not in reader.get("/wiki/ortswiki/linde").text

    writer = make_actor(Role.MODERATOR)
    released(thread)
    found = threads.get_thread_for(writer, thread)
    posts.submit_post(writer, found, "Im Kirchenbuch steht sie schon 1720.")
    db.session.commit()

    shown = reader.get("/wiki/ortswiki/linde").text
    assert WORDS["title"] in shown
    assert "Kirchenbuch" in shown
    elsewhere = reader.get("/wiki/ortswiki/eiche").text
    assert WORDS["title"] not in elsewhere
    assert "Kirchenbuch" not in elsewhere


def test_a_thread_leads_back_to_its_page(app: Flask) -> None:
    page = make_page("Linde")
    db.session.commit()
    thread = _talked_about(page.id, Visitor(app, make_account("Anna")))
    released(thread)

    shown = Visitor(app).get(f"/beteiligung/gespraech/{thread}").text

    assert 'href="/wiki/ortswiki/linde"' in shown
    assert 'href="/beteiligung/">Projekte</a></li><li><a href="/wiki' not in shown


def test_nobody_begins_a_thread_on_what_is_no_page_or_not_public(app: Flask) -> None:
    visitor = Visitor(app, make_account("Anna"))
    db.session.commit()

    for tail in ("wiki.page/99", "wiki.proposal/1", "unbekannt/1"):
        assert visitor.get(f"/beteiligung/gespraech-beginnen/{tail}").status_code == 404


def test_a_page_is_followed_with_its_button(app: Flask) -> None:
    followed = make_page("Linde").id
    db.session.commit()
    visitor = Visitor(app, make_account("Anna"))
    assert (
        f'action="/mitteilungen/folgen/wiki.page/{followed}"'
        in visitor.get("/wiki/ortswiki/linde").text
    )

    visitor.post(f"/mitteilungen/folgen/wiki.page/{followed}", {"weiter": "/wiki/ortswiki/linde"})

    assert "Sie folgen." in visitor.get("/wiki/ortswiki/linde").text
