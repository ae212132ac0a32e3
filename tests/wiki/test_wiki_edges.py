"""What happens to a proposal when the page or the person is taken out of play under it."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, NotAllowed
from kern.moderation import bars, decisions, queue
from kern.moderation.bars import Barred, Ground
from kern.moderation.decisions import JointVerdict
from kern.moderation.filters import Filters
from kern.moderation.models import Case, CaseState
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import (
    BASE,
    approve,
    change,
    make_page,
    ortswiki,
    propose_page,
    published,
    wording,
)
from wiki import rules, service
from wiki.models import Kind, PageState, ProposalState, Protection, Review
from wiki.service import Clashing, State, deciding, moderating
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")


def test_a_page_hidden_under_a_proposal_is_not_changed_until_it_is_shown_again(
    author: Actor, moderator: Actor
) -> None:
    page = make_page("Linde", BASE)
    mine = change(author, page, source=BASE + "\nNeu.\n")
    moderating.hide(page, moderator, 3)

    with pytest.raises(Clashing):
        service.approve(moderator, mine, 1)
    with pytest.raises(Conflict):
        service.become_creation(author, mine)
    with pytest.raises(Conflict, match="ausgeblendet"):
        change(author, page, source=BASE + "\nAnders.\n")
    assert (mine.state, mine.latest) == (ProposalState.SUBMITTED, 1)

    moderating.restore(page, moderator)
    service.approve(moderator, mine, 1)
    assert published(page).source == BASE + "\nNeu.\n"


def test_a_barred_person_proposes_nothing_and_what_waits_is_refused_together(
    author: Actor, moderator: Actor
) -> None:
    waiting = [propose_page(author, f"Werbung {n}") for n in range(3)]
    bars.bar(moderator, author.party_id or 0, None, Ground("Werbung.", 5), until=None)

    with pytest.raises(Barred, match="ausgeschlossen"):
        propose_page(author, "Noch eine")
    with pytest.raises(Barred):
        propose_page(author, "Werbung 1", "Anders.")
    lines = queue.list_queue(moderator, Filters(author_id=author.party_id)).lines
    marked = [(line.case.id, line.case.revision) for line in lines]
    why = JointVerdict(accepts=False, rule=5, text="Werbung.")
    claimed = decisions.decide_marked(moderator, marked, why)
    assert claimed.count == len(waiting)
    assert claimed.joint_id is not None
    assert decisions.take_back_joint(moderator, claimed.joint_id) == len(waiting)


def open_cases() -> int:
    query = select(func.count()).select_from(Case).where(Case.state == CaseState.OPEN)
    return db.session.scalar(query) or 0


def test_the_pages_of_a_wiki_stay_public_when_its_space_begins_to_review(
    app: Flask, author: Actor, reviewer: Actor
) -> None:
    space, old = ortswiki(), make_page("Linde", BASE)
    space.review = Review.TRUST
    for _ in range(5):
        approve(propose_page(author))
    minor = wording("Linde", BASE.replace("alt", "uralt"), minor=True)
    service.submit(author, space, old, minor, old.published_id)
    origin = service.Origin(service.import_author("Erika"), now(), source_note="Altes Wiki")
    esche = wording("Esche", "Aus dem alten Wiki.", kind=Kind.CREATE)
    version = service.publish_import(make_actor(Role.ADMINISTRATOR), space, None, esche, origin)
    imported = service.get_page(version.page_id)
    waits = change(make_actor(Role.CITIZEN), old, source=BASE + "\nNeu.\n")
    before, at_desk = old.published_id, open_cases()
    old_id, waits_id, imported_id = old.id, waits.id, imported.id
    db.session.commit()

    staff = Visitor(app, make_account("Rita", (Role.MODERATOR, None)))
    rules_now = {"title": "Ortswiki", "licence": "CC0", "review": "always", "four_eyes": "y"}
    rules_now["protection"] = "everyone"
    assert staff.post("/wiki/ortswiki/bereich", rules_now).status_code == 303

    assert (ortswiki().review, ortswiki().four_eyes) == (Review.ALWAYS, True)
    reader = Visitor(app)
    assert "uralt" in reader.get("/wiki/ortswiki/linde").text
    assert "Aus dem alten Wiki." in reader.get("/wiki/ortswiki/esche").text
    assert (service.get_page(old_id).published_id, open_cases()) == (before, at_desk)
    waiting = get_proposal(waits_id)
    assert (waiting.state, waiting.base_id) == (ProposalState.SUBMITTED, before)
    page = service.get_page(imported_id)
    next_one = change(author, page, source="Anders.", minor=True)
    assert service.outlook(next_one).state == State.CURRENT  # on the version that was public before


@pytest.mark.parametrize("protection", [Protection.TRUSTED, Protection.STAFF])
def test_a_trusted_person_publishes_nothing_at_once_on_a_protected_page(
    author: Actor, protection: Protection
) -> None:
    space, page = ortswiki(), make_page("Linde", BASE)
    space.review = Review.TRUST
    mine = change(author, page, source=BASE + "\nNeu.\n", minor=True)
    service.protect(make_actor(Role.ADMINISTRATOR), page, protection, None)

    def at_once() -> bool:
        return rules.may_publish_at_once(author, space, page, mine, now(), minor=True, trusted=True)

    assert not at_once()
    service.protect(make_actor(Role.ADMINISTRATOR), page, None, None)
    assert at_once()
    space.four_eyes = True
    assert not at_once()


def test_a_proposal_is_decided_only_where_the_decider_may_and_a_stranger_changes_nothing(
    author: Actor,
) -> None:
    mine = propose_page(author, "Linde")
    other = make_actor(Role.CITIZEN)
    for step in (
        lambda: service.approve(other, mine, 1),
        lambda: service.reject(other, mine, 1),
        lambda: service.ask_for_changes(other, mine, 1, "Kürzer."),
        lambda: service.withdraw(other, mine),
        lambda: service.resolve(other, mine, mine.version),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert (mine.state, mine.version) == (ProposalState.SUBMITTED, 1)


def test_a_deletion_that_was_approved_twice_deletes_once(author: Actor) -> None:
    page = make_page("Linde", BASE)
    first, second = (
        change(person, page, kind=Kind.DELETE) for person in (author, make_actor(Role.CITIZEN))
    )
    approve(first)
    with pytest.raises(Conflict):
        approve(second)
    assert second.state == ProposalState.SUBMITTED


def test_a_decision_is_not_taken_back_while_a_newer_wish_of_the_author_waits(
    author: Actor, reviewer: Actor
) -> None:
    created = propose_page(author, "Linde", "Ein Baum.")
    page = service.get_page(approve(created).page_id)
    propose_page(author, "Linde", "Zwei Bäume.")
    with pytest.raises(Conflict, match="neuerer Vorschlag"):
        deciding.take_back(reviewer, created, 1)
    assert (created.state, page.state) == (ProposalState.APPROVED, PageState.PUBLIC)

    refused = change(author, page, source="Unsinn.")
    service.reject(reviewer, refused, 1)
    change(author, page, source="Ein alter Baum.")
    with pytest.raises(Conflict, match="neuerer Vorschlag"):
        deciding.take_back(reviewer, refused, 1)
