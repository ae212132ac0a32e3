"""Copies made anew from the rows, and compared with them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from kern.db import db
from umfragen.engine import Plan
from umfragen.models import Block, ColumnBlock, NumberTally, QuotaCount, Survey, Tally
from umfragen.store.cells import LANGUAGE, SOURCE, TOTAL, VERSION, count_row
from umfragen.store.columns import columns_of, encode, number_parts
from umfragen.store.folding import AT_ONCE, fold, unfold
from umfragen.store.frame import Condition, Frame
from umfragen.store.packing import pack
from umfragen.store.quotas import quotas_of
from umfragen.store.rows import block_rows, blocks_of, every_row
from umfragen.store.tallies import (
    KEYS,
    Change,
    apply,
    clear,
    count_quotas,
    number_tallies,
    quota_counts,
    tallies,
    tally_keys,
)

Counts = Mapping[tuple[object, ...], int]
OnRow = Callable[[], object]
NIGHTS = 7
"""After so many nights everything was compared."""


def nothing_to_tell() -> None:
    """For whoever shows no progress."""


def rebuild(survey: Survey, plan: Plan, *, on_row: OnRow = nothing_to_tell) -> int:
    """All copies of a survey; returns how many responses they are made of. `on_row` is called for
    each of them."""
    change, quotas, total = _count(survey, plan, on_row)
    clear(survey.id)
    db.session.execute(delete(QuotaCount).where(QuotaCount.survey_id == survey.id))
    apply(survey.id, change)
    count_quotas(survey.id, quotas)
    survey.answers_count = total
    unfold(survey.id)
    fold(survey, plan)
    return total


def compare(survey: Survey, plan: Plan, *, on_row: OnRow = nothing_to_tell) -> int:
    """How many counts and blocks of columns are not what the rows say."""
    change, quotas, total = _count(survey, plan, on_row)
    wanted = _cells(change) | {("quota", name): n for name, n in quotas.items()}
    differing = _differing(wanted, dict(_stored(survey.id)))
    differing += survey.answers_count != total
    differing += _differing_columns(survey, plan, change)
    return differing + _differing_blocks(survey, plan, blocks_of(survey.id))


def look(survey: Survey, plan: Plan, night: int) -> int:
    """The same in parts of about a second, all of it within seven nights: each night all tallies
    against the columns, and a seventh of the columns, keys and numbers against what they are
    made of."""
    frame = Frame(survey, plan)
    differing = _differing_tallies(survey, plan, frame)
    differing += _differing_keys(survey, plan, frame, night)
    differing += _differing_quotas(survey, plan, frame)
    differing += int(survey.answers_count != frame.n)
    return differing + _differing_blocks(survey, plan, _turn(blocks_of(survey.id), night))


def _turn(blocks: Sequence[int], night: int) -> set[int]:
    """A seventh, the next one each night."""
    count = min(max(AT_ONCE, -(-len(blocks) // NIGHTS)), len(blocks))
    return {blocks[(night * count + at) % len(blocks)] for at in range(count)}


def _differing_tallies(survey: Survey, plan: Plan, frame: Frame) -> int:
    found = tallies(survey.id)
    items = (*plan.items, TOTAL, LANGUAGE, SOURCE, VERSION)
    return sum(dict(frame.counts(item)) != found.get(item, {}) for item in items)


def _differing_keys(survey: Survey, plan: Plan, frame: Frame, night: int) -> int:
    """Of a seventh of all items: record keys by code, and how many gave each number."""
    numbers = number_tallies(survey.id)
    differing = 0
    for item in sorted(plan.items):
        if item % NIGHTS == night % NIGHTS:
            keys = tally_keys(survey.id, item)
            differing += any(
                frame.keys(frame.with_code(item, code)) != key for code, key in keys.items()
            )
            parts = {part for at, part in numbers if at == item} | set(
                number_parts(plan.items[item])
            )
            differing += any(
                dict(frame.numbers(item, part)) != numbers.get((item, part), {}) for part in parts
            )
    return differing


def _differing_quotas(survey: Survey, plan: Plan, frame: Frame) -> int:
    found = quota_counts(survey.id)
    wanted: dict[str, int] = {}
    for quota in plan.definition.quotas:
        if quota.active:
            codes: dict[int, set[int]] = {}
            for member in quota.members:
                codes.setdefault(member.key, set()).add(member.code)
            mask = frame.mask(Condition(item=key, codes=frozenset(c)) for key, c in codes.items())
            wanted[quota.name] = mask.bit_count()
    return sum(found.get(name, 0) != n for name, n in wanted.items())


def _differing_blocks(survey: Survey, plan: Plan, blocks: Iterable[int]) -> int:
    return sum(not _is_as_its_rows(survey, plan, block) for block in blocks)


def _is_as_its_rows(survey: Survey, plan: Plan, block: int) -> bool:
    rows = block_rows(survey, block)
    query = select(ColumnBlock).where(
        ColumnBlock.survey_id == survey.id, ColumnBlock.block == block
    )
    is_stale = select(Block.is_stale).where(Block.survey_id == survey.id, Block.block == block)
    if db.session.scalar(is_stale):
        return True
    stored = {(one.item_key, one.part): one.data for one in db.session.scalars(query)}
    return all(
        stored[column.item, column.part]
        == pack(column, encode(plan.items.get(column.item), column, rows))
        for column in columns_of(plan.items)
        if (column.item, column.part) in stored  # else the question came later
    )


def _count(survey: Survey, plan: Plan, on_row: OnRow) -> tuple[Change, Counter[str], int]:
    change, quotas, total = Change(), Counter[str](), 0
    for row in every_row(survey):
        change.add(count_row(plan.items, row.answers, row.head), row.rkey)
        quotas.update(_quotas(plan, row.answers))
        total += 1
        on_row()
    return change, quotas, total


def _quotas(plan: Plan, answers: Mapping[str, Any]) -> list[str]:
    return [quota.name for quota in quotas_of(plan, answers)]


def _cells(change: Change) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for cell, n in change.n.items():
        found["n", *cell] = n
        found["keys", *cell] = change.keys[cell] % KEYS
    for number, n in change.numbers.items():
        found["number", number.item, number.part, float(number.value)] = n
    return found


def _stored(survey_id: int) -> Iterator[tuple[tuple[object, ...], int]]:
    for tally in db.session.scalars(select(Tally).where(Tally.survey_id == survey_id)):
        yield ("n", tally.item_key, tally.code), tally.n
        yield ("keys", tally.item_key, tally.code), tally.keys
    numbers = select(NumberTally).where(NumberTally.survey_id == survey_id)
    for one in db.session.scalars(numbers):
        yield ("number", one.item_key, one.part, one.value), one.n
    for quota in db.session.scalars(select(QuotaCount).where(QuotaCount.survey_id == survey_id)):
        yield ("quota", quota.name), quota.n


def _differing(wanted: Counts, found: Counts) -> int:
    return sum(wanted.get(key, 0) != found.get(key, 0) for key in {*wanted, *found})


def _differing_columns(survey: Survey, plan: Plan, change: Change) -> int:
    """Counted from the columns, each item gives the same."""
    frame = Frame(survey, plan)
    wanted: dict[int, dict[int, int]] = {}
    for (item, code), n in change.n.items():
        if n:
            wanted.setdefault(item, {})[code] = n
    return sum(dict(frame.counts(item)) != wanted.get(item, {}) for item in plan.items)
