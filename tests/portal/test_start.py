import pytest
from flask import Flask
from flask.testing import FlaskClient

from beteiligung.project.service import phases, states, writing
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.scope import ScopeState, Visibility
from kern.settings import change
from kern.town import Town
from tests.beteiligung.projects import DAY, make_ready
from tests.beteiligung.test_project_speed import counted
from tests.builders import make_account, make_actor, make_project
from tests.visitors import Visitor

MOST_QUERIES = 6
OWN_PAGES = {
    "/so-gehts": "howto",
    "/regeln": "netiquette",
    "/impressum": "imprint",
    "/datenschutz": "privacy",
    "/barrierefreiheit": "accessibility",
}


@pytest.fixture
def planner(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


def test_a_town_without_projects_tells_its_administrator_what_comes_next(
    app: Flask, town: Town
) -> None:
    guest, admin = Visitor(app), Visitor(app, make_account("Chef", (Role.ADMINISTRATOR, None)))

    assert "Gerade läuft keine Beteiligung" in guest.get("/").text
    assert 'href="/beteiligung/neu"' not in guest.get("/").text
    assert 'href="/beteiligung/neu"' in admin.get("/").text


def test_what_runs_now_stands_on_the_start_page_and_on_the_map(
    client: FlaskClient, planner: Actor
) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    db.session.commit()

    page = client.get("/")

    assert "Radweg an der Kaimauer" in page.text
    assert "noch 12 Tage" in page.text or "noch 11 Tage" in page.text
    assert 'data-lat="54.0587"' in page.text
    assert "Set-Cookie" not in page.headers


def test_what_comes_stands_there_only_while_nothing_runs(
    client: FlaskClient, planner: Actor
) -> None:
    later = phases.PhaseInput("Später", "", now() + 5 * DAY, now() + 9 * DAY, ())
    coming = make_project(title="Der Bach", acts=())
    phases.add_phase(planner, coming, later)
    db.session.commit()
    assert "Der Bach" in client.get("/").text

    states.publish(planner, make_ready(planner))
    db.session.commit()
    assert "Der Bach" not in client.get("/").text


def test_what_was_decided_is_said_with_its_reason(client: FlaskClient, planner: Actor) -> None:
    project = make_ready(planner)
    states.publish(planner, project)
    states.close(planner, project, "Der Weg kommt am Wasser.\n\n- ohne Kran")
    db.session.commit()

    page = client.get("/")

    assert "Das wurde entschieden, weil Sie mitgemacht haben" in page.text
    assert "Der Weg kommt am Wasser. ohne Kran" in page.text


@pytest.mark.parametrize(
    ("state", "visibility"),
    [
        (ScopeState.DRAFT, Visibility.PUBLIC),
        (ScopeState.PUBLISHED, Visibility.INVITED),
        (ScopeState.CLOSED, Visibility.INVITED),
    ],
)
def test_what_is_not_public_is_nowhere_on_the_start_page(
    client: FlaskClient, planner: Actor, state: ScopeState, visibility: Visibility
) -> None:
    project = make_project(title="Geheimer Plan", state=state, visibility=visibility)
    project.result, project.result_html = "Geheim.", "<p>Geheim.</p>"
    writing.save_place(project, "Geheime Straße", (54.0, 10.0))
    db.session.commit()

    assert "Geheim" not in client.get("/").text


def test_ways_that_a_town_does_not_offer_are_not_shown(client: FlaskClient, town: Town) -> None:
    assert "Am Telefon" not in client.get("/").text

    change({"phone": "04555 01 20", "paper": "Bögen liegen im Rathaus."})
    db.session.commit()

    page = client.get("/")
    assert 'href="tel:045550120"' in page.text
    assert "Bögen liegen im Rathaus." in page.text


def test_the_start_page_asks_little_of_the_database(client: FlaskClient, planner: Actor) -> None:
    for number in range(8):
        project = make_ready(planner, f"Projekt {number}")
        states.publish(planner, project)
        if number % 2:
            states.close(planner, project, "Fertig.")
    db.session.commit()
    client.get("/")

    with counted() as statements:
        client.get("/")

    assert len(statements) <= MOST_QUERIES, "\n".join(statements)


@pytest.mark.parametrize(("path", "key"), OWN_PAGES.items())
def test_a_town_writes_its_own_pages(client: FlaskClient, town: Town, path: str, key: str) -> None:
    change({key: "# Überschrift\n\nEigener **Text** <script>alert(1)</script>"})
    db.session.commit()

    page = client.get(path)

    assert page.status_code == 200
    assert "<strong>Text</strong>" in page.text
    assert "<script>alert" not in page.text
    assert page.text.count("<h1") == 1


def test_a_page_that_is_not_written_yet_says_who_does_it(app: Flask, town: Town) -> None:
    guest, admin = Visitor(app), Visitor(app, make_account("Chef", (Role.ADMINISTRATOR, None)))

    assert "Diese Seite ist noch leer" in guest.get("/impressum").text
    assert 'href="/verwaltung/"' in admin.get("/impressum").text


def test_how_to_take_part_is_explained_before_the_town_writes_it(
    client: FlaskClient, town: Town
) -> None:
    assert "In vier Schritten" in client.get("/so-gehts").text
