from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import update

from beteiligung.project.models import Project
from beteiligung.project.service import events, states
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.scope import Moderation, ScopeState, Visibility
from kern.town import Town
from tests.builders import log_in, make_account, make_post, make_project, make_thread


@pytest.fixture
def published(planner: Actor, project: Project) -> str:
    """The path of a public project."""
    states.publish(planner, project)
    path = project.scope.path
    db.session.commit()
    return path


def links_of_main(html: str) -> list[str]:
    main = html.partition("<main")[2].partition("</main>")[0]
    return [part.partition('"')[0] for part in main.split('<a href="')[1:]]


def test_a_project_says_what_is_open_what_is_fixed_and_who_decides(
    client: FlaskClient, published: str
) -> None:
    page = client.get(published)

    assert page.status_code == 200
    for words in ("der Weg", "das Geld", "Der Rat", "hier stehen wir", "Jana Petersen"):
        assert words in page.text
    assert "<title>Radweg an der Kaimauer - " in page.text
    assert page.text.count("<h1") == 1
    assert "Set-Cookie" not in page.headers


def test_a_draft_and_an_unknown_project_answer_alike(client: FlaskClient, project: Project) -> None:
    path = project.scope.path
    db.session.commit()

    draft, unknown = client.get(path), client.get("/beteiligung/gibt-es-nicht")

    assert draft.status_code == unknown.status_code == 404
    assert draft.text == unknown.text.replace("gibt-es-nicht", path.rpartition("/")[2])


def test_an_invited_project_is_open_to_people_with_a_grant_only(
    client: FlaskClient, town: Town
) -> None:
    project = make_project(visibility=Visibility.INVITED)
    path, scope_id = project.scope.path, project.scope_id
    reader = make_account("Gast", (Role.CITIZEN, scope_id)).id
    other = make_account("Andere").id
    db.session.commit()

    assert client.get(path).status_code == 404
    log_in(client, other)
    assert client.get(path).status_code == 404
    assert path not in client.get("/beteiligung/").text
    log_in(client, reader)
    assert client.get(path).status_code == 200
    assert path in client.get("/beteiligung/").text


def test_the_first_links_of_the_list_are_projects(client: FlaskClient, town: Town) -> None:
    paths = {make_project().scope.path for _ in range(3)}
    db.session.commit()

    links = links_of_main(client.get("/beteiligung/").text)

    assert set(links[:3]) == paths


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("laufend", "Gerade läuft keine Beteiligung"),
        ("kommend", "Noch ist nichts angekündigt"),
        ("abgeschlossen", "Noch ist kein Projekt abgeschlossen"),
        ("archiv", "Das Archiv ist noch leer"),
        ("unsinn", "Gerade läuft keine Beteiligung"),
    ],
)
def test_every_list_says_so_when_it_is_empty(
    client: FlaskClient, town: Town, standing: str, words: str
) -> None:
    page = client.get(f"/beteiligung/?zeigen={standing}")

    assert page.status_code == 200
    assert words in page.text


def test_the_archive_is_one_chip_away(client: FlaskClient, town: Town) -> None:
    path = make_project(state=ScopeState.ARCHIVED).scope.path
    db.session.commit()

    assert path not in client.get("/beteiligung/").text
    assert path in client.get("/beteiligung/?zeigen=archiv").text


def test_drafts_are_a_list_for_the_office_only(client: FlaskClient, project: Project) -> None:
    path, account = project.scope.path, make_account("Planung", (Role.PLANNER, None)).id
    db.session.commit()

    assert path not in client.get("/beteiligung/?zeigen=entwuerfe").text
    log_in(client, account)
    assert path in client.get("/beteiligung/?zeigen=entwuerfe").text


def test_a_page_without_any_phase_or_picture_still_stands(client: FlaskClient, town: Town) -> None:
    path = make_project().scope.path
    db.session.commit()

    assert client.get(path).status_code == 200


def test_what_people_write_appears_on_the_project_page(
    client: FlaskClient, planner: Actor, project: Project
) -> None:
    states.publish(planner, project)
    thread = make_thread(project.scope)
    make_post(thread, text="Bitte mehr Schatten.")
    path = project.scope.path
    db.session.commit()

    page = client.get(path)

    assert "Am Wasser oder hinter den Schuppen?" in page.text
    assert "Bitte mehr Schatten." in page.text


def test_a_closed_project_begins_with_what_came_of_it(
    client: FlaskClient, planner: Actor, project: Project
) -> None:
    states.publish(planner, project)
    states.close(planner, project, "Der Weg **kommt**.")
    path = project.scope.path
    db.session.commit()

    page = client.get(path)

    assert "<strong>kommt</strong>" in page.text
    assert page.text.index("Das ist daraus geworden") < page.text.index("So läuft das Projekt")
    assert "Jetzt mitreden" not in page.text


def test_dates_and_phases_come_as_a_calendar(
    client: FlaskClient, planner: Actor, project: Project
) -> None:
    starts = now() + timedelta(days=3)
    given = events.MeetingInput("Rundgang; mit Rad", "Am Kran", "Bitte\nHelm", starts)
    meeting = events.add_meeting(planner, project, given)
    states.publish(planner, project)
    path, uid = project.scope.path, meeting.uid
    db.session.commit()

    page = client.get(f"{path}/kalender.ics")

    assert page.mimetype == "text/calendar"
    found = {str(event["uid"]): event for event in Calendar.from_ical(page.data).walk("VEVENT")}
    assert len(found) == 2
    event = found[uid]
    assert str(event["summary"]) == "Radweg an der Kaimauer: Rundgang; mit Rad"
    assert to_local(event.decoded("dtstart")) == to_local(starts.replace(microsecond=0))
    assert str(event["location"]) == "Am Kran"


def test_a_changed_meeting_stays_the_same_entry(planner: Actor, project: Project) -> None:
    given = events.MeetingInput("Rundgang", "Am Kran", "", now() + timedelta(days=3))
    meeting = events.add_meeting(planner, project, given)
    uid = meeting.uid

    moved = events.MeetingInput("Rundgang", "Am Bahnhof", "", now() + timedelta(days=4))
    events.change_meeting(planner, project, meeting, moved)

    assert meeting.uid == uid


def test_a_preview_is_open_to_whoever_has_the_link_and_kept_by_nobody(
    client: FlaskClient, planner: Actor, project: Project
) -> None:
    states.renew_preview(planner, project)
    db.session.commit()
    log_in(client, make_account("Planung", (Role.PLANNER, None)).id)
    edit = client.get("/beteiligung/radweg-an-der-kaimauer/bearbeiten/zugang").text
    link = edit.partition("/vorschau/")[2].partition('"')[0]
    client.delete_cookie("sitzung")

    page = client.get(f"/beteiligung/radweg-an-der-kaimauer/vorschau/{link}")

    assert page.status_code == 200
    assert "Sie sehen eine Vorschau" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    wrong = client.get(f"/beteiligung/radweg-an-der-kaimauer/vorschau/{'0' * 64}")
    assert wrong.status_code == 404


def test_the_command_rebuilds_what_the_pages_show(
    app: Flask, client: FlaskClient, published: str
) -> None:
    db.session.execute(update(Project).values(page={}, html=""))
    db.session.commit()
    assert "hier stehen wir" not in client.get(published).text

    result = app.test_cli_runner().invoke(args=["beteiligung", "rebuild"])

    assert result.exit_code == 0, result.output
    assert "hier stehen wir" in client.get(published).text


@pytest.mark.parametrize(
    ("moderation", "words"),
    [
        (Moderation.BEFORE, "nach der Prüfung"),
        (Moderation.AFTER, "sofort; geprüft wird danach"),
        (Moderation.TRUST, "schon 4 freigegeben und in 90 Tagen keiner abgelehnt"),
    ],
)
def test_the_page_says_when_posts_appear(
    client: FlaskClient, planner: Actor, project: Project, moderation: Moderation, words: str
) -> None:
    scope = project.scope
    scope.moderation, scope.trust_after, scope.trust_days = moderation, 4, 90
    states.publish(planner, project)
    path = scope.path
    db.session.commit()

    assert words in client.get(path).text
