"""Whom a proposal makes news for: its author. Everything waits for the undo time."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from kern import notify
from kern.accounts.parties import person_behind
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.notify import NoticeKind
from kern.notify.models import Notice
from kern.notify.telling import UNDO
from wiki.models import PROPOSAL_KEY, Proposal

DECIDED = "wiki.entschieden"
MANY_DECIDED = "wiki.viele_entschieden"
ASKED = "wiki.aenderung_erbeten"
REMARKED = "wiki.anmerkung"
REMINDED = "wiki.erinnerung"
EXPIRED = "wiki.abgelaufen"


def tell_author(proposal: Proposal, what: str, event: str, **payload: Any) -> None:
    """`event` is what `notify.take_back` is asked for, behind the proposal's own ref."""
    if proposal.author_id is None:
        return
    ref, stamp = Ref(PROPOSAL_KEY, proposal.id), now().strftime("%Y%m%d%H%M%S%f")
    notify.tell(
        proposal.author_id,
        NoticeKind.FATE,
        ref,
        f"{ref}:{event}:{stamp}",
        what=what,
        not_before=now() + UNDO,
        **payload,
    )


def tell_authors(approved: Collection[int]) -> None:
    """Each author once, of all of theirs that were approved together."""
    query = select(Proposal.author_id, Proposal.id).where(Proposal.id.in_(approved))
    by_author: dict[int, list[int]] = {}
    for author_id, id_ in db.session.execute(query.order_by(Proposal.id)):
        if author_id is not None:
            by_author.setdefault(author_id, []).append(id_)
    for author_id, ids in by_author.items():
        _tell_of(author_id, ids)


def _tell_of(author_id: int, ids: list[int]) -> None:
    """The worker decides in several steps: what is not told yet takes the next ones along."""
    query = select(Notice).where(
        Notice.party_id == person_behind(author_id), Notice.what == MANY_DECIDED, Notice.at > now()
    )
    open_one = db.session.scalar(query.limit(1))
    if open_one is not None:
        open_one.payload = {"all": [*open_one.payload["all"], *ids]}
        return
    ref, at = Ref(PROPOSAL_KEY, ids[0]), now() + UNDO
    event = f"{MANY_DECIDED}:{ref}:{at:%Y%m%d%H%M%S%f}"
    notify.tell(author_id, NoticeKind.FATE, ref, event, what=MANY_DECIDED, not_before=at, all=ids)
