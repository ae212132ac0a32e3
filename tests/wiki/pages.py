"""Pages and proposals for tests: say only what the test is about."""

from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.moderation.models import Case, CaseState
from tests.builders import make_actor
from wiki import service
from wiki.models import PROPOSAL_KEY, Kind, Page, Proposal, Revision, Space
from wiki.service import Wording, wordings

BASE = "Die Linde.\n\nSie ist alt.\n\nSie blüht im Juni.\n"
_numbers = count(1)


def ortswiki() -> Space:
    space = service.find_space("ortswiki")
    assert space is not None
    return space


def wording(title: str = "", source: str = "Ein Baum.", **values: Any) -> Wording:
    return Wording(title or f"Linde {next(_numbers)}", source, **values)


def propose_page(
    author: Actor, title: str = "", source: str = "Ein Baum.", **more: Any
) -> Proposal:
    new = wording(title, source, kind=Kind.CREATE, **more)
    return service.propose(author, ortswiki(), None, new, None)


def make_page(title: str = "", source: str = "Ein Baum.", **more: Any) -> Page:
    """Written by one citizen, approved by somebody else."""
    author = more.pop("author", None) or make_actor(Role.CITIZEN)
    proposal = propose_page(author, title, source, **more)
    revision = service.approve(make_actor(Role.MODERATOR), proposal, proposal.latest)
    return service.get_page(revision.page_id)


def published(page: Page) -> Wording:
    revision = db.session.get_one(Revision, page.published_id)
    found = wordings.of_revision(revision)
    assert found is not None
    return found


def change(author: Actor, page: Page, base_id: int | None = None, **changes: Any) -> Proposal:
    """A proposal that differs from the version `base_id` (today's) in these fields."""
    base_id = base_id or page.published_id
    base = wordings.of_revision(db.session.get_one(Revision, base_id))
    assert base is not None
    changes.setdefault("kind", Kind.EDIT)
    changes.setdefault("summary", "")
    changes.setdefault("minor", False)
    return service.propose(author, page.space, page, replace(base, **changes), base_id)


def approve(proposal: Proposal, reviewer: Actor | None = None, sha: str = "") -> Revision:
    reviewer = reviewer or make_actor(Role.MODERATOR)
    return service.approve(reviewer, proposal, proposal.latest, seen_sha=sha)


def history(page: Page) -> list[Revision]:
    query = select(Revision).where(Revision.page_id == page.id).order_by(Revision.number)
    return list(db.session.scalars(query))


def cases(proposal: Proposal, state: CaseState = CaseState.OPEN) -> int:
    """How many the desk has about it."""
    query = select(func.count()).where(
        Case.content_key == PROPOSAL_KEY, Case.content_id == proposal.id, Case.state == state
    )
    return db.session.scalar(query) or 0
