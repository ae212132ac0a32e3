"""A change as somebody asks to see it: word by word, or as the page shows both."""

import re

import pytest
from flask import Flask

from kern.accounts.permissions import Role
from kern.db import db
from tests.builders import actor_of, make_account, make_actor
from tests.conftest import CountQueries
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, make_page
from wiki import service

pytestmark = pytest.mark.usefixtures("town")
OLD = "## Alter\n\nDie Linde ist **alt**.\n\nGleich.\n"
NEW = "## Alter\n\nDie Linde ist *uralt*.\n\nGleich.\n"
COMPARED = "/wiki/ortswiki/linde/vergleich?von=1&bis=2"


def _main(html: str) -> str:
    found = re.search(r"<main.*?</main>", html, re.DOTALL)
    assert found is not None
    return found[0]


def test_two_versions_are_compared_as_the_page_shows_them(app: Flask) -> None:
    approve(change(make_actor(Role.CITIZEN), make_page("Linde", OLD), source=NEW))
    db.session.commit()
    reader = Visitor(app)

    text = _main(reader.get(COMPARED).text)
    assert f'href="{COMPARED.replace("&", "&amp;")}&amp;ansicht=seite"' in text
    assert "<strong>" not in text
    shown = _main(reader.get(f"{COMPARED}&ansicht=seite").text)
    assert "<strong>alt</strong>" in shown
    assert "<em>uralt</em>" in shown
    assert "**" not in shown
    assert f'href="{COMPARED.replace("&", "&amp;")}"' in shown
    assert 'aria-current="true">Wie auf der Seite' in shown


def test_author_and_reviewer_read_a_proposal_as_the_page_will_show_it(app: Flask) -> None:
    account = make_account("Anna Kern")
    reviewer = Visitor(app, make_account("Rita Prüfer", (Role.MODERATOR, None)))
    writer = Visitor(app, account)
    make_page("Linde", OLD)
    db.session.commit()
    form = writer.get("/wiki/ortswiki/linde/bearbeiten").text
    base = re.search(r'name="base"[^>]*value="(\d+)"', form)
    assert base is not None
    sent = writer.post(
        "/wiki/ortswiki/linde/bearbeiten", {"title": "Linde", "text": NEW, "base": base[1]}
    )
    way = sent.location.removeprefix("http://localhost")

    for visitor in (writer, reviewer):
        assert f'href="{way}?ansicht=seite#aenderung"' in visitor.get(way).text
        section = visitor.get(f"{way}?ansicht=seite").text.split('id="aenderung"')[1]
        beside = section.split("</section>")[0]
        assert "<strong>alt</strong>" in beside
        assert "<em>uralt</em>" in beside
        assert f'href="{way}#aenderung"' in beside


def test_what_looks_the_same_on_the_page_says_so(app: Flask) -> None:
    page = make_page("Linde", "Die **Linde**.\n")
    approve(change(make_actor(Role.CITIZEN), page, source="Die __Linde__.\n"))
    db.session.commit()

    shown = Visitor(app).get(f"{COMPARED}&ansicht=seite").text
    assert "sehen beide Fassungen gleich aus" in shown
    assert "df-beside" not in _main(shown)


def test_the_text_of_a_hidden_version_is_in_neither_view(app: Flask) -> None:
    page = make_page("Linde", OLD)
    approve(change(make_actor(Role.CITIZEN), page, source=NEW))
    hidden = service.get_revision(page, 1)
    service.hide_of_revision(make_actor(Role.MODERATOR), hidden, "text", hidden=True, reason="x")
    db.session.commit()

    for way in (COMPARED, f"{COMPARED}&ansicht=seite"):
        assert Visitor(app).get(way).status_code == 404


def test_the_author_of_a_decided_change_reads_no_text_that_was_hidden_since(app: Flask) -> None:
    account = make_account("Anna Kern")
    page = make_page("Linde", "Zwergdommelweg.\n\nGleich.\n")
    proposal = change(actor_of(account), page, source="Gleich.\n")
    approve(proposal)
    way = service.proposal_path(proposal.id)
    db.session.commit()
    writer = Visitor(app, account)
    assert "Zwergdommelweg" in writer.get(way).text

    hidden = service.get_revision(service.get_page(page.id), 1)
    service.hide_of_revision(make_actor(Role.MODERATOR), hidden, "text", hidden=True, reason="x")
    db.session.commit()

    for view in (way, f"{way}?ansicht=seite"):
        assert "Zwergdommelweg" not in writer.get(view).text


def test_however_much_both_pages_show_the_database_is_asked_as_often(
    app: Flask, count_queries: CountQueries
) -> None:
    asked = []
    for many in (1, 30):
        links = "\n\n".join(f"[[Seite {n}]]" for n in range(many))
        page = make_page(f"Linde {many}", links)
        approve(change(make_actor(Role.CITIZEN), page, source=f"{links} neu"))
        way = f"{service.page_path(page)}/vergleich?von=1&bis=2&ansicht=seite"
        db.session.commit()
        reader = Visitor(app)
        with count_queries() as found:
            assert reader.get(way).status_code == 200
        asked.append(len(found))
    assert asked[0] == asked[1]
