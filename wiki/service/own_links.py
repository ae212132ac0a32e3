"""The private page of a proposal: for people without a login, who get its address by mail."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kern.accounts.models import Account, AccountState
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import Actor, PartyId
from kern.db import db
from kern.errors import NotFound
from kern.town import current_town
from wiki.models import Proposal
from wiki.service.proposals import GONE, find_proposal, proposal_path


def link_path(proposal: Proposal) -> str:
    return f"/wiki/mein-vorschlag/{proposal.id}/{_signature(proposal)}"


def own_paths(ids: Sequence[int]) -> Mapping[int, str]:
    """Where its author sees it: with a login as everything else, else by the private address."""
    query = select(Proposal, Account.id).where(Proposal.id.in_(ids))
    is_active = (Account.party_id == Proposal.author_id) & (Account.state == AccountState.ACTIVE)
    rows = db.session.execute(query.outerjoin(Account, is_active))
    return {
        proposal.id: proposal_path(proposal.id) if account is not None else link_path(proposal)
        for proposal, account in rows
    }


def get_by_link(proposal_id: int, signature: str) -> Proposal:
    """Raises NotFound alike for unknown numbers and wrong signatures."""
    proposal = find_proposal(proposal_id)
    if proposal is None or proposal.author is None or proposal.author.erased_at is not None:
        raise NotFound(GONE)
    if not hmac.compare_digest(signature.encode(), _signature(proposal).encode()):
        raise NotFound(GONE)
    return proposal


def _signature(proposal: Proposal) -> str:
    """Bound to the author too: the link ends when the person has been erased."""
    message = f"own-proposal|{proposal.id}|{proposal.receipt}|{proposal.author_id}".encode()
    return hmac.new(current_town().secret, message, hashlib.sha256).hexdigest()[:40]


def author_as_actor(proposal: Proposal) -> Actor:
    """Whoever holds the address may do with this proposal what its author may."""
    party = PartyId(proposal.author_id) if proposal.author_id is not None else None
    return Actor(party_id=party, permissions=BY_ROLE[Role.GUEST])
