"""Whatever becomes of a page while somebody writes: what they typed is still on the screen."""

import re

import pytest
from flask import Flask
from markupsafe import escape

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.web.limit import HOUR, limit
from tests.builders import make_actor
from tests.visitors import Visitor
from tests.wiki.editing import EDIT, TEXT, base_of, keep, text_of
from tests.wiki.pages import approve, change
from wiki import service
from wiki.models import Kind, Page, PageState, Proposal
from wiki.service import moderating
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")
RENAME = "/wiki/ortswiki/kaimauer/umbenennen"
MINE = TEXT.replace("Ein Kran", "Zwei Kräne")


def delete(page: Page) -> None:
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE, summary="Doppelt"))
    db.session.commit()


def form_of(shown: str, text: str = MINE) -> dict[str, str]:
    return {"title": "Kaimauer", "text": text, "base": base_of(shown), "summary": "Genauer"}


def proposal_at(path: str) -> Proposal:
    return get_proposal(int(path.rpartition("/")[2]))


def test_what_was_written_on_a_page_that_was_renamed_meanwhile_arrives(
    page: Page, writer: Visitor
) -> None:
    form = form_of(writer.get(EDIT).text)
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.RENAME, title="Alter Kai"))
    db.session.commit()

    moved = writer.post(EDIT, form)
    assert moved.status_code == 308  # the browser sends it again, to the new address
    assert moved.location == "/wiki/ortswiki/alter-kai/bearbeiten"
    seen = service.outlook(proposal_at(writer.post(moved.location, form).location))

    assert seen.wording is not None
    assert (seen.wording.title, seen.wording.source) == ("Alter Kai", MINE)


@pytest.mark.parametrize("query", ["", "?abschnitt=0"])
def test_what_was_written_on_a_page_that_went_meanwhile_can_become_a_new_page(
    page: Page, writer: Visitor, query: str
) -> None:
    form = form_of(writer.get(EDIT + query).text)
    delete(page)

    refused = writer.post(EDIT + query, form)
    assert refused.status_code == 409
    assert "Ihr Text ist noch da" in refused.text
    assert text_of(refused.text) == MINE
    assert 'value="Genauer"' in refused.text

    new = re.search(r'<form[^>]*action="([^"]*)"[^>]*data-wiki-editor', refused.text)
    assert new is not None
    proposal = proposal_at(writer.post(new[1], {**form, "base": ""}).location)
    assert (proposal.kind, proposal.title) == (Kind.CREATE, "Kaimauer")


def test_a_guest_keeps_what_they_wrote_on_a_page_that_moderation_hid_meanwhile(
    app: Flask, page: Page, moderator: Actor
) -> None:
    guest = Visitor(app)
    form = form_of(guest.get(EDIT).text)
    moderating.hide(page, moderator, 3)
    db.session.commit()

    assert text_of(guest.post(EDIT, form).text) == MINE


def test_a_draft_on_a_page_that_went_is_found_again_and_can_become_a_new_page(
    page: Page, writer: Visitor
) -> None:
    keep(writer, EDIT, MINE)
    delete(page)
    assert EDIT in writer.get("/wiki/vorschlaege").text

    back = writer.get(EDIT)

    assert "Ihr Text ist noch da" in back.text
    assert text_of(back.text) == MINE
    assert 'action="/wiki/ortswiki/neu"' in back.text


def test_nobody_begins_on_the_address_of_a_page_that_never_was(writer: Visitor) -> None:
    assert writer.get("/wiki/ortswiki/nie/bearbeiten").status_code == 404
    assert writer.post("/wiki/ortswiki/nie/bearbeiten", {"text": ""}).status_code == 404
    assert writer.post("/wiki/nirgends/nie/bearbeiten", {"text": "Etwas."}).status_code == 404


def test_the_author_of_a_proposal_for_a_deleted_page_is_led_nowhere_in_vain(
    page: Page, writer: Visitor
) -> None:
    path = writer.post(EDIT, form_of(writer.get(EDIT).text)).location
    delete(page)

    shown = writer.get(path).text

    assert service.get_page(page.id).state == PageState.DELETED
    assert "Als neue Seite vorschlagen" in shown
    assert "Weiter bearbeiten" not in shown


@pytest.mark.parametrize(("path", "typed"), [(EDIT, MINE), (RENAME, "Neuer Kai")])
def test_who_writes_too_often_keeps_the_text_and_is_told_when_to_go_on(
    page: Page, writer: Visitor, path: str, typed: str
) -> None:
    form = form_of(writer.get(path).text) | {"text": MINE, "title": "Neuer Kai"}
    for _ in range(30):
        limit("write", 30, HOUR, str(writer.account_id))

    shown = writer.post(path, form)

    assert shown.status_code == 429
    assert "Minuten" in shown.text
    assert escape(typed) in shown.text
