"""Wiki pages and proposals at the desk, in search, in people's own data, as every kind."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from kern import notify, outbox, search, worker
from kern.accounts.permissions import Role
from kern.accounts.service.leaving import delete_account
from kern.actor import GUEST, Actor
from kern.config import Settings
from kern.content import Redaction, Ref, registry
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation import decisions, netiquette, reports
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.queue import items_of
from kern.moderation.redaction import MARK
from kern.moderation.reports import Allegation
from kern.notify.models import Notice
from kern.outbox import OutboxEntry
from kern.search.opening import open_index
from kern.town import Town
from tests.builders import make_actor
from tests.wiki.pages import approve, change, history, make_page, propose_page, published
from wiki import service
from wiki.models import (
    PAGE_KEY,
    PROPOSAL_KEY,
    Page,
    PageState,
    Proposal,
    ProposalState,
    Revision,
    StoredText,
)
from wiki.service import moderating

WORD = "Zwergdommel"
BASE = f"Eine {WORD} am Ufer.\n\nSie ist scheu.\n"

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture(autouse=True)
def index(town: Town) -> None:
    search.rebuild_all()


def open_case(ref: Ref) -> Case:
    query = select(Case).where(
        Case.content_key == ref.key, Case.content_id == ref.id, Case.state == CaseState.OPEN
    )
    return db.session.scalars(query).one()


def decide(actor: Actor, case: Case, verdict: CaseVerdict, left: Redaction | None = None) -> Case:
    (item,) = items_of([case]).values()
    rule = next(iter(netiquette.rules())).number
    wanted = Decision(verdict, item.revision, rule, "Bitte nicht.", wording=left)
    return decisions.decide(actor, case.id, wanted)


def case_of(proposal: Proposal) -> Case:
    return open_case(Ref(PROPOSAL_KEY, proposal.id))


def reported(page: Page) -> Case:
    ref = Ref(PAGE_KEY, page.id)
    reports.report(GUEST, ref, Allegation(rule=reports.OTHER, text="Das stört mich."))
    return open_case(ref)


def page_of(proposal: Proposal) -> Page:
    assert proposal.page_id is not None
    return service.get_page(proposal.page_id)


def drain(settings: Settings) -> None:
    db.session.commit()
    worker.drain(settings)


def exported(person: Actor) -> str:
    found: list[Any] = []
    for key in (PAGE_KEY, PROPOSAL_KEY):
        export = registry()[key].export
        assert export is not None
        found += list(export(person.party_id or 0))
    return json.dumps(found, ensure_ascii=False, default=str)


def holds(word: str) -> int:
    query = select(func.count()).where(StoredText.source.contains(word))
    return db.session.scalar(query) or 0


def test_a_proposal_is_released_at_the_desk_and_found_and_its_author_is_told(
    author: Actor, moderator: Actor, settings: Settings
) -> None:
    proposal = propose_page(author, "Vogel", BASE)
    number = proposal.id
    drain(settings)
    assert search.find(WORD).total == 0

    proposal = service.get_proposal_for(author, number)
    decide(moderator, case_of(proposal), CaseVerdict.RELEASE)
    ref = Ref(PAGE_KEY, page_of(proposal).id)
    drain(settings)

    assert [hit.ref for hit in search.find(WORD).items] == [ref]
    assert registry()[PAGE_KEY].cards([ref.id])[ref.id].path == "/wiki/ortswiki/vogel"
    told = db.session.scalars(select(Notice.what).where(Notice.party_id == author.party_id))
    assert told.all() == ["wiki.entschieden"]
    followed = dict(open_index().digests())
    search.rebuild_all()
    assert dict(open_index().digests()) == followed


def test_a_release_is_taken_back_within_the_undo_time(author: Actor, moderator: Actor) -> None:
    proposal = propose_page(author, "Vogel", BASE)
    case = decide(moderator, case_of(proposal), CaseVerdict.RELEASE)
    decisions.take_back(moderator, case.id)
    assert case_of(proposal).id == case.id
    assert list(registry()[PAGE_KEY].public_ids()) == []
    mails = select(func.count()).where(OutboxEntry.name == "wiki.entschieden")
    assert db.session.scalar(mails) == 0


def test_what_is_rejected_may_be_released_later(author: Actor, moderator: Actor) -> None:
    proposal = propose_page(author, "Vogel", BASE)
    case = decide(moderator, case_of(proposal), CaseVerdict.REJECT)
    assert service.get_proposal_for(author, proposal.id).state == ProposalState.REJECTED
    decisions.decide_anew(moderator, case.id, Decision(CaseVerdict.RELEASE, case.revision))
    assert WORD in page_of(service.get_proposal_for(author, proposal.id)).html


def test_a_newer_snapshot_and_a_moved_page_are_not_decided_unread(
    author: Actor, moderator: Actor
) -> None:
    page = make_page("Vogel", BASE)
    mine = change(author, page, source=BASE.replace("scheu", "sehr scheu"))
    case = case_of(mine)
    change(author, page, source=BASE.replace("scheu", "ganz scheu"))
    with pytest.raises(Conflict):
        decisions.decide(moderator, case.id, Decision(CaseVerdict.RELEASE, 1))
    approve(change(make_actor(Role.CITIZEN), page, source=f"{BASE}\nNeu.\n"))
    with pytest.raises(Conflict, match="Seite des Vorschlags"):
        decide(moderator, case_of(mine), CaseVerdict.RELEASE)


def test_a_page_is_reported_hidden_and_shown_again(
    author: Actor, moderator: Actor, settings: Settings
) -> None:
    page = make_page("Vogel", BASE, author=author)
    number = page.id
    drain(settings)
    page = service.get_page(number)
    hidden = decide(moderator, reported(page), CaseVerdict.HIDE)
    db.session.commit()
    assert search.find(WORD).total == 0  # and the index still has it
    assert (page.state, page.html) == (PageState.HIDDEN, "")
    assert list(registry()[PAGE_KEY].public_ids()) == []

    decisions.decide_anew(moderator, hidden.id, Decision(CaseVerdict.RESTORE, hidden.revision))
    assert WORD in page.html
    drain(settings)
    assert search.find(WORD).total == 1


def test_nothing_of_a_redacted_passage_remains(
    author: Actor, moderator: Actor, settings: Settings
) -> None:
    page = make_page("Vogel", BASE, author=author)
    approve(change(author, page, source=f"{BASE}\nNeu.\n", summary=f"{WORD} gesehen"))
    other = make_actor(Role.CITIZEN)
    waiting = change(other, page, source=f"{published(page).source}\nUnd die {WORD}.\n")
    left = Redaction(published(page).source.replace(WORD, ""))
    for wrong in (published(page).source, "", f"{published(page).source} Dafür!"):
        with pytest.raises(Invalid):
            moderating.redact_page(page, moderator, Redaction(wrong))
    with pytest.raises(NotAllowed):
        moderating.redact_page(page, author, left)

    decide(moderator, reported(page), CaseVerdict.REDACT, left)
    number = page.id
    assert waiting.latest == 1
    drain(settings)

    assert holds(WORD) == 0
    page = service.get_page(number)
    assert MARK in page.html
    assert WORD not in exported(author)
    assert WORD not in exported(other)
    assert search.find(WORD).total == 0
    assert search.find("Ufer").total == 1
    assert all(WORD not in one.summary for one in history(page))


def test_what_waits_is_redacted_and_released_so(author: Actor, moderator: Actor) -> None:
    proposal = propose_page(author, "Vogel", BASE)
    decide(moderator, case_of(proposal), CaseVerdict.REDACT, Redaction(BASE.replace(WORD, "")))
    page = page_of(service.get_proposal_for(author, proposal.id))
    assert MARK in page.html
    assert holds(WORD) == 0


@pytest.mark.parametrize("keep", [True, False])
def test_a_person_goes_and_the_page_stays(author: Actor, keep: bool, settings: Settings) -> None:
    page = make_page("Vogel", BASE, author=author)
    waiting = propose_page(author, "Anderes", "Ein Reiher.")
    number, waits = page.id, waiting.id
    assert WORD in exported(author)
    delete_account(author, keep_posts=keep)
    drain(settings)

    page = service.get_page(number)
    assert WORD in page.html
    assert [one.author_id for one in history(page)] == [None]
    assert exported(author) == "[]"
    kept = db.session.get(Proposal, waits)
    assert (kept is not None) == keep
    assert holds("Reiher") == int(keep)
    open_cases = select(func.count()).where(
        Case.content_key == PROPOSAL_KEY, Case.state == CaseState.OPEN
    )
    assert db.session.scalar(open_cases) == int(keep)


def test_text_summary_and_author_of_one_version_are_hidden_one_by_one(
    author: Actor, moderator: Actor
) -> None:
    page = make_page("Vogel", BASE, author=author)
    first = db.session.get_one(Revision, page.published_id)
    with pytest.raises(Conflict):
        service.hide_of_revision(moderator, first, "text", hidden=True)
    approve(change(make_actor(Role.CITIZEN), page, source="Neu."))
    with pytest.raises(NotAllowed):
        service.hide_of_revision(author, first, "author", hidden=True)
    service.hide_of_revision(moderator, first, "text", hidden=True)
    service.hide_of_revision(moderator, first, "author", hidden=True)
    assert (first.hide_text, first.hide_summary, first.hide_author) == (True, False, True)


def test_followers_hear_of_new_versions_but_not_of_minor_ones(
    author: Actor, settings: Settings
) -> None:
    page = make_page("Vogel", BASE)
    ref = Ref(PAGE_KEY, page.id)
    notify.follow(author.party_id or 0, ref)
    db.session.commit()
    approve(change(make_actor(Role.CITIZEN), page, source="Klein.", minor=True))
    announced = select(func.count()).where(OutboxEntry.name == "wiki.neue_fassung")
    before = db.session.scalar(announced)
    approve(change(make_actor(Role.CITIZEN), page, source="Groß."))
    assert db.session.scalar(announced) == (before or 0) + 1
    assert not outbox.masked()


def test_the_desk_shows_many_proposals_in_few_queries(author: Actor, count_queries: Any) -> None:
    ids = [propose_page(author, source=f"Nummer {n}: [[Linde]].").id for n in range(20)]
    db.session.commit()
    with count_queries() as counted:
        items = registry()[PROPOSAL_KEY].desk_items(ids)
    assert len(items) == 20
    assert len(counted) <= 2
