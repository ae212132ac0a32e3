"""A stored row taken apart into what is counted: codes and numbers by item. Pure.

Codes up to 251 are those of options. `ANSWERED`, `NOT_SHOWN` and `MISSING` say how the item stands
as a whole, so `ANSWERED` is the base of its shares. A ranking counts `rank_code(place, option)`.
Negative item keys are about the response itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from umfragen.definition.items import Holds, Item
from umfragen.models import Source
from umfragen.store.moments import number_of

ANSWERED = 252
NOT_SHOWN = 254
MISSING = 255  # shown and not answered
LARGEST = 251

TOTAL = -1  # code 0
DAY = -2  # code: proleptic Gregorian ordinal of the day
LANGUAGE = -3  # code: place in `Survey.languages`
SOURCE = -4  # code: place in SOURCES
VERSION = -5  # code: number of the version
PLACE = 1_000

SOURCES = (Source.WEB, Source.PAPER, Source.PHONE, Source.COUNTER, Source.IMPORT)


class Head(NamedTuple):
    """What a response has beside its answers, as codes."""

    day: int
    language: int
    source: int
    version: int


class Number(NamedTuple):
    item: int
    part: int  # code of the column of a matrix, else 0
    value: float


class Counted(NamedTuple):
    codes: list[tuple[int, int]]
    numbers: list[Number]


def head_of(day: date, language: str, source: str, version: int, languages: list[str]) -> Head:
    place = languages.index(language) if language in languages else LARGEST
    return Head(day.toordinal(), place, SOURCES.index(Source(source)), version)


def rank_code(place: int, code: int) -> int:
    """`place` counts from 1."""
    return place * PLACE + code


def count_row(items: Mapping[int, Item], row: Mapping[str, Any], head: Head) -> Counted:
    codes = [
        (TOTAL, 0),
        (DAY, head.day),
        (LANGUAGE, head.language),
        (SOURCE, head.source),
        (VERSION, head.version),
    ]
    numbers: list[Number] = []
    for key, item in items.items():
        name = str(key)
        if name not in row:
            codes.append((key, NOT_SHOWN))
            continue
        value = row[name]
        if value is None:
            codes.append((key, MISSING))
            continue
        codes.append((key, ANSWERED))
        codes += ((key, code) for code in _codes(item, value))
        numbers += _numbers(item, value)
    return Counted(codes, numbers)


def _codes(item: Item, value: Any) -> Iterator[int]:
    match item.holds:
        case Holds.CODE:
            yield value
        case Holds.CODES:
            yield from value
        case Holds.ORDER:
            for place, code in enumerate(value, start=1):
                yield rank_code(place, code)


def _numbers(item: Item, value: Any) -> Iterator[Number]:
    match item.holds:
        case Holds.TEXT if item.is_moment:
            moment = number_of(value)
            if moment is not None:
                yield Number(item.key, 0, moment)
        case Holds.NUMBER:
            yield Number(item.key, 0, value)
        case Holds.RESULT if not isinstance(value, str):
            yield Number(item.key, 0, value)
        case Holds.NUMBERS:
            for code, cell in value.items():
                yield Number(item.key, int(code), cell)
