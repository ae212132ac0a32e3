"""Verdicts about many proposals at once: each through the same gate as alone.

What cannot go, because it was rewritten, joins with a newer version or clashes, stays as it is, and
whoever decided is told which ones.
"""

import logging
from collections.abc import Collection, Mapping

from kern import notify
from kern.actor import Actor
from kern.content import Ref, Verdict
from kern.db import db
from kern.errors import DomainError
from kern.notify import NoticeKind
from wiki.models import OPEN, PROPOSAL_KEY
from wiki.service import deciding, telling
from wiki.service.proposals import find_proposal, get_proposal

log = logging.getLogger(__name__)

STAYS = "wiki.bleibt"


def decide(id_: int, snapshot: int, actor: Actor, verdict: Verdict) -> None:
    """What joins or clashes is said in a sentence that leads to the proposal's own page."""
    _decide(id_, snapshot, actor, verdict, tells=True)


def _decide(id_: int, snapshot: int, actor: Actor, verdict: Verdict, *, tells: bool) -> None:
    proposal = get_proposal(id_)
    if verdict is Verdict.REJECT:
        deciding.reject(actor, proposal, snapshot)
    else:
        deciding.approve(actor, proposal, snapshot, tells=tells)


def decide_all(wordings: Mapping[int, int], actor: Actor, verdict: Verdict) -> Collection[int]:
    """{id: snapshot}, the oldest first; returns those it was possible for."""
    done = {id_ for id_ in sorted(wordings) if _alone(id_, wordings[id_], actor, verdict)}
    for id_ in sorted(set(wordings) - done):
        _tell(actor, id_)
    if verdict is not Verdict.REJECT:
        telling.tell_authors(done)
    return done


def _alone(id_: int, snapshot: int, actor: Actor, verdict: Verdict) -> bool:
    try:
        with db.session.begin_nested():
            _decide(id_, snapshot, actor, verdict, tells=False)
    except DomainError as error:
        log.info("Der Vorschlag %s wartet weiter: %s", id_, error)
        return False
    return True


def _tell(actor: Actor, id_: int) -> None:
    """The one who decided, where it waits still."""
    proposal = find_proposal(id_)
    if proposal is None or proposal.state not in OPEN or actor.party_id is None:
        return
    ref = Ref(PROPOSAL_KEY, id_)
    event = f"{ref}:stays:{proposal.version}:{actor.party_id}"
    notify.tell(actor.party_id, NoticeKind.DESK, ref, event, what=STAYS)
