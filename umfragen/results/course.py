"""How answering went: what was begun and not sent, and which answers look careless.

When somebody answered, and for how long, is stored nowhere; so nothing is told about it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kern.db import db
from umfragen.definition.items import Holds
from umfragen.definition.questions import Cell, Matrix
from umfragen.engine import Plan
from umfragen.models import AnswerDraft, Survey
from umfragen.results.selecting import Answer
from umfragen.service.answering import answers_in
from umfragen.statistics.quality import (
    LEAST_LENGTH,
    LEAST_TIMES,
    Mark,
    is_straight,
    normalised,
)


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


@dataclass(frozen=True, slots=True)
class Marks:
    """Says of a row what is careless about it. `common`: texts that came in several times."""

    matrices: Sequence[Sequence[int]]
    texts: Sequence[int]
    common: frozenset[str]

    def of(self, row: Mapping[str, Any]) -> frozenset[Mark]:
        found = set()
        if is_straight([[row.get(str(key)) for key in rows] for rows in self.matrices]):
            found.add(Mark.STRAIGHT)
        if any(text in self.common for text in _texts(row, self.texts)):
            found.add(Mark.REPEATED)
        return frozenset(found)


def make_marks(plan: Plan, answers: Iterator[Answer]) -> Marks:
    matrices = [
        [row.key for row in question.rows]
        for question in plan.questions.values()
        if isinstance(question, Matrix) and question.cell is Cell.SINGLE
    ]
    texts = [key for key, item in plan.items.items() if item.holds is Holds.TEXT]
    times = Counter(text for answer in answers for text in set(_texts(answer.row, texts)))
    common = frozenset(text for text, n in times.items() if n >= LEAST_TIMES)
    return Marks(matrices, texts, common)


def _texts(row: Mapping[str, Any], keys: Sequence[int]) -> Iterator[str]:
    for key in keys:
        value = row.get(str(key))
        if isinstance(value, str) and len(value) >= LEAST_LENGTH:
            yield normalised(value)


def count_marks(marks: Marks, answers: Iterator[Answer]) -> Counter[Mark]:
    return Counter(mark for answer in answers for mark in marks.of(answer.row))
