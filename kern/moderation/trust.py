"""Trust: whose texts appear at once, where a project allows it. The rule is data of the project."""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from kern.clock import now
from kern.db import db
from kern.moderation.models import Case, CaseState, CaseVerdict, Ending, Statement
from kern.scope import Moderation
from kern.scope.rules import Moderated

RELEASED = (
    CaseVerdict.RELEASE,
    CaseVerdict.RELEASE_WITHOUT_PICTURE,
    CaseVerdict.REDACT,
    CaseVerdict.FINE,
)
AGAINST = (CaseVerdict.REJECT, CaseVerdict.HIDE, CaseVerdict.BAR)
OVERTURNED = (Ending.OBJECTION, Ending.ANEW)


def trusts(released: int, against: int, scope: Moderated) -> bool:
    """Pure. `against` are decisions within the scope's `trust_days`."""
    return scope.moderation == Moderation.TRUST and released >= scope.trust_after and against == 0


def is_trusted(party_id: int | None, scope: Moderated) -> bool:
    """By decisions about everything this person wrote anywhere in the town, of whatever kind."""
    if party_id is None or scope.moderation != Moderation.TRUST:
        return False
    since = now() - timedelta(days=scope.trust_days)
    return trusts(_released(party_id), _against(party_id, since), scope)


def _released(party_id: int) -> int:
    """Different things, however often one was decided."""
    things = (
        select(Case.content_key, Case.content_id)
        .where(
            Case.author_id == party_id,
            Case.state == CaseState.DECIDED,
            Case.verdict.in_(RELEASED),
        )
        .distinct()
    )
    return db.session.scalar(select(func.count()).select_from(things.subquery())) or 0


def _against(party_id: int, since: datetime) -> int:
    """What was upheld on objection, or decided anew by the town itself, counts no more."""
    overturned = exists().where(Statement.case_id == Case.id, Statement.ended_by.in_(OVERTURNED))
    query = select(func.count()).where(
        Case.author_id == party_id,
        Case.state == CaseState.DECIDED,
        Case.decided_at > since,
        Case.verdict.in_(AGAINST),
        ~overturned,
    )
    return db.session.scalar(query) or 0
