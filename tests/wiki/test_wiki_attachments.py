"""Documents that come with a page: taken, read, found, refused, and never lost while they wait."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kern import clock, search
from kern.accounts.permissions import Role
from kern.accounts.service.leaving import delete_account
from kern.actor import AccountId, Actor
from kern.db import db
from kern.files.models import File
from kern.files.service import path_of, remove_orphans
from tests.builders import make_account, make_actor
from tests.office_files import docx, odf
from tests.visitors import Visitor
from tests.wiki.pages import approve, change
from wiki import service
from wiki.models import Kind, Page, Proposal
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")
NEW = "/wiki/ortswiki/neu"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UPLOAD = "Unsere Satzung (2026).docx"


def form(data: bytes = b"", name: str = UPLOAD, **more: Any) -> dict[str, Any]:
    sent = {"document": (BytesIO(data or docx()), name)}
    return {"title": "Ruderverein", "text": "Wir rudern.", **sent, **more}


def newest() -> Proposal:
    id_ = db.session.scalar(select(Proposal.id).order_by(Proposal.id.desc()))
    assert id_ is not None
    return get_proposal(id_)


def publish() -> None:
    approve(newest())
    db.session.commit()


def test_a_document_is_on_the_page_as_a_download_with_its_kind_and_size(
    app: Flask, client: FlaskClient
) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    writer.post(NEW, form(document_title="Satzung des Vereins"))
    publish()

    page = client.get("/wiki/ortswiki/ruderverein").text
    found = re.search(r'href="(/dateien/[^"]+/docx)"[^>]*>Satzung des Vereins', page)
    assert found is not None
    assert "DOCX, 1 KB" in page
    file = client.get(found[1], buffered=True)
    assert file.data == docx()
    assert file.mimetype == WORD
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].endswith("; sandbox")
    shown = 'attachment; filename="Satzung des Vereins.docx"'
    assert file.headers["Content-Disposition"] == shown


def test_a_document_stands_where_its_author_named_it(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    text = "Siehe [hier](anhang:Unsere-Satzung-2026-.docx)!\n\nWir rudern."

    path = writer.post(NEW, form(text=text)).location

    assert writer.get(path).text.count("anhang:Unsere-Satzung-2026-.docx") == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (docx({"word/vbaProject.bin": b"\0"}), UPLOAD, "enthält Makros"),
        (b"<script>alert(1)</script>", "a.pdf", "kein vollständiges PDF"),
        (odf("application/zip"), "a.odt", "kein vollständiges Dokument"),
    ],
)
def test_a_refused_document_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, data: bytes, name: str, sentence: str
) -> None:
    writer = Visitor(app, make_account("Anna Kern"))

    page = writer.post(NEW, form(data, name, document_title="Satzung", summary="Die Satzung"))

    assert page.status_code == 422
    assert sentence in page.text
    assert 'href="#document"' in page.text
    assert re.search(r"<details[^>]* open[^>]* data-editor-document>", page.text)
    for typed in ("Wir rudern.", 'value="Satzung"', 'value="Die Satzung"', 'value="Ruderverein"'):
        assert typed in page.text


def test_a_document_waits_while_the_form_is_looked_at_again(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))

    looked = writer.post(NEW, form(aktion="vorschau"))
    waits = re.search(r'name="document-wartet" value="([^"]+)"', looked.text)
    assert waits is not None
    assert "Unsere Satzung (2026).docx ist noch da." in looked.text
    sent = {"title": "Ruderverein", "text": "Wir rudern.", "document-wartet": waits[1]}
    path = writer.post(NEW, sent).location

    assert "[Unsere Satzung (2026)](anhang:Unsere-Satzung-2026-.docx)" in writer.get(path).text


def test_a_document_is_found_by_its_name_and_by_its_title(app: Flask) -> None:
    writer = Visitor(app, make_account("Anna Kern"))
    writer.post(NEW, form(odf(), "Bootshausplan.odt", document_title="Grundriss der Halle"))
    search.rebuild_all()
    assert search.find("Bootshausplan").total == 0

    publish()
    search.rebuild_all()

    assert search.find("Bootshausplan").total == 1
    assert search.find("Grundriss").total == 1


def the_file() -> File:
    return db.session.scalars(select(File)).one()


def test_a_document_of_a_proposal_outlives_a_long_wait_and_only_its_readers_see_it(
    app: Flask, client: FlaskClient
) -> None:
    writer, stranger = Visitor(app, make_account("Anna Kern")), Visitor(app, make_account("Jo"))
    reviewer = Visitor(app, make_account("Ida", (Role.MODERATOR, None)))
    writer.post(NEW, form())
    with clock.at(clock.now() + timedelta(days=29)):
        assert remove_orphans() == 0
    db.session.commit()
    address = f"/dateien/{the_file().name}/docx"

    assert client.get(address, buffered=True).status_code == 404
    assert stranger.get(address).status_code == 404
    assert writer.get(address).status_code == 200
    assert reviewer.get(address).status_code == 200


def test_a_document_goes_with_the_page_that_is_deleted(app: Flask, client: FlaskClient) -> None:
    Visitor(app, make_account("Anna Kern")).post(NEW, form())
    publish()
    address = f"/dateien/{the_file().name}/docx"
    assert client.get(address, buffered=True).status_code == 200

    change(make_actor(Role.CITIZEN), the_page(), kind=Kind.DELETE, summary="Weg")
    publish()

    assert client.get(address, buffered=True).status_code == 404


def the_page() -> Page:
    id_ = db.session.scalar(select(Page.id))
    assert id_ is not None
    return service.get_page(id_)


def test_an_unpublished_document_goes_with_its_author(app: Flask) -> None:
    author = make_account("Anna Kern")
    writer = Visitor(app, author)
    writer.post(NEW, form())
    path = path_of(the_file(), "docx")
    assert path.is_file()

    delete_account(Actor(AccountId(writer.account_id)), keep_posts=False)
    db.session.commit()

    assert not path.exists()
