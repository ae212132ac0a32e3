import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kern import clock
from kern.accounts.permissions import Role
from kern.clock import now
from kern.db import db
from kern.town import Town
from tests.builders import make_account, make_actor, make_project
from tests.umfragen.asked_pages import sent
from tests.umfragen.made import make_draft, make_open_survey
from tests.umfragen.surveys import Doc, every_kind, options, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import AnswerDraft, Inbox, Level
from umfragen.service.access import admission_for_address
from umfragen.store.inbox import Waiting

TWO_PAGES = (
    [question("single", "weg", options=options("rad", "bus"), required="yes")],
    [
        question("short_text", "linie", show_if='weg == "bus"', required="yes"),
        question("short_text", "name", required="soft"),
    ],
)


@dataclass(frozen=True)
class Opened:
    """What outlives the session of a request."""

    slug: str
    keys: Mapping[str, int]


def opened(*pages: list[Doc], **more: Any) -> Opened:
    survey = make_open_survey(*pages, **more)
    questions = service.plan_of(survey).questions
    found = Opened(survey.slug, {asked.name: key for key, asked in questions.items()})
    db.session.commit()
    return found


@pytest.fixture
def survey(town: Town) -> Opened:
    return opened(*TWO_PAGES)


def begin(client: FlaskClient, slug: str, **form: str) -> str:
    """The address of the first page."""
    response = client.post(f"/umfragen/{slug}/ausfuellen", data=form)
    assert response.status_code == 303, response.text
    return response.location


def fields(survey: Opened, **named: str) -> dict[str, str]:
    return {f"f{survey.keys[name]}": value for name, value in named.items()}


def answer(client: FlaskClient, page: str, survey: Opened, **named: str) -> str:
    """What the page sends without a script, with these answers; the address it leads to."""
    form = sent(client.get(page).text).fields
    form = {name: values for name, values in form.items() if name not in {"website", "q"}}
    response = client.post(page, data={**form, **fields(survey, **named), "weg": "weiter"})
    assert response.status_code == 303, response.text
    return response.location


def test_somebody_answers_without_a_script_or_a_cookie(client: FlaskClient, survey: Opened) -> None:
    page = begin(client, survey.slug)
    page = answer(client, page, survey, weg="1")
    page = answer(client, page, survey, name="Ich")
    check = client.get(page)
    assert "Stimmt alles so?" in check.text
    assert "Ich" in check.text
    thanks = client.post(page.replace("pruefen", "absenden"))
    code = re.search(r'df-code">([^<]+)<', thanks.text)
    assert thanks.status_code == 200
    assert code is not None
    again = client.post(page.replace("pruefen", "absenden"))
    assert code[1] in again.text
    assert "Gezählt haben wir einmal" in again.text
    assert not client._cookies  # none was set at all
    db.session.rollback()
    assert db.session.query(Inbox).count() == 1
    assert db.session.query(AnswerDraft).count() == 0


def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, survey: Opened
) -> None:
    page = begin(client, survey.slug)
    refused = client.post(page, data={"seen": "2", "weg": "weiter"})
    assert refused.status_code == 422
    assert "Bitte wählen Sie eine Antwort." in refused.text
    page = answer(client, page, survey, weg="2")
    form = {**fields(survey, name="Ich"), "seen": sent(client.get(page).text).fields["seen"][0]}
    refused = client.post(page, data=form)
    assert refused.status_code == 422
    assert 'value="Ich"' in refused.text


def test_a_question_that_an_answer_brings_up_is_asked_before_going_on(
    client: FlaskClient, town: Town
) -> None:
    survey = opened(
        [
            question("yes_no", "hund"),
            question("short_text", "rasse", show_if='hund == "Y"', required="yes"),
        ]
    )
    page = begin(client, survey.slug)
    back = answer(client, page, survey, hund="1")
    assert back.startswith(page)
    shown = client.get(back)
    assert "noch eine Frage" in shown.text
    assert "data-errors" not in shown.text
    assert answer(client, page, survey, rasse="Dackel").endswith("/pruefen")


def test_a_gap_may_be_left_on_purpose(client: FlaskClient, survey: Opened) -> None:
    page = answer(client, begin(client, survey.slug), survey, weg="1")
    seen = sent(client.get(page).text).fields["seen"][0]
    asked = client.post(page, data={"seen": seen})
    assert "Möchten Sie etwas auslassen?" in asked.text
    assert 'name="trotzdem"' in asked.text
    assert client.post(page, data={"seen": seen, "trotzdem": "1"}).status_code == 303


def test_back_keeps_the_answers_and_asks_for_none(client: FlaskClient, survey: Opened) -> None:
    first = begin(client, survey.slug)
    second = answer(client, first, survey, weg="2")
    back = client.post(second, data={**fields(survey, linie="5"), "weg": "zurueck"})
    assert back.location == first
    assert 'value="2" checked' in client.get(first).text
    assert 'value="5"' in client.get(second).text


def test_every_kind_of_question_goes_through_its_page(client: FlaskClient, town: Town) -> None:
    survey = opened(every_kind())
    page = begin(client, survey.slug)
    whole = client.get(page)
    assert len(whole.data) < 65_000
    assert whole.headers["Referrer-Policy"] == "no-referrer"
    assert whole.headers["Cache-Control"] == "private, no-store"
    given = {
        **fields(survey, weg="1", alter="44", lang="Ein Satz.\nNoch einer.", tag="2026-12-24"),
        **fields(survey, note="4", punkt="54.17, 10.42", mail="a@b.de", hier="1"),
    }
    form = sent(whole.text).fields
    response = client.post(page, data={**form, **given})
    assert response.status_code == 303, response.text
    check = client.get(response.location).text
    for words in ("Antwort rad", "44", "24.12.2026", "1 Punkt auf der Karte", "a@b.de"):
        assert words in check


def test_a_draft_goes_on_with_a_code_and_can_be_thrown_away(
    client: FlaskClient, app: Flask, survey: Opened
) -> None:
    page = begin(client, survey.slug)
    later = client.post(page, data={**fields(survey, weg="2"), "weg": "spaeter"})
    code = re.search(r'df-code">([^<]+)<', later.text)
    assert code is not None
    other = Visitor(app)
    assert other.post(f"/umfragen/{survey.slug}/weiter", {"code": "7F4K"}).status_code == 422
    there = other.post(f"/umfragen/{survey.slug}/weiter", {"code": code[1].lower()}).location
    assert 'value="2" checked' in other.get(there).text
    assert client.get(page).status_code == 404
    dropped = other.post(there.rpartition("/")[0] + "/loeschen")
    assert dropped.status_code == 303
    assert other.get(there).status_code == 404


def test_a_device_answers_once(client: FlaskClient, town: Town) -> None:
    survey = opened([question("yes_no", "q")], level=Level.DEVICE)
    page = answer(client, begin(client, survey.slug), survey, q="1")
    assert client.post(page.replace("pruefen", "absenden")).status_code == 200
    again = client.post(f"/umfragen/{survey.slug}/ausfuellen")
    assert again.status_code == 409
    assert "Von diesem Gerät wurde schon geantwortet." in again.text


def test_an_account_answers_once_and_is_asked_to_log_in(app: Flask, town: Town) -> None:
    survey = opened([question("yes_no", "q")], level=Level.ACCOUNT)
    account = make_account()
    guest, person = Visitor(app), Visitor(app, account)
    assert "Anmelden und beginnen" in guest.get(f"/umfragen/{survey.slug}").text
    path = f"/umfragen/{survey.slug}/ausfuellen"
    page = person.post(path).location
    check = person.post(page, fields(survey, q="1")).location
    assert person.post(check.replace("pruefen", "absenden")).status_code == 200
    assert person.post(path).status_code == 409


def test_an_address_is_confirmed_by_a_button_and_counts_once(
    client: FlaskClient, town: Town
) -> None:
    survey = opened([question("yes_no", "q")], level=Level.ADDRESS)
    admission = admission_for_address(service.get_survey(survey.slug), "ich@beispiel.de")
    db.session.rollback()
    asked = client.post(f"/umfragen/{survey.slug}/ausfuellen", data={"email": "ich@beispiel.de"})
    assert "Bitte sehen Sie in Ihr Postfach" in asked.text
    wrong = client.post(f"/umfragen/{survey.slug}/ausfuellen", data={"email": "ich@"})
    assert wrong.status_code == 422
    door = f"/umfragen/{survey.slug}/zutritt/{admission}"
    assert "Umfrage beginnen" in client.get(door).text
    page = client.post(door).location
    check = client.post(page, data=fields(survey, q="1")).location
    assert client.post(check.replace("pruefen", "absenden")).status_code == 200
    again = client.post(door).location
    check = client.post(again, data=fields(survey, q="1")).location
    refused = client.post(check.replace("pruefen", "absenden"))
    assert refused.status_code == 409
    assert "Mit dieser E-Mail-Adresse wurde schon geantwortet." in refused.text


def test_a_trial_counts_nowhere_and_says_so(app: Flask, town: Town) -> None:
    slug = make_draft(*TWO_PAGES).slug
    planner = make_account(None, (Role.PLANNER, None))
    db.session.commit()
    person = Visitor(app, planner)
    assert Visitor(app).get(f"/umfragen/{slug}").status_code == 404
    assert "Das ist ein Entwurf" in person.get(f"/umfragen/{slug}").text
    page = person.post(f"/umfragen/{slug}/ausfuellen", {"probe": "1"}).location
    assert "Ihre Antworten zählen nicht" in person.get(page).text


def test_before_after_and_in_between_the_page_says_why_nobody_answers(
    client: FlaskClient, town: Town
) -> None:
    actor = make_actor(Role.PLANNER)
    running = make_open_survey(*TWO_PAGES, closes_at=now() + timedelta(days=2))
    paused = make_open_survey(*TWO_PAGES, title="Pause")
    service.pause(actor, paused)
    closed = make_open_survey(*TWO_PAGES, title="Vorbei")
    service.close(actor, closed)
    slug, waits, over = running.slug, paused.slug, closed.slug
    db.session.commit()
    assert "gerade unterbrochen" in client.get(f"/umfragen/{waits}").text
    assert "ist beendet" in client.get(f"/umfragen/{over}").text
    assert client.post(f"/umfragen/{over}/ausfuellen").status_code == 409
    page = begin(client, slug)
    with clock.at(now() + timedelta(days=3)):
        assert "ist beendet" in client.get(f"/umfragen/{slug}").text
        late = client.post(page, data={"seen": "2", "weg": "zurueck"})
        assert late.status_code == 409
    listed = client.get("/umfragen/").text
    assert listed.index("Spielplatz Ahornweg") < listed.index("Vorbei")
    assert client.get(f"/u/{slug}").location == f"/umfragen/{slug}"


def test_the_start_page_promises_what_the_survey_keeps(client: FlaskClient, town: Town) -> None:
    survey = opened(*TWO_PAGES, level=Level.CODE)
    text = client.get(f"/umfragen/{survey.slug}").text
    assert "Wir speichern nicht: Ihren Namen" in text
    assert "dass Ihr Code benutzt ist" in text
    assert "erst ab 20 Antworten" in text
    wrong = client.post(f"/umfragen/{survey.slug}/ausfuellen", data={"code": "AAAA"})
    assert wrong.status_code == 422
    assert 'value="AAAA"' in wrong.text
    letter = client.get(f"/u/{survey.slug}?code=ABCD-EF")
    assert letter.status_code == 303
    assert "ABCD" not in letter.location
    assert 'value="ABCD-EF"' in client.get(letter.location).text


def test_with_the_code_somebody_changes_and_withdraws_their_answers(
    client: FlaskClient, app: Flask, survey: Opened
) -> None:
    page = answer(client, begin(client, survey.slug), survey, weg="1")
    page = answer(client, page, survey, name="Ich")
    found = re.search(r'df-code">([^<]+)<', client.post(page.replace("pruefen", "absenden")).text)
    assert found is not None
    other, path = Visitor(app), f"/umfragen/{survey.slug}/antwort"
    assert other.post(path, {"code": "7F4K", "tat": "aendern"}).status_code == 422
    first = other.post(path, {"code": found[1], "tat": "aendern"}).location
    assert "Sie ändern Antworten" in other.get(first).text
    second = answer(other.client, first, survey, weg="1")
    check = answer(other.client, second, survey, name="Jemand")
    assert other.post(check.replace("pruefen", "absenden")).status_code == 200
    db.session.rollback()
    (row,) = db.session.query(Inbox).all()
    assert Waiting.read(row).answers[str(survey.keys["name"])] == "Jemand"
    asked = other.post(path, {"code": found[1], "tat": "zurueckziehen"})
    assert "Sollen wir Ihre Antworten löschen?" in asked.text
    gone = other.post(path, {"code": found[1], "tat": "sicher"})
    assert "Ihre Antworten sind gelöscht" in gone.text
    assert db.session.query(Inbox).count() == 0


def test_a_project_shows_its_surveys_and_none_that_is_only_prepared(
    client: FlaskClient, town: Town
) -> None:
    scope = make_project().scope
    path = scope.path
    make_draft(scope=scope, title="Noch ein Entwurf")
    db.session.commit()
    assert "Noch ein Entwurf" not in client.get(path).text

    open_one = make_open_survey(scope=scope, title="Spielgeräte am Ahornweg")
    db.session.commit()
    page = client.get(path).text

    assert "Spielgeräte am Ahornweg" in page
    assert "Noch ein Entwurf" not in page
    service.close(make_actor(Role.PLANNER), service.get_survey_by_id(open_one.id))
    db.session.commit()
    assert "Spielgeräte am Ahornweg" in client.get(path).text


def test_a_survey_that_is_over_leads_to_results_only_where_there_are_some(
    client: FlaskClient, survey: Opened
) -> None:
    service.close(make_actor(Role.PLANNER), service.get_survey(survey.slug))
    db.session.commit()

    page = client.get(f"/umfragen/{survey.slug}").text

    assert "Diese Umfrage ist beendet" in page
    assert "/ergebnis" not in page
