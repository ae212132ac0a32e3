"""Answers in words, for whoever looks once more at what they are about to send. Pure."""

from collections.abc import Mapping, Sequence

from kern.i18n import _, _n
from umfragen.definition import OTHER_CODE, Text
from umfragen.definition.items import AGREED, Item, Part
from umfragen.definition.parts import Row
from umfragen.definition.questions import (
    AnyQuestion,
    Consent,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Ranking,
    Single,
    Slider,
    When,
    YesNo,
)
from umfragen.engine import Geometry, Sheet, Value
from umfragen.engine.piping import plain, words_of
from umfragen.engine.variables import choices_of


def said(sheet: Sheet, question: AnyQuestion) -> list[str]:
    """Lines; empty where nothing was answered."""
    items = sheet.plan.items_of[question.key]
    lines = [_line(sheet, question, item) for item in items if item.key in sheet.answers]
    return [line for line in lines if line]


def _line(sheet: Sheet, question: AnyQuestion, item: Item) -> str:
    words = _words(sheet, question, sheet.answers[item.key])
    if item.part is Part.ROW:
        return f"{_row(sheet, question, item.key)}: {words}"
    if item.option is not None:
        return f"{_choice(sheet, question, item.option)}: {words}"
    if item.part is Part.OTHER:
        return _("Und zwar: %(words)s", words=words)
    return words


def _words(sheet: Sheet, question: AnyQuestion, value: Value) -> str:  # noqa: PLR0911 - one per form of an answer
    if isinstance(value, Geometry):
        return _n("%(num)s Punkt auf der Karte", "%(num)s Punkte auf der Karte", len(value.points))
    if isinstance(value, Mapping):
        return _cells(sheet, question, value)
    if isinstance(value, tuple):
        return _several(sheet, question, value)
    if isinstance(question, Consent) and value == AGREED:
        return _("Ja, ich stimme zu")
    if isinstance(question, Single | Multiple | YesNo | Matrix) and isinstance(value, int):
        return _choice(sheet, question, value)
    if isinstance(question, When) and isinstance(value, str):
        return _moment(value)
    unit = question.unit if isinstance(question, Number | NumberList | Slider) else Text()
    return f"{words_of(value, sheet.language)} {plain(sheet, unit)}".strip()


def _several(sheet: Sheet, question: AnyQuestion, value: Sequence[int | str]) -> str:
    codes = [code for code in value if isinstance(code, int)]
    if not codes:
        return _n("%(num)s Datei", "%(num)s Dateien", len(value))
    names = [_choice(sheet, question, code) for code in codes]
    if isinstance(question, Ranking):
        return ", ".join(f"{place}. {name}" for place, name in enumerate(names, 1))
    return ", ".join(names)


def _cells(sheet: Sheet, question: AnyQuestion, value: Mapping[int, float | str]) -> str:
    return ", ".join(
        f"{_choice(sheet, question, code)} {words_of(cell, sheet.language)}"
        for code, cell in value.items()
    )


def _choice(sheet: Sheet, question: AnyQuestion, code: int) -> str:
    for option in getattr(question, "options", ()) or getattr(question, "columns", ()):
        if option.code == code:
            return plain(sheet, option.text) or option.name
    choice = choices_of(question).get(code)
    if choice is not None:
        return plain(sheet, choice.text) or choice.name
    return _("Andere") if code == OTHER_CODE else str(code)


def _row(sheet: Sheet, question: AnyQuestion, key: int) -> str:
    rows: Sequence[Row] = getattr(question, "rows", ())
    return next((plain(sheet, row.text) or row.name for row in rows if row.key == key), "")


def _moment(value: str) -> str:
    day, _sign, hour = value.partition("T") if "T" in value else (value, "", "")
    words = day if ":" in day else ".".join(reversed(day.split("-")))
    return f"{words} {hour}".strip()
