"""The editor by the test client: nothing typed is lost, mistakes stand at their field."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.town import Town
from tests.builders import make_account, make_actor
from tests.umfragen.made import answer, make_draft, make_open_survey
from tests.umfragen.surveys import Doc, every_kind, keys_by_name, options, question
from tests.visitors import Visitor
from umfragen import service
from umfragen.definition import Definition
from umfragen.definition.questions import Single
from umfragen.editing.library import TEMPLATES
from umfragen.models import Level, Response, State, Survey

PLAIN: list[Doc] = [
    question("single", "weg", options=options("rad", "bus")),
    question("number", "alter", low=0),
    question("long_text", "wunsch"),
]


@pytest.fixture
def account(town: Town) -> Account:
    return make_account("Jana Planung", (Role.PLANNER, None))


@pytest.fixture
def planner(town: Town) -> Actor:
    return make_actor(Role.PLANNER)


@pytest.fixture
def office(app: Flask, account: Account) -> Visitor:
    return Visitor(app, account)


@pytest.fixture
def survey(planner: Actor) -> Survey:
    made = make_draft(PLAIN, actor=planner)
    db.session.commit()
    return made


def draft(slug: str = "spielplatz-ahornweg") -> Definition:
    return service.draft_of(service.get_survey(slug))


def state(slug: str = "spielplatz-ahornweg") -> State:
    return service.get_survey(slug).state


EDIT = "/umfragen/spielplatz-ahornweg/bearbeiten"
ACCESS = "/umfragen/spielplatz-ahornweg/zugang"


def names_in_order() -> list[str]:
    return [asked.name for asked in draft().questions()]


def key_of(name: str) -> int:
    return keys_by_name(draft())[name]


def form_of(office: Visitor, path: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands: only hidden marks and texts."""
    page = office.get(path).text
    stand = page.split('name="stand"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    return {"stand": stand}


def weg(office: Visitor, **values: Any) -> dict[str, Any]:
    stand = form_of(office, f"{EDIT}/frage/{key_of('weg')}")
    texts = {"options-1": "Mit dem Rad", "options-2": "Mit dem Bus"}
    basic = {"text": "Wie kommen Sie?", "required": "no", "display": "list", "name": "weg"}
    return {**stand, **basic, **texts, **values}


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


# Access


def test_the_level_is_a_sentence_and_the_privacy_text_follows_it(
    office: Visitor, survey: Survey
) -> None:
    sent = {
        "level": int(Level.CODE),
        "sampling": "random",
        "population_n": "5000",
        "k_total": "30",
        "k_min": "5",
    }
    assert office.post(ACCESS, sent).status_code == 303
    page = office.get(ACCESS).text
    assert "ab 30 Antworten" in page
    assert "dass Ihr Code benutzt ist" in page
    refused = office.post(ACCESS, {**sent, "k_min": "1"})
    assert refused.status_code == 422
    assert 'id="k_min-fehler"' in refused.text


def test_codes_leave_once_as_letters_or_as_a_list(office: Visitor, survey: Survey) -> None:
    codes = f"{ACCESS}/codes"
    assert office.post(codes, {"count": "3", "art": "csv"}).status_code == 409
    office.post(
        ACCESS, {"level": int(Level.CODE), "sampling": "self", "k_total": "20", "k_min": "5"}
    )
    assert office.post(codes, {"count": "0", "art": "csv"}).status_code == 422
    table = office.post(codes, {"count": "3", "stratum": "=Nord", "art": "csv"})
    lines = table.text.splitlines()
    assert lines[0] == "\ufeffCode;Link mit Code;Adresse;Gruppe"
    assert len(lines) == 4
    code = lines[1].split(";")[0]
    assert (
        lines[1].endswith(
            f"/u/spielplatz-ahornweg?code={code};localhost:5000/u/spielplatz-ahornweg;'=Nord"
        )
        or code in lines[1]
    )
    made = service.get_survey("spielplatz-ahornweg")
    assert service.admission_for_code(made, code.lower())
    letters = office.post(codes, {"count": "2", "art": "pdf"})
    assert letters.headers["Content-Type"] == "application/pdf"
    assert letters.data.startswith(b"%PDF-1.4")
    assert letters.data.count(b"/Type/Page/") == 2
    assert "0 von 3 Codes sind benutzt." in office.get(ACCESS).text
    office.post(f"{codes}/ungueltig", {"gruppe": "=Nord"})
    assert "von 3 Codes" not in office.get(ACCESS).text


# Files


QUESTION = (
    "<qid>1</qid><parent_qid>0</parent_qid><sid>1</sid><gid>1</gid><type>S</type><title>name</title>"
    "<question>Wie &lt;b&gt;heißt&lt;/b&gt; der Platz?&lt;script&gt;x&lt;/script&gt;</question>"
    "<question_order>1</question_order><language>de</language><mandatory>N</mandatory>"
)
GROUP = "<gid>1</gid><sid>1</sid><group_name>Seite</group_name><language>de</language>"
TITLE = (
    "<surveyls_survey_id>1</surveyls_survey_id><surveyls_language>de</surveyls_language>"
    "<surveyls_title>Aus LimeSurvey</surveyls_title>"
)
TABLES = {
    "groups": GROUP,
    "questions": QUESTION,
    "surveys": "<sid>1</sid><language>de</language>",
    "surveys_languagesettings": TITLE,
}
STRUCTURE = (
    "<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>359</DBVersion>"
    "<languages><language>de</language></languages>"
    + "".join(f"<{name}><rows><row>{row}</row></rows></{name}>" for name, row in TABLES.items())
    + "</document>"
)


def test_a_file_becomes_a_draft_with_a_report(office: Visitor) -> None:
    scope = (
        office.get("/umfragen/import").text.split("<option", 1)[1].split('value="')[1].split('"')[0]
    )
    refused = office.post(
        "/umfragen/import", {"scope": scope, "file": (io.BytesIO(b"nichts"), "x.lss")}
    )
    assert refused.status_code == 422
    assert "Diese Art von Datei kennen wir nicht." in refused.text
    file = (io.BytesIO(STRUCTURE.encode()), "alt.lss")
    report = office.post("/umfragen/import", {"scope": scope, "file": file})
    assert report.status_code == 200
    assert "genau übernommen" in report.text
    assert "<script>x" not in report.text
    assert [asked.KIND for asked in draft("aus-limesurvey").questions()] == ["short_text"]


def test_a_survey_leaves_as_a_file_and_comes_back(office: Visitor, survey: Survey) -> None:
    before = draft()
    for ending in ("json", "lss"):
        file = office.get(f"{EDIT}/datei/{ending}")
        assert file.status_code == 200
        page = office.get("/umfragen/import").text
        scope = page.split("<option", 1)[1].split('value="')[1].split('"')[0]
        sent = {"scope": scope, "file": (io.BytesIO(file.data), f"x.{ending}")}
        report = office.post("/umfragen/import", sent)
        assert report.status_code == 200
        slug = report.text.split("/umfragen/spielplatz-ahornweg-", 1)[1].split("/")[0]
        assert draft(f"spielplatz-ahornweg-{slug}") == before
    assert office.get(f"{EDIT}/datei/exe").status_code == 404
    broken = {"scope": scope, "file": (io.BytesIO(b'{"title": 1}'), "x.json")}
    assert office.post("/umfragen/import", broken).status_code == 422


def test_an_open_survey_has_a_short_address_and_a_qr_code(office: Visitor, planner: Actor) -> None:
    make_open_survey(PLAIN, actor=planner)
    db.session.commit()
    assert "/u/spielplatz-ahornweg" in office.get(f"{EDIT}/oeffnen").text
    picture = office.get(f"{EDIT}/qr.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.data
