"""Anybody who may write here asks for a deleted page to come back, and reads nothing of it."""

import io
import json
import re

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.actor import Actor, PartyId
from kern.content import registry
from kern.db import db
from kern.errors import Conflict
from kern.files import service as files
from kern.files.images import accept_picture
from kern.files.models import File
from kern.moderation import decisions, statements
from kern.moderation.cases import find_open
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseKind, CaseVerdict, Statement
from tests.builders import make_account, make_actor
from tests.content_steps import mails
from tests.visitors import Visitor
from tests.wiki.pages import approve, change, make_page, ortswiki, published
from wiki import service
from wiki.models import PROPOSAL_KEY, Kind, Page, PageState, Proposal, ProposalState, Protection
from wiki.service import merging, moderating, own_links
from wiki.service.proposals import get_proposal, ref_of

pytestmark = pytest.mark.usefixtures("town")
BAIT, TITLE, SLUG = "Zwergdommelweg", "Rohrsänger & Kranich", "rohrsaenger-kranich"
SPACE = "/wiki/ortswiki"
PAGE = f"{SPACE}/{SLUG}"
WAY = f"{PAGE}/wiederherstellen"
PLACE = {"type": "Point", "coordinates": [10.1, 54.2], "label": BAIT}
OFFER = "Wiederherstellung vorschlagen"
STATES = ("waiting", "asked", "rejected", "withdrawn")


def _picture() -> tuple[int, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    kept = files.keep_picture(accept_picture(out.getvalue(), "weg.png"), BAIT, None)
    return kept.id, kept.name


def _gone(source: str = BAIT) -> Page:
    """A page that somebody else wrote, and that was deleted."""
    file = {"name": f"{BAIT}.png", "file_id": _picture()[0], "alt": BAIT, "is_picture": True}
    more = {"tags": (BAIT,), "place": PLACE, "files": (file,), "summary": BAIT}
    page = make_page(TITLE, source, **more)
    assert page.slug == SLUG
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE))
    db.session.commit()
    return service.get_page(page.id)


@pytest.fixture
def anna() -> Account:
    return make_account("Anna Kern")


@pytest.fixture
def citizen(app: Flask, anna: Account) -> Visitor:
    return Visitor(app, anna)


@pytest.fixture
def staff(app: Flask) -> Visitor:
    return Visitor(app, make_account("Rita Prüfer", (Role.MODERATOR, None)))


def _ask(citizen: Visitor, why: str = "Sie steht doch noch.") -> Proposal:
    form = citizen.get(WAY)
    assert form.status_code == 200
    base = re.search(r'name="base"[^>]*value="(\d+)"', form.text)
    assert base is not None
    assert citizen.post(WAY, {"base": base[1], "summary": why}).status_code == 303
    query = select(Proposal).where(Proposal.kind == Kind.UNDELETE).order_by(Proposal.id.desc())
    return db.session.scalars(query.limit(1)).one()


def _sent(actor: Actor, page: Page) -> Proposal:
    return change(actor, page, kind=Kind.UNDELETE, summary="Sie steht doch noch.")


def test_a_citizen_asks_from_the_page_that_says_it_is_gone_and_approval_brings_it_back(
    app: Flask, citizen: Visitor, staff: Visitor
) -> None:
    page_id = _gone().id
    assert OFFER in citizen.get(PAGE).text
    assert OFFER in Visitor(app).get(PAGE).text  # who is asked to log in
    proposal = _ask(citizen)
    way = service.proposal_path(proposal.id)
    assert "Sie steht doch noch." in citizen.get(way).text
    assert Visitor(app).get(PAGE).status_code == 410

    read = staff.get(way).text
    assert BAIT in read
    assert "Rohrsänger &amp; Kranich" in read
    fields = {
        name: found[1]
        for name in ("fassung", "version", "stand", "gesehen")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', read))
    }
    assert staff.post(f"{way}/veroeffentlichen", fields).status_code == 303

    assert BAIT in Visitor(app).get(PAGE).text
    state = published(db.session.get_one(Page, page_id))
    assert (state.title, state.source, state.tags) == (TITLE, f"{BAIT}\n", (BAIT,))
    assert BAIT in citizen.get(way).text  # by now everybody reads it


def test_a_reason_is_asked_for_and_what_was_typed_stays(citizen: Visitor) -> None:
    _gone()
    assert citizen.post(WAY, {"base": "1", "summary": ""}).status_code == 422
    refused = citizen.post(WAY, {"base": "999", "summary": "Sie steht noch."})
    assert refused.status_code == 422
    assert "Sie steht noch." in refused.text
    assert BAIT not in refused.text


def test_whoever_decides_at_the_desk_reads_what_comes_back(
    citizen: Visitor, staff: Visitor
) -> None:
    _gone()
    case = find_open(ref_of(_ask(citizen)), CaseKind.RELEASE)
    assert case is not None
    at_desk = staff.get(f"/moderation/fall/{case.id}").text

    assert BAIT in at_desk
    assert "Sie steht doch noch." in at_desk


def _moved(state: str, proposal: Proposal) -> None:
    reviewer = make_actor(Role.MODERATOR)
    if state == "asked":
        service.ask_for_changes(reviewer, proposal, 1, "Warum genau?")
    elif state == "withdrawn":
        service.withdraw(Actor(party_id=PartyId(proposal.author_id or 0)), proposal)
    elif state == "rejected":
        case = find_open(ref_of(proposal), CaseKind.RELEASE)
        assert case is not None
        refusal = Decision(CaseVerdict.REJECT, 1, None, "Das reicht nicht.", "§ 5 UWG")
        decisions.decide(reviewer, case.id, refusal)
    db.session.commit()


def _ways(number: int) -> list[str]:
    way = f"/wiki/vorschlag/{number}"
    link = own_links.link_path(get_proposal(number))
    return [
        *(PAGE, WAY, f"{PAGE}/bearbeiten", f"{PAGE}/geschichte", f"{PAGE}/quelltext"),
        *(f"{PAGE}/fassung/{n}" for n in (1, 2)),
        *(f"{PAGE}/vergleich?von=1&bis=2", f"{PAGE}/vergleich?von=1&bis=2&ansicht=seite"),
        *(f"{PAGE}/wer-schrieb-was", f"{PAGE}/links", f"{PAGE}/fassung/1/verbergen"),
        *(way, f"{way}?ansicht=seite", f"{way}/bearbeiten", link),
        *("/wiki/vorschlaege", "/wiki/wartet", "/mitteilungen/", "/konto/daten/export.json"),
        *(f"{SPACE}/neu?titel={SLUG}", f"{SPACE}/aenderungen"),
        *(statements.path_of(one) for one in db.session.scalars(select(Statement))),
    ]


@pytest.mark.parametrize("state", STATES)
def test_its_author_reads_nothing_of_the_deleted_page_on_any_page(
    state: str, citizen: Visitor, anna: Account
) -> None:
    _gone()
    party = PartyId(anna.party_id)
    proposal = _ask(citizen)
    number = proposal.id
    _moved(state, proposal)

    ways = _ways(number)
    assert any("/begruendung/" in way for way in ways) is (state == "rejected")
    answers = {way: citizen.get(way) for way in ways}
    for way, answer in answers.items():
        assert BAIT not in answer.text, way
        assert "Kranich" not in answer.text, way
    read = {way for way, answer in answers.items() if answer.status_code == 200}
    assert {f"/wiki/vorschlag/{number}", "/konto/daten/export.json", "/wiki/vorschlaege"} <= read
    preview = citizen.post(f"{SPACE}/vorschau", {"text": f"![x](anhang:{BAIT})", "seite": SLUG})
    assert preview.status_code == 404
    for name in db.session.scalars(select(File.name)):
        assert citizen.get(f"/dateien/{name}/large").status_code == 404

    kinds = [one.export for one in registry().values() if one.export is not None]
    told = json.dumps([list(export(party)) for export in kinds], default=str)
    assert "Sie steht doch noch." in told
    assert BAIT not in told + mails(Actor(party_id=party))
    assert "Kranich" not in told


@pytest.mark.parametrize("act", ["bearbeiten", "neue-seite", "zusammenfuehren", "als-aenderung"])
def test_no_way_makes_the_deleted_text_one_of_the_author(act: str, citizen: Visitor) -> None:
    _gone()
    proposal = _ask(citizen)
    number = proposal.id
    data = {"version": str(proposal.version), "base": str(proposal.version), "text": "Neu"}
    data |= {"title": "Neu", "gesehen": service.outlook(proposal).sha}

    refused = citizen.post(f"/wiki/vorschlag/{number}/{act}", data)

    assert refused.status_code == 409
    assert BAIT not in refused.text
    kept = merging.newest(get_proposal(number))
    assert (kept.number, kept.title, kept.tags, kept.files, kept.place) == (1, SLUG, [], [], None)


def test_the_private_address_of_such_a_proposal_brings_no_text_in(app: Flask) -> None:
    page = _gone()
    proposal = _sent(make_actor(Role.CITIZEN), page)
    db.session.commit()
    number, link = proposal.id, own_links.link_path(proposal)

    Visitor(app).post(link, {"version": "1", "text": "Etwas ganz anderes"})

    revision = approve(get_proposal(number))
    assert published(service.get_page(revision.page_id)).source == f"{BAIT}\n"


@pytest.mark.parametrize("number", [1, 2])
def test_a_page_whose_text_was_hidden_for_data_protection_does_not_come_back(
    number: int, app: Flask, citizen: Visitor, staff: Visitor
) -> None:
    page = _gone()
    page_id, base = page.id, str(page.published_id)
    asked = _sent(make_actor(Role.CITIZEN), page).id
    db.session.commit()
    way = f"{PAGE}/fassung/{number}/verbergen"
    assert f"{PAGE}/fassung/2/verbergen" in staff.get(WAY).text
    hidden = staff.post(way, {"text": "y", "reason": "Auf ihre Bitte"})
    assert hidden.location.endswith(PAGE)

    for visitor in (citizen, Visitor(app)):
        assert OFFER not in visitor.get(PAGE).text
    data = {"base": base, "summary": "Doch"}
    assert citizen.get(WAY).status_code == 404
    assert citizen.post(WAY, data).status_code == 404
    assert staff.post(WAY, data).status_code == 409
    with pytest.raises(Conflict, match="nicht annehmen"):
        approve(get_proposal(asked))
    assert BAIT not in staff.get(service.proposal_path(asked)).text
    assert db.session.get_one(Page, page_id).state == PageState.DELETED


def test_a_page_that_moderation_took_away_is_brought_back_by_no_proposal(
    citizen: Visitor,
) -> None:
    page = _gone()
    first, second = (_sent(make_actor(Role.CITIZEN), page).id for _ in range(2))
    page_id = page.id
    approve(get_proposal(first))
    moderating.hide(page, make_actor(Role.MODERATOR), 1)
    db.session.commit()

    assert OFFER not in citizen.get(PAGE).text
    assert citizen.get(WAY).status_code == 404
    assert citizen.post(WAY, {"base": "1", "summary": "Doch"}).status_code == 404
    with pytest.raises(Conflict):
        _sent(make_actor(Role.CITIZEN), service.get_page(page_id))
    with pytest.raises(Conflict, match="nicht annehmen"):
        approve(get_proposal(second))
    assert service.get_page(page_id).state == PageState.HIDDEN


def test_a_second_wish_for_the_same_page_adds_no_version(citizen: Visitor) -> None:
    page = _gone()
    second, page_id = _sent(make_actor(Role.CITIZEN), page).id, page.id
    db.session.commit()
    mine = _ask(citizen).id
    revision = approve(get_proposal(second))
    assert approve(get_proposal(mine)).id == revision.id
    states = get_proposal(mine).state, service.get_page(page_id).state
    assert states == (ProposalState.APPROVED, PageState.PUBLIC)


def test_who_waits_for_a_page_that_came_back_meanwhile_edits_its_text(citizen: Visitor) -> None:
    page_id = _gone().id
    _ask(citizen)
    approve(_sent(make_actor(Role.CITIZEN), service.get_page(page_id)))
    db.session.commit()
    assert BAIT in citizen.get(f"{PAGE}/bearbeiten").text


def test_where_only_the_office_may_write_nobody_else_is_offered_it(
    citizen: Visitor, staff: Visitor
) -> None:
    base = _gone().published_id
    ortswiki().protection = Protection.STAFF
    db.session.commit()

    assert OFFER not in citizen.get(PAGE).text
    assert "wiederherstellen" in staff.get(PAGE).text
    refused = citizen.post(WAY, {"base": str(base), "summary": "Doch"})
    assert refused.status_code == 403
    assert "nur die Verwaltung" in refused.text


def test_the_desk_takes_no_passages_out_of_a_wish_without_a_text(citizen: Visitor) -> None:
    _gone()
    item = registry()[PROPOSAL_KEY].desk_items([_ask(citizen).id])
    assert [one.source for one in item.values()] == [""]
