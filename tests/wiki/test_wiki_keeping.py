"""What those who keep the wiki do on its pages."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.audit import AuditEntry
from kern.db import db
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, make_page, ortswiki, propose_page, published
from wiki import service
from wiki.models import Kind, Page, Proposal, ProposalState, Protection
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")
PAGE = "/wiki/ortswiki/linde"
PLACE = {"type": "Point", "coordinates": [10.0, 54.0], "label": "Anger"}


@pytest.fixture
def staff(app: Flask) -> Visitor:
    return Visitor(app, make_account("Rita Prüfer", (Role.MODERATOR, None)))


def _base(html: str) -> str:
    found = re.search(r'name="base"[^>]*value="(\d+)"', html)
    assert found is not None
    return found[1]


def test_a_deleted_page_comes_back_from_the_page_that_says_it_is_gone(
    app: Flask, staff: Visitor
) -> None:
    page = make_page("Linde")
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE))
    db.session.commit()
    assert f"{PAGE}/wiederherstellen" in staff.get(PAGE).text

    way = f"{PAGE}/wiederherstellen"
    asked = staff.get(way).text
    assert "Ein Baum." in asked  # whoever brings it back sees what comes
    data = {"base": _base(asked), "summary": "Sie steht doch noch."}
    assert staff.post(way, data).status_code == 303

    assert Visitor(app).get(PAGE).status_code == 200


@pytest.mark.parametrize("four_eyes", [True, False])
def test_whoever_decides_is_told_beforehand_whether_it_takes_effect_at_once(
    staff: Visitor, *, four_eyes: bool
) -> None:
    make_page("Linde")
    approve(change(make_actor(Role.CITIZEN), make_page("Esche"), kind=Kind.DELETE))
    ortswiki().four_eyes = four_eyes
    db.session.commit()

    ways = [f"{PAGE}/{way}" for way in ("bearbeiten", "loeschen")]
    for way in [*ways, "/wiki/ortswiki/neu", "/wiki/ortswiki/esche/wiederherstellen"]:
        said = "gilt sofort" in staff.get(way).text
        assert said is not four_eyes, way
    gone = staff.post(ways[1], {"base": _base(staff.get(ways[1]).text), "summary": "Doppelt"})
    after = staff.get(gone.location).text
    assert ("Die Seite ist gelöscht." in after) is not four_eyes


def test_the_name_under_a_version_is_hidden_for_a_reason_that_the_log_keeps(
    app: Flask, staff: Visitor
) -> None:
    author = make_actor(Role.CITIZEN, name="Anna Kern")
    make_page("Linde", author=author)
    db.session.commit()
    way = f"{PAGE}/fassung/1/verbergen"

    assert staff.post(way, {"author": "y"}).status_code == 422
    assert staff.post(way, {"text": "y", "reason": "Bitte"}).status_code == 409
    assert staff.post(way, {"author": "y", "reason": "Auf ihre Bitte"}).status_code == 303

    assert "Anna Kern" not in Visitor(app).get(f"{PAGE}/geschichte").text
    query = select(AuditEntry.detail).where(AuditEntry.act == "wiki.hide_author")
    assert db.session.scalars(query).all() == ["Fassung 1: Auf ihre Bitte"]


def test_an_old_address_leads_nowhere_once_it_is_removed(app: Flask, staff: Visitor) -> None:
    page = make_page("Linde")
    approve(change(make_actor(Role.CITIZEN), page, title="Dorflinde", kind=Kind.RENAME))
    db.session.commit()
    reader = Visitor(app)
    assert reader.get(PAGE).status_code == 301

    way = "/wiki/ortswiki/dorflinde/adressen"
    assert "/wiki/ortswiki/linde" in staff.get(way).text
    assert staff.post(way, {"address": "dorflinde"}).status_code == 422
    assert staff.post(way, {"address": "linde"}).status_code == 303

    assert reader.get(PAGE).status_code == 404


def test_both_twins_lead_to_each_other(app: Flask, staff: Visitor) -> None:
    make_page("Linde")
    make_page("Linde leicht")
    db.session.commit()
    way = f"{PAGE}/leichte-sprache"

    assert staff.post(way, {"twin": "Gibt es nicht"}).status_code == 422
    assert staff.post(way, {"twin": "Linde leicht"}).status_code == 303

    reader = Visitor(app)
    assert "in Leichter Sprache" in reader.get(PAGE).text
    assert "in Alltagssprache" in reader.get("/wiki/ortswiki/linde-leicht").text


def test_the_rules_of_a_space_are_saved_and_hold(app: Flask, staff: Visitor) -> None:
    db.session.commit()
    way = "/wiki/ortswiki/bereich"
    data = {
        "title": "Unser Ort",
        "intro": "Was man hier weiß.",
        "licence": "CC0",
        "review": "trust",
        "four_eyes": "y",
        "protection": "trusted",
    }
    assert staff.post(way, data | {"title": ""}).status_code == 422
    assert staff.post(way, data).status_code == 303

    space = ortswiki()
    assert (space.four_eyes, space.protection) == (True, Protection.TRUSTED)
    assert "Was man hier weiß." in Visitor(app).get("/wiki/ortswiki").text


def test_what_protects_a_page_stands_in_its_form_and_stays_when_that_is_saved_again(
    staff: Visitor,
) -> None:
    page_id = make_page("Linde").id
    db.session.commit()
    way = f"{PAGE}/schutz"
    assert staff.post(way, {"protection": "staff", "until": "2090-06-30"}).status_code == 303
    held = service.get_page(page_id).protected_until

    form = staff.get(way).text
    assert 'value="2090-06-30"' in form
    assert re.search(r'<option[^>]*selected[^>]*value="staff"', form)
    staff.post(way, {"protection": "staff", "until": "2090-06-30"})
    assert service.get_page(page_id).protected_until == held

    staff.post(way, {"protection": "staff", "until": "2020-06-30"})
    assert 'value="2020' not in staff.get(way).text  # what is over protects nothing any more


def test_a_proposal_is_refused_on_its_page_with_a_reason_the_author_gets(
    app: Flask, staff: Visitor
) -> None:
    proposal = propose_page(make_actor(Role.CITIZEN), "Werbung").id
    db.session.commit()
    way = f"/wiki/vorschlag/{proposal}/ablehnen"
    data = {"fassung": "1", "why": "Das gehört nicht ins Wiki."}

    refused = staff.post(way, data | {"law": "Werbung"})
    assert refused.status_code == 422
    assert "Das gehört nicht ins Wiki." in refused.text
    assert staff.post(way, data | {"law": "§ 5 UWG"}).status_code == 303

    assert get_proposal(proposal).state == ProposalState.REJECTED
    assert staff.post(way, data | {"law": "§ 5 UWG"}).status_code == 409


def test_a_former_version_is_proposed_again_with_its_whole_state(app: Flask) -> None:
    page = make_page("Linde", "Ein Baum.", tags=("Bäume",), place=PLACE)
    edits: dict[str, Any] = {
        "title": "Unsinn",
        "source": "Unsinn.",
        "tags": ("Unsinn",),
        "place": None,
    }
    approve(change(make_actor(Role.CITIZEN), page, **edits))
    page_id = page.id
    writer = Visitor(app, make_account("Anna"))
    way = "/wiki/ortswiki/unsinn/bearbeiten?fassung=1"

    form = writer.get(way).text
    assert "Ein Baum." in form
    assert "Zurück zu Fassung 1" in form
    data = {"title": "Unsinn", "text": "Ein Baum.\n", "base": _base(form), "tags": "Bäume"}
    data |= {"lat": "54.0", "lon": "10.0", "place": "Anger", "summary": "Zurück zu Fassung 1"}
    assert writer.post(way, data).status_code == 303

    proposal = db.session.scalars(select(Proposal).where(Proposal.page_id == page_id)).all()[-1]
    assert proposal.kind == Kind.REVERT
    service.approve(make_actor(Role.MODERATOR), get_proposal(proposal.id), 1)
    state = published(db.session.get_one(Page, page_id))
    assert (state.title, state.source, state.tags) == ("Linde", "Ein Baum.\n", ("Bäume",))
    assert state.place == PLACE
