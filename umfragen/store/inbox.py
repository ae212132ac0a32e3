"""Answers wait until several leave together, shuffled; the counts move with them.

So neither the order of rows nor a look at the figures before and after tells whose answer it is.
"""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Inbox, Response, ResponseStatus, Source, Survey
from umfragen.store import texts
from umfragen.store.cells import Counted, count_row, head_of
from umfragen.store.tallies import Change, apply

LEAST = 10
"""So many leave together; fewer only at night, and all at the end."""

ID_BITS = 62


class Given(NamedTuple):
    """One response as it came in."""

    version: int
    day: date
    language: str
    source: Source
    answers: Mapping[str, Any]
    receipt_hash: bytes | None


def new_id() -> int:
    """Random: no id tells which came first."""
    return secrets.randbits(ID_BITS) + 1


def put(survey: Survey, given: Given) -> None:
    db.session.execute(
        insert(Inbox).values(
            id=new_id(), survey_id=survey.id, rkey=secrets.randbits(32), **given._asdict()
        )
    )


def put_test(survey: Survey, given: Given) -> None:
    """Counts nowhere, and goes when the survey opens."""
    values = {**given._asdict(), "receipt_hash": None}
    db.session.execute(
        insert(Response).values(
            id=new_id(),
            survey_id=survey.id,
            rkey=secrets.randbits(32),
            status=ResponseStatus.TEST,
            **values,
        )
    )


def waiting(survey_id: int) -> int:
    query = select(func.count()).select_from(Inbox).where(Inbox.survey_id == survey_id)
    return db.session.scalar(query) or 0


def move(survey: Survey, plan: Plan, *, least: int = LEAST) -> int:
    """Everything in the inbox, if that is enough; returns how many moved."""
    if waiting(survey.id) < least:
        return 0
    rows = list(db.session.scalars(select(Inbox).where(Inbox.survey_id == survey.id)))
    secrets.SystemRandom().shuffle(rows)
    found = [_response(row) for row in rows]
    if not found:
        return 0
    change = Change()
    for row in found:
        change.add(counted(survey, plan, row), row["rkey"])
    db.session.execute(insert(Response), found)
    apply(survey.id, change)
    texts.keep(survey, plan, found)
    db.session.execute(delete(Inbox).where(Inbox.survey_id == survey.id))
    survey.answers_count += len(found)
    return len(found)


def counted(survey: Survey, plan: Plan, row: Mapping[str, Any]) -> Counted:
    """What a row of `umfragen_response` is counted as."""
    head = head_of(row["day"], row["language"], row["source"], row["version"], survey.languages)
    return count_row(plan.items, row["answers"], head)


def _response(row: Inbox) -> dict[str, Any]:
    """Under a new id: the old one was seen in an order."""
    return {
        "id": new_id(),
        "survey_id": row.survey_id,
        "version": row.version,
        "day": row.day,
        "language": row.language,
        "source": row.source,
        "status": ResponseStatus.OK,
        "answers": row.answers,
        "rkey": row.rkey,
        "receipt_hash": row.receipt_hash,
    }
