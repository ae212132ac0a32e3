"""The office brings surveys and answers along, and takes them away again, by command."""

import csv
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from kern.accounts.permissions import Role
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.scope import town_scope
from kern.town import Town
from tests.builders import make_actor
from tests.umfragen.limesurvey_files import archive, survey
from tests.umfragen.made import make_draft
from umfragen import service
from umfragen.definition import dumps, load
from umfragen.exchange.files import read_file
from umfragen.exchange.formats import Format
from umfragen.models import Survey
from umfragen.service import exchanging
from umfragen.service.surveys import get_survey
from umfragen.store import rows
from umfragen.store.plans import draft_of

STRUCTURE = survey(
    {"type": "Y", "title": "ja"},
    {"type": "T", "title": "warum", "relevance": 'ja == "Y"'},
    {"type": "?", "title": "fremd"},
)
ANSWERS = [
    {"_7X1X1": "Y", "_7X1X2": "=1+1 Grüße", "submitdate": "2024-03-05 10:00:00"},
    {"_7X1X1": "N", "submitdate": "1980-01-01 00:00:00"},
    {"_7X1X1": "Y", "submitdate": ""},
]
ARCHIVE = archive(STRUCTURE, ANSWERS)


@pytest.fixture
def runner(app: Flask, town: Town) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def published(town: Town) -> Survey:
    """A survey made of the archive, with a version."""
    actor = make_actor(Role.PLANNER)
    made = exchanging.import_survey(actor, town_scope(), ARCHIVE).survey
    service.publish_version(actor, made)
    db.session.commit()
    return made


def bring(survey: Survey, data: bytes, structure: bytes = b"") -> list[int]:
    bringing = exchanging.open_handed(make_actor(Role.PLANNER), survey, data, structure)
    return list(exchanging.import_answers(survey, bringing))


def test_a_file_becomes_a_draft_and_the_report_is_told(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "umfrage.lsa"
    file.write_bytes(ARCHIVE)
    done = runner.invoke(args=["umfragen", "import", str(file), "--title", "Der Ahornweg"])
    assert done.exit_code == 0, done.output
    assert "3 Fragen: 2 übernommen, 0 angenähert, 1 entfallen." in done.output
    assert "- fremd (entfallen)\n    Diese Art von Frage gibt es hier nicht." in done.output
    assert "/umfragen/der-ahornweg." in done.output
    assert "2 Antworten" in done.output
    definition = draft_of(get_survey("der-ahornweg"))
    assert [question.name for question in definition.questions()] == ["ja", "warum"]
    assert definition.title.say("de") == "Der Ahornweg"


def test_a_file_we_cannot_read_ends_with_a_sentence(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "bild.png"
    file.write_bytes(b"\x89PNG")
    done = runner.invoke(args=["umfragen", "import", str(file)])
    assert done.exit_code == 1
    assert done.output.strip() == "Diese Art von Datei kennen wir nicht."


def test_answers_come_once_with_their_day(published: Survey) -> None:
    for _ in range(2):
        assert bring(published, ARCHIVE)[-1] == 2
    found = sorted(rows.stream(published), key=lambda row: row.day)
    assert len(found) == published.answers_count == 2
    assert {row.source for row in found} == {"import"}
    assert str(found[0].day) == "2024-03-05"
    assert "=1+1 Grüße" in found[0].answers.values()


def test_answers_to_other_questions_are_not_taken(town: Town) -> None:
    actor = make_actor(Role.PLANNER)
    other = make_draft()
    with pytest.raises(Conflict, match="Fassung"):
        bring(other, ARCHIVE)
    service.publish_version(actor, other)
    with pytest.raises(Conflict, match="anderen Fragen"):
        bring(other, ARCHIVE)


def test_only_the_office_brings_files(town: Town, published: Survey) -> None:
    citizen = make_actor()
    with pytest.raises(NotAllowed):
        exchanging.import_survey(citizen, town_scope(), STRUCTURE)
    with pytest.raises(NotAllowed):
        exchanging.open_handed(citizen, published, ARCHIVE)
    with pytest.raises(NotAllowed):
        exchanging.export_survey(citizen, published, Format.LSS)
    with pytest.raises(Invalid) as refused:
        exchanging.import_survey(make_actor(Role.PLANNER), town_scope(), b"")
    assert refused.value.field == "file"


@pytest.mark.parametrize("form", ["lss", "xlsform", "json"])
def test_questions_go_out_and_come_back(
    runner: FlaskCliRunner, published: Survey, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"aus.{form}"
    args = ["umfragen", "export", published.slug, "--format", form, "--output", str(file)]
    done = runner.invoke(args=args)
    assert done.exit_code == 0, done.output
    assert dumps(read_file(file.read_bytes()).definition) == dumps(draft_of(published))


def test_answers_go_out_with_a_bar(
    runner: FlaskCliRunner, published: Survey, tmp_path: Path
) -> None:
    file = tmp_path / "umfrage.lsa"
    file.write_bytes(ARCHIVE)
    slug = published.slug
    done = runner.invoke(args=["umfragen", "import", str(file), "--answers-into", slug])
    assert done.exit_code == 0, done.output
    assert "Gelesen: 2 Antworten." in done.output
    assert "nicht dabei: 1." in done.output
    out = {form: tmp_path / form for form in ("csv", "antworten-json", "spss", "xlsx")}
    for form, path in out.items():
        args = ["umfragen", "export", slug, "--format", form, "--output", str(path)]
        done = runner.invoke(args=args)
        assert done.exit_code == 0, done.output
        assert "Antworten" in done.output
    with out["csv"].open(encoding="utf-8", newline="") as lines:
        found = sorted(csv.DictReader(lines), key=lambda row: row["ja"])
    assert [row["ja"] for row in found] == ["N", "Y"]
    assert found[1]["warum"] == "'=1+1 Grüße"
    whole = json.loads(out["antworten-json"].read_text(encoding="utf-8"))
    assert load(whole["definition"]) == draft_of(get_survey(slug))
    assert len(whole["answers"]) == 2
    assert out["spss"].read_bytes().startswith(b"PK")


def test_a_table_of_answers_goes_into_the_survey_of_its_structure(
    runner: FlaskCliRunner, published: Survey, tmp_path: Path
) -> None:
    table, structure = tmp_path / "antworten.csv", tmp_path / "umfrage.lss"
    table.write_text("id;submitdate;ja;warum;\x1bfremd\n1;2024-03-05 10:00:00;Ja;Grüße;?\n2;;Y;;\n")
    structure.write_bytes(STRUCTURE)
    slug = published.slug
    args = ["umfragen", "import", str(table), "--answers-into", slug]
    done = runner.invoke(args=[*args, "--structure", str(structure)])
    assert done.exit_code == 0, done.output
    assert "Gelesen: 1 Antworten." in done.output
    assert "nicht dabei: 1." in done.output
    assert "Spalten ohne Frage: fremd" in done.output
    (row,) = rows.stream(get_survey(slug))
    assert (str(row.day), row.source) == ("2024-03-05", "import")
    assert "Grüße" in row.answers.values()
    structure.write_bytes(survey({"type": "T", "title": "ja"}, {"type": "T", "title": "warum"}))
    done = runner.invoke(args=[*args, "--structure", str(structure)])
    assert done.output.strip() == "Die Antworten gehören zu anderen Fragen als dieser Umfrage."


def test_our_own_answers_come_back_as_they_were(
    runner: FlaskCliRunner, published: Survey, tmp_path: Path
) -> None:
    bring(published, ARCHIVE)
    db.session.commit()
    slug = published.slug
    before = sorted((str(row.day), str(row.answers)) for row in rows.stream(published))
    file = tmp_path / "antworten.json"
    args = ["umfragen", "export", slug, "--format", "antworten-json"]
    assert runner.invoke(args=[*args, "--output", str(file)]).exit_code == 0
    made = runner.invoke(args=["umfragen", "import", str(file), "--title", "Kopie"])
    assert "2 Antworten" in made.output, made.output
    copy = get_survey("kopie")
    service.publish_version(make_actor(Role.PLANNER), copy)
    db.session.commit()
    done = runner.invoke(args=["umfragen", "import", str(file), "--answers-into", "kopie"])
    assert "Gelesen: 2 Antworten." in done.output, done.output
    after = sorted((str(row.day), str(row.answers)) for row in rows.stream(get_survey("kopie")))
    assert after == before


def test_a_file_beyond_all_bounds_is_not_even_read(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "gross.lss"
    with file.open("wb") as out:
        out.truncate(1_000_000_000)
    done = runner.invoke(args=["umfragen", "import", str(file)])
    assert done.output.strip() == "Die Datei ist zu groß. Möglich sind 32 Megabyte."
