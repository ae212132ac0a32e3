"""Answers turned on their side: one value per response and column, a byte where that will do. Pure.

A column has an item and a part. A code is one column (part 0). Several codes are a column per
option: 1 is ticked, 0 is not; a ranking holds the place, 0 for none. Numbers are doubles, NaN for
none, one column per cell; dates and times are numbers too, and a place is two of them. Whatever
is no single code has a column `STATUS` besides.
"""

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from umfragen.definition.items import Holds, Item
from umfragen.store.cells import (
    ANSWERED,
    DAY,
    LANGUAGE,
    LARGEST,
    MISSING,
    NOT_SHOWN,
    SOURCE,
    VERSION,
    Head,
)
from umfragen.store.geometry import point_of
from umfragen.store.moments import number_of

STATUS = 1_000
LONGITUDE, LATITUDE = 1, 2  # parts of a place
RKEY = -6
FIRST_DAY = 737_425  # 2020-01-01 as ordinal; two bytes last until 2199
NONE = math.nan


class Kind(StrEnum):
    """Type codes of `array`."""

    BYTE = "B"
    DAY = "H"
    KEY = "I"
    NUMBER = "d"


class Column(NamedTuple):
    item: int
    part: int
    kind: Kind


class Row(NamedTuple):
    """What columns are made of."""

    head: Head
    rkey: int
    answers: Mapping[str, Any]


HEAD_COLUMNS = (
    Column(DAY, 0, Kind.DAY),
    Column(LANGUAGE, 0, Kind.BYTE),
    Column(SOURCE, 0, Kind.BYTE),
    Column(VERSION, 0, Kind.BYTE),
    Column(RKEY, 0, Kind.KEY),
)


def columns_of(items: Mapping[int, Item]) -> Iterator[Column]:
    yield from HEAD_COLUMNS
    for item in items.values():
        yield from _columns(item)


def _columns(item: Item) -> Iterator[Column]:
    key = item.key
    match item.holds:
        case Holds.CODE:
            yield Column(key, 0, Kind.BYTE)
        case Holds.CODES | Holds.ORDER:
            yield Column(key, STATUS, Kind.BYTE)
            yield from (Column(key, code, Kind.BYTE) for code in sorted(item.codes))
        case Holds.NUMBERS:
            yield Column(key, STATUS, Kind.BYTE)
            yield from (Column(key, code, Kind.NUMBER) for code in sorted(item.codes))
        case Holds.NUMBER | Holds.RESULT:
            yield Column(key, STATUS, Kind.BYTE)
            yield Column(key, 0, Kind.NUMBER)
        case Holds.TEXT if item.is_moment:
            yield Column(key, STATUS, Kind.BYTE)
            yield Column(key, 0, Kind.NUMBER)
        case Holds.GEOMETRY:
            yield Column(key, STATUS, Kind.BYTE)
            yield Column(key, LONGITUDE, Kind.NUMBER)
            yield Column(key, LATITUDE, Kind.NUMBER)
        case _:
            yield Column(key, STATUS, Kind.BYTE)


def number_parts(item: Item) -> Sequence[int]:
    """Parts whose columns are numbers that are counted; of places only the heat is."""
    if item.holds is Holds.NUMBERS:
        return sorted(item.codes)
    is_number = item.holds in {Holds.NUMBER, Holds.RESULT} or item.is_moment
    return (0,) if is_number else ()


def encode(item: Item | None, column: Column, rows: Sequence[Row]) -> bytes:
    """`item` is None for what is about the response itself."""
    if item is None:
        return array(column.kind, [HEADS[column.item](row) for row in rows]).tobytes()
    name = str(column.item)
    answers = [row.answers for row in rows]
    if column.part == STATUS:
        return bytes([_status(found, name) for found in answers])
    if column.kind is Kind.NUMBER:
        return array("d", _numbers(item, name, column.part, answers)).tobytes()
    match item.holds:
        case Holds.CODE:
            return bytes([_code(found, name) for found in answers])
        case Holds.CODES:
            return bytes([_tick(found, name, column.part) for found in answers])
    return bytes([_place(found, name, column.part) for found in answers])


HEADS: Mapping[int, Callable[[Row], int]] = {
    DAY: lambda row: row.head.day - FIRST_DAY,
    LANGUAGE: lambda row: min(row.head.language, LARGEST),
    SOURCE: lambda row: row.head.source,
    VERSION: lambda row: min(row.head.version, LARGEST),
    RKEY: lambda row: row.rkey,
}


def _status(answers: Mapping[str, Any], name: str) -> int:
    if name not in answers:
        return NOT_SHOWN
    return MISSING if answers[name] is None else ANSWERED


def _code(answers: Mapping[str, Any], name: str) -> int:
    code: int | None = answers.get(name, NOT_SHOWN)
    return MISSING if code is None else code


def _tick(answers: Mapping[str, Any], name: str, code: int) -> int:
    if name not in answers:
        return NOT_SHOWN
    codes = answers[name]
    return MISSING if codes is None else int(code in codes)


def _place(answers: Mapping[str, Any], name: str, code: int) -> int:
    if name not in answers:
        return NOT_SHOWN
    codes = answers[name]
    if codes is None:
        return MISSING
    return codes.index(code) + 1 if code in codes else 0


def _numbers(
    item: Item, name: str, part: int, answers: Sequence[Mapping[str, Any]]
) -> Iterator[float]:
    match item.holds:
        case Holds.NUMBERS:
            return (_cell(found, name, str(part)) for found in answers)
        case Holds.GEOMETRY:
            places = (point_of(found.get(name)) for found in answers)
            return (place[part - LONGITUDE] if place else NONE for place in places)
        case Holds.TEXT:
            moments = (number_of(found.get(name)) for found in answers)
            return (NONE if moment is None else moment for moment in moments)
    return (_number(found.get(name)) for found in answers)


def _cell(answers: Mapping[str, Any], name: str, part: str) -> float:
    cells = answers.get(name)
    return _number(cells.get(part)) if cells else NONE


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else NONE
