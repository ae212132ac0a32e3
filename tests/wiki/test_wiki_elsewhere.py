"""What other pages show of the wiki, and the map of a space."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.sql.compiler import SQLCompiler

from kern.accounts.permissions import Role
from kern.db import db
from kern.scope.rules import reads_what_all_read
from tests.builders import make_account, make_actor, make_project
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, make_page, propose_page
from wiki.models import Proposal
from wiki.service.lately import pages_about
from wiki.service.rendering import render_stale

pytestmark = pytest.mark.usefixtures("town")
POINT = {"type": "Point", "coordinates": [10.1, 54.2], "label": "Am Ufer"}
LINE = {"type": "LineString", "coordinates": [[10.1, 54.2], [10.2, 54.3]], "label": ""}


def test_a_project_shows_the_pages_that_name_it_and_where_to_begin_one(
    app: Flask, client: FlaskClient
) -> None:
    project = make_project()
    slug, path = project.scope.slug, project.scope.path
    db.session.commit()
    before = client.get(path).text
    begin = re.search(r'href="(/wiki/projektwissen/neu\?projekt=[^"]+)"', before)
    assert begin is not None
    assert "Im Wiki steht noch nichts zu diesem Projekt" in before

    text = Visitor(app, make_account("Anna Kern")).get(begin[1]).text
    assert f"Das gehört zum Projekt [[Projekt:{slug}]]." in text
    make_page("Der alte Weg", f"Siehe [[Projekt:{slug}]].")
    make_page("Etwas anderes")
    propose_page(make_actor(Role.CITIZEN), "Wartet", f"Siehe [[Projekt:{slug}]].")
    db.session.commit()

    panel = client.get(path).text.partition('id="wissen"')[2]
    assert 'href="/wiki/ortswiki/der-alte-weg">Der alte Weg</a>' in panel
    assert "Etwas anderes" not in panel
    assert "Wartet" not in panel
    assert "noch nichts" not in panel


def test_what_staff_reads_beside_a_project_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_page("Der alte Weg", "Siehe [[Projekt:kaimauer]].")
    moderator = make_actor(Role.MODERATOR)
    assert not reads_what_all_read(moderator)
    _, first = pages_about(moderator, {"kaimauer"}, "projektwissen", 6)

    def write(*_: object, **__: object) -> None:
        pytest.fail("a statement is written anew")

    monkeypatch.setattr(SQLCompiler, "__init__", write)

    assert [page.title for page in first] == ["Der alte Weg"]
    assert pages_about(moderator, {"kaimauer"}, "projektwissen", 6)[1] == first


@pytest.mark.parametrize("slug", ["", "A b", "x]]{{Karte:y}}", "../x"])
def test_an_address_that_names_no_project_begins_an_empty_page(
    client: FlaskClient, slug: str
) -> None:
    page = client.get("/wiki/projektwissen/neu", query_string={"projekt": slug}).text

    assert "Das gehört zum Projekt" not in page


def test_the_start_page_shows_what_is_new_in_the_wiki_and_nothing_that_waits(
    client: FlaskClient,
) -> None:
    make_page("Kaimauer", "Sie ist **alt**.")
    propose_page(make_actor(Role.CITIZEN), "Wartet")
    db.session.commit()

    start = client.get("/").text

    assert 'href="/wiki/ortswiki/kaimauer">Kaimauer</a>' in start
    assert "Sie ist alt." in start
    assert "Wartet" not in start


def test_the_map_of_a_space_lists_every_page_with_a_place(client: FlaskClient) -> None:
    make_page("Kaimauer", place=POINT)
    make_page("Uferweg", place=LINE)
    make_page("Ohne Ort")
    waits = make_page("Hafen")
    change(make_actor(Role.CITIZEN), waits, place=POINT)
    while render_stale():
        pass
    db.session.commit()

    page = client.get("/wiki/ortswiki/karte").text

    assert "2 Seiten haben einen Ort." in page
    listed = re.search(r'<ol class="df-map__list".*?</ol>', page, re.DOTALL)
    assert listed is not None
    assert 'href="/wiki/ortswiki/kaimauer" data-lat="54.2" data-lon="10.1"' in listed[0]
    assert "Am Ufer" in listed[0]
    assert 'href="/wiki/ortswiki/uferweg"' in listed[0]
    assert "Ohne Ort" not in listed[0]
    assert "Hafen" not in listed[0]
    assert '"LineString"' in page
    assert 'href="/wiki/ortswiki/karte"' in client.get("/wiki/ortswiki").text


def test_a_map_without_places_says_how_one_is_given(client: FlaskClient) -> None:
    page = client.get("/wiki/ortswiki/karte")

    assert page.status_code == 200
    assert "Noch hat keine Seite einen Ort" in page.text


def test_an_only_version_is_compared_with_nothing_and_a_second_with_the_first(
    client: FlaskClient,
) -> None:
    page = make_page("Kaimauer")
    db.session.commit()
    assert "Vergleichen" not in client.get("/wiki/ortswiki/kaimauer/geschichte").text

    approve(change(make_actor(Role.CITIZEN), page, source="Ein Haus."))
    db.session.commit()

    history = client.get("/wiki/ortswiki/kaimauer/geschichte").text
    assert "Vergleichen" in history
    assert 'href="/wiki/ortswiki/kaimauer/vergleich?von=1&amp;bis=2"' in history


def test_few_pages_are_listed_once_and_many_by_letters_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_page(f"Linde {number}")
    db.session.commit()
    assert "Von A bis Z" not in client.get("/wiki/ortswiki").text

    monkeypatch.setattr("wiki.views.reading.FEW", 2)
    make_page("Linde 4")
    db.session.commit()

    assert "Von A bis Z" in client.get("/wiki/ortswiki").text


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.4, "weniger als einer Stunde"), (1, "einer Stunde"), (30, "30 Stunden"), (72, "3 Tagen")],
)
def test_the_statistics_say_how_long_a_decision_takes_and_how_many_were_accepted(
    client: FlaskClient, hours: float, said: str
) -> None:
    for _number in range(3):
        make_page()
    for proposal in db.session.scalars(select(Proposal)):
        assert proposal.decided_at is not None
        proposal.submitted_at = proposal.decided_at - timedelta(hours=hours)
    db.session.commit()

    page = client.get("/wiki/ortswiki/statistik").text

    assert f"ist nach {said} entschieden" in page
    assert "die letzten 3 Entscheidungen. Angenommen wurden davon 3." in page
