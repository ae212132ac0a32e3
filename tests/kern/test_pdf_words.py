"""The words of attached PDFs are found with their thing, and no PDF harms who reads it."""

import threading
import time
import zlib
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import events, moderating
from kern import outbox, search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.errors import Unavailable
from kern.files import reading
from kern.files import service as files
from kern.files.models import File, FileText
from kern.files.pdf import accept_pdf
from kern.files.reading import words_of_pdf
from kern.town import Town, use_town
from kern.worker import Heard, Pace, facts
from tests.builders import make_actor, make_project

FONTS = b"/Resources << /Font << /F1 5 0 R >> >>"


def pdf(stream: bytes, *, kids: str = "3 0 R", filters: str = "") -> bytes:
    """One page with this content; `kids` are the pages of its tree."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count 1 >>" % kids.encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R %s >>" % FONTS,
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filters.encode(), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def saying(words: str) -> bytes:
    return pdf(b"BT /F1 12 Tf 20 200 Td (%s) Tj ET" % words.encode("cp1252"))


def test_the_words_of_a_pdf_are_read() -> None:
    assert words_of_pdf(saying("Lärmaktionsplan für die Zwergstraße")) == (
        "Lärmaktionsplan für die Zwergstraße"
    )


def bomb() -> bytes:
    packed = zlib.compress(zlib.compress(b"\0" * 300_000_000, 9), 9)
    return pdf(packed, filters="/Filter [/FlateDecode /FlateDecode]")


@pytest.mark.parametrize(
    "made",
    [
        lambda: b"",
        lambda: b"%PDF-1.4 nothing",
        lambda: saying("halb")[:200],
        lambda: pdf(b"BT", kids="2 0 R"),
        lambda: pdf(b"q " * 200_000),
        bomb,
        lambda: pdf(b"(" * 100_000),
    ],
    ids=["empty", "stub", "cut", "circle", "nesting", "bomb", "brackets"],
)
def test_a_pdf_that_is_no_good_has_no_words_and_costs_little(made: Callable[[], bytes]) -> None:
    data = made()
    before = time.monotonic()

    assert words_of_pdf(data) == ""
    assert time.monotonic() - before < reading.PATIENCE + 5


def project_of(number: int) -> Project:
    query = select(Project).where(Project.id == number).options(joinedload(Project.scope))
    return db.session.scalars(query).one()


def attach(project: Project, words: str) -> File:
    document = accept_pdf(saying(words), "plan-b7.pdf")
    planner = make_actor(Role.PLANNER, scope_id=project.scope_id)
    return events.add_document(planner, project, document, "Der große Plan")


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def found(words: str) -> list[str]:
    paths = [hit.document.path for hit in search.find(words).items]
    db.session.rollback()
    return paths


def test_a_project_is_found_by_what_stands_in_its_documents(town: Town, settings: Settings) -> None:
    search.rebuild_all()
    project = make_project()
    path, number = project.scope.path, project.id
    file = attach(project, "Schalldämmung an der Uferpromenade").id
    drain(settings)

    assert found("Schalldämmung") == found('"großer Plan"') == found("plan-b7") == [path]
    assert not search.compare()

    project = project_of(number)
    planner = make_actor(Role.PLANNER, Role.MODERATOR)
    events.remove_document(planner, project, db.session.get_one(File, file))
    drain(settings)
    assert found("Schalldämmung") == []


def test_what_stands_in_a_document_is_hidden_with_its_project(
    town: Town, settings: Settings
) -> None:
    search.rebuild_all()
    project = make_project()
    number = project.id
    attach(project, "Schalldämmung an der Uferpromenade")
    drain(settings)
    assert len(found("Schalldämmung")) == 1

    moderating.hide(project_of(number), make_actor(Role.MODERATOR), 3)
    db.session.commit()
    assert found("Schalldämmung") == []  # and no worker came
    drain(settings)
    assert found("Schalldämmung") == []


def test_what_was_attached_before_anybody_read_it_is_read_later(
    town: Town, settings: Settings
) -> None:
    search.rebuild_all()
    attach(make_project(), "Schalldämmung an der Uferpromenade")
    drain(settings)
    db.session.query(FileText).delete()
    db.session.commit()
    search.rebuild_all()
    assert found("Schalldämmung") == []

    worker.tick()
    drain(settings)

    assert len(found("Schalldämmung")) == 1


def test_nobody_waits_until_the_documents_of_others_are_read(
    town: Town, settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[str] = []

    def other_worker() -> None:
        with use_town(town), app.app_context():
            worker.drain(settings)

    def read_slowly(_facts: object, _is_over: object) -> Heard:
        if not meanwhile:
            outbox.note(PROJECT_KEY, make_project(title="Laubengang").id)
            db.session.commit()
            thread = threading.Thread(target=other_worker)
            thread.start()
            thread.join(60)
            meanwhile.extend(found("Laubengang"))
        return Heard()

    monkeypatch.setattr(facts, "_slow", [read_slowly])
    search.rebuild_all()
    outbox.note(PROJECT_KEY, make_project().id)
    drain(settings)

    assert len(meanwhile) == 1


def count_read() -> int:
    count = db.session.query(FileText).count()
    db.session.rollback()
    return count


def test_a_slice_that_is_over_ends_after_one_document_and_the_others_come_next(
    town: Town, settings: Settings
) -> None:
    search.rebuild_all()
    words = ["Schalldämmung", "Uferpromenade", "Laubengang", "Radbügel"]
    for first, second in (words[:2], words[2:]):
        project = make_project()
        attach(project, first + " im Plan")
        attach(project, second + " im Plan")
    db.session.commit()

    for number, word in enumerate(words, start=1):
        drained = worker.drain(settings, Pace(slice=0))
        assert drained.is_cut_off, "there is more, or there may be"
        assert count_read() == number
        assert len(found(word)) == 1, "they are read in their order, and none is forgotten"


def test_a_thing_whose_bytes_are_out_of_reach_keeps_no_other_waiting(
    town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    search.rebuild_all()
    project = make_project()
    away = {attach(project, words).id for words in ("Uferpromenade", "Radbügel")}
    attach(make_project(), "Laubengang")
    db.session.commit()

    def read_bytes(file: File, size: str) -> bytes:
        if file.id in away:
            raise Unavailable("Der Speicher antwortet nicht.")
        return files.read_bytes(file, size)

    monkeypatch.setattr(reading, "read_bytes", read_bytes)
    for _turn in range(2):
        worker.drain(settings, Pace(slice=0))
    assert len(found("Laubengang")) == 1

    monkeypatch.undo()
    worker.tick()
    for _turn in away:
        worker.drain(settings, Pace(slice=0))
    assert len(found("Uferpromenade")) == len(found("Radbügel")) == 1
