"""Responses read in the order of blocks: all of them without ever holding many."""

from collections.abc import Iterator, Sequence
from datetime import date
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Row as Found
from sqlalchemy import Select, select

from kern.db import db
from umfragen.models import Response, ResponseStatus, Survey
from umfragen.store.cells import head_of
from umfragen.store.columns import Row

PAGE = 2_000  # of one statement
AT_ONCE = 250
"""So many as the database gave them: with 50 questions each, 2,000 took 3 MB."""


class Answered(NamedTuple):
    """One response as exports need it. There is nothing else about it."""

    version: int
    day: date
    language: str
    source: str
    answers: dict[str, Any]


_WANTED = (
    Response.id,
    Response.version,
    Response.day,
    Response.language,
    Response.source,
    Response.answers,
    Response.rkey,
)


def stream(survey: Survey) -> Iterator[Answered]:
    """Every counted response, in no order that tells anything. What is folded meanwhile comes once:
    those without a block go first, and are remembered."""
    seen: set[int] = set()
    for row in _without_block(survey.id):
        seen.add(row.id)
        yield _answered(row)
    for block in blocks_of(survey.id):
        for row in _few_by_few(_in_block(survey.id, block)):
            if row.id not in seen:
                yield _answered(row)


def block_rows(survey: Survey, block: int | None) -> list[Row]:
    """Those of a block in its order, or those that are in none yet."""
    return list(_rows_in(survey, block))


def ids_in(survey_id: int, block: int | None) -> Sequence[int]:
    """In the order of `block_rows`."""
    return db.session.scalars(_in_block(survey_id, block).with_only_columns(Response.id)).all()


def every_row(survey: Survey) -> Iterator[Row]:
    """As `stream`, for whoever holds the survey's lock."""
    for block in (None, *blocks_of(survey.id)):
        yield from _rows_in(survey, block)


def blocks_of(survey_id: int) -> Sequence[int]:
    query = select(Response.block).where(
        Response.survey_id == survey_id,
        Response.status == ResponseStatus.OK,
        Response.block.is_not(None),
    )
    return [block for block in db.session.scalars(query.distinct()) if block is not None]


def _rows_in(survey: Survey, block: int | None) -> Iterator[Row]:
    for row in _few_by_few(_in_block(survey.id, block)):
        yield _row(survey, row)


def _without_block(survey_id: int) -> Iterator[Found[Any]]:
    after = 0
    while True:
        query = _in_block(survey_id, None).where(Response.id > after).limit(PAGE)
        rows = db.session.execute(query).all()
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _few_by_few(query: Select[Any]) -> Iterator[Found[Any]]:
    yield from db.session.execute(query.execution_options(yield_per=AT_ONCE))


def _in_block(survey_id: int, block: int | None) -> Select[Any]:
    return (
        select(*_WANTED)
        .where(
            Response.survey_id == survey_id,
            Response.status == ResponseStatus.OK,
            Response.block.is_(None) if block is None else Response.block == block,
        )
        .order_by(Response.id)
    )


def _row(survey: Survey, row: Found[Any]) -> Row:
    head = head_of(row.day, row.language, row.source, row.version, survey.languages)
    answers = {intern(key): value for key, value in row.answers.items()}  # once for all rows
    return Row(head, row.rkey, answers)


def _answered(row: Found[Any]) -> Answered:
    return Answered(row.version, row.day, row.language, row.source, row.answers)
