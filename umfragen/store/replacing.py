"""An answer that was sent changes or goes: its counts follow at once, its columns are read anew."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Inbox, Response, ResponseStatus, Survey
from umfragen.store import texts
from umfragen.store.folding import mark_stale
from umfragen.store.inbox import counted
from umfragen.store.tallies import Change, apply

Sent = Inbox | Response
Where = TypeVar("Where", Inbox, Response)


def find(survey_id: int, receipt_hash: bytes) -> Sent | None:
    """Where it is now: still in the inbox, or counted."""
    return _find(Inbox, survey_id, receipt_hash) or _find(Response, survey_id, receipt_hash)


def _find(model: type[Where], survey_id: int, receipt_hash: bytes) -> Where | None:
    query = select(model).where(model.survey_id == survey_id, model.receipt_hash == receipt_hash)
    return db.session.scalar(query.execution_options(populate_existing=True))


def replace(
    survey: Survey, plan: Plan, row: Sent, answers: Mapping[str, Any], language: str
) -> None:
    if isinstance(row, Inbox):
        _write(row, survey, answers, language)
        return
    change = Change()
    change.take(counted(survey, plan, as_mapping(row)), row.rkey)
    _write(row, survey, answers, language)
    change.add(counted(survey, plan, as_mapping(row)), row.rkey)
    apply(survey.id, change)
    mark_stale(survey.id, row.block)
    texts.drop(row.id)
    texts.keep(survey, plan, [as_mapping(row)])


def withdraw(survey: Survey, plan: Plan, row: Sent) -> None:
    """Nothing of what was said remains; that somebody took part does."""
    if isinstance(row, Inbox):
        db.session.delete(row)
        db.session.flush()
        return
    change = Change()
    change.take(counted(survey, plan, as_mapping(row)), row.rkey)
    apply(survey.id, change)
    texts.drop(row.id)
    mark_stale(survey.id, row.block)
    row.status, row.answers, row.receipt_hash, row.block = ResponseStatus.WITHDRAWN, {}, None, None
    survey.answers_count -= 1
    db.session.flush()


def as_mapping(row: Response) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": row.day,
        "language": row.language,
        "source": row.source,
        "version": row.version,
        "answers": row.answers,
    }


def _write(row: Sent, survey: Survey, answers: Mapping[str, Any], language: str) -> None:
    row.answers, row.language = dict(answers), language
    row.version = survey.current_version
    db.session.flush()
