"""A wiki page in each state: it waits as a proposal and appears as a page."""

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from tests.builders import make_actor
from tests.content_states import State
from tests.wiki.pages import propose_page
from wiki import service
from wiki.models import PAGE_KEY, PROPOSAL_KEY, Proposal
from wiki.service import erasure, moderating

SPACE = "/wiki/ortswiki"


def make_wiki_in(state: State, words: str, author: Actor) -> Ref:
    """With a released page of somebody else in the space, so that nothing is found by being alone;
    the proposal."""
    beside = propose_page(make_actor(Role.CITIZEN), source="Eine Seite nebenan.")
    service.approve(make_actor(Role.MODERATOR), beside, beside.latest)
    proposal = propose_page(author, source=words)
    _bring(proposal, state, author)
    db.session.flush()
    return Ref(PROPOSAL_KEY, proposal.id)


def _bring(proposal: Proposal, state: State, author: Actor) -> None:
    moderator = make_actor(Role.MODERATOR)
    if state in {State.PUBLIC, State.HIDDEN, State.ERASED}:
        revision = service.approve(moderator, proposal, proposal.latest)
        if state is State.HIDDEN:
            moderating.hide(service.get_page(revision.page_id), moderator, 3)
    if state is State.REJECTED:
        service.reject(moderator, proposal, proposal.latest)
    if state is State.WITHDRAWN:
        service.withdraw(author, proposal)
    if state is State.ERASED:
        for erase in (erasure.forget_in_pages, erasure.forget_in_proposals):
            erase(author.party_id or 0, False)  # noqa: FBT003 - the registry's own order


def page_of(ref: Ref) -> Ref | None:
    """What the public reads of it; hidden pages as well."""
    proposal = db.session.get(Proposal, ref.id)
    page_id = proposal.page_id if proposal is not None else None
    return Ref(PAGE_KEY, page_id) if page_id is not None else None
