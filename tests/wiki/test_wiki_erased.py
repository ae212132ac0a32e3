"""What is gone for good stays gone, and nobody who writes on loses anything by it."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from kern.accounts.permissions import Role
from kern.db import db
from kern.errors import Conflict
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, history, make_page, published
from wiki import service
from wiki.models import Kind, Revision
from wiki.service import State, merging, wordings

pytestmark = pytest.mark.usefixtures("town")
BASE = "Eins.\n\nZwei.\n\nDrei.\n"
PAGE = "/wiki/ortswiki/linde"


def erase(revision_id: int | None) -> None:
    db.session.get_one(Revision, revision_id).text_id = None
    db.session.flush()


def test_a_second_kind_of_change_on_an_erased_base_keeps_what_waits() -> None:
    page, author = make_page("Linde", BASE), make_actor(Role.CITIZEN)
    base = page.published_id
    mine = change(author, page, source=BASE.replace("Eins", "Eins von mir"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("Drei", "Drei neu")))
    erase(base)

    waiting = wordings.of_snapshot(merging.newest(mine), Kind.EDIT)
    renamed = replace(waiting, title="Dorflinde", kind=Kind.RENAME)
    again = service.propose(author, page.space, page, renamed, base)

    assert (again.id, again.latest) == (mine.id, 2)
    newest = wordings.of_snapshot(merging.newest(again), Kind(again.kind))
    assert (newest.title, newest.source) == ("Dorflinde", BASE.replace("Eins", "Eins von mir"))
    seen = service.outlook(again)
    assert seen.state == State.CLASH  # by hand, with both texts shown
    assert any("Drei neu" in clash.published for clash in seen.clashes)


def test_a_form_from_another_version_than_the_erased_base_asks_to_choose_first() -> None:
    page, author = make_page("Linde", BASE), make_actor(Role.CITIZEN)
    base = page.published_id
    mine = change(author, page, source=BASE.replace("Eins", "Eins von mir"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("Eins", "Eins neu")))
    erase(base)

    with pytest.raises(Conflict, match="auf den neuen Stand"):
        change(author, page, title="Dorflinde", kind=Kind.RENAME)

    assert mine.latest == 1
    assert wordings.of_snapshot(merging.newest(mine), Kind.EDIT).source.startswith("Eins von mir")


def test_a_deleted_page_whose_text_was_erased_does_not_come_back_and_says_so(app: Flask) -> None:
    staff = Visitor(app, make_account("Rita", (Role.MODERATOR, None)))
    page = make_page("Linde", BASE)
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE, summary="Gefällt"))
    erase(page.published_id)
    base = str(page.published_id)
    db.session.commit()

    answer = staff.post(f"{PAGE}/wiederherstellen", {"base": base, "summary": "Doch nicht"})

    assert answer.status_code == 409
    assert "für immer gelöscht" in answer.text
    assert "Doch nicht" in answer.text
    assert Visitor(app).get(PAGE).status_code in {404, 410}


def test_going_back_to_an_erased_version_is_refused_and_the_others_stay(app: Flask) -> None:
    page = make_page("Linde", BASE)
    first = page.published_id
    approve(change(make_actor(Role.CITIZEN), page, source="Neu."))
    erase(first)
    numbers = [one.number for one in history(page)]
    db.session.commit()
    writer = Visitor(app, make_account("Anna Kern"))

    refused = writer.get(f"{PAGE}/bearbeiten?fassung=1")

    assert refused.status_code == 404
    assert "nicht mehr öffentlich" in refused.text
    assert re.search(r'name="base"', writer.get(f"{PAGE}/bearbeiten?fassung=2").text)
    page = service.get_page(1)
    assert [one.number for one in history(page)] == numbers
    assert published(page).source == "Neu.\n"
