"""How answering went: what was begun and not sent.

When somebody answered, and for how long, is stored nowhere; so nothing is told about it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import AnswerDraft, Survey
from umfragen.service.answering import answers_in


@dataclass(frozen=True, slots=True)
class Begun:
    """Of `n` half-filled drafts, how many got to a page and no further (by the page's key)."""

    n: int
    last: Mapping[int, int]
    empty: int


def begun(survey: Survey, plan: Plan) -> Begun:
    """Drafts that are kept, on the device of nobody: who went on later is still among them."""
    query = select(AnswerDraft).where(
        AnswerDraft.survey_id == survey.id,
        AnswerDraft.is_test.is_(False),
        AnswerDraft.sheet.is_(None),
        AnswerDraft.receipt_hash.is_(None),
    )
    pages = list(plan.pages)
    last: Counter[int] = Counter()
    n = empty = 0
    for draft in db.session.scalars(query):
        given = answers_in(draft)
        n += 1
        reached = [
            pages.index(plan.page_of[plan.question_of(int(key)).key].key)
            for key in given
            if key.isdigit() and int(key) in plan.items
        ]
        if reached:
            last[pages[max(reached)]] += 1
        else:
            empty += 1
    return Begun(n, last, empty)
