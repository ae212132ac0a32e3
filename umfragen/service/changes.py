"""Announce a change: protocol and outbox. The last line of every verb of the office."""

from sqlalchemy import func, select, update

from kern import audit, outbox
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.outbox import Fact
from kern.scope import SCOPE_KEY, Scope
from umfragen.models import SHOWN, SURVEY_KEY, Survey

SURVEYS = "surveys"  # the revision key of everything that lists surveys


def ref_of(survey: Survey) -> Ref:
    return Ref(SURVEY_KEY, survey.id)


def revision_key(survey: Survey) -> str:
    """Of pages that show this survey."""
    return f"{SURVEY_KEY}:{survey.id}"


def announce(
    actor: Actor, survey: Survey, act: str, fact: Fact = Fact.CHANGED, detail: str | None = None
) -> None:
    """`act` is a name such as "survey.open"."""
    audit.record(actor, act, str(ref_of(survey)), detail)
    _recount(survey.scope_id)
    outbox.note(SURVEY_KEY, survey.id, fact, touches=[SURVEYS, f"scope:{survey.scope_id}"])


def _recount(scope_id: int) -> None:
    """Pages of projects without a survey are spared a query."""
    db.session.flush()
    shown = select(func.count()).where(Survey.scope_id == scope_id, Survey.state.in_(SHOWN))
    counted = update(Scope).where(Scope.id == scope_id)
    db.session.execute(counted.values(surveys_count=shown.scalar_subquery()))


def announce_readers(survey: Survey) -> None:
    """Who may read has changed, and with it everything that belongs to the survey."""
    outbox.note(SCOPE_KEY, survey.scope_id)


def announce_rewritten(actor: Actor, survey: Survey, act: str) -> None:
    """It reads otherwise now: whoever decides about it looks again."""
    survey.revision += 1
    announce(actor, survey, act)
