"""Whose minor edits a space may let through: by what became of their proposals, and by what they
write."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from kern.clock import now
from kern.db import db
from kern.moderation import hints
from wiki import rules
from wiki.models import Proposal, ProposalState
from wiki.rendering import Frame, Nobody, render_page
from wiki.service.wordings import Wording


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


def is_striking(wording: Wording, published: Wording | None) -> bool:
    """Whether the filters of the moderation see anything in what this wording adds: then somebody
    reads it first. What stood there before was read."""
    source = _new_lines(wording.source, published.source if published is not None else "")
    made = render_page(source, Nobody(), Frame())
    words = [made.plain, *_words(wording, published), wording.summary]
    return bool(hints.look("\n".join(words), made.html))


def _new_lines(source: str, before: str) -> str:
    known = set(before.splitlines())
    return "\n\n".join(line for line in source.splitlines() if line not in known)


def _words(wording: Wording, published: Wording | None) -> list[str]:
    """Everything beside the text that a reader sees."""
    known = set(_shown(published)) if published is not None else set()
    return [word for word in _shown(wording) if word not in known]


def _shown(wording: Wording) -> list[str]:
    files = [str(word) for file in wording.files for word in _of_file(file)]
    label = str((wording.place or {}).get("label") or "")
    return [wording.title, *wording.tags, label, *files]


def _of_file(file: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in file.items() if name != "file_id"]
