"""Filters and cross tabs over columns of bytes, with whole numbers as sets of responses.

A mask is one large number with a bit per response; `&`, `|` and `bit_count` are then all there is
to it. 100,000 responses take some ten microseconds per code. Blocks begin at whole bytes, so a few
bits between them belong to nobody.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import compress
from operator import or_

from sqlalchemy import select

from kern.db import db
from kern.errors import Unavailable
from umfragen.definition.items import Holds, Item
from umfragen.engine import Plan
from umfragen.models import Block, ColumnBlock, Survey
from umfragen.store import packing, rows
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
from umfragen.store.columns import (
    FIRST_DAY,
    LATITUDE,
    LONGITUDE,
    NONE,
    RKEY,
    STATUS,
    Column,
    Kind,
    Row,
    encode,
)

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
MANY = 30  # items: all columns are read rather than so many picked
OVERTAKEN = "Gerade kommen Antworten dazu. Bitte laden Sie die Seite noch einmal."


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
        self._stale = [block.block for block in blocks if block.is_stale]
        self._rest: list[Row] = [
            row for block in (*self._stale, None) for row in rows.block_rows(survey, block)
        ]
        self._counts = [*self._blocks.values(), len(self._rest)]
        self.n = sum(self._counts)
        self._size = sum(map(packing.width, self._counts))
        self.everybody: Mask = int.from_bytes(packing.everybody(self._counts), "little")
        self._packed: dict[tuple[int, int], dict[int, bytes]] = {}
        self._known: set[int] = set()  # items whose columns were read
        self._sets: dict[tuple[int, int], dict[int, Mask]] = {}
        self._values: dict[tuple[int, int], array[float]] = {}
        self._planes: list[Mask] = []
        self._flags: tuple[Mask, bytes] = (0, b"")

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

    def of_responses(self, ids: Collection[int]) -> Mask:
        """Those of these that count."""
        found: list[bytes] = []
        for block in (*self._blocks, *self._stale, None) if ids else ():
            here = rows.ids_in(self._survey.id, block)
            found.append(bytes(one in ids for one in here))
        if not found:
            return 0
        told, rest = found[: len(self._blocks)], b"".join(found[len(self._blocks) :])
        sizes = [len(flags) for flags in (*told, rest)]
        if sizes != self._counts:
            raise Overtaken(OVERTAKEN)
        sets = (
            packing.set_of(flags).to_bytes(packing.width(len(flags)), "little")
            for flags in (*told, rest)
        )
        return int.from_bytes(b"".join(sets), "little")

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
        found = Counter(self._chosen(Column(item, part, Kind.NUMBER), mask))
        return {value: found[value] for value in sorted(value for value in found if value == value)}  # noqa: PLR0124 - NaN is none

    def points(self, item: int, mask: Mask | None = None) -> Iterator[tuple[float, float]]:
        """Longitude and latitude of the places somebody gave."""
        pairs = zip(
            self._chosen(Column(item, LONGITUDE, Kind.NUMBER), mask),
            self._chosen(Column(item, LATITUDE, Kind.NUMBER), mask),
            strict=True,
        )
        return (pair for pair in pairs if pair[0] == pair[0])

    def keys(self, mask: Mask) -> int:
        """Sum of record keys modulo 2^32: the key of this cell."""
        if not self._planes:
            self._planes = packing.planes(self._numbers(Column(RKEY, 0, Kind.KEY)))
        return (
            sum((mask & plane).bit_count() << at for at, plane in enumerate(self._planes)) % 2**32
        )

    def days(self, mask: Mask | None = None) -> Mapping[date, int]:
        chosen = self.everybody if mask is None else mask
        found = Counter(self._chosen(Column(DAY, 0, Kind.DAY), chosen))
        return {date.fromordinal(int(day) + FIRST_DAY): found[day] for day in sorted(found)}

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
            return sorted(self._sets_of(item, 0))
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

    def read(self, items: Iterable[int]) -> None:
        """All columns of these in one go."""
        wanted = sorted(set(items) - self._known)
        if not wanted:
            return
        self._known.update(wanted)
        query = select(
            ColumnBlock.item_key, ColumnBlock.part, ColumnBlock.block, ColumnBlock.data
        ).where(ColumnBlock.survey_id == self._survey.id)
        if len(wanted) < MANY:
            query = query.where(ColumnBlock.item_key.in_(wanted))
        for item, part, block, data in db.session.execute(query):
            self._packed.setdefault((item, part), {})[block] = data

    def _blocks_of(self, item: int, part: int) -> Mapping[int, bytes]:
        self.read([item])
        return self._packed.get((item, part), {})

    def _sets_of(self, item: int, part: int) -> Mapping[int, Mask]:
        """Of a column of bytes: by value, who has it."""
        if (item, part) not in self._sets:
            column, packed = Column(item, part, Kind.BYTE), self._blocks_of(item, part)
            pieces = [
                (_sets_in(packed.get(block), column, n), packing.width(n))
                for block, n in self._blocks.items()
            ]
            rest = packing.pack(column, self._encoded(column))
            pieces.append((_sets_in(rest, column, len(self._rest)), packing.width(len(self._rest))))
            self._sets[item, part] = packing.joined(pieces)
        return self._sets[item, part]

    def _numbers(self, column: Column) -> "array[float]":
        """One for each bit of a mask."""
        name = (column.item, column.part)
        if name not in self._values:
            packed = self._blocks_of(*name)
            found: array[float] = array(column.kind)
            for block, n in self._blocks.items():
                found.extend(_values_in(packed.get(block), column, n))
            rest: array[float] = array(column.kind)
            rest.frombytes(self._encoded(column))
            found.extend(packing.filled(column, rest))
            self._values[name] = found
        return self._values[name]

    def _encoded(self, column: Column) -> bytes:
        return encode(self._plan.items.get(column.item), column, self._rest)

    def _chosen(self, column: Column, mask: Mask | None) -> Iterator[float]:
        values = self._numbers(column)
        return iter(values) if mask is None else compress(values, self._flags_of(mask))

    def _flags_of(self, mask: Mask) -> bytes:
        if self._flags[0] != mask or not self._flags[1]:
            self._flags = (mask, packing.flags_of(mask, self._size))
        return self._flags[1]

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
        flags = bytes([low <= value + shift <= high for value in self._numbers(column)])
        return packing.set_of(flags) & self.everybody

    def _scalar(self, item: int, code: int) -> Mask:
        found = self._sets_of(item, 0)
        if code != ANSWERED:
            return found.get(code, 0)
        return reduce(or_, (mask for value, mask in found.items() if value <= LARGEST), 0)

    def _of_item(self, item: Item, code: int) -> Mask:
        if code in SPECIAL or item.holds not in {Holds.CODES, Holds.ORDER}:
            return self._sets_of(item.key, STATUS).get(code, 0)
        place, option = divmod(code, rank_code(1, 0)) if item.holds is Holds.ORDER else (1, code)
        return self._sets_of(item.key, option).get(place, 0)


def _sets_in(packed: bytes | None, column: Column, count: int) -> Mapping[int, bytes]:
    """Responses that are older than the question were not shown it."""
    if packed is None:
        shown = column.part not in {0, STATUS}
        return {} if shown else {NOT_SHOWN: packing.everybody([count])}
    try:
        return packing.unpack_sets(packed, count)
    except packing.Damaged as error:
        raise Overtaken(OVERTAKEN) from error


def _values_in(packed: bytes | None, column: Column, count: int) -> "array[float]":
    if packed is None:
        return packing.filled(column, array(column.kind, [NONE] * count))
    try:
        return packing.unpack_values(column, packed, count)
    except packing.Damaged as error:
        raise Overtaken(OVERTAKEN) from error
