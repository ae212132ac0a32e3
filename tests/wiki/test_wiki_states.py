"""Every step of the workflow from every state: it goes where the table says, or is refused."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import DomainError
from kern.moderation.cases import withdraw_cases
from kern.moderation.models import Case, CaseKind, CaseState
from tests.builders import make_actor
from tests.wiki.pages import propose_page
from wiki import service
from wiki.models import PROPOSAL_KEY, Proposal, ProposalState
from wiki.rules import TRANSITIONS
from wiki.service import deciding
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")

SUBMITTED, ASKED = ProposalState.SUBMITTED, ProposalState.CHANGES_REQUESTED
APPROVED, REJECTED = ProposalState.APPROVED, ProposalState.REJECTED
WITHDRAWN, EXPIRED = ProposalState.WITHDRAWN, ProposalState.EXPIRED
Step = Callable[[Proposal, Actor, Actor], object]
"""Gets (proposal, its author, a reviewer)."""


def _expire(_proposal: Proposal, _author: Actor, _reviewer: Actor) -> None:
    service.expire_due(now() + timedelta(days=31))


def _reject(proposal: Proposal, reviewer: Actor) -> None:
    """Its case is ended by the desk, which calls this."""
    service.reject(reviewer, proposal, proposal.latest)
    withdraw_cases(Ref(PROPOSAL_KEY, proposal.id))


STEPS: Mapping[str, Step] = {
    "approve": lambda one, _author, reviewer: service.approve(reviewer, one, one.latest),
    "reject": lambda one, _author, reviewer: _reject(one, reviewer),
    "ask": lambda one, _author, reviewer: service.ask_for_changes(
        reviewer, one, one.latest, "Bitte kürzer."
    ),
    "rewrite": lambda one, author, _reviewer: propose_page(
        author, one.title, f"Baum {one.version}."
    ),
    "resolve": lambda one, _author, reviewer: service.resolve(reviewer, one, one.version),
    "withdraw": lambda one, author, _reviewer: service.withdraw(author, one),
    "ask_again": lambda one, author, _reviewer: service.ask_again(author, one),
    "reopen": lambda one, _author, reviewer: service.reopen(reviewer, one),
    "undo": lambda one, _author, reviewer: deciding.take_back(reviewer, one, one.latest),
    "expire": _expire,
    "become_edit": lambda one, author, _reviewer: service.become_edit(author, one),
    "become": lambda one, author, _reviewer: service.become_creation(author, one),
}
WAYS: Mapping[ProposalState, tuple[str, ...]] = {
    SUBMITTED: (),
    ASKED: ("ask",),
    APPROVED: ("approve",),
    REJECTED: ("reject",),
    WITHDRAWN: ("withdraw",),
    EXPIRED: ("ask", "expire"),
}
LEADS: Mapping[str, Mapping[ProposalState, ProposalState]] = {
    "approve": {SUBMITTED: APPROVED},
    "reject": {SUBMITTED: REJECTED},
    "ask": {SUBMITTED: ASKED},
    "rewrite": {SUBMITTED: SUBMITTED, ASKED: SUBMITTED},
    "resolve": {SUBMITTED: SUBMITTED, ASKED: SUBMITTED},
    "withdraw": {SUBMITTED: WITHDRAWN, ASKED: WITHDRAWN},
    "ask_again": {REJECTED: SUBMITTED},
    "reopen": {REJECTED: SUBMITTED},
    "undo": {APPROVED: SUBMITTED, REJECTED: SUBMITTED},
    "expire": {ASKED: EXPIRED},
    "become": {},
    "become_edit": {},
}
QUIET = {"expire", "rewrite"}
"""The clock passes by what is not due; who writes on after the end begins a new proposal."""


def people() -> tuple[Actor, Actor]:
    return make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)


def in_state(state: ProposalState, author: Actor, reviewer: Actor, title: str) -> Proposal:
    proposal = propose_page(author, title)
    for name in WAYS[state]:
        STEPS[name](proposal, author, reviewer)
    assert proposal.state == state
    return proposal


def seen(proposal: Proposal) -> tuple[object, ...]:
    db.session.flush()
    proposal = get_proposal(proposal.id)
    return proposal.state, proposal.version, proposal.latest, open_cases(proposal)


def open_cases(proposal: Proposal) -> int:
    query = select(func.count()).where(
        Case.content_key == PROPOSAL_KEY,
        Case.content_id == proposal.id,
        Case.kind == CaseKind.RELEASE,
        Case.state == CaseState.OPEN,
    )
    return db.session.scalar(query) or 0


@pytest.mark.parametrize("state", list(ProposalState))
def test_every_step_leads_where_the_table_says_or_is_refused_with_a_sentence(
    state: ProposalState,
) -> None:
    for name, step in STEPS.items():
        author, reviewer = people()
        proposal = in_state(state, author, reviewer, f"Linde {name}")
        before, leads = seen(proposal), LEADS[name].get(state)
        if leads is None and name not in QUIET:
            with pytest.raises(DomainError) as refused:
                step(proposal, author, reviewer)
            assert str(refused.value).endswith((".", "!")), name
        else:
            step(proposal, author, reviewer)
        if leads is None:
            assert seen(proposal) == before, name
        else:
            assert (proposal.state, proposal.version > int(str(before[1]))) == (leads, True), name


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=2, max_size=7))
def test_on_any_way_it_waits_at_the_desk_exactly_while_it_is_submitted(names: list[str]) -> None:
    author, reviewer = people()
    proposal = propose_page(author, "Linde")
    for name in names:
        before, was = ProposalState(proposal.state), seen(proposal)
        try:
            with db.session.begin_nested():
                STEPS[name](proposal, author, reviewer)
        except DomainError:
            assert seen(proposal) == was
        after = ProposalState(proposal.state)
        assert before == after or (before, after) in TRANSITIONS, name
        at_desk = after == SUBMITTED and name != "undo"  # the desk opens its own case again
        if before != after:
            assert open_cases(proposal) == int(at_desk), name
        if name == "undo" and before != after:
            break
    assert len(service.list_snapshots(proposal)) == proposal.latest
    db.session.rollback()
