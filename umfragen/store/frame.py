"""Filters and cross tabs over columns of bytes, with whole numbers as sets of responses.

A mask is one large number with a byte per response, 1 where it belongs; `&`, `|` and `bit_count`
are then all there is to it. 100,000 responses take less than a millisecond per code.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress

from sqlalchemy import select

from kern.db import db
from kern.errors import Unavailable
from umfragen.definition.items import Holds, Item
from umfragen.engine import Plan
from umfragen.models import Block, ColumnBlock, Survey
from umfragen.store import rows
from umfragen.store.cells import (
    ANSWERED,
    DAY,
    LANGUAGE,
    LARGEST,
    MISSING,
    NOT_SHOWN,
    SOURCE,
    TOTAL,
    VERSION,
    rank_code,
)
from umfragen.store.columns import FIRST_DAY, RKEY, STATUS, Column, Kind, Row, encode, nothing
from umfragen.store.folding import unpack

Mask = int
HEADS: Mapping[int, Kind] = {
    DAY: Kind.DAY,
    LANGUAGE: Kind.BYTE,
    SOURCE: Kind.BYTE,
    VERSION: Kind.BYTE,
    RKEY: Kind.KEY,
}
SCALAR = frozenset({LANGUAGE, SOURCE, VERSION})
SPECIAL = (ANSWERED, NOT_SHOWN, MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One line of a filter. `codes`: any of them, `ANSWERED`, `MISSING` and `NOT_SHOWN` among them;
    of a ranking, options at one of `places`. `low`, `high`: both included, of numbers and of days
    (as ordinals). `part`: column of a matrix of numbers."""

    item: int
    codes: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset({1})
    low: float | None = None
    high: float | None = None
    part: int = 0


class Overtaken(Unavailable):
    """Answers moved between two looks; asking again helps."""


class Frame:
    """A survey's columns at one moment; read what is asked for, and only once."""

    def __init__(self, survey: Survey, plan: Plan) -> None:
        self._survey = survey
        self._plan = plan
        found = select(Block.block, Block.n, Block.is_stale).where(Block.survey_id == survey.id)
        blocks = db.session.execute(found.order_by(Block.block)).all()
        self._blocks = {block.block: block.n for block in blocks if not block.is_stale}
        self._rest: list[Row] = [
            row
            for block in (*(block.block for block in blocks if block.is_stale), None)
            for row in rows.block_rows(survey, block)
        ]
        self.n = sum(self._blocks.values()) + len(self._rest)
        self._columns: dict[tuple[int, int], bytes] = {}
        self._masks: dict[tuple[int, int, int], Mask] = {}

    @property
    def everybody(self) -> Mask:
        return int.from_bytes(b"\x01" * self.n, "little")

    # Filters

    def mask(self, conditions: Iterable[Condition]) -> Mask:
        """Responses that all conditions hold for."""
        found = self.everybody
        for condition in conditions:
            found &= self._holds(condition)
        return found

    def size(self, mask: Mask | None) -> int:
        return self.n if mask is None else mask.bit_count()

    def with_code(self, item: int, code: int) -> Mask:
        """Responses that hold a code as `counts` names it: an option, a status, a `rank_code`."""
        found = self._plan.items.get(item)
        if item == TOTAL:
            return self.everybody
        if item == DAY:
            return self._between(Column(DAY, 0, Kind.DAY), code, code)
        if item in SCALAR or (found is not None and found.holds is Holds.CODE):
            return self._scalar(item, code)
        if found is None:
            return 0
        return self._of_item(found, code)

    # Counts

    def counts(self, item: int, mask: Mask | None = None) -> Mapping[int, int]:
        """By code, exactly what `umfragen.store.tallies` counts, of those in the mask."""
        if item == DAY:
            return {day.toordinal(): n for day, n in self.days(mask).items()}
        within = self.everybody if mask is None else mask
        found = {
            code: (self.with_code(item, code) & within).bit_count() for code in self.codes(item)
        }
        return {code: n for code, n in found.items() if n}

    def crosstab(
        self, first: int, second: int, mask: Mask | None = None
    ) -> Mapping[tuple[int, int], int]:
        """How many hold a code of each, of those in the mask; zeros are left out."""
        within = self.everybody if mask is None else mask
        left = {code: self.with_code(first, code) & within for code in self.codes(first)}
        right = {code: self.with_code(second, code) for code in self.codes(second)}
        found = {
            (a, b): (one & other).bit_count()
            for a, one in left.items()
            for b, other in right.items()
            if one
        }
        return {cell: n for cell, n in found.items() if n}

    def numbers(self, item: int, part: int = 0, mask: Mask | None = None) -> Mapping[float, int]:
        """How many gave each number, in order of the numbers."""
        values = array("d", self._column(Column(item, part, Kind.NUMBER)))
        chosen = values if mask is None else compress(values, self._bytes(mask))
        found = Counter(chosen)
        return {value: found[value] for value in sorted(value for value in found if value == value)}  # noqa: PLR0124 - NaN is none

    def keys(self, mask: Mask) -> int:
        """Sum of record keys modulo 2^32: the key of this cell."""
        values = array("I", self._column(Column(RKEY, 0, Kind.KEY)))
        return sum(compress(values, self._bytes(mask))) % 2**32

    def days(self, mask: Mask | None = None) -> Mapping[date, int]:
        values = array("H", self._column(Column(DAY, 0, Kind.DAY)))
        found = Counter(values if mask is None else compress(values, self._bytes(mask)))
        return {date.fromordinal(day + FIRST_DAY): found[day] for day in sorted(found)}

    def codes(self, item: int) -> Sequence[int]:
        """Every code `counts` may name."""
        found = self._plan.items.get(item)
        if item == LANGUAGE:
            return range(len(self._survey.languages))
        if item == TOTAL:
            return (0,)
        if item == DAY:
            return [day.toordinal() for day in self.days()]
        if item in SCALAR:
            present = set(self._column(Column(item, 0, Kind.BYTE)))
            return sorted(present)
        if found is None:
            return ()
        options = sorted(found.codes)
        if found.holds is Holds.ORDER:
            places = range(1, len(options) + 1)
            options = [rank_code(place, code) for place in places for code in options]
        elif found.holds not in {Holds.CODE, Holds.CODES}:
            options = []
        return (*options, *SPECIAL)

    # Columns

    def _column(self, column: Column) -> bytes:
        name = (column.item, column.part)
        if name not in self._columns:
            self._columns[name] = self._read(column)
        return self._columns[name]

    def _read(self, column: Column) -> bytes:
        query = select(ColumnBlock.block, ColumnBlock.data).where(
            ColumnBlock.survey_id == self._survey.id,
            ColumnBlock.item_key == column.item,
            ColumnBlock.part == column.part,
        )
        packed = {row.block: row.data for row in db.session.execute(query)}
        pieces = [
            _of_size(unpack(packed[block]), column, n) if block in packed else nothing(column, n)
            for block, n in self._blocks.items()
        ]
        item = self._plan.items.get(column.item)
        return b"".join((*pieces, encode(item, column, self._rest)))

    def _bytes(self, mask: Mask) -> bytes:
        return mask.to_bytes(self.n, "little")

    # Masks

    def _holds(self, condition: Condition) -> Mask:
        item = self._plan.items.get(condition.item)
        if condition.low is not None or condition.high is not None:
            kind = HEADS.get(condition.item, Kind.NUMBER)
            low = -float("inf") if condition.low is None else condition.low
            high = float("inf") if condition.high is None else condition.high
            return self._between(Column(condition.item, condition.part, kind), low, high)
        codes: Iterable[int] = condition.codes
        if item is not None and item.holds is Holds.ORDER:
            codes = [
                code if code in SPECIAL else rank_code(place, code)
                for code in condition.codes
                for place in condition.places
            ]
        found = 0
        for code in codes:
            found |= self.with_code(condition.item, code)
        return found

    def _between(self, column: Column, low: float, high: float) -> Mask:
        shift = FIRST_DAY if column.item == DAY else 0
        values = array(column.kind, self._column(column))
        return int.from_bytes(bytes([low <= value + shift <= high for value in values]), "little")

    def _scalar(self, item: int, code: int) -> Mask:
        return self._equal(item, 0, range(LARGEST + 1) if code == ANSWERED else (code,), code)

    def _of_item(self, item: Item, code: int) -> Mask:
        if code in SPECIAL or item.holds not in {Holds.CODES, Holds.ORDER}:
            return self._equal(item.key, STATUS, (code,), code)
        place, option = divmod(code, rank_code(1, 0)) if item.holds is Holds.ORDER else (1, code)
        return self._equal(item.key, option, (place,), code)

    def _equal(self, item: int, part: int, wanted: Iterable[int], name: int) -> Mask:
        key = (item, part, name)
        if key not in self._masks:
            table = bytearray(256)
            for value in wanted:
                table[value] = 1
            data = self._column(Column(item, part, Kind.BYTE)).translate(bytes(table))
            self._masks[key] = int.from_bytes(data, "little")
        return self._masks[key]


def _of_size(data: bytes, column: Column, count: int) -> bytes:
    if len(data) != count * array(column.kind).itemsize:
        raise Overtaken("Gerade kommen Antworten dazu. Bitte laden Sie die Seite noch einmal.")
    return data
