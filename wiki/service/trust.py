"""Whose minor edits a space may let through: by what became of their proposals."""

from datetime import timedelta

from sqlalchemy import func, select

from kern.clock import now
from kern.db import db
from wiki import rules
from wiki.models import Proposal, ProposalState


def is_trusted(party_id: int | None) -> bool:
    """Enough approved, none rejected lately."""
    if party_id is None:
        return False
    count = select(func.count()).where(Proposal.author_id == party_id)
    approved = db.session.scalar(count.where(Proposal.state == ProposalState.APPROVED)) or 0
    if approved < rules.TRUST_AFTER:
        return False
    since = now() - timedelta(days=rules.TRUST_DAYS)
    refused = count.where(Proposal.state == ProposalState.REJECTED, Proposal.decided_at > since)
    return not db.session.scalar(refused)
