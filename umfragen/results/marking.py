"""Which answers look careless, by columns and texts: nobody's answers are read as a whole."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_, or_

from sqlalchemy import select

from kern.db import db
from umfragen.definition.questions import Cell, Matrix
from umfragen.engine import Plan
from umfragen.models import FreeText, Survey
from umfragen.statistics.quality import LEAST_LENGTH, LEAST_ROWS, LEAST_TIMES, Mark, normalised
from umfragen.store.cells import ANSWERED
from umfragen.store.frame import Frame, Mask

CHUNK = 2_000


def count_marks(survey: Survey, plan: Plan) -> Mapping[Mark, int]:
    found = {
        Mark.STRAIGHT: straight(plan, Frame(survey, plan)).bit_count(),
        Mark.REPEATED: len(repeating(survey)),
    }
    return Counter({mark: n for mark, n in found.items() if n})


def marked(survey: Survey, plan: Plan, frame: Frame) -> Mask:
    """Answers with any mark."""
    return straight(plan, frame) | frame.of_responses(repeating(survey))


def straight(plan: Plan, frame: Frame) -> Mask:
    """`quality.is_straight` for all at once: every matrix long enough got one code throughout."""
    is_any_long, is_straight = 0, frame.everybody
    for question in plan.questions.values():
        if isinstance(question, Matrix) and question.cell is Cell.SINGLE:
            keys = [row.key for row in question.rows]
            long = _at_least(LEAST_ROWS, [frame.with_code(key, ANSWERED) for key in keys])
            codes = [column.code for column in question.columns]
            alike = reduce(or_, (_throughout(frame, keys, code) for code in codes), 0)
            is_any_long |= long
            is_straight &= alike | ~long
    return is_any_long & is_straight


def _throughout(frame: Frame, keys: Sequence[int], code: int) -> Mask:
    """Whoever gave this code in every row that was answered."""
    rows = (
        frame.with_code(key, code) | (frame.everybody & ~frame.with_code(key, ANSWERED))
        for key in keys
    )
    return reduce(and_, rows, frame.everybody)


def _at_least(count: int, masks: Iterable[Mask]) -> Mask:
    """Who is in so many of them."""
    reached = [0] * count
    for mask in masks:
        for at in reversed(range(1, count)):
            reached[at] |= reached[at - 1] & mask
        reached[0] |= mask
    return reached[-1]


def repeating(survey: Survey) -> frozenset[int]:
    """Responses with a text that came in several times, however it was spelled. Of each text no
    more than a number is held."""
    by_text: dict[int, set[int]] = {}
    query = select(FreeText.response_id, FreeText.text).where(FreeText.survey_id == survey.id)
    for response_id, words in db.session.execute(query.execution_options(yield_per=CHUNK)):
        if len(words) >= LEAST_LENGTH:
            name = hash(normalised(words))
            by_text.setdefault(name, set()).add(response_id)
    return frozenset(id_ for ids in by_text.values() if len(ids) >= LEAST_TIMES for id_ in ids)
