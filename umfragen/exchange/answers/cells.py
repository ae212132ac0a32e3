"""What stands in a row of answers, cell by cell, in the order of the columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from umfragen.definition.items import Holds, Item
from umfragen.definition.questions import AnyQuestion
from umfragen.exchange.answers.columns import (
    Answers,
    Describing,
    Stored,
    Table,
    all_choices,
    name_of,
    ranks_of,
)

NOT_SHOWN, NOT_ANSWERED = 254, 255
"""Codes for what is missing, where a column holds codes."""

CellValue = str | float | None
Reader = Callable[[Answers], Iterable[CellValue]]


class Show(StrEnum):
    """How codes appear: as numbers with 254 and 255 for what is missing, as the names that
    expressions use, or in words."""

    CODES = "codes"
    NAMES = "names"
    WORDS = "words"


def rows_of(table: Table, stored: Iterable[Stored], show: Show) -> Iterator[list[CellValue]]:
    """Cells in the order of the columns; None for nothing."""
    readers = [_reader(table, item, show) for item in table.items]
    for row in stored:
        cells: list[CellValue] = [row.day, row.language, row.source] if table.about else []
        for reader in readers:
            cells += reader(row.answers)
        yield cells


def _reader(table: Table, item: Item, show: Show) -> Reader:
    """Reads the cells of one item out of a row; made once, called for every row."""
    key = str(item.key)
    question = next(q for q in table.definition.questions() if q.key == item.question)
    codes = sorted(item.codes)
    match item.holds:
        case Holds.CODE:
            found = _one_code(key, _shown(table, question, show), show)
        case Holds.CODES:
            found = _ticks(key, codes, show)
        case Holds.ORDER:
            found = _ranks(key, ranks_of(question), _shown(table, question, show), show)
        case Holds.NUMBERS | Holds.TEXTS:
            found = _cells(key, codes)
        case _:
            found = _plain(key, item.holds)
    return found


def _plain(key: str, holds: Holds) -> Reader:
    if holds is Holds.TOKENS:
        return lambda answers: (" ".join(answers.get(key) or ()) or None,)
    if holds is Holds.GEOMETRY:
        return lambda answers: (geometry_text(answers.get(key)),)
    return lambda answers: (answers.get(key),)


def _shown(table: Table, question: AnyQuestion, show: Show) -> Mapping[int, CellValue]:
    """What to write for each code."""
    choices = all_choices(question)
    if show is Show.CODES:
        return {code: code for code in choices}
    if show is Show.NAMES:
        return {code: name_of(choice) for code, choice in choices.items()}
    say = Describing(table.definition, question, table.language).words
    return {code: say(choice.text) or choice.name for code, choice in choices.items()}


def _one_code(key: str, shown: Mapping[int, CellValue], show: Show) -> Reader:
    if show is not Show.CODES:
        return lambda answers: (shown.get(answers.get(key, NOT_SHOWN)),)

    def read(answers: Answers) -> tuple[CellValue]:
        value = answers.get(key, NOT_SHOWN)
        return (NOT_ANSWERED if value is None else value,)

    return read


def _ticks(key: str, codes: Sequence[int], show: Show) -> Reader:
    absent: CellValue = NOT_SHOWN if show is Show.CODES else None
    hidden = tuple([absent] * len(codes))

    def read(answers: Answers) -> tuple[CellValue, ...]:
        picked = answers.get(key, False)
        if picked is False:
            return hidden
        return tuple(int(code in picked) if picked else 0 for code in codes)

    return read


def _ranks(key: str, ranks: int, shown: Mapping[int, CellValue], show: Show) -> Reader:
    def read(answers: Answers) -> list[CellValue]:
        order = answers.get(key, False)
        missing: CellValue = None
        if show is Show.CODES:
            missing = NOT_SHOWN if order is False else NOT_ANSWERED
        found = [shown.get(code) for code in (order or ())[:ranks]]
        return found + [missing] * (ranks - len(found))

    return read


def _cells(key: str, codes: Sequence[int]) -> Reader:
    names = [str(code) for code in codes]
    nothing: list[CellValue] = [None] * len(names)

    def read(answers: Answers) -> list[CellValue]:
        row = answers.get(key)
        return [row.get(name) for name in names] if row else nothing

    return read


def geometry_text(value: object) -> str | None:
    """Well-known text: `POINT (7.1 50.7)`, which every geographic program reads."""
    if not isinstance(value, Mapping):
        return None
    kind, points = value.get("type"), value.get("coordinates")
    if kind == "Point":
        return f"POINT ({_pair(points)})"
    if kind == "LineString":
        return f"LINESTRING ({', '.join(map(_pair, points or ()))})"
    if kind == "Polygon":
        return f"POLYGON (({', '.join(map(_pair, (points or [[]])[0]))}))"
    return None


def _pair(point: Any) -> str:
    return f"{point[0]} {point[1]}"
