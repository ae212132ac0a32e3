"""Proposals: what becomes public, when, and that nothing of anybody is lost on the way."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.moderation.models import CaseState
from tests.builders import make_account, make_actor
from tests.visitors import Visitor
from tests.wiki.pages import (
    BASE,
    approve,
    cases,
    change,
    history,
    make_page,
    propose_page,
    published,
    wording,
)
from wiki import service
from wiki.models import (
    Kind,
    Page,
    PageState,
    ProposalState,
    Protection,
    Revision,
)
from wiki.rules import Protected
from wiki.service import Clashing, MergeToSee, State

pytestmark = pytest.mark.usefixtures("town")


def count(model: type[Page] | type[Revision]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# From the first word to the page


def test_a_page_exists_from_its_first_approval_on(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author, "Die Linde", BASE)
    assert count(Page) == 0
    assert cases(proposal) == 1

    revision = service.approve(reviewer, proposal, 1)

    page = service.get_page_for(Actor(), "ortswiki", "die-linde")
    assert (page.title, page.published_id, revision.number) == ("Die Linde", revision.id, 1)
    assert "Sie ist alt." in page.html
    assert (revision.author_id, revision.approved_by) == (author.party_id, reviewer.party_id)
    assert cases(proposal, CaseState.DECIDED) == 1
    assert proposal.state == ProposalState.APPROVED


def test_only_author_and_reviewers_see_a_proposal(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author)
    assert service.get_proposal_for(author, proposal.id).id == proposal.id
    assert service.get_proposal_for(reviewer, proposal.id).id == proposal.id
    for stranger in (Actor(), make_actor(Role.CITIZEN)):
        with pytest.raises(NotFound):
            service.get_proposal_for(stranger, proposal.id)


def test_who_saves_again_adds_a_snapshot_and_the_older_one_cannot_be_approved(
    author: Actor, reviewer: Actor
) -> None:
    first = propose_page(author, "Linde", "Erste.")
    again = propose_page(author, "Linde", "Zweite.")

    assert (again.id, again.latest, again.version) == (first.id, 2, 2)
    assert cases(again) == 1
    assert [one.stored.source for one in service.list_snapshots(again)] == ["Erste.\n", "Zweite.\n"]
    with pytest.raises(Conflict, match="bitte prüfen"):
        service.approve(reviewer, again, 1)
    with pytest.raises(Conflict, match="bitte prüfen"):
        service.approve(reviewer, again, 2, version=1)
    assert published(service.get_page(service.approve(reviewer, again, 2).page_id)).source == (
        "Zweite.\n"
    )


def test_of_two_reviewers_at_once_one_wins(author: Actor, reviewer: Actor) -> None:
    proposal = propose_page(author)
    service.approve(reviewer, proposal, 1)
    with pytest.raises(Conflict, match="schon entschieden"):
        service.approve(make_actor(Role.MODERATOR), proposal, 1)
    assert count(Revision) == 1


def test_what_is_saved_while_it_is_approved_becomes_a_new_proposal_on_the_new_base(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page(source=BASE)
    base = page.published_id
    first = change(author, page, source=BASE.replace("alt", "sehr alt"))
    approve(first, reviewer)

    late = change(author, page, base, source=BASE.replace("alt", "sehr alt") + "\nUnd groß.\n")

    assert late.id != first.id
    seen = service.outlook(late)
    assert seen.state == State.MERGED
    assert seen.wording is not None
    assert seen.wording.source == BASE.replace("alt", "sehr alt") + "\nUnd groß.\n"


def test_nothing_can_be_proposed_that_changes_nothing(author: Actor) -> None:
    page = make_page(source=BASE)
    with pytest.raises(Invalid, match="noch nichts geändert"):
        change(author, page)


# The page moves under a proposal


def test_a_clean_merge_is_published_only_to_who_saw_it(author: Actor, reviewer: Actor) -> None:
    page = make_page(source=BASE)
    base = page.published_id
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    other = make_actor(Role.CITIZEN)
    approve(change(other, page, source=BASE.replace("Juni", "Juli")))

    with pytest.raises(MergeToSee) as seen:
        service.approve(reviewer, mine, 1)
    revision = service.approve(reviewer, mine, 1, seen_sha=seen.value.outlook.sha)

    assert published(page).source == BASE.replace("alt", "uralt").replace("Juni", "Juli")
    assert revision.author_id == author.party_id
    assert mine.base_id == base


def test_a_merge_that_somebody_saw_is_not_the_one_after_the_next_edit(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page(source=BASE)
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("Juni", "Juli")))
    sha = service.outlook(mine).sha
    approve(change(make_actor(Role.CITIZEN), page, source=f"{published(page).source}\nNeu.\n"))

    with pytest.raises(MergeToSee):
        service.approve(reviewer, mine, 1, seen_sha=sha)


def test_a_clash_is_resolved_section_by_section_and_the_author_stays(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page(source=BASE)
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("alt", "jung")))

    with pytest.raises(Clashing) as seen:
        service.approve(reviewer, mine, 1)
    (clash,) = seen.value.outlook.clashes
    assert ("jung" in clash.published, "uralt" in clash.proposed) == (True, True)
    snapshot = service.resolve(
        reviewer, mine, mine.version, choices=[clash.proposed], remark="Zusammengeführt"
    )
    revision = service.approve(reviewer, mine, snapshot.number)

    assert published(page).source == BASE.replace("alt", "uralt")
    assert (revision.author_id, snapshot.editor_id) == (author.party_id, reviewer.party_id)
    assert "Zusammengeführt" in revision.summary


def test_who_chooses_between_texts_that_moved_on_is_told(author: Actor, reviewer: Actor) -> None:
    page = make_page(source=BASE)
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("alt", "jung")))
    with pytest.raises(Invalid):
        service.resolve(reviewer, mine, mine.version, choices=[])
    with pytest.raises(Conflict):
        service.resolve(reviewer, mine, mine.version - 1, choices=["x\n"])
    with pytest.raises(Conflict):
        service.resolve(reviewer, mine, mine.version, choices=["x\n"], seen_sha="other")


def test_titles_tags_and_files_are_joined_one_by_one(author: Actor, reviewer: Actor) -> None:
    page = make_page("Linde", BASE, tags=("Baum", "alt"))
    base = page.published_id
    mine = change(author, page, title="Die Linde", tags=("Baum", "alt", "Natur"))
    approve(change(make_actor(Role.CITIZEN), page, base, tags=("Baum",), source=BASE + "\nNeu.\n"))

    seen = service.outlook(mine)
    assert seen.wording is not None
    service.approve(reviewer, mine, 1, seen_sha=seen.sha)

    now_there = published(page)
    assert (now_there.title, now_there.source) == ("Die Linde", BASE + "\nNeu.\n")
    assert now_there.tags == ("Baum", "Natur")


def test_two_new_titles_are_a_clash(author: Actor, reviewer: Actor) -> None:
    page = make_page("Linde", BASE)
    mine = change(author, page, title="Die Linde", kind=Kind.RENAME)
    approve(change(make_actor(Role.CITIZEN), page, title="Dorflinde", kind=Kind.RENAME))

    with pytest.raises(Clashing) as seen:
        service.approve(reviewer, mine, 1)
    (field,) = seen.value.outlook.fields
    assert (field.name, field.published, field.proposed) == ("title", "Dorflinde", "Die Linde")
    service.resolve(author, mine, mine.version, fields={"title": "Die Linde"})
    service.approve(reviewer, mine, 2)
    assert page.title == "Die Linde"


def test_what_is_published_already_adds_no_version(author: Actor, reviewer: Actor) -> None:
    page = make_page(source=BASE)
    mine = change(author, page, source=BASE.replace("alt", "uralt"))
    approve(change(make_actor(Role.CITIZEN), page, source=BASE.replace("alt", "uralt")))
    before = count(Revision)

    assert service.outlook(mine).state == State.CONTAINED
    service.approve(reviewer, mine, 1)

    assert count(Revision) == before
    assert (mine.state, mine.merged_id) == (ProposalState.APPROVED, page.published_id)


def test_two_pending_creations_of_one_title(author: Actor, reviewer: Actor) -> None:
    """The second one becomes an edit of the first, or takes another title."""
    first, second = propose_page(author, "Linde"), propose_page(reviewer, "LINDE", "Anders.")
    service.approve(make_actor(Role.MODERATOR), first, 1)

    with pytest.raises(Clashing) as seen:
        service.approve(make_actor(Role.MODERATOR), second, 1)
    assert seen.value.outlook.state == State.TITLE_TAKEN
    assert seen.value.outlook.other_page_id == first.page_id
    other = wording("Linde am Markt", "Anders.")
    service.resolve(reviewer, second, second.version, wording=other)
    page = service.get_page(approve(second).page_id)
    assert (page.title, page.slug) == ("Linde am Markt", "linde-am-markt")


def test_a_creation_whose_title_was_taken_becomes_a_change_of_that_page(
    app: Flask, author: Actor, reviewer: Actor
) -> None:
    account = make_account("Wilma Holm", (Role.CITIZEN, None))
    writer, person = Visitor(app, account), actor_of_party(account.party_id)
    mine = propose_page(person, "Linde", "Von mir.")
    page = make_page("Linde", "Von dir.")
    number, page_id, way = mine.id, page.id, f"/wiki/vorschlag/{mine.id}"
    with pytest.raises(NotAllowed):
        service.become_edit(author, mine)
    db.session.commit()
    assert "Als Änderung jener Seite vorschlagen" in writer.get(way).text

    assert writer.post(f"{way}/als-aenderung").status_code == 303
    assert "Bitte entscheiden Sie" in writer.get(way).text
    mine = service.get_proposal_for(person, number)
    (clash,) = service.outlook(mine).clashes
    assert (clash.published, clash.proposed) == ("Von dir.\n", "Von mir.\n")
    assert cases(mine) == 1
    service.resolve(person, mine, mine.version, choices=[clash.published + clash.proposed])
    revision = service.approve(reviewer, mine, mine.latest)

    page = service.get_page(page_id)
    assert (revision.page_id, published(page).source) == (page_id, "Von dir.\nVon mir.\n")
    assert [one.number for one in history(page)] == [1, 2]
    with pytest.raises(Conflict):
        service.become_edit(person, mine)


def test_one_person_has_no_second_open_proposal_by_turning_one_into_another(
    author: Actor, reviewer: Actor
) -> None:
    mine = propose_page(author, "Linde", "Von mir.")
    page = make_page("Linde", "Von dir.")
    change(author, page, source="Von dir. Und mir.")
    with pytest.raises(Conflict, match="neuerer Vorschlag"):
        service.become_edit(author, mine)

    old = make_page("Eiche", "Alt.")
    waiting = change(author, old, source="Sehr alt.")
    approve(change(make_actor(Role.CITIZEN), old, kind=Kind.DELETE))
    propose_page(author, "Eiche", "Neu.")
    with pytest.raises(Conflict, match="neuerer Vorschlag"):
        service.become_creation(author, waiting)


def test_a_renamed_page_keeps_its_proposals_and_its_old_address_leads_there(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page("Linde", BASE)
    mine = change(author, page, source=BASE + "\nNeu.\n")
    approve(change(make_actor(Role.CITIZEN), page, title="Dorflinde", kind=Kind.RENAME))

    seen = service.outlook(mine)
    service.approve(reviewer, mine, 1, seen_sha=seen.sha)

    assert (page.title, page.slug) == ("Dorflinde", "dorflinde")
    with pytest.raises(service.Moved) as moved:
        service.get_page_for(Actor(), "ortswiki", "linde")
    assert moved.value.path == "/wiki/ortswiki/dorflinde"
    service.remove_address(make_actor(Role.ADMINISTRATOR), page, "linde")
    with pytest.raises(NotFound):
        service.get_page_for(Actor(), "ortswiki", "linde")


def test_a_proposal_for_a_deleted_page_can_become_a_new_page(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page("Linde", BASE)
    mine = change(author, page, source=BASE + "\nNeu.\n")
    approve(change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE, summary="Gefällt."))
    assert page.state == PageState.DELETED
    with pytest.raises(NotFound):
        service.get_page_for(Actor(), "ortswiki", "linde")

    with pytest.raises(Clashing, match="Seite gelöscht"):
        service.approve(reviewer, mine, 1)
    service.become_creation(author, mine)
    new = service.get_page(service.approve(reviewer, mine, 2).page_id)

    assert new.id != page.id
    assert (new.slug, published(new).source) == ("linde-2", BASE + "\nNeu.\n")


def test_a_protected_page_takes_no_new_proposals_and_staff_decides_about_the_waiting_one(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page(source=BASE)
    mine = change(author, page, source=BASE + "\nNeu.\n")
    admin = make_actor(Role.ADMINISTRATOR)
    service.protect(admin, page, Protection.STAFF, now() + timedelta(days=1))

    with pytest.raises(Protected):
        change(author, page, source=BASE + "\nAnders.\n")
    service.approve(reviewer, mine, 1)
    service.protect(admin, page, Protection.STAFF, now() - timedelta(minutes=1))
    change(author, page, source=BASE + "\nAnders.\n")


def test_pages_for_trusted_people_wait_for_five_approvals(author: Actor) -> None:
    page = make_page(source=BASE)
    service.protect(make_actor(Role.ADMINISTRATOR), page, Protection.TRUSTED, None)
    with pytest.raises(Protected):
        change(author, page, source="Neu.")
    for _ in range(5):
        approve(propose_page(author))
    change(author, page, source="Neu.")


# Every kind is a proposal


def test_deleting_and_blanking_go_through_review(author: Actor, reviewer: Actor) -> None:
    page = make_page("Linde", BASE)
    with pytest.raises(Invalid, match="löschen"):
        change(author, page, source="  \n")
    gone = change(author, page, kind=Kind.DELETE)
    assert page.state == PageState.PUBLIC
    service.approve(reviewer, gone, 1)
    assert (page.state, page.html) == (PageState.DELETED, "")

    back = change(author, page, kind=Kind.UNDELETE)
    service.approve(reviewer, back, 1)
    assert page.state == PageState.PUBLIC
    assert "Sie ist alt." in page.html
    assert [one.number for one in history(page)] == [1, 2, 3]


def test_a_page_deleted_after_somebody_edited_it_is_looked_at_again(
    author: Actor, reviewer: Actor
) -> None:
    page = make_page(source=BASE)
    gone = change(author, page, kind=Kind.DELETE)
    approve(change(make_actor(Role.CITIZEN), page, source=BASE + "\nNeu.\n"))
    with pytest.raises(MergeToSee):
        service.approve(reviewer, gone, 1)


def test_going_back_to_an_old_text_is_a_proposal(author: Actor, reviewer: Actor) -> None:
    page = make_page(source=BASE)
    first = page.published_id
    approve(change(make_actor(Role.CITIZEN), page, source="Unsinn."))
    back = change(author, page, source=BASE, kind=Kind.REVERT)
    assert "Unsinn" in page.html
    revision = service.approve(reviewer, back, 1)
    assert published(page).source == BASE
    assert revision.text_id == db.session.get_one(Revision, first).text_id


def test_a_rename_beside_a_waiting_edit_keeps_the_edit(author: Actor, reviewer: Actor) -> None:
    page = make_page("Linde", BASE)
    change(author, page, source=BASE + "\nNeu.\n")
    both = change(author, page, title="Dorflinde", kind=Kind.RENAME)
    assert (both.latest, both.kind) == (2, Kind.EDIT)
    service.approve(reviewer, both, 2)
    assert (page.title, published(page).source) == ("Dorflinde", BASE + "\nNeu.\n")
    change(author, page, source="Neu.")
    with pytest.raises(Conflict):
        change(author, page, kind=Kind.DELETE)
