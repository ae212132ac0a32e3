"""Who may answer, code letters, files, and the doors to the editor."""

import io

from flask import Flask

from kern.actor import Actor
from kern.db import db
from tests.umfragen.editor import (
    ACCESS,
    EDIT,
    PLAIN,
    draft,
)
from tests.umfragen.made import make_open_survey
from tests.visitors import Visitor
from umfragen import service
from umfragen.models import Level, Survey


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
    assert "0 von 3 Codes sind benutzt." in office.get(f"{ACCESS}/briefe").text
    again = office.post(f"{ACCESS}/erinnern", {"codes": table.text, "art": "csv"})
    assert [line.split(";")[0] for line in again.text.splitlines()[1:]] == sorted(
        line.split(";")[0] for line in lines[1:]
    )
    none = office.post(f"{ACCESS}/erinnern", {"codes": "0000-0000-000", "art": "pdf"})
    assert none.status_code == 422
    assert "noch unbenutzt" in none.text
    office.post(f"{codes}/ungueltig", {"gruppe": "=Nord"})
    assert "von 3 Codes" not in office.get(f"{ACCESS}/briefe").text


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


def test_the_doors_to_the_editor_are_open_to_the_office_only(
    office: Visitor, survey: Survey, app: Flask
) -> None:
    guest = Visitor(app)
    assert "/umfragen/neu" in office.get("/umfragen/").text
    assert "/umfragen/neu" not in guest.get("/umfragen/").text
    assert f'href="{EDIT}"' in office.get("/umfragen/spielplatz-ahornweg").text


def test_a_test_begins_in_the_editor_and_never_counts(office: Visitor, survey: Survey) -> None:
    page = office.get(f"{EDIT}/vorschau").text
    assert 'name="probe" value="1"' in page
    assert 'name="language" value="de"' in page
    begun = office.post(
        "/umfragen/spielplatz-ahornweg/ausfuellen", {"probe": "1", "language": "de"}
    )
    assert begun.status_code == 303
    assert "zählen nicht" in office.get(begun.headers["Location"]).text
