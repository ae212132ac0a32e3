"""The editor by the test client: nothing typed is lost, mistakes stand at their field."""

from datetime import timedelta

from flask import Flask

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from tests.builders import make_account
from tests.umfragen.editor import (
    EDIT,
    PLAIN,
    draft,
    form_of,
    key_of,
    names_in_order,
    state,
    weg,
)
from tests.umfragen.made import answer, make_draft, make_open_survey
from tests.umfragen.surveys import every_kind, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.definition.questions import Single
from umfragen.editing.library import TEMPLATES
from umfragen.models import Response, State, Survey


def test_every_page_opens_for_every_kind_of_question(office: Visitor, planner: Actor) -> None:
    last = question("info", "ende", text="Danke {weg.shown}", show_if='weg == "rad"')
    made = make_draft(every_kind(), [last], actor=planner)
    db.session.commit()
    pages = [page.key for page in draft().pages]
    keys = [asked.key for asked in draft().questions()]
    paths = [
        *("", "/frage/neu", "/sprachen", "/sprachen/de", "/vorschau", "/probelauf", "/grunddaten"),
        *("/termine", "/oeffnen", "/aenderungen", f"/seite/{pages[0]}"),
        *(f"/frage/{key}" for key in keys),
        *(f"/vorschau/seite/{key}" for key in pages),
        *(f"/bedingung/frage/{keys[-1]}", f"/bedingung/frage/{keys[-1]}?experte=1"),
        *(f"/bedingung/seite/{pages[1]}", f"/bedingung/options/{keys[0]}/1"),
        f"/frage/{keys[0]}/options/1",
    ]
    answers = {path: office.get(f"{EDIT}{path}").status_code for path in paths}
    assert {path: status for path, status in answers.items() if status != 200} == {}
    assert office.get(f"/umfragen/{made.slug}/zugang").status_code == 200
    assert office.get("/umfragen/neu").status_code == 200


def test_a_survey_begins_blank_from_a_template_or_as_a_copy(office: Visitor) -> None:
    scope = (
        office.get("/umfragen/neu").text.split("<option", 1)[1].split('value="', 1)[1].split('"')[0]
    )
    refused = office.post("/umfragen/neu", {"title": "", "scope": scope, "template": ""})
    assert refused.status_code == 422
    assert "Bitte geben Sie der Umfrage einen Titel." in refused.text
    made = office.post(
        "/umfragen/neu", {"title": "Mein Platz", "scope": scope, "template": "spielplatz"}
    )
    assert made.headers["Location"] == "/umfragen/mein-platz/bearbeiten"
    template = TEMPLATES["spielplatz"].definition
    assert [asked.name for asked in draft("mein-platz").questions()] == [
        asked.name for asked in template.questions()
    ]
    copied = office.post(
        "/umfragen/neu", {"title": "", "scope": scope, "template": "kopie:mein-platz"}
    )
    assert copied.headers["Location"] == "/umfragen/mein-platz-kopie/bearbeiten"


# A question


def test_a_question_is_saved_with_its_answers(office: Visitor, survey: Survey) -> None:
    path = f"{EDIT}/frage/{key_of('weg')}"
    sent = weg(office, has_other="y", other_text="Anders", required="yes")
    assert office.post(path, sent).status_code == 303
    asked = next(draft().questions())
    assert isinstance(asked, Single)
    assert asked.text.say("de") == "Wie kommen Sie?"
    assert [option.text.say("de") for option in asked.options] == ["Mit dem Rad", "Mit dem Bus"]
    assert asked.other is not None
    assert asked.required == "yes"


def test_a_button_saves_what_was_typed_before_it_acts(office: Visitor, survey: Survey) -> None:
    path = f"{EDIT}/frage/{key_of('weg')}"
    office.post(path, weg(office, tun="options:runter:1"))
    pasted = {"pasted": "- Zu Fuß\n- Mit dem Rad", "tun": "options:einfuegen"}
    office.post(path, weg(office, **pasted))
    asked = next(draft().questions())
    assert isinstance(asked, Single)
    assert [option.text.say("de") for option in asked.options] == [
        "Mit dem Bus",
        "Mit dem Rad",
        "Zu Fuß",
    ]


def test_wrong_settings_keep_what_was_typed_and_stand_at_the_field(
    office: Visitor, survey: Survey
) -> None:
    path = f"{EDIT}/frage/{key_of('alter')}"
    sent = form_of(office, path) | {"text": "Wie alt?", "required": "no", "name": "alter"}
    page = office.post(path, {**sent, "low": "5", "high": "2,5"})
    assert page.status_code == 422
    assert 'id="high-fehler"' in page.text
    assert 'value="2,5"' in page.text
    assert "Wie alt?" in page.text
    assert [asked.text.say("de") for asked in draft().questions()][1] == "Frage alter?"
    page = office.post(path, {**sent, "low": "fünf"})
    assert page.status_code == 422
    assert 'value="fünf"' in page.text


def test_two_editors_of_one_question_notice_each_other(
    office: Visitor, survey: Survey, app: Flask
) -> None:
    other = Visitor(app, make_account("Ute Bau", (Role.PLANNER, None)))
    path = f"{EDIT}/frage/{key_of('weg')}"
    mine = weg(office, text="Mein Wortlaut?")
    theirs = form_of(other, path) | {**mine, "text": "Ihr Wortlaut?"}
    assert other.post(path, theirs).status_code == 303
    page = office.post(path, mine)
    assert page.status_code == 409
    assert "Mein Wortlaut?" in page.text
    assert "Ihr Wortlaut?" in page.text
    assert next(draft().questions()).text.say("de") == "Ihr Wortlaut?"
    again = {
        **mine,
        "stand": page.text.split('name="stand"')[1].split('value="')[1].split('"')[0],
    }
    assert office.post(path, again).status_code == 303
    assert next(draft().questions()).text.say("de") == "Mein Wortlaut?"


def test_two_editors_of_two_questions_do_not_disturb_each_other(
    office: Visitor, survey: Survey
) -> None:
    first = weg(office, text="Neu?")
    path = f"{EDIT}/frage/{key_of('wunsch')}"
    second = form_of(office, path) | {"text": "Auch neu?", "required": "no", "name": "wunsch"}
    assert office.post(f"{EDIT}/frage/{key_of('weg')}", first).status_code == 303
    assert office.post(path, second).status_code == 303
    assert [asked.text.say("de") for asked in draft().questions()] == [
        "Neu?",
        "Frage alter?",
        "Auch neu?",
    ]


def test_questions_move_go_and_come_back(office: Visitor, survey: Survey) -> None:
    office.post(f"{EDIT}/aufbau", {"tun": "runter", "key": key_of("weg")})
    assert names_in_order() == ["alter", "weg", "wunsch"]
    page = draft().pages[0].key
    office.post(
        f"{EDIT}/aufbau", {"tun": "verschieben", "key": key_of("wunsch"), "ziel": f"{page}-1"}
    )
    assert names_in_order() == ["wunsch", "alter", "weg"]
    gone = office.post(f"{EDIT}/aufbau", {"tun": "entfernen", "key": key_of("alter")})
    assert names_in_order() == ["wunsch", "weg"]
    assert "Frage entfernt" in office.get(gone.headers["Location"]).text
    office.post(f"{EDIT}/zurueck")
    assert names_in_order() == ["wunsch", "alter", "weg"]
    office.post(f"{EDIT}/wieder")
    assert names_in_order() == ["wunsch", "weg"]
    assert office.post(f"{EDIT}/zurueck?stand=1").status_code == 409


def test_a_question_comes_from_the_bank_or_blank_onto_the_page_asked_for(
    office: Visitor, survey: Survey
) -> None:
    office.post(f"{EDIT}/aufbau", {"tun": "seite", "key": 0})
    first, second = (page.key for page in draft().pages)
    made = office.post(f"{EDIT}/frage/neu", {"seite": first, "kind": "single", "bank": "alter"})
    assert made.status_code == 303
    office.post(f"{EDIT}/frage/neu", {"seite": second, "kind": "place", "bank": "", "text": "Wo?"})
    assert [asked.name for asked in draft().pages[0].questions][-1] == "alterx2"
    assert [asked.KIND for asked in draft().pages[1].questions] == ["place"]


# Conditions


def test_a_condition_is_built_without_scripts(office: Visitor, survey: Survey) -> None:
    path = f"{EDIT}/bedingung/frage/{key_of('wunsch')}"
    asked = {"stand": "", "verbindung": "und", "frage": "weg", "vergleich": "", "wert": ""}
    page = office.post(path, {**asked, "tun": "fragen"})
    assert "Antwort rad" in page.text
    refused = office.post(path, {**asked, "vergleich": "is", "tun": "sichern"})
    assert refused.status_code == 422
    assert "Bitte wählen Sie eine Antwort." in refused.text
    both = {
        "stand": "",
        "verbindung": ["und", "oder"],
        "frage": ["weg", "alter"],
        "vergleich": ["is", "more"],
        "wert": ["rad", "17"],
        "tun": "sichern",
    }
    assert office.post(path, both).status_code == 303
    assert [asked.show_if for asked in draft().questions()][2] == 'weg == "rad" or alter > 17'


def test_an_expression_with_a_mistake_is_refused_where_it_stands(
    office: Visitor, survey: Survey
) -> None:
    path = f"{EDIT}/bedingung/frage/{key_of('wunsch')}"
    page = office.post(path, {"stand": "", "experte": "1", "source": "wge == 1"})
    assert page.status_code == 422
    assert "Meinten Sie „weg“?" in page.text
    assert "wge == 1" in page.text
    office.post(path, {"stand": "=", "experte": "1", "source": "alter * 2 > 30"})
    assert "lässt sich nur als Ausdruck schreiben" in office.get(path).text
    late = office.post(path, {"stand": "=", "experte": "1", "source": "alter > 3"})
    assert late.status_code == 409
    assert "alter &gt; 3" in late.text


# Languages


def test_languages_stand_side_by_side_and_say_what_is_missing(
    office: Visitor, survey: Survey
) -> None:
    made = office.post(f"{EDIT}/sprachen", {"tun": "neu", "sprache": "en"})
    assert made.headers["Location"] == f"{EDIT}/sprachen/en"
    stand = form_of(office, f"{EDIT}/sprachen/en")
    office.post(f"{EDIT}/sprachen/en", {**stand, "t-title": "Playground"})
    assert draft().title.say("en") == "Playground"
    stand = form_of(office, f"{EDIT}/sprachen/en")
    page = office.post(f"{EDIT}/sprachen/en", {**stand, "t-title": "x" * 400})
    assert page.status_code == 422
    assert 'id="t-title-fehler"' in page.text
    assert "x" * 400 in page.text


# Before opening, and from then on


def test_the_checklist_names_what_is_missing_and_opens_when_all_is_there(
    office: Visitor, survey: Survey
) -> None:
    page = office.post(f"{EDIT}/oeffnen", {"tun": "oeffnen"})
    assert page.status_code == 422
    assert "Das Ende fehlt." in page.text
    assert state() == State.DRAFT
    day = (to_local(now()) + timedelta(days=20)).date()
    office.post(f"{EDIT}/termine", {"closes_on": day.isoformat()})
    assert office.post(f"{EDIT}/oeffnen", {"tun": "oeffnen"}).status_code == 303
    assert state() == State.OPEN
    office.post(f"{EDIT}/oeffnen", {"tun": "unterbrechen"})
    assert state() == State.PAUSED
    office.post(f"{EDIT}/oeffnen", {"tun": "weiter"})
    later = (day + timedelta(days=7)).isoformat()
    refused = office.post(f"{EDIT}/verlaengern", {"closes_on": later, "reason": ""})
    assert refused.status_code == 422
    office.post(f"{EDIT}/verlaengern", {"closes_on": later, "reason": "Die Ferien."})
    assert service.get_survey("spielplatz-ahornweg").extensions[0]["reason"] == "Die Ferien."
    office.post(f"{EDIT}/oeffnen", {"tun": "beenden"})
    assert state() == State.CLOSED
    office.post(f"{EDIT}/oeffnen", {"tun": "archivieren"})
    assert state() == State.ARCHIVED


def test_four_eyes_need_a_second_person(office: Visitor, survey: Survey, app: Flask) -> None:
    day = (to_local(now()) + timedelta(days=20)).date()
    office.post(f"{EDIT}/termine", {"closes_on": day.isoformat(), "four_eyes": "y"})
    office.post(f"{EDIT}/oeffnen", {"tun": "vorlegen"})
    assert state() == State.SUBMITTED
    assert office.post(f"{EDIT}/oeffnen", {"tun": "zustimmen"}).status_code == 403
    second = Visitor(app, make_account("Ute Bau", (Role.PLANNER, None)))
    second.post(f"{EDIT}/oeffnen", {"tun": "zustimmen"})
    assert state() == State.OPEN


def test_a_running_survey_shows_what_changes_and_refuses_what_would_mix_answers(
    office: Visitor, planner: Actor
) -> None:
    made = make_open_survey(PLAIN, actor=planner)
    answer(made, weg=1)
    db.session.commit()
    path = f"{EDIT}/frage/{key_of('weg')}"
    assert office.post(f"{path}/art", {"kind": "multiple"}).status_code == 422
    office.post(path, weg(office, text="Wie kommen Sie hierher?", tun="options:entfernen:2"))
    asked = next(draft().questions())
    assert isinstance(asked, Single)
    assert [option.retired for option in asked.options] == [False, True]
    page = office.get(f"{EDIT}/aenderungen").text
    assert "Unbedenklich" in page
    assert "Der Wortlaut ist anders." in page
    refused = office.post(f"{EDIT}/aenderungen", {"note": "Klarer gefragt."})
    assert refused.status_code == 422
    assert 'id="same_meaning-fehler"' in refused.text
    office.post(f"{EDIT}/aenderungen", {"note": "Klarer gefragt.", "same_meaning": "y"})
    assert service.get_survey("spielplatz-ahornweg").current_version == 2
    assert "Klarer gefragt." in office.get(f"{EDIT}/aenderungen").text


def test_robots_leave_no_answer_behind(office: Visitor, survey: Survey) -> None:
    page = office.get(f"{EDIT}/probelauf").text
    assert "Diese Zahlen sind erfunden" in page
    assert db.session.query(Response).count() == 0
