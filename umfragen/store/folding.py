"""Columns kept up with the rows: the last block fills up, changed blocks are written anew."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, or_, select, update

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Block, ColumnBlock, Response, ResponseStatus, Survey
from umfragen.store.columns import Column, Row, columns_of, encode
from umfragen.store.packing import pack
from umfragen.store.rows import block_rows

BLOCK = 4_096  # responses
BATCH = 500  # ids of one statement
AT_ONCE = 4  # blocks of one run of the worker, about a second


def fold(survey: Survey, plan: Plan, *, most: int | None = None) -> int:
    """Bring columns up to date; returns how many blocks were written. `most`: go on next time."""
    written = 0
    while most is None or written < most:
        block = _next(survey.id)
        if block is None:
            break
        _write(survey, plan, block)
        written += 1
    return written


def mark_stale(survey_id: int, block: int | None) -> None:
    """An answer in this block is no longer what its columns say."""
    if block is not None:
        row = (Block.survey_id == survey_id, Block.block == block)
        db.session.execute(update(Block).where(*row).values(is_stale=True))


def needing_fold() -> Sequence[int]:
    """Surveys whose columns are behind their rows."""
    unfolded = select(Response.survey_id).where(
        Response.status == ResponseStatus.OK, Response.block.is_(None)
    )
    stale = select(Block.survey_id).where(Block.is_stale)
    query = select(Survey.id).where(or_(Survey.id.in_(unfolded), Survey.id.in_(stale)))
    return db.session.scalars(query).all()


def unfold(survey_id: int) -> None:
    """Throw all columns away: they are read from the rows until folded anew."""
    for model in (ColumnBlock, Block):
        db.session.execute(delete(model).where(model.survey_id == survey_id))
    rows = (Response.survey_id == survey_id, Response.block.is_not(None))
    db.session.execute(update(Response).where(*rows).values(block=None))


def _next(survey_id: int) -> int | None:
    """The number of a block that has to be written, with its rows assigned."""
    stale = select(Block.block).where(Block.survey_id == survey_id, Block.is_stale)
    found = db.session.scalar(stale.order_by(Block.block).limit(1))
    return found if found is not None else _fill(survey_id)


def _fill(survey_id: int) -> int | None:
    newest = select(Block.block).where(Block.survey_id == survey_id)
    last = db.session.scalar(newest.order_by(Block.block.desc()).limit(1))
    room = BLOCK - (_size(survey_id, last) if last is not None else BLOCK)
    number = last if last is not None and room > 0 else (last if last is not None else -1) + 1
    query = select(Response.id).where(
        Response.survey_id == survey_id,
        Response.status == ResponseStatus.OK,
        Response.block.is_(None),
    )
    ids = db.session.scalars(query.order_by(Response.id).limit(room if room > 0 else BLOCK)).all()
    for start in range(0, len(ids), BATCH):
        some = Response.id.in_(ids[start : start + BATCH])
        db.session.execute(update(Response).where(some).values(block=number))
    return number if ids else None


def _size(survey_id: int, block: int) -> int:
    query = select(func.count()).select_from(Response)
    return (
        db.session.scalar(query.where(Response.survey_id == survey_id, Response.block == block))
        or 0
    )


def _write(survey: Survey, plan: Plan, block: int) -> None:
    rows = block_rows(survey, block)
    for model in (ColumnBlock, Block):
        old = (model.survey_id == survey.id, model.block == block)
        db.session.execute(delete(model).where(*old))
    new = [_packed(survey.id, plan, column, block, rows) for column in columns_of(plan.items)]
    db.session.execute(insert(cast("Table", ColumnBlock.__table__)), new)
    db.session.execute(
        insert(cast("Table", Block.__table__)).values(
            survey_id=survey.id, block=block, n=len(rows), is_stale=False
        )
    )


def _packed(
    survey_id: int, plan: Plan, column: Column, block: int, rows: list[Row]
) -> dict[str, Any]:
    data = encode(plan.items.get(column.item), column, rows)
    return {
        "survey_id": survey_id,
        "item_key": column.item,
        "part": column.part,
        "block": block,
        "data": pack(column, data),
    }
