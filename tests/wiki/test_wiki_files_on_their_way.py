"""Files of a page through the whole workflow: what a stranger may fetch, and when."""

import hashlib
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.files.models import File
from kern.files.pdf import Document
from tests.wiki.pages import approve, change, history, make_page, propose_page, published
from wiki import service
from wiki.models import PAGE_KEY, PROPOSAL_KEY, Kind, Page
from wiki.service import deciding, moderating

pytestmark = pytest.mark.usefixtures("town")

Fetch = Callable[[File], int]


@pytest.fixture
def fetch(client: FlaskClient) -> Fetch:
    """The status a stranger gets."""

    def fetching(file: File) -> int:
        path = f"/dateien/{file.name}/pdf"
        db.session.commit()
        return client.get(path, buffered=True).status_code

    return fetching


def make_file(author: Actor, words: str = "Satzung") -> File:
    data = words.encode()
    document = Document(data, hashlib.sha256(data).hexdigest(), f"{words}.pdf")
    return files.keep_document(document, words, author.party_id)


def row(file: File) -> dict[str, object]:
    return {"name": file.filename, "file_id": file.id, "alt": file.title}


def again(page: Page) -> Page:
    return service.get_page(page.id)


def test_a_file_comes_and_goes_with_its_page(author: Actor, moderator: Actor, fetch: Fetch) -> None:
    file = make_file(author)
    proposal = propose_page(author, "Verein", files=(row(file),))
    file, number = db.session.get_one(File, file.id), proposal.id
    ids = [fetch(file)]
    page = service.get_page(approve(service.get_proposal_for(moderator, number)).page_id)
    page_id = page.id

    def after(step: Callable[[Page], object]) -> int:
        step(service.get_page(page_id))
        return fetch(db.session.get_one(File, 1))

    assert ids == [404]
    assert after(lambda _page: None) == 200
    assert after(lambda page: moderating.hide(page, moderator, 3)) == 404
    assert after(lambda page: moderating.restore(page, moderator)) == 200
    assert after(lambda page: approve(change(author, page, kind=Kind.DELETE))) == 404
    assert after(lambda page: approve(change(author, page, kind=Kind.UNDELETE))) == 200
    last = after(lambda page: approve(change(author, page, files=(), source="Ohne.")))
    assert last == 200  # a former version that everybody may read still names it


def test_a_deletion_that_is_taken_back_brings_the_file_back(
    author: Actor, moderator: Actor, fetch: Fetch
) -> None:
    file = make_file(author)
    page = make_page("Verein", files=(row(file),), author=author)
    gone = change(author, page, kind=Kind.DELETE)
    approve(gone, moderator)
    deciding.take_back(moderator, gone, 1)

    assert fetch(db.session.get_one(File, 1)) == 200


def test_an_upload_that_is_taken_back_waits_with_its_proposal_again(
    author: Actor, moderator: Actor, fetch: Fetch
) -> None:
    old, new = make_file(author), make_file(author, "Beitrag")
    page = make_page("Verein", files=(row(old),), author=author)
    upload = change(author, page, files=(row(old), row(new)), kind=Kind.UPLOAD)
    approve(upload, moderator)
    new_id, old_id, upload_id = new.id, old.id, upload.id
    assert fetch(new) == 200
    deciding.take_back(moderator, service.get_proposal_for(moderator, upload_id), 1)
    assert _owner(new_id) == Ref(PROPOSAL_KEY, upload_id)
    assert _owner(old_id).key == PAGE_KEY
    assert fetch(db.session.get_one(File, new_id)) == 404
    assert fetch(db.session.get_one(File, old_id)) == 200

    first = propose_page(author, "Neu", files=(row(make_file(author, "Plan")),))
    plan = first.id
    approve(first, moderator)
    deciding.take_back(moderator, first, 1)
    assert _owner(new_id + 1) == Ref(PROPOSAL_KEY, plan)
    approve(service.get_proposal_for(moderator, plan))
    assert fetch(db.session.get_one(File, new_id + 1)) == 200


def _owner(file_id: int) -> Ref:
    db.session.expire_all()
    file = db.session.get_one(File, file_id)
    return Ref(file.content_key or "", file.content_id or 0)


def test_a_file_that_only_a_hidden_version_names_is_hidden_with_it(
    author: Actor, moderator: Actor, fetch: Fetch
) -> None:
    kept, dropped = make_file(author), make_file(author, "Liste")
    page = make_page("Verein", files=(row(kept), row(dropped)), author=author)
    approve(change(author, page, files=(row(kept),)))
    first, page_id = history(page)[0], page.id
    kept_id, dropped_id = kept.id, dropped.id
    assert fetch(dropped) == 200

    first = history(service.get_page(page_id))[0]
    service.hide_of_revision(moderator, first, "text", hidden=True, reason="Namen")
    assert fetch(db.session.get_one(File, dropped_id)) == 404
    assert fetch(db.session.get_one(File, kept_id)) == 200

    first = history(service.get_page(page_id))[0]
    service.hide_of_revision(moderator, first, "text", hidden=False)
    assert fetch(db.session.get_one(File, dropped_id)) == 200
    assert [one["name"] for one in published(service.get_page(page_id)).files] == ["Satzung.pdf"]
