"""What people wrote in their own words, as rows that can be released one by one."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, update

from kern.calendar import to_local
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.ids import LARGEST_ID
from kern.moderation.cases import open_case, withdraw_cases
from kern.moderation.models import Case, CaseKind, CaseState
from kern.outbox import Fact, note_all
from umfragen.definition.items import Holds, Part
from umfragen.definition.questions import Contact, When
from umfragen.engine import Plan
from umfragen.models import FREE_TEXT_KEY, FreeText, FreeTextState, Survey
from umfragen.rules import Settings

BATCH = 500  # ids of one statement


def keep(survey: Survey, plan: Plan, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of new rows of responses. What is meant for the public gets a case at the desk."""
    meant = set(Settings.of(survey.settings).public_texts)
    found = [text for row in rows for text in _texts(survey, plan, row, meant)]
    if not found:
        return
    secrets.SystemRandom().shuffle(found)  # no place tells what belongs to one person
    for text, id_ in zip(found, _new_ids(len(found)), strict=True):
        text["id"] = id_
    db.session.execute(insert(FreeText), found)
    for text in found:
        if text["state"] == FreeTextState.PENDING:
            open_release(survey, text["id"], 1, text["day"])


def open_release(survey: Survey, id_: int, revision: int, day: date) -> None:
    """The case carries the day of the answer, not the moment it came to the desk."""
    case = open_case(
        CaseKind.RELEASE,
        Ref(FREE_TEXT_KEY, id_),
        revision,
        scope_id=survey.scope_id,
        author_id=None,
    )
    case.opened_at = datetime.combine(day, time(), UTC)


def drop(response_id: int) -> None:
    """The response was withdrawn, or answers anew."""
    ids = db.session.scalars(select(FreeText.id).where(FreeText.response_id == response_id)).all()
    for id_ in ids:
        withdraw_cases(Ref(FREE_TEXT_KEY, id_))
    cases = (Case.content_key == FREE_TEXT_KEY, Case.content_id.in_(ids))
    withdrawn = update(Case).where(*cases, Case.state == CaseState.WITHDRAWN)
    # The second would lead from the log of a server in front to this answer.
    db.session.execute(withdrawn.values(decided_at=datetime.combine(to_local(now()), time(), UTC)))
    db.session.execute(delete(FreeText).where(FreeText.response_id == response_id))


def forget_gone() -> bool:
    """Out of the index, and their cases; run by night, so that no row tells when they went."""
    is_there = select(FreeText.id).where(FreeText.id == Case.content_id)
    gone = select(Case.content_id).where(Case.content_key == FREE_TEXT_KEY, ~is_there.exists())
    ids = list(dict.fromkeys(db.session.scalars(gone).all()))
    note_all(FREE_TEXT_KEY, ids, Fact.HIDDEN)
    for start in range(0, len(ids), BATCH):
        part = Case.content_id.in_(ids[start : start + BATCH])
        db.session.execute(delete(Case).where(Case.content_key == FREE_TEXT_KEY, part))
    return bool(ids)


def text_items(plan: Plan) -> Iterator[int]:
    """Keys of items that hold one text in people's own words."""
    for key, item in plan.items.items():
        is_other = item.part is Part.WHOLE and isinstance(
            plan.questions[item.question], When | Contact
        )
        if item.holds is Holds.TEXT and not is_other:
            yield key


def _new_ids(wanted: int) -> list[int]:
    """Random ones that nothing has; cases hold 31 bits, so a survey of 100,000 meets some twice."""
    found: set[int] = set()
    while len(found) < wanted:
        more = {secrets.randbelow(LARGEST_ID) + 1 for _ in range(wanted - len(found))}
        for start in range(0, len(more), BATCH):
            part = sorted(more)[start : start + BATCH]
            more -= set(db.session.scalars(select(FreeText.id).where(FreeText.id.in_(part))))
        found |= more
    return list(found)


def _texts(
    survey: Survey, plan: Plan, row: Mapping[str, Any], meant: set[int]
) -> Iterator[dict[str, Any]]:
    for key in text_items(plan):
        text = row["answers"].get(str(key))
        if text:
            yield {
                "survey_id": survey.id,
                "response_id": row["id"],
                "item_key": key,
                "text": text,
                "language": row["language"],
                "day": row["day"],
                "state": FreeTextState.PENDING if key in meant else FreeTextState.KEPT,
            }
