"""Files among the answers: checked, read by the office alone, gone with the answers."""

import io
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from kern.accounts.permissions import Role
from kern.clock import now
from kern.db import db
from kern.files.models import File
from kern.town import Town, current_town
from tests.builders import make_account, make_project
from tests.kern.test_pdf import pdf
from tests.umfragen.made import make_open_survey
from tests.umfragen.surveys import question
from tests.visitors import Visitor
from umfragen import service
from umfragen.definition.questions import Files
from umfragen.engine import Fault
from umfragen.models import Response, Survey
from umfragen.service import files as answer_files
from umfragen.service import upkeep
from umfragen.store import inbox

PDF = pdf()


@pytest.fixture
def survey(town: Town) -> Survey:
    asked = question(
        "files", "fotos", most=3, megabytes=1, extensions=["png", "jpg", "pdf"], required="no"
    )
    survey = make_open_survey([asked])
    db.session.commit()
    return survey


def png(colour: str = "red", size: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()


class Person:
    """Answers without a script."""

    def __init__(self, client: FlaskClient, survey: Survey) -> None:
        self.client, self.slug = client, survey.slug
        self.key = next(iter(service.plan_of(survey).questions))
        self.page = client.post(f"/umfragen/{self.slug}/ausfuellen").location

    def upload(
        self, *files: tuple[bytes, str], kept: list[str] | None = None, way: str = "weiter"
    ) -> TestResponse:
        data: dict[str, object] = {
            f"datei-f{self.key}": [(io.BytesIO(data), name) for data, name in files],
            f"f{self.key}": kept or [],
            "seen": str(self.key),
            "weg": way,
        }
        return self.client.post(
            self.page, data=data, content_type="multipart/form-data", buffered=True
        )

    def tokens(self) -> list[str]:
        html = self.client.get(self.page).text
        return re.findall(rf'name="f{self.key}" value="([^"]+)"', html)

    def send(self) -> str:
        """The receipt."""
        base = self.page.rpartition("/")[0]
        thanks = self.client.post(f"{base}/absenden")
        assert thanks.status_code == 200, thanks.text
        found = re.search(r'df-code">([^<]+)<', thanks.text)
        return found[1] if found else ""


def count(slug: str) -> Survey:
    db.session.rollback()
    survey = service.get_survey(slug)
    inbox.move(survey, service.plan_of(survey), keep=0)
    db.session.commit()
    return service.get_survey(slug)


def files() -> list[File]:
    db.session.rollback()
    return db.session.query(File).order_by(File.id).all()


def bytes_left() -> list[Path]:
    folders = (current_town().uploads, current_town().path / "umfragen" / "dateien")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_files_are_uploaded_without_a_script_and_become_the_offices(
    client: FlaskClient, survey: Survey
) -> None:
    slug, person = survey.slug, Person(client, survey)
    assert person.upload((png(), "Haus <b>.png"), (PDF, "plan.pdf")).status_code == 303
    shown = client.get(person.page).text
    assert "Haus" in shown
    assert "Haus <b>" not in shown
    assert len(person.tokens()) == 2
    person.send()
    assert files() == []  # while they wait nothing says that one of them came

    count(slug)

    kinds = {file.kind for file in files()}
    assert kinds == {"picture", "pdf"}
    for file in files():
        assert (file.state, file.uploaded_by, file.filename) == ("private", None, "")
        assert file.uploaded_at.time().isoformat() == "00:00:00"
    (row,) = db.session.query(Response)
    assert set(row.answers[str(person.key)]) == {file.name for file in files()}


def test_a_file_waits_where_no_backup_looks(client: FlaskClient, survey: Survey) -> None:
    person = Person(client, survey)
    person.upload((png(), "a.png"))
    person.send()

    (path,) = bytes_left()
    assert path.is_relative_to(current_town().path / "umfragen")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "Art von Datei"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png", ""),
        (b"<html><script>alert(1)</script>", "a.pdf", ""),
        (b"MZ\x90", "../../../wsgi.exe", "Art von Datei"),
        (b"MZ\x90", "a.png.exe", "Art von Datei"),
        (b"", "leer.png", ""),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(
    client: FlaskClient, survey: Survey, data: bytes, name: str, said: str
) -> None:
    person = Person(client, survey)
    answer = person.upload((data, name))

    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#f{person.key}' in answer.text
    assert person.tokens() == []
    assert bytes_left() == []


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_into(survey: Survey) -> None:
    (asked,) = service.plan_of(survey).questions.values()
    assert isinstance(asked, Files)
    with pytest.raises(Fault, match="zu groß"):
        answer_files.accept(asked, png() + b"\0" * 1_000_000, "gross.png")


def test_no_more_files_than_allowed(client: FlaskClient, survey: Survey) -> None:
    person = Person(client, survey)
    person.upload(*((png(colour), f"{colour}.png") for colour in ("red", "blue", "green")))
    kept = person.tokens()
    assert len(kept) == 3

    assert person.upload((png("black"), "schwarz.png"), kept=kept).status_code == 422


def test_nobody_answers_with_a_file_of_somebody_else(client: FlaskClient, survey: Survey) -> None:
    """Neither by its address, nor by a path."""
    person = Person(client, survey)
    for name in ("../../secret", "A" * 43, "..%2f..%2fsecret" + "a" * 27):
        person.upload(kept=[name])
        base = person.page.rpartition("/")[0]
        assert person.client.post(f"{base}/absenden").status_code in {200, 303, 422}
    assert files() == []


def test_only_the_office_downloads_them(app: Flask, client: FlaskClient, survey: Survey) -> None:
    slug, person = survey.slug, Person(client, survey)
    person.upload((png(), "a.png"), (PDF, "b.pdf"))
    person.send()
    count(slug)
    picture, document = (
        next(file.name for file in files() if file.kind == kind) for kind in ("picture", "pdf")
    )
    elsewhere = make_project().scope_id
    office = Visitor(app, make_account("Planung", (Role.PLANNER, None)))
    others = [
        Visitor(app),
        Visitor(app, make_account("Bürgerin")),
        Visitor(app, make_account("Moderation", (Role.MODERATOR, None))),
        Visitor(app, make_account("Nachbarprojekt", (Role.PLANNER, elsewhere))),
    ]
    db.session.commit()

    listed = office.get(f"/umfragen/{slug}/auswertung/anlagen/{person.key}")
    assert listed.status_code == 200
    for name, size in ((picture, "large"), (document, "pdf")):
        path = f"/dateien/{name}/{size}"
        assert path in listed.text
        found = office.get(path)
        assert found.status_code == 200
        assert found.headers["Cache-Control"] == "private, no-store"
        assert found.headers["Content-Security-Policy"].endswith("; sandbox")
        assert {other.get(path).status_code for other in others} == {404}
    assert office.get(f"/dateien/{document}/pdf").headers["Content-Disposition"].startswith("att")


@pytest.mark.parametrize("is_counted", [False, True])
def test_with_the_answers_their_files_go(
    client: FlaskClient, survey: Survey, is_counted: bool
) -> None:
    slug, person = survey.slug, Person(client, survey)
    person.upload((png(), "a.png"))
    receipt = person.send()
    if is_counted:
        count(slug)
    assert bytes_left()

    path = f"/umfragen/{slug}/antwort"
    assert client.post(path, data={"code": receipt, "tat": "sicher"}).status_code == 200

    assert files() == []
    assert bytes_left() == []


@pytest.mark.parametrize("is_counted", [False, True])
def test_who_changes_answers_may_swap_a_file(
    client: FlaskClient, survey: Survey, is_counted: bool
) -> None:
    slug, person = survey.slug, Person(client, survey)
    person.upload((png("red"), "rot.png"), (png("blue"), "blau.png"))
    receipt = person.send()
    if is_counted:
        count(slug)
    answer = client.post(f"/umfragen/{slug}/antwort", data={"code": receipt, "tat": "aendern"})
    person.page = answer.location
    first, _second = person.tokens()
    assert person.upload((png("green"), "neu.png"), kept=[first]).status_code == 303
    person.send()

    count(slug)

    (row,) = db.session.query(Response)
    names = row.answers[str(person.key)]
    assert len(names) == 2
    assert first in names
    assert {file.name for file in files()} == set(names)
    left = {path.name.partition(".")[0] for path in bytes_left()}
    assert left == set(names)


def test_at_the_end_of_storage_files_go_too(client: FlaskClient, survey: Survey) -> None:
    slug, person = survey.slug, Person(client, survey)
    person.upload((png(), "a.png"))
    person.send()
    survey = count(slug)

    upkeep.erase_answers(survey, now() + timedelta(days=900))
    db.session.commit()

    assert files() == []
    assert [path for path in bytes_left() if path.suffix != ".zip"] == []


def test_a_trial_leaves_no_file(app: Flask, survey: Survey) -> None:
    slug, key = survey.slug, next(iter(service.plan_of(survey).questions))
    office = Visitor(app, make_account("Planung", (Role.PLANNER, None)))
    page = office.post(f"/umfragen/{slug}/ausfuellen", {"probe": "1"}).location
    found = re.search(r'name="csrf_token" value="([^"]+)"', office.get(page).text)
    assert found
    data: dict[str, object] = {
        f"datei-f{key}": (io.BytesIO(png()), "a.png"),
        "csrf_token": found[1],
        "weg": "weiter",
    }
    sent = office.client.post(page, data=data, content_type="multipart/form-data", buffered=True)
    assert sent.status_code == 303
    base = page.rpartition("/")[0]
    assert office.post(f"{base}/absenden").status_code == 200

    assert files() == []
    assert bytes_left() == []


def test_what_failed_to_be_sent_does_not_stay(client: FlaskClient, survey: Survey) -> None:
    person = Person(client, survey)
    person.upload((png(), "a.png"))
    person.send()
    (path,) = bytes_left()
    lost = path.with_name("a" * 43 + ".zip")
    lost.write_bytes(b"")
    upkeep.remove_lost_files(now(), now())
    assert lost.exists()  # somebody may be sending it this moment

    for old in (lost, path):
        os.utime(old, (0, 0))
    upkeep.remove_lost_files(now(), now())

    assert bytes_left() == [path]
