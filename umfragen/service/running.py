"""Surveys for the pages of others: what one project has, and what runs in the town."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from kern.actor import Actor
from kern.db import db
from kern.scope import Scope
from kern.scope.rules import readable
from umfragen import rules
from umfragen.models import SHOWN, State, Survey
from umfragen.service.surveys import settings_of


def list_of_scope(scope_id: int, most: int) -> list[Survey]:
    """Those that everybody sees who sees the scope, the newest first. The host has its own gate."""
    scope = db.session.get(Scope, scope_id)  # whoever asks has loaded it
    if scope is None or not scope.surveys_count:
        return []
    query = _shown().where(Survey.scope_id == scope_id)
    return _listed(db.session.scalars(query.limit(2 * most)).all())[:most]


def list_running(actor: Actor, at: datetime, most: int) -> list[Survey]:
    """What one can answer now, what ends first at the beginning."""
    query = _shown().where(readable(actor), Survey.state.in_([State.SCHEDULED, State.OPEN]))
    query = query.where(Survey.closes_at > at).order_by(None)
    found = db.session.scalars(query.order_by(Survey.closes_at, Survey.id).limit(4 * most)).all()
    return [one for one in _listed(found) if rules.standing(one, at) is State.OPEN][:most]


def _shown() -> Select[Survey]:
    query = select(Survey).join(Scope, Scope.id == Survey.scope_id)
    query = query.where(Survey.state.in_(SHOWN)).options(contains_eager(Survey.scope))
    return query.order_by(Survey.id.desc())


def _listed(surveys: Sequence[Survey]) -> list[Survey]:
    return [survey for survey in surveys if settings_of(survey).is_listed]
