"""A person goes, or asks for everything they wrote.

What was released belongs to the page, under the space's licence: the name goes, the text stays.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select, update

from kern.content import Ref
from kern.db import db
from kern.files import service as files
from kern.moderation.cases import withdraw_cases
from kern.outbox import Fact
from wiki.models import (
    PROPOSAL_KEY,
    Draft,
    Page,
    Proposal,
    ProposalState,
    Remark,
    Renaming,
    Revision,
    Snapshot,
)
from wiki.service import proposals, wordings
from wiki.service.moderating import forget_texts
from wiki.service.pages import note


def forget_in_pages(party_id: int, _keep: bool) -> None:
    mine = select(Revision.page_id).where(Revision.author_id == party_id).distinct()
    pages = db.session.scalars(select(Page).where(Page.id.in_(mine))).all()
    for column in (Revision.author_id, Revision.approved_by):
        _forget(Revision, column, party_id)
    _forget(Page, Page.checked_by, party_id)
    _forget(Renaming, Renaming.party_id, party_id)
    _forget(Renaming, Renaming.approved_by, party_id)
    for page in pages:
        note(page, Fact.HIDDEN)


def forget_in_proposals(party_id: int, keep: bool) -> None:
    """Kept: what waits stays without a name. Else whatever was not released goes."""
    db.session.execute(delete(Draft).where(Draft.author_id == party_id))
    for proposal in db.session.scalars(select(Proposal).where(Proposal.author_id == party_id)):
        if keep or proposal.state == ProposalState.APPROVED:
            proposal.author_id = proposal.entered_by = None
            proposals.note(proposal)
        else:
            _remove(proposal)
    for kind, column in ((Proposal, Proposal.decided_by), (Snapshot, Snapshot.editor_id)):
        _forget(kind, column, party_id)
    if keep:
        _forget(Remark, Remark.party_id, party_id)
    else:
        db.session.execute(delete(Remark).where(Remark.party_id == party_id))
    db.session.flush()


def _remove(proposal: Proposal) -> None:
    texts = [one.text_id for one in proposals.list_snapshots(proposal)]
    withdraw_cases(Ref(PROPOSAL_KEY, proposal.id))
    files.remove_all(Ref(PROPOSAL_KEY, proposal.id))
    proposals.note(proposal, Fact.HIDDEN)
    for kind in (Snapshot, Remark):
        db.session.execute(delete(kind).where(kind.proposal_id == proposal.id))
    db.session.delete(proposal)
    db.session.flush()
    forget_texts(texts)


def _forget(kind: Any, column: Any, party_id: int) -> None:
    query = update(kind).where(column == party_id).values({column: None})
    db.session.execute(query)


def export_pages(party_id: int) -> Iterator[Mapping[str, Any]]:
    """Every version this person wrote."""
    query = select(Revision).where(Revision.author_id == party_id).order_by(Revision.id)
    for one in db.session.scalars(query):
        yield {
            "art": "Fassung einer Wikiseite",
            "seite": one.page_id,
            "fassung": one.number,
            "titel": one.title,
            "text": wordings.sources([one.text_id]).get(one.text_id or 0, ""),
            "zusammenfassung": one.summary,
            "geschrieben": one.written_at.isoformat(),
        }


def export_proposals(party_id: int) -> Iterator[Mapping[str, Any]]:
    """Every wording of their proposals, their remarks and what they have not sent."""
    query = select(Proposal).where(Proposal.author_id == party_id).order_by(Proposal.id)
    for proposal in db.session.scalars(query):
        for snapshot in proposals.list_snapshots(proposal):
            yield {
                "art": "Vorschlag für das Wiki",
                "nummer": proposal.receipt,
                "fassung": snapshot.number,
                "titel": snapshot.title,
                "text": snapshot.stored.source,
                "zusammenfassung": snapshot.summary,
                "stand": str(proposal.state),
                "geschrieben": snapshot.created_at.isoformat(),
            }
    for remark in db.session.scalars(select(Remark).where(Remark.party_id == party_id)):
        at = remark.at.isoformat()
        yield {"art": "Anmerkung zu einem Vorschlag", "text": remark.text, "geschrieben": at}
    for draft in db.session.scalars(select(Draft).where(Draft.author_id == party_id)):
        yield {"art": "Entwurf für das Wiki", "inhalt": draft.payload}
