"""Which answers on a page cannot stay as they are, all at once, each with its sentence."""

import re
from collections.abc import Iterator, Mapping

from umfragen.definition.items import Item, Part
from umfragen.definition.parts import OTHER_CODE, Required
from umfragen.definition.questions import (
    AnyQuestion,
    Cell,
    Contact,
    Files,
    Format,
    Info,
    LongText,
    Matrix,
    Multiple,
    Number,
    NumberList,
    Place,
    Ranking,
    ShortText,
    Single,
    Slider,
    TotalRule,
    When,
)
from umfragen.definition.texts import Text
from umfragen.engine.answers import Geometry, Value
from umfragen.engine.faults import Fault
from umfragen.engine.sheet import Sheet, is_seen
from umfragen.expression import BadPattern, compile_pattern, search, text_of

EMAIL = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>.]+(\.[^\s@,;<>.]+)*\.[^\s@,;<>.]{2,}")
PHONE = re.compile(r"\+?[\d\s/().-]{3,30}", re.ASCII)
PHONE_DIGITS = range(4, 16)
MISSING = {
    "": "Bitte beantworten Sie diese Frage.",
    "single": "Bitte wählen Sie eine Antwort.",
    "yes_no": "Bitte wählen Sie eine Antwort.",
    "scale": "Bitte wählen Sie eine Antwort.",
    "multiple": "Bitte wählen Sie mindestens eine Antwort.",
    "number": "Bitte tragen Sie hier eine Zahl ein.",
    "number_list": "Bitte tragen Sie hier eine Zahl ein.",
    "text": "Bitte füllen Sie diese Zeile aus.",
    "ranking": "Bitte bringen Sie die Antworten in eine Reihenfolge.",
    "consent": "Ohne Ihre Zustimmung geht es hier nicht weiter.",
    "place": "Bitte zeigen Sie auf der Karte, was Sie meinen.",
    "files": "Bitte laden Sie eine Datei hoch.",
}
_TOTAL = {
    TotalRule.EXACT: "Zusammen sollen es %(total)s sein. Bisher sind es %(sum)s, der Unterschied"
    " ist %(rest)s.",
    TotalRule.AT_MOST: "Zusammen dürfen es höchstens %(total)s sein. Es sind %(sum)s, das sind"
    " %(rest)s zu viel.",
    TotalRule.AT_LEAST: "Zusammen sollen es mindestens %(total)s sein. Bisher sind es %(sum)s, es"
    " fehlen noch %(rest)s.",
}
CENT = 1e-6  # sums of decimals differ by less


def find_faults(sheet: Sheet, page_key: int | None = None) -> tuple[Fault, ...]:
    """Of one page, or of the whole survey before it is sent. Hidden questions have none."""
    pages = sheet.plan.definition.pages
    found: list[Fault] = []
    for page in pages:
        if page.key in sheet.shown and page_key in {None, page.key}:
            for question in page.questions:
                if question.key in sheet.shown and is_seen(question):
                    found += _question(sheet, question)
    return tuple(found)


def _question(sheet: Sheet, question: AnyQuestion) -> Iterator[Fault]:
    missing = list(_missing(sheet, question))
    yield from missing
    own = _said(sheet, question.invalid_text)
    broken = [_worded(fault, own) for fault in _broken(sheet, question)]
    yield from broken
    if question.key in sheet.failed and not broken and _is_answered(sheet, question):
        yield _worded(
            Fault("Diese Antwort passt nicht zu Ihren anderen Angaben.", question.key),
            _said(sheet, question.check_text),
        )


def _worded(fault: Fault, own: str) -> Fault:
    """In the editor's own words, where there are some."""
    return Fault(own, fault.item, soft=fault.soft) if own else fault


def _said(sheet: Sheet, text: Text) -> str:
    return text.say(sheet.language, sheet.plan.definition.language)


# What is missing


def _missing(sheet: Sheet, question: AnyQuestion) -> Iterator[Fault]:
    if question.required is Required.NO or isinstance(question, Info):
        return
    gaps = list(_gaps(sheet, question))
    if not gaps:
        return
    own = _said(sheet, question.required_text)
    if question.required is Required.SOFT:
        yield _worded(
            Fault(
                "Hier ist noch nicht alles beantwortet. Möchten Sie trotzdem weiter?"
                if _is_answered(sheet, question)
                else "Diese Frage ist noch nicht beantwortet. Möchten Sie trotzdem weiter?",
                question.key,
                soft=True,
            ),
            own,
        )
        return
    for key in gaps:
        yield _worded(Fault(MISSING[_kind(question)], key), own)


def _gaps(sheet: Sheet, question: AnyQuestion) -> Iterator[int]:
    """Keys that would need an answer: the question itself, or each open row."""
    if isinstance(question, Matrix) or (
        isinstance(question, NumberList) and question.total is None
    ):
        for row in question.rows:
            if row.key in sheet.shown and row.key not in sheet.answers:
                yield row.key
    elif not _is_answered(sheet, question):
        yield question.key


def _kind(question: AnyQuestion) -> str:
    """Key of the sentence: the kind, or for a matrix what its cells hold."""
    kind: str = question.cell if isinstance(question, Matrix) else question.KIND
    return kind if kind in MISSING else ""


def _is_answered(sheet: Sheet, question: AnyQuestion) -> bool:
    return any(
        item.key in sheet.answers
        for item in sheet.plan.items_of[question.key]
        if item.part in {Part.WHOLE, Part.ROW}
    )


# What does not fit


def _broken(sheet: Sheet, question: AnyQuestion) -> Iterator[Fault]:
    for item in sheet.plan.items_of[question.key]:
        value = sheet.answers.get(item.key)
        if value is not None:
            yield from (fault.at(item.key) for fault in _value(question, item, value))
    match question:
        case Single() | Multiple():
            yield from _lines(sheet, question)
            if isinstance(question, Multiple):
                yield from _picks(sheet, question)
        case NumberList():
            yield from _total(sheet, question)


def _value(  # noqa: C901 - one case per kind
    question: AnyQuestion, item: Item, value: Value
) -> Iterator[Fault]:
    if item.part in {Part.OTHER, Part.REMARK}:
        yield from _too_long(value, 1_000)
        return
    match question:
        case Number() | NumberList() | Slider():
            yield from _bounds(question.low, question.high, value)
            if isinstance(question, Slider):
                yield from _step(question, value)
            else:
                yield from _decimals(question.decimals, value)
        case Matrix() if isinstance(value, Mapping):
            for cell in value.values():
                yield from _cell(question, cell)
        case Ranking():
            yield from _ranks(question, value)
        case When():
            yield from _when(question, value)
        case ShortText() | LongText():
            yield from _too_long(value, question.max_length)
        case Contact():
            yield from _contact(question, value)
        case Files() if isinstance(value, tuple) and len(value) > question.most:
            yield Fault("Das sind zu viele Dateien. Erlaubt: %(most)s.", most=question.most)
        case Place() if isinstance(value, Geometry):
            yield from _within(question, value)


def _cell(question: Matrix, cell: float | str) -> Iterator[Fault]:
    if question.cell is Cell.NUMBER:
        yield from _bounds(question.low, question.high, cell)
        yield from _decimals(question.decimals, cell)
    else:
        yield from _too_long(cell, question.max_length)


def _bounds(low: float | None, high: float | None, value: Value) -> Iterator[Fault]:
    if not isinstance(value, int | float):
        return
    if low is not None and high is not None and not low <= value <= high:
        yield Fault(
            "Möglich sind Zahlen von %(low)s bis %(high)s.", low=_shown(low), high=_shown(high)
        )
    elif low is not None and value < low:
        yield Fault("Möglich sind Zahlen ab %(low)s.", low=_shown(low))
    elif high is not None and value > high:
        yield Fault("Möglich sind Zahlen bis %(high)s.", high=_shown(high))


def _shown(number: float) -> str:
    return text_of(number).replace(".", ",")


def _decimals(decimals: int, value: Value) -> Iterator[Fault]:
    if isinstance(value, float) and value != round(value, decimals):
        yield Fault("Diese Zahl hat zu viele Stellen nach dem Komma.")


def _step(question: Slider, value: Value) -> Iterator[Fault]:
    if isinstance(value, int | float):
        steps = (value - question.low) / question.step
        if abs(steps - round(steps)) > CENT:
            yield Fault("Dieser Wert liegt zwischen zwei Stufen.")


def _too_long(value: Value, limit: int) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) > limit:
        yield Fault(
            "Bitte höchstens %(limit)s Zeichen. Es sind %(length)s.", limit=limit, length=len(value)
        )


def _when(question: When, value: Value) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if question.earliest and value < question.earliest:
        yield Fault("Möglich ab %(when)s.", when=_day(question.earliest))
    elif question.latest and value > question.latest:
        yield Fault("Möglich bis %(when)s.", when=_day(question.latest))


def _day(iso: str) -> str:
    day, _, hour = iso.rpartition("T") if "T" in iso else (iso, "", "")
    if ":" in day:
        return day
    return ".".join(reversed(day.split("-"))) + (f" {hour}" if hour else "")


def _contact(question: Contact, value: Value) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if question.format is Format.EMAIL and not (EMAIL.fullmatch(value) and len(value) <= 254):  # noqa: PLR2004 - RFC 5321
        yield Fault("Bitte prüfen Sie die E-Mail-Adresse. Sie sieht aus wie name@beispiel.de.")
    elif question.format is Format.PHONE and not _is_phone(value):
        yield Fault("Bitte prüfen Sie die Telefonnummer. Sie besteht aus 4 bis 15 Ziffern.")
    elif question.format is Format.PATTERN and not _fits(question.pattern, value):
        yield Fault("Bitte prüfen Sie diese Angabe. Sie hat nicht die erwartete Form.")


def _is_phone(value: str) -> bool:
    digits = sum(sign.isdigit() for sign in value)
    return PHONE.fullmatch(value) is not None and digits in PHONE_DIGITS


def _fits(pattern: str, value: str) -> bool:
    try:
        return search(compile_pattern(pattern), value)
    except BadPattern:
        return True  # said to the editor, not to whoever answers


def _within(question: Place, geometry: Geometry) -> Iterator[Fault]:
    if question.within:
        west, south, east, north = question.within
        if any(not (west <= x <= east and south <= y <= north) for x, y in geometry.points):
            yield Fault("Dieser Ort liegt außerhalb des Gebiets, um das es geht.")


def _lines(sheet: Sheet, question: Single | Multiple) -> Iterator[Fault]:
    """„Andere“ without words, a remark that has to be made."""
    answered = sheet.answers.get(question.key)
    codes = answered if isinstance(answered, tuple) else (answered,)
    other, remark = question.other, question.remark
    if other and other.text_required and OTHER_CODE in codes and other.key not in sheet.answers:
        yield Fault("Bitte schreiben Sie dazu, was Sie meinen.", other.key)
    if remark and remark.required and answered is not None and remark.key not in sheet.answers:
        yield Fault("Bitte schreiben Sie etwas dazu.", remark.key)


def _picks(sheet: Sheet, question: Multiple) -> Iterator[Fault]:
    picked = sheet.answers.get(question.key)
    if not isinstance(picked, tuple):
        return
    alone = {option.code for option in question.options if option.exclusive} & set(picked)
    if alone and len(picked) > 1:
        words = next(option.text for option in question.options if option.code in alone)
        yield Fault(
            "„%(option)s“ passt nicht zu den anderen Antworten. Bitte wählen Sie das eine oder"
            " die anderen.",
            question.key,
            option=_said(sheet, words),
        )
    elif not alone:
        yield from (fault.at(question.key) for fault in _how_many(question, len(picked)))


def _ranks(question: Ranking, value: Value) -> Iterator[Fault]:
    if isinstance(value, tuple):
        yield from _how_many(question, len(value))


def _how_many(question: Multiple | Ranking, count: int) -> Iterator[Fault]:
    if count < question.least:
        yield Fault(
            "Bitte wählen Sie mindestens %(least)s aus. Bisher: %(count)s.",
            least=question.least,
            count=count,
        )
    elif question.most is not None and count > question.most:
        yield Fault(
            "Bitte wählen Sie höchstens %(most)s aus. Bisher: %(count)s.",
            most=question.most,
            count=count,
        )


def _total(sheet: Sheet, question: NumberList) -> Iterator[Fault]:
    numbers = [sheet.answers.get(row.key) for row in question.rows]
    given = [number for number in numbers if isinstance(number, int | float)]
    if question.total is None or not given:
        return
    total = sum(given)
    short = question.total - total
    fits = {
        TotalRule.EXACT: abs(short) < CENT,
        TotalRule.AT_MOST: short > -CENT,
        TotalRule.AT_LEAST: short < CENT,
    }
    if not fits[question.total_rule]:
        yield Fault(
            _TOTAL[question.total_rule],
            question.key,
            total=_shown(question.total),
            sum=_shown(round(total, 6)),
            rest=_shown(round(abs(short), 6)),
        )
