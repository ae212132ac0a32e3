"""Counts that follow the answers: how many hold a code, gave a number, belong to a quota."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Table, delete, select

from kern.db import db, inserts
from umfragen.models import NumberTally, QuotaCount, Tally
from umfragen.store.cells import Counted, Number

KEYS = 2**32
"""Record keys are added up modulo this."""


class Change:
    """What a set of responses adds to the tallies, or takes away."""

    def __init__(self) -> None:
        self.n: Counter[tuple[int, int]] = Counter()
        self.keys: Counter[tuple[int, int]] = Counter()
        self.numbers: Counter[Number] = Counter()

    def add(self, counted: Counted, rkey: int) -> None:
        self._count(counted, rkey, 1)

    def take(self, counted: Counted, rkey: int) -> None:
        self._count(counted, -rkey, -1)

    def _count(self, counted: Counted, rkey: int, by: int) -> None:
        for cell in counted.codes:
            self.n[cell] += by
            self.keys[cell] += rkey
        for number in counted.numbers:
            self.numbers[number] += by


def apply(survey_id: int, change: Change) -> None:
    """In the order of keys, so that two transactions never wait crosswise."""
    cells = [
        {
            "survey_id": survey_id,
            "item_key": item,
            "code": code,
            "n": n,
            "keys": change.keys[item, code] % KEYS,
        }
        for (item, code), n in sorted(change.n.items())
        if n or change.keys[item, code] % KEYS
    ]
    numbers = [
        {"survey_id": survey_id, "item_key": item, "part": part, "value": float(value), "n": n}
        for (item, part, value), n in sorted(change.numbers.items())
        if n
    ]
    _upsert(cast("Table", Tally.__table__), cells, with_keys=True)
    _upsert(cast("Table", NumberTally.__table__), numbers)


def count_quotas(survey_id: int, names: Iterable[str], by: int = 1) -> None:
    """A Counter says itself how often each name was met."""
    met = names if isinstance(names, Counter) else Counter(set(names))
    rows = [{"survey_id": survey_id, "name": name, "n": by * n} for name, n in sorted(met.items())]
    _upsert(cast("Table", QuotaCount.__table__), rows)


def quota_counts(survey_id: int) -> Mapping[str, int]:
    query = select(QuotaCount.name, QuotaCount.n).where(QuotaCount.survey_id == survey_id)
    return {row.name: row.n for row in db.session.execute(query)}


def tallies(survey_id: int) -> Mapping[int, Mapping[int, int]]:
    """By item key, by code. One query: the whole overview."""
    query = select(Tally.item_key, Tally.code, Tally.n).where(
        Tally.survey_id == survey_id, Tally.n > 0
    )
    found: dict[int, dict[int, int]] = {}
    for item, code, n in db.session.execute(query):
        found.setdefault(item, {})[code] = n
    return found


def tally_keys(survey_id: int, item_key: int) -> Mapping[int, int]:
    """Sum of record keys modulo 2^32, by code: what perturbs this cell, always the same way."""
    query = select(Tally.code, Tally.keys).where(
        Tally.survey_id == survey_id, Tally.item_key == item_key, Tally.n > 0
    )
    return {row["code"]: row["keys"] for row in db.session.execute(query).mappings()}


def number_tallies(survey_id: int) -> Mapping[tuple[int, int], Mapping[float, int]]:
    """By item and part: how many gave each number, in order of the numbers."""
    query = (
        select(NumberTally.item_key, NumberTally.part, NumberTally.value, NumberTally.n)
        .where(NumberTally.survey_id == survey_id, NumberTally.n > 0)
        .order_by(NumberTally.item_key, NumberTally.part, NumberTally.value)
    )
    found: dict[tuple[int, int], dict[float, int]] = {}
    for item, part, value, n in db.session.execute(query):
        found.setdefault((item, part), {})[value] = n
    return found


def clear(survey_id: int) -> None:
    for model in (Tally, NumberTally):
        db.session.execute(delete(model).where(model.survey_id == survey_id))


def _upsert(table: Table, rows: list[dict[str, Any]], *, with_keys: bool = False) -> None:
    if not rows:
        return
    insert = inserts.meeting(table, db.session.get_bind().dialect.name)
    new: dict[str, Any] = {"n": table.c.n + insert.excluded.n}
    if with_keys:
        new["keys"] = (table.c["keys"] + insert.excluded["keys"]) % KEYS
    query = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=new)
    db.session.execute(query, rows)
