import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from beteiligung.project.models import Meeting, Phase, Project
from beteiligung.project.service import writing
from beteiligung.project.service.page import read_page
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import to_local
from kern.db import db
from kern.files.models import File
from kern.scope import Scope, ScopeState
from portal.betrieb.demo.pdf import one_page
from tests.beteiligung.projects import EDIT, SLUG, make_public
from tests.builders import log_in, make_account
from tests.visitors import Visitor


def stored() -> Project:
    db.session.expire_all()
    query = select(Project).join(Scope, Scope.id == Project.scope_id).where(Scope.slug == SLUG)
    return db.session.scalars(query).one()


def state() -> str:
    db.session.expire_all()
    return db.session.scalars(select(Scope.state).where(Scope.slug == SLUG)).one()


def picture_bytes() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 40), "green").save(out, "PNG")
    return out.getvalue()


def make_basics(**values: str) -> dict[str, str]:
    return {
        "title": "Radweg an der Kaimauer",
        "summary": "Ein Weg für alle.",
        "text": "Der Text.",
        "office": "Tiefbauamt",
        "contact_name": "Jana Petersen",
        "contact_phone": "",
        "contact_email": "",
        "place": "Hafenstraße",
        "lat": "54,0587",
        "lon": "10,4021",
        **values,
    }


@pytest.mark.parametrize(
    "section",
    [
        *("", "/grunddaten", "/bild", "/rahmen", "/phasen", "/neuigkeiten", "/termine"),
        *("/unterlagen", "/zugang"),
    ],
)
def test_every_section_opens(office: Visitor, section: str) -> None:
    page = office.get(f"{EDIT}{section}")

    assert page.status_code == 200
    assert page.text.count("<h1") == 1


def test_a_new_project_needs_a_title_and_keeps_what_was_typed(office: Visitor) -> None:
    page = office.post("/beteiligung/neu", {"title": "", "summary": "Ein Satz, der bleibt."})

    assert page.status_code == 422
    assert "Bitte füllen Sie dieses Feld aus." in page.text
    assert "Ein Satz, der bleibt." in page.text


def test_a_new_project_leads_to_its_first_section(office: Visitor) -> None:
    page = office.post("/beteiligung/neu", {"title": "Spielplatz Ahornweg", "summary": ""})

    assert page.status_code == 303
    assert page.location == "/beteiligung/spielplatz-ahornweg/bearbeiten/grunddaten"


def test_basics_are_saved_with_a_place_in_german_figures(office: Visitor) -> None:
    page = office.post(f"{EDIT}/grunddaten", make_basics(summary="Neu gesagt."))

    assert page.status_code == 303
    project = stored()
    place = read_page(project.page).place
    assert project.summary == "Neu gesagt."
    assert place is not None
    assert (place.lat, place.lon) == (54.0587, 10.4021)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("lat", "Norden", "Bitte eine Zahl in Grad"),
        ("lon", "200", "Bitte eine Zahl in Grad"),
        ("lat", "95", "Bitte eine Zahl in Grad"),
        ("contact_email", "jana", "Das sieht nicht wie eine E-Mail-Adresse aus."),
        ("title", " ", "Bitte füllen Sie dieses Feld aus."),
        ("slug", "Neu!", "Nur Kleinbuchstaben"),
        ("slug", "neu", "Diese Adresse braucht die Seite selbst."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    office: Visitor, field: str, value: str, sentence: str
) -> None:
    page = office.post(
        f"{EDIT}/grunddaten", make_basics(**{"text": "Bleibt stehen.", field: value})
    )

    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-fehler"' in page.text
    assert "Bleibt stehen." in page.text
    assert stored().text != "Bleibt stehen."


def test_one_degree_alone_is_no_place(office: Visitor) -> None:
    page = office.post(f"{EDIT}/grunddaten", make_basics(lon=""))

    assert page.status_code == 422
    assert "Bitte geben Sie Breite und Länge an, oder keine von beiden." in page.text


def test_a_published_project_refuses_to_lose_its_office(office: Visitor, planner: Actor) -> None:
    make_public(planner)

    page = office.post(f"{EDIT}/grunddaten", make_basics(office=""))

    assert page.status_code == 422
    assert "Das darf bei einem veröffentlichten Projekt nicht fehlen." in page.text


def test_what_is_open_and_fixed_is_one_point_per_line(office: Visitor) -> None:
    data = {"decidable": "der Weg\n\n das Licht \n", "fixed": "das Geld", "decider": "Der Rat"}

    assert office.post(f"{EDIT}/rahmen", data).status_code == 303

    assert stored().decidable == ["der Weg", "das Licht"]


def test_a_phase_without_times_begins_at_midnight_and_counts_its_last_day(
    office: Visitor,
) -> None:
    data = {
        "title": "Bauen",
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-28",
        "acts": ["discuss", "vote"],
    }

    assert office.post(f"{EDIT}/phasen", data).status_code == 303

    phase = db.session.scalars(select(Phase).where(Phase.title == "Bauen")).one()
    assert phase.opens_at is not None
    assert phase.closes_at is not None
    assert to_local(phase.opens_at).isoformat() == "2027-03-01T00:00:00+01:00"
    assert to_local(phase.closes_at).isoformat() == "2027-03-29T00:00:00+02:00"
    assert phase.acts == ["discuss", "vote"]
    page = office.get(f"{EDIT}/phasen/{phase.id}")
    assert 'value="2027-03-28"' in page.text


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"starts_on": "2027-03-28", "starts_time": "02:30"}, "starts_on", "Diese Uhrzeit gibt"),
        ({"ends_on": "2027-03-28", "ends_time": "02:30"}, "ends_on", "Diese Uhrzeit gibt"),
        ({"starts_on": "2027-03-02", "ends_on": "2027-03-01"}, "ends_on", "vor dem Beginn"),
        ({"starts_time": "12:00"}, "starts_time", "fehlt der Tag"),
        ({"starts_on": "31.3.2027"}, "starts_on", "Datum"),
        ({"acts": ["discuss"]}, "ends_on", "bis wann"),
        ({"acts": ["fliegen"]}, "acts", ""),
    ],
)
def test_a_phase_that_cannot_be_is_refused_at_its_field(
    office: Visitor, values: dict[str, Any], field: str, sentence: str
) -> None:
    page = office.post(f"{EDIT}/phasen", {"title": "Zweite", **values})

    assert page.status_code == 422
    error = page.text.partition(f'id="{field}-fehler"')[2].partition("</p>")[0]
    assert error
    assert sentence in error
    assert 'value="Zweite"' in page.text


def test_deleting_asks_once_and_names_what_goes(office: Visitor) -> None:
    office.post(f"{EDIT}/neuigkeiten", {"title": "Der Kran", "text": "Er bleibt."})
    (item,) = read_page(stored().page).news

    question = office.get(f"{EDIT}/neuigkeiten/{item.id}/loeschen")
    assert "„Der Kran“ löschen?" in question.text
    assert read_page(stored().page).news

    assert office.post(f"{EDIT}/neuigkeiten/{item.id}/loeschen").status_code == 303
    assert not read_page(stored().page).news


def test_news_can_be_changed(office: Visitor) -> None:
    office.post(f"{EDIT}/neuigkeiten", {"title": "Der Kran", "text": "Er bleibt."})
    (item,) = read_page(stored().page).news

    data = {"title": "Der Kran bleibt", "text": "Für *immer*."}
    assert office.post(f"{EDIT}/neuigkeiten/{item.id}", data).status_code == 303

    (item,) = read_page(stored().page).news
    assert (item.title, item.html) == ("Der Kran bleibt", "<p>Für <em>immer</em>.</p>")


def test_a_date_on_site_takes_an_hour_unless_it_says_so(office: Visitor) -> None:
    data = {
        "title": "Rundgang",
        "place": "Am Kran",
        "starts_on": "2027-05-08",
        "starts_time": "14:00",
    }
    assert office.post(f"{EDIT}/termine", data).status_code == 303

    meeting = db.session.scalars(select(Meeting)).one()
    assert meeting.ends_at - meeting.starts_at == timedelta(hours=1)
    assert to_local(meeting.starts_at).date() == date(2027, 5, 8)
    page = office.post(f"{EDIT}/termine/{meeting.id}", {**data, "ends_time": "13:00"})
    assert page.status_code == 422
    assert "Das Ende liegt vor dem Beginn." in page.text


def test_another_projects_things_are_out_of_reach(
    office: Visitor, planner: Actor, project: Project
) -> None:
    writing.create_project(planner, "Anderes")
    phase = read_page(project.page).phases[0].id
    db.session.commit()

    assert office.get(f"/beteiligung/anderes/bearbeiten/phasen/{phase}").status_code == 404
    assert (
        office.post(f"/beteiligung/anderes/bearbeiten/phasen/{phase}/loeschen").status_code == 404
    )


def test_a_picture_needs_words_and_keeps_them(office: Visitor) -> None:
    upload = {"picture": (io.BytesIO(picture_bytes()), "Weg.png")}

    page = office.post(f"{EDIT}/bild", {**upload, "picture_alt": ""})

    assert page.status_code == 422
    assert "Bitte sagen Sie in einem Satz, was zu sehen ist." in page.text
    assert "Bitte beschreiben Sie" not in page.text, "the field says it once"
    assert stored().picture_id is None


def test_a_picture_is_kept_private_until_the_project_is_public(
    office: Visitor, client: FlaskClient, planner: Actor
) -> None:
    upload = {"picture": (io.BytesIO(picture_bytes()), "Weg.png")}
    assert office.post(f"{EDIT}/bild", {**upload, "picture_alt": "Ein Weg"}).status_code == 303
    file = db.session.scalars(select(File)).one()
    address = f"/dateien/{file.name}/medium"
    assert office.get(address).status_code == 200
    assert client.get(address, buffered=True).status_code == 404

    project = make_public(planner)

    assert client.get(address, buffered=True).status_code == 200
    page = client.get(project)
    assert f'src="{address}"' in page.text
    assert 'alt="Ein Weg"' in page.text


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(office: Visitor) -> None:
    upload = {"picture": (io.BytesIO(b"MZ nothing to see"), "Weg.png")}

    page = office.post(f"{EDIT}/bild", {**upload, "picture_alt": "Ein Weg"})

    assert page.status_code == 422
    assert 'id="picture-fehler"' in page.text
    assert 'value="Ein Weg"' in page.text
    assert db.session.scalars(select(File)).all() == []


def test_a_document_is_a_download_with_its_name(
    office: Visitor, client: FlaskClient, planner: Actor
) -> None:
    pdf = io.BytesIO(one_page("Lageplan", ["Zwei Strecken"]))
    data = {"document": (pdf, "plan.pdf"), "title": "Lageplan beider Strecken"}
    assert office.post(f"{EDIT}/unterlagen", data).status_code == 303
    path = make_public(planner)

    page = client.get(path)
    address = page.text.partition('href="/dateien/')[2].partition('"')[0]
    file = client.get(f"/dateien/{address}", buffered=True)

    assert "Lageplan beider Strecken" in page.text
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "Lageplan beider Strecken.pdf" in file.headers["Content-Disposition"]


def test_a_document_without_a_file_is_asked_for(office: Visitor) -> None:
    page = office.post(f"{EDIT}/unterlagen", {"title": "Lageplan"})

    assert page.status_code == 422
    assert "Bitte wählen Sie eine Datei." in page.text


def test_publishing_says_what_is_missing_and_leads_there(office: Visitor) -> None:
    office.post("/beteiligung/neu", {"title": "Bank am See", "summary": ""})

    page = office.post("/beteiligung/bank-am-see/veroeffentlichen")

    assert page.status_code == 422
    assert 'href="/beteiligung/bank-am-see/bearbeiten/rahmen"' in page.text
    assert "Eine Phase mit Beginn und Ende." in page.text


def test_a_project_lives_from_draft_to_archive_and_back(office: Visitor) -> None:
    path = f"/beteiligung/{SLUG}"

    assert office.post(f"{path}/veroeffentlichen").location == path
    assert state() == ScopeState.PUBLISHED
    assert office.post(f"{path}/veroeffentlichen").status_code == 409
    assert office.post(f"{path}/abschliessen", {"result": ""}).status_code == 422
    assert office.post(f"{path}/abschliessen", {"result": "Er kommt."}).location == path
    assert state() == ScopeState.CLOSED
    page = office.get(path)
    assert f'action="{path}/wieder-oeffnen"' in page.text  # undo, once
    office.post(f"{path}/archivieren")
    assert state() == ScopeState.ARCHIVED
    office.post(f"{path}/zurueckholen")
    assert state() == ScopeState.CLOSED
    office.post(f"{path}/wieder-oeffnen")
    assert state() == ScopeState.PUBLISHED


def test_a_result_can_be_said_better_later(office: Visitor) -> None:
    path = f"/beteiligung/{SLUG}"
    office.post(f"{path}/veroeffentlichen")
    office.post(f"{path}/abschliessen", {"result": "Er kommt."})

    office.post(f"{path}/abschliessen", {"result": "Er kommt am Wasser."})

    assert state() == ScopeState.CLOSED
    assert stored().result == "Er kommt am Wasser."


def test_a_planner_of_one_project_edits_only_that_one(
    client: FlaskClient, planner: Actor, project: Project
) -> None:
    writing.create_project(planner, "Anderes")
    helper = make_account("Hilfe", (Role.PLANNER, project.scope_id))
    db.session.commit()
    log_in(client, helper.id)

    assert client.get(EDIT).status_code == 200
    assert client.get("/beteiligung/anderes/bearbeiten").status_code == 404
    assert client.get("/beteiligung/neu").status_code == 403


def test_a_stale_page_keeps_what_was_typed(office: Visitor) -> None:
    page = office.post(
        f"{EDIT}/grunddaten", {**make_basics(text="Lang getippt."), "csrf_token": "alt"}
    )

    assert page.status_code == 422
    assert "Lang getippt." in page.text
    assert "Die Seite war zu lange offen." in page.text
