"""What people are told about pages they follow and about their proposals, in words."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern.content import Card
from kern.db import db
from kern.i18n import _
from kern.notify import Line, NoticeType
from kern.notify.kinds import public_lines
from kern.notify.models import Notice
from wiki.models import OPEN, Proposal, ProposalState
from wiki.service import many, telling
from wiki.service.own_links import own_paths
from wiki.service.proposals import proposal_path
from wiki.service.publishing import NEW_VERSION

NAMED = 3  # titles in one line; a mail tells them all
OWN_LIST = "/wiki/vorschlaege"
Sentence = Callable[[Proposal], str]
Paths = Callable[[Sequence[int]], Mapping[int, str]]


def _lines(
    sentence: Sentence, *states: ProposalState, paths_of: Paths = own_paths
) -> Callable[..., Mapping[int, Line]]:
    """While it is in one of these states; two queries."""

    def lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
        query = select(Proposal).where(Proposal.id.in_({one.content_id for one in notices}))
        query = query.options(joinedload(Proposal.space))
        found = {one.id: one for one in db.session.scalars(query)}
        paths = paths_of(list(found))
        return {
            notice.id: _line(sentence(proposal), proposal, paths[proposal.id])
            for notice in notices
            for proposal in [found.get(notice.content_id)]
            if proposal is not None and proposal.state in states
        }

    return lines


def _line(sentence: str, proposal: Proposal, path: str) -> Line:
    return Line(sentence, proposal.title, path, scope_id=proposal.space_id)


def _approved(_proposal: Proposal) -> str:
    return _("Ihr Vorschlag für das Wiki ist angenommen und für alle zu lesen.")


def _asked(_proposal: Proposal) -> str:
    return _("Zu Ihrem Vorschlag für das Wiki gibt es eine Bitte. Sie haben 30 Tage Zeit.")


def _remarked(_proposal: Proposal) -> str:
    return _("Zu Ihrem Vorschlag für das Wiki gibt es eine Anmerkung.")


def _reminded(_proposal: Proposal) -> str:
    return _("In einer Woche läuft Ihr Vorschlag für das Wiki ab: Eine Bitte ist noch offen.")


def _expired(_proposal: Proposal) -> str:
    return _(
        "Ihr Vorschlag für das Wiki ist abgelaufen. Ihr Text ist noch da, und Sie können ihn "
        "noch einmal vorschlagen."
    )


def _stays(_proposal: Proposal) -> str:
    return _(
        "Dieser Vorschlag ließ sich nicht mit den anderen entscheiden. Er wartet noch, und auf "
        "seiner Seite steht, was zu tun ist."
    )


def _desk_paths(ids: Sequence[int]) -> Mapping[int, str]:
    return {id_: proposal_path(id_) for id_ in ids}


def _many_approved(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """What was approved together, by the titles of those that still are."""
    ids = {id_ for notice in notices for id_ in notice.payload["all"]}
    query = select(Proposal).where(Proposal.id.in_(ids), Proposal.state == ProposalState.APPROVED)
    found = {one.id: one for one in db.session.scalars(query)}
    paths = own_paths([notice.content_id for notice in notices])
    some = {
        notice.id: [found[id_] for id_ in notice.payload["all"] if id_ in found]
        for notice in notices
    }
    return {
        notice.id: _together(some[notice.id], paths.get(notice.content_id, OWN_LIST))
        for notice in notices
        if some[notice.id]
    }


def _together(approved: Sequence[Proposal], path: str) -> Line:
    titles = [one.title for one in approved]
    several = _(
        "%(num)s Ihrer Vorschläge für das Wiki sind angenommen und für alle zu lesen.",
        num=len(titles),
    )
    return Line(
        several if len(titles) > 1 else _approved(approved[0]),
        ", ".join(titles[:NAMED]) + (" …" if len(titles) > NAMED else ""),
        OWN_LIST if len(titles) > 1 and path == proposal_path(approved[0].id) else path,
        text="\n".join(titles),
        scope_id=approved[0].space_id,
    )


def _new_version(_notice: Notice, _card: Card) -> str:
    return _("Diese Wikiseite hat eine neue Fassung.")


ASKED = ProposalState.CHANGES_REQUESTED
TYPES = (
    NoticeType(telling.DECIDED, _lines(_approved, ProposalState.APPROVED)),
    NoticeType(telling.MANY_DECIDED, _many_approved, is_state=False),
    NoticeType(telling.ASKED, _lines(_asked, ASKED)),
    NoticeType(telling.REMARKED, _lines(_remarked, *ProposalState)),
    NoticeType(telling.REMINDED, _lines(_reminded, ASKED)),
    NoticeType(telling.EXPIRED, _lines(_expired, ProposalState.EXPIRED)),
    NoticeType(many.STAYS, _lines(_stays, *OPEN, paths_of=_desk_paths)),
    NoticeType(NEW_VERSION, public_lines(_new_version), is_state=False),
)
"""Their mails are those of every notice: what is refused has its statement of reasons besides."""
