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
from wiki.models import Proposal, ProposalState
from wiki.service import telling
from wiki.service.own_links import own_paths
from wiki.service.publishing import NEW_VERSION

Sentence = Callable[[Proposal], str]


def _lines(sentence: Sentence, *states: ProposalState) -> Callable[..., Mapping[int, Line]]:
    """For its author, while it is in one of these states; two queries."""

    def lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
        query = select(Proposal).where(Proposal.id.in_({one.content_id for one in notices}))
        query = query.options(joinedload(Proposal.space))
        found = {one.id: one for one in db.session.scalars(query)}
        paths = own_paths(list(found))
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


def _new_version(_notice: Notice, _card: Card) -> str:
    return _("Diese Wikiseite hat eine neue Fassung.")


ASKED = ProposalState.CHANGES_REQUESTED
TYPES = (
    NoticeType(telling.DECIDED, _lines(_approved, ProposalState.APPROVED)),
    NoticeType(telling.ASKED, _lines(_asked, ASKED)),
    NoticeType(telling.REMARKED, _lines(_remarked, *ProposalState)),
    NoticeType(telling.REMINDED, _lines(_reminded, ASKED)),
    NoticeType(telling.EXPIRED, _lines(_expired, ProposalState.EXPIRED)),
    NoticeType(NEW_VERSION, public_lines(_new_version), is_state=False),
)
"""Their mails are those of every notice: what is refused has its statement of reasons besides."""
