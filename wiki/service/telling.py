"""Whom a proposal makes news for: its author. Everything waits for the undo time."""

from typing import Any

from kern import notify
from kern.clock import now
from kern.content import Ref
from kern.notify import NoticeKind
from kern.notify.telling import UNDO
from wiki.models import PROPOSAL_KEY, Proposal

DECIDED = "wiki.entschieden"
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
