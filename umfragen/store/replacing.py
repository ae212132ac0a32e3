"""An answer that was sent changes or goes. It is out of the counts at once, its columns are read
anew; what is said instead waits among the others, and comes back with a batch like any answer."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Response, ResponseStatus, Source, Survey
from umfragen.store import files, inbox, texts
from umfragen.store.folding import mark_stale
from umfragen.store.inbox import Waiting, counted
from umfragen.store.quotas import quotas_of
from umfragen.store.tallies import Change, apply, count_quotas

Sent = Waiting | Response


def find(survey_id: int, receipt_hash: bytes) -> Sent | None:
    """Where it is now: still in the inbox, or counted."""
    query = select(Response).where(
        Response.survey_id == survey_id, Response.receipt_hash == receipt_hash
    )
    counted = db.session.scalar(query.execution_options(populate_existing=True))
    return counted or inbox.find_waiting(survey_id, receipt_hash)


def replace(
    survey: Survey, plan: Plan, row: Sent, answers: Mapping[str, Any], language: str
) -> None:
    dropped = files.all_names(plan, row.answers) - files.all_names(plan, answers)
    files.remove(survey.id, dropped)
    if isinstance(row, Waiting):
        new = dataclasses.replace(
            row, answers=answers, language=language, version=survey.current_version
        )
        inbox.rewrite(survey.id, new)
        return
    again = inbox.Given(
        survey.current_version, row.day, language, Source(row.source), answers, row.receipt_hash
    )
    _take_out(survey, plan, row)
    db.session.delete(row)
    db.session.flush()
    inbox.put(survey, again, rkey=row.rkey)


def withdraw(survey: Survey, plan: Plan, row: Sent) -> None:
    """Nothing of what was said remains; that somebody took part does."""
    files.remove(survey.id, files.all_names(plan, row.answers))
    if isinstance(row, Waiting):
        inbox.drop(row)
        return
    _take_out(survey, plan, row)
    row.status, row.answers, row.receipt_hash, row.block = ResponseStatus.WITHDRAWN, {}, None, None
    db.session.flush()


def _take_out(survey: Survey, plan: Plan, row: Response) -> None:
    """Out of every count, and its texts."""
    change = Change()
    change.take(counted(survey, plan, as_mapping(row)), row.rkey)
    count_quotas(survey.id, quota_names(plan, row), -1)
    apply(survey.id, change)
    texts.drop(row.id)
    mark_stale(survey.id, row.block)
    survey.answers_count -= 1


def quota_names(plan: Plan, row: Sent) -> list[str]:
    return [quota.name for quota in quotas_of(plan, row.answers)]


def as_mapping(row: Response) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": row.day,
        "language": row.language,
        "source": row.source,
        "version": row.version,
        "answers": row.answers,
    }
