"""What keeps answers: every question, row and free line with a key of its own, and what it holds.

The one list that reading, storing, counting and comparing versions go by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from umfragen.definition.parts import OTHER_CODE
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Computed,
    Consent,
    Files,
    Info,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    Scale,
    Single,
    Slider,
    When,
    YesNo,
)

YES, NO = 1, 2
AGREED = 1


class Holds(StrEnum):
    """Form of an answer, in JSON: a code, a sorted list of codes, a list of codes from first to
    last, a number, a text, numbers or texts by code of the column, tokens, GeoJSON, a result."""

    CODE = "code"
    CODES = "codes"
    ORDER = "order"
    NUMBER = "number"
    TEXT = "text"
    NUMBERS = "numbers"
    TEXTS = "texts"
    TOKENS = "tokens"
    GEOMETRY = "geometry"
    RESULT = "result"


class Part(StrEnum):
    WHOLE = "whole"
    ROW = "row"
    OTHER = "other"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Item:
    """`codes`: all that may be stored, of columns for cells. `option`: whose remark this is.
    `is_moment`: the text is a date or a time."""

    key: int
    question: int
    holds: Holds
    part: Part = Part.WHOLE
    codes: frozenset[int] = frozenset()
    option: int | None = None
    is_moment: bool = False


CELLS = {
    Cell.SINGLE: Holds.CODE,
    Cell.MULTIPLE: Holds.CODES,
    Cell.NUMBER: Holds.NUMBERS,
    Cell.TEXT: Holds.TEXTS,
}


def items_of(question: AnyQuestion) -> Iterator[Item]:  # noqa: C901 - one case per kind
    """The items of a question, itself first; nothing for what takes no answer."""
    key = question.key
    match question:
        case Info():
            return
        case Single() | Multiple():
            yield from _choice(question)
        case YesNo():
            yield Item(key, key, Holds.CODE, codes=frozenset({YES, NO}))
        case Consent():
            yield Item(key, key, Holds.CODE, codes=frozenset({AGREED}))
        case Scale():
            yield Item(
                key, key, Holds.CODE, codes=frozenset(range(question.low, question.high + 1))
            )
        case Matrix():
            codes = frozenset(column.code for column in question.columns)
            for row in question.rows:
                yield Item(row.key, key, CELLS[question.cell], Part.ROW, codes)
        case NumberList():
            for row in question.rows:
                yield Item(row.key, key, Holds.NUMBER, Part.ROW)
        case Ranking():
            codes = frozenset(option.code for option in question.options)
            yield Item(key, key, Holds.ORDER, codes=codes)
        case _:
            yield Item(key, key, _plain(question), is_moment=isinstance(question, When))


def _choice(question: Single | Multiple) -> Iterator[Item]:
    key = question.key
    codes = {option.code for option in question.options}
    if question.other:
        codes.add(OTHER_CODE)
    holds = Holds.CODE if isinstance(question, Single) else Holds.CODES
    yield Item(key, key, holds, codes=frozenset(codes))
    if question.other:
        yield Item(question.other.key, key, Holds.TEXT, Part.OTHER)
    if question.remark:
        yield Item(question.remark.key, key, Holds.TEXT, Part.REMARK)
    for option in question.options:
        if option.remark:
            yield Item(option.remark, key, Holds.TEXT, Part.REMARK, option=option.code)


def _plain(question: AnyQuestion) -> Holds:
    match question:
        case Number() | Slider():
            return Holds.NUMBER
        case Files():
            return Holds.TOKENS
        case Place():
            return Holds.GEOMETRY
        case Computed():
            return Holds.RESULT
    return Holds.TEXT
