"""Proposals: who decides, what is asked for, taken back, published at once, erased."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kern import settings
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, LoginRequired, NotAllowed
from kern.moderation.models import Case, CaseVerdict
from tests.builders import make_actor
from tests.wiki.pages import (
    BASE,
    approve,
    cases,
    change,
    history,
    make_page,
    ortswiki,
    propose_page,
    published,
    wording,
)
from wiki import service
from wiki.models import (
    Kind,
    Page,
    Proposal,
    ProposalState,
    Protection,
    Review,
    Revision,
)
from wiki.rules import Protected
from wiki.service import State, deciding, drafts

pytestmark = pytest.mark.usefixtures("town")


# Back and forth


def test_a_request_for_changes_waits_for_the_author_and_then_for_the_desk(
    author: Actor, reviewer: Actor
) -> None:
    proposal = propose_page(author, "Linde", "Kurz.")
    service.ask_for_changes(reviewer, proposal, 1, "Bitte nennen Sie die Quelle.")
    assert (proposal.state, cases(proposal)) == (ProposalState.CHANGES_REQUESTED, 0)
    with pytest.raises(Conflict):
        service.approve(reviewer, proposal, 1)
    (remark,) = service.list_remarks(proposal)
    assert (remark.text, remark.is_request) == ("Bitte nennen Sie die Quelle.", True)

    again = propose_page(author, "Linde", "Mit Quelle.")
    assert (again.id, again.state, cases(again)) == (proposal.id, ProposalState.SUBMITTED, 1)


def test_what_nobody_answers_expires_after_thirty_days(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author)
    service.ask_for_changes(reviewer, proposal, 1, "Bitte kürzer.")
    assert service.expire_due(now() + timedelta(days=25)) == 0
    assert proposal.reminded_at is not None
    assert service.expire_due(now() + timedelta(days=30, minutes=1)) == 1
    assert proposal.state == ProposalState.EXPIRED
    with pytest.raises(Conflict):
        service.withdraw(author, proposal)


def test_an_author_withdraws_what_is_open_and_nobody_else_does(
    author: Actor, reviewer: Actor
) -> None:
    proposal = propose_page(author)
    with pytest.raises(NotAllowed):
        service.withdraw(reviewer, proposal)
    service.withdraw(author, proposal)
    assert (proposal.state, cases(proposal)) == (ProposalState.WITHDRAWN, 0)
    with pytest.raises(Conflict):
        service.approve(reviewer, proposal, 1)


def test_a_rejected_proposal_is_asked_for_again_once(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author)
    service.reject(reviewer, proposal, 1)
    service.ask_again(author, proposal)
    assert (proposal.state, proposal.appealed) == (ProposalState.SUBMITTED, True)
    service.reject(reviewer, proposal, 1)
    with pytest.raises(Conflict, match="nur einmal"):
        service.ask_again(author, proposal)
    service.reopen(reviewer, proposal)
    assert proposal.state == ProposalState.SUBMITTED


def test_nobody_reopens_beside_a_newer_proposal(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author, "Linde")
    service.reject(reviewer, proposal, 1)
    propose_page(author, "Linde", "Anders.")
    with pytest.raises(Conflict, match="neuerer Vorschlag"):
        service.reopen(reviewer, proposal)


def test_a_decision_is_taken_back_as_if_it_had_never_been(author: Actor, reviewer: Actor) -> None:
    page = make_page("Linde", BASE)
    mine = change(author, page, title="Dorflinde", source=BASE + "\nNeu.\n")
    approve(mine, reviewer)
    deciding.take_back(reviewer, mine, 1)
    assert (page.title, page.slug, published(page).source) == ("Linde", "linde", BASE)
    assert mine.state == ProposalState.SUBMITTED
    assert [one.number for one in history(page)] == [1]

    new = propose_page(author, "Eiche")
    approve(new, reviewer)
    deciding.take_back(reviewer, new, 1)
    assert new.page_id is None
    assert service.find_page(ortswiki(), "eiche") is None


# At once, or with four eyes


def test_who_decides_publishes_their_own_work_at_once_but_not_with_four_eyes(
    reviewer: Actor,
) -> None:
    space = ortswiki()
    new = wording("Linde", kind=Kind.CREATE)
    assert service.submit(reviewer, space, None, new, None).state == ProposalState.APPROVED

    space.four_eyes = True
    other = wording("Eiche", kind=Kind.CREATE)
    mine = service.submit(reviewer, space, None, other, None)
    assert mine.state == ProposalState.SUBMITTED
    with pytest.raises(NotAllowed, match="zweite Person"):
        service.approve(reviewer, mine, 1)
    service.approve(make_actor(Role.MODERATOR), mine, 1)


def test_minor_edits_of_trusted_people_go_live_where_the_space_allows_it(author: Actor) -> None:
    space = ortswiki()
    page = make_page(source=BASE)
    for _ in range(5):
        approve(propose_page(author))
    assert _minor(author, page, "uralt").state == ProposalState.SUBMITTED

    space.review = Review.TRUST
    page = make_page(source=BASE)
    mine = _minor(author, page, "uralt")
    assert mine.state == ProposalState.APPROVED
    assert "uralt" in page.html
    big = make_page(source=BASE)
    assert _minor(author, big, "neu", minor=False).state == ProposalState.SUBMITTED
    moved = make_page(source=BASE)
    old = moved.published_id
    approve(change(make_actor(Role.CITIZEN), moved, source=BASE + "\nNeu.\n"))
    assert _minor(author, moved, "uralt", base=old).state == ProposalState.SUBMITTED


def _minor(
    author: Actor, page: Page, word: str, *, minor: bool = True, base: int | None = None
) -> Proposal:
    new = wording(page.title, BASE.replace("alt", word), minor=minor)
    return service.submit(author, page.space, page, new, base or page.published_id)


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        ("uralt. Anruf: 0431 5552368", ""),
        ("uralt. Siehe https://bit.ly/3abc", ""),
        ("uralt. So ein Dreckskerl", ""),
        ("uralt", "Konto DE89 3704 0044 0532 0130 00"),
    ],
)
def test_what_a_filter_sees_in_the_text_of_a_trusted_person_is_read_first(
    author: Actor, words: str, summary: str
) -> None:
    settings.change({"hint_words": "Dreckskerl"})
    ortswiki().review = Review.TRUST
    page = make_page(source=f"{BASE}\nBüro: 0431 5550000\n")
    for _ in range(5):
        approve(propose_page(author))

    source = published(page).source.replace("alt.", f"{words}.")
    new = wording(page.title, source, minor=True, summary=summary)
    mine = service.submit(author, page.space, page, new, page.published_id)

    assert (mine.state, cases(mine)) == (ProposalState.SUBMITTED, 1)
    assert "uralt" not in page.html


def test_what_stood_on_the_page_before_keeps_no_trusted_person_waiting(author: Actor) -> None:
    ortswiki().review = Review.TRUST
    page = make_page(source=f"{BASE}\nBüro: 0431 5550000\n")
    for _ in range(5):
        approve(propose_page(author))
    service.protect(
        make_actor(Role.ADMINISTRATOR), page, Protection.STAFF, now() - timedelta(minutes=1)
    )

    source = published(page).source.replace("alt.", "uralt.")
    new = wording(page.title, source, minor=True)
    mine = service.submit(author, page.space, page, new, page.published_id)

    assert mine.state == ProposalState.APPROVED
    assert "uralt" in page.html


def test_a_trusted_person_who_mends_many_pages_in_an_hour_waits_for_none(author: Actor) -> None:
    settings.change({"hint_many": 2})
    ortswiki().review = Review.TRUST
    for _ in range(5):
        approve(propose_page(author))
    pages = [make_page(source=BASE) for _ in range(4)]

    states = [_minor(author, page, "uralt").state for page in pages]

    assert states == [ProposalState.APPROVED] * 4


def test_guests_confirm_by_mail_and_their_work_is_always_looked_at(reviewer: Actor) -> None:
    guest = make_actor(Role.CITIZEN)
    assert guest.party_id is not None
    with pytest.raises(LoginRequired):
        propose_page(Actor())
    new = wording("Linde", kind=Kind.CREATE)
    proposal = service.propose_confirmed(ortswiki(), None, new, None, guest.party_id)
    assert proposal.state == ProposalState.SUBMITTED
    service.approve(reviewer, proposal, 1)


def test_the_space_of_the_office_is_written_by_staff(author: Actor) -> None:
    space = service.find_space("verwaltung")
    assert space is not None
    new = wording("Linde", kind=Kind.CREATE)
    with pytest.raises(Protected):
        service.propose(author, space, None, new, None)
    service.propose(make_actor(Role.PLANNER), space, None, new, None)


# What is gone


def test_a_base_whose_text_was_erased_is_joined_by_hand(author: Actor, reviewer: Actor) -> None:
    page = make_page(source=BASE)
    base = page.published_id
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("Juni", "Juli")))
    db.session.get_one(Revision, base).text_id = None

    seen = service.outlook(mine)
    assert (seen.state, len(seen.clashes)) == (State.CLASH, 1)
    service.resolve(reviewer, mine, mine.version, choices=[seen.clashes[0].proposed])
    service.approve(reviewer, mine, 2)
    assert published(page).source == BASE.replace("alt", "uralt")


def test_drafts_are_private_and_end_with_the_proposal(author: Actor, reviewer: Actor) -> None:
    space = ortswiki()
    service.save_draft(author, space, None, "linde", payload={"text": "Halb"}, base_id=None)
    service.save_draft(author, space, None, "linde", payload={"text": "Ganz"}, base_id=None)
    found = service.find_draft(author, space, None, "linde")
    assert found is not None
    assert found.payload == {"text": "Ganz"}
    assert service.find_draft(reviewer, space, None, "linde") is None
    propose_page(author, "Linde")
    assert service.find_draft(author, space, None, "linde") is None
    assert not drafts.forget_old(now(), now())


def test_an_import_is_for_who_looks_after_the_wiki_and_adds_nothing_twice(
    author: Actor,
) -> None:
    space, admin = ortswiki(), make_actor(Role.ADMINISTRATOR)
    origin = service.Origin(service.import_author("Erika"), now(), source_note="handbuch.zip")
    new = wording("Linde", kind=Kind.CREATE)
    with pytest.raises(NotAllowed):
        service.publish_import(author, space, None, new, origin)
    first = service.publish_import(admin, space, None, new, origin, external_key="zip:linde")
    page = service.find_imported("zip:linde")
    assert page is not None
    assert service.publish_import(admin, space, page, new, origin).id == first.id
    approve(change(author, page, source="Von hier."))
    assert [one.number for one in history(page)] == [1, 2]


def test_trust_counts_decisions_at_the_desk(author: Actor) -> None:
    approve(propose_page(author))
    query = select(Case.verdict).where(Case.author_id == author.party_id)
    assert db.session.scalars(query).all() == [CaseVerdict.RELEASE]
