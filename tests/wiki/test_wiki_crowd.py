"""Many people at once on one page: the history explains every byte of what is public."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db, writing
from kern.errors import Conflict
from kern.town import Town, Towns, use_town
from tests.builders import make_actor
from tests.wiki.pages import change, history, make_page
from wiki import service
from wiki.comparing import merge
from wiki.models import Proposal, ProposalState, Revision
from wiki.service import MergeToSee, wordings

PEOPLE = 16  # authors, and as many reviewers
LINES = [f"Zeile {number}.\n\nAbstand {number}.\n\n" for number in range(PEOPLE)]
TRIES = 60


def test_32_people_at_once_leave_a_history_that_explains_every_byte(app: Flask, town: Town) -> None:
    page = make_page("Linde", "".join(LINES))
    authors = [make_actor(Role.CITIZEN) for _ in range(PEOPLE)]
    reviewers = [make_actor(Role.MODERATOR) for _ in range(PEOPLE)]
    ids = [_wish(author, page.id, number) for number, author in enumerate(authors)]
    number = page.id
    db.session.commit()
    start = Barrier(PEOPLE * 2)

    def in_town(work: int) -> None:
        towns: Towns = app.extensions["dorflinde.towns"]
        with use_town(towns.by_slug("ort")), app.app_context():
            start.wait()
            if work < PEOPLE:
                _review(reviewers[work], ids[work])
            else:
                _write_on(authors[work - PEOPLE], number, work - PEOPLE)
            db.session.remove()

    with ThreadPoolExecutor(PEOPLE * 2) as pool:
        list(pool.map(in_town, range(PEOPLE * 2)))

    db.session.rollback()
    _require_explained(number)


def _wish(author: Actor, page_id: int, number: int) -> int:
    page = service.get_page(page_id)
    source = "".join(LINES).replace(f"Zeile {number}.", f"Zeile {number} von {number}.")
    return change(author, page, source=f"{source.rstrip()}\n").id


def _review(reviewer: Actor, proposal_id: int) -> None:
    """Reads what there is, approves what was read, and reads again when it moved."""
    sha = ""
    for _try in range(TRIES):
        try:
            with writing():
                proposal = service.get_proposal_for(reviewer, proposal_id)
                if proposal.state == ProposalState.APPROVED:
                    db.session.rollback()
                    return
                service.approve(reviewer, proposal, proposal.latest, seen_sha=sha)
                db.session.commit()
        except MergeToSee as seen:
            db.session.rollback()
            sha = seen.outlook.sha
        except Conflict:
            db.session.rollback()
        else:
            return
    pytest.fail("never approved")


def _write_on(author: Actor, page_id: int, number: int) -> None:
    """The author saves once more while somebody decides about it."""
    with writing():
        page = service.get_page(page_id)
        base = db.session.scalar(
            select(Proposal.base_id).where(Proposal.author_id == author.party_id)
        )
        try:
            source = "".join(LINES).replace(f"Zeile {number}.", f"Zeile {number} von {number}!")
            change(author, page, base, source=f"{source.rstrip()}\n")
            db.session.commit()
        except Conflict:
            db.session.rollback()


def _require_explained(page_id: int) -> None:
    page = service.get_page(page_id)
    versions = history(page)
    assert [one.number for one in versions] == list(range(1, len(versions) + 1))
    assert [one.parent_id for one in versions[1:]] == [one.id for one in versions[:-1]]
    assert page.published_id == versions[-1].id
    assert page.lock_version == len(versions)
    for before, after in pairwise(versions):
        _require_joined(before, after)
    last = _source(versions[-1])
    for number in range(PEOPLE):
        assert f"Zeile {number} von {number}" in last


def _require_joined(before: Revision, after: Revision) -> None:
    """Each version is what its author proposed, joined with what was public then."""
    proposal = db.session.get_one(Proposal, after.proposal_id)
    snapshots = service.list_snapshots(proposal)
    assert snapshots[-1].base_id is not None
    base = db.session.get_one(Revision, snapshots[-1].base_id)
    joined = merge(_source(base), _source(before), snapshots[-1].stored.source)
    assert joined.text == _source(after)
    assert after.author_id == proposal.author_id


def _source(revision: Revision) -> str:
    found = wordings.of_revision(revision)
    assert found is not None
    return found.source
