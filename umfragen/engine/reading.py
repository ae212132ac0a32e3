"""From the fields of a form to typed answers, and back. Takes anything; nothing typed is lost.

Fields are `f12` for the item with key 12, `f12_3` for a cell or a rank. Who answers without
JavaScript sends every field of a page; `seen` says which items stood on it, so that an unticked
box counts as cleared and a question that was not there keeps its answer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from kern.text.normalise import normalise
from umfragen.definition.items import Holds, Item, Part
from umfragen.definition.questions import (
    AnyQuestion,
    LongText,
    Matrix,
    Number,
    NumberList,
    Place,
    When,
)
from umfragen.engine.answers import TOKEN, Answers, Geometry, Value
from umfragen.engine.faults import Fault
from umfragen.engine.parsing import MAX_GEOJSON, parse_number, parse_place, parse_when
from umfragen.engine.plan import Plan

MAX_FIELD = 65_000  # characters of one field; a geometry is the longest
MAX_VALUES = 300  # of fields with one name
SEEN = "seen"
"""Name of the hidden field with the keys of all items that stood on the page: `12,13,20`."""

_KEY = re.compile(r"[0-9]{1,7}")

GONE = "Diese Antwort gibt es nicht. Bitte wählen Sie noch einmal."
TWICE = "Ein Platz ist zweimal vergeben. Bitte vergeben Sie jeden Platz nur einmal."


class Form(Protocol):
    """What of a submitted form is needed; Werkzeug's MultiDict is one."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was typed and is no answer, by name of the field, and why."""

    fields: Mapping[str, str]
    fault: Fault


@dataclass(frozen=True, slots=True)
class Reading:
    """`cleared`: items that were on the page and are empty now."""

    answers: Answers
    cleared: frozenset[int]
    rejected: Mapping[int, Rejected]

    def merged(self, draft: Answers) -> dict[int, Value]:
        """The draft after this page: what was not on it stays."""
        gone = self.cleared | self.rejected.keys()
        kept = {key: value for key, value in draft.items() if key not in gone}
        return {**kept, **self.answers}


def field_name(item: int, part: int | None = None) -> str:
    return f"f{item}" if part is None else f"f{item}_{part}"


def read_form(plan: Plan, form: Form, page_key: int | None = None) -> Reading:
    """All items of a page, or of the whole survey. Raises nothing."""
    seen = seen_questions(form)
    answers: dict[int, Value] = {}
    cleared: set[int] = set()
    rejected: dict[int, Rejected] = {}
    for item in _items(plan, page_key):
        question = plan.questions[item.question]
        fields = _fields(form, item)
        try:
            value = _read(question, item, fields)
        except Fault as fault:
            typed = {name: values[0] for name, values in fields.items() if values}
            rejected[item.key] = Rejected(typed, fault.at(item.key))
            continue
        if value is not None:
            answers[item.key] = value
        elif seen is None or item.question in seen or any(fields.values()):
            cleared.add(item.key)
    return Reading(answers, frozenset(cleared), rejected)


def _items(plan: Plan, page_key: int | None) -> Iterator[Item]:
    for page in plan.definition.pages:
        if page_key in {None, page.key}:
            for question in page.questions:
                for item in plan.items_of[question.key]:
                    if item.holds is not Holds.RESULT:
                        yield item


def seen_questions(form: Form) -> frozenset[int] | None:
    """Keys of the questions that stood on the page; None where the form does not say."""
    fields = form.getlist(SEEN)
    if not fields:
        return None
    return frozenset(int(word) for word in fields[0][:MAX_FIELD].split(",") if _KEY.fullmatch(word))


def _fields(form: Form, item: Item) -> dict[str, list[str]]:
    """The item's own fields by name, empty values left out."""
    names = [field_name(item.key)]
    if item.holds in {Holds.NUMBERS, Holds.TEXTS, Holds.ORDER}:
        names += [field_name(item.key, code) for code in sorted(item.codes)]
    found = {}
    for name in names:
        values = [str(value)[:MAX_FIELD] for value in form.getlist(name)[:MAX_VALUES]]
        found[name] = [value for value in values if value.strip()]
    return found


def _read(question: AnyQuestion, item: Item, fields: Mapping[str, list[str]]) -> Value | None:
    own = fields[field_name(item.key)]
    match item.holds:
        case Holds.CODE:
            return _codes(item, own[:1])[0] if own else None
        case Holds.CODES:
            return tuple(sorted(set(_codes(item, own)))) or None
        case Holds.ORDER:
            return _order(item, fields)
        case Holds.NUMBERS | Holds.TEXTS:
            return _cells(question, item, fields)
        case Holds.TOKENS:
            return _tokens(own)
    return _one(question, item, own[0]) if own else None


def _codes(item: Item, values: Iterable[str]) -> list[int]:
    codes = [_code(value) for value in values]
    if not item.codes.issuperset(codes):
        raise Fault(GONE)
    return codes


def _code(value: str) -> int:
    value = value.strip()
    is_number = value.isascii() and value.isdigit() and len(value) <= 3  # noqa: PLR2004 - 255
    return int(value) if is_number else -1


def _order(item: Item, fields: Mapping[str, list[str]]) -> Value | None:
    """Codes from first to last in one field each, or for every option its rank."""
    own = fields[field_name(item.key)]
    if own:
        codes = _codes(item, own)
        if len(set(codes)) < len(codes):
            raise Fault(TWICE)
        return tuple(codes)
    ranks: dict[int, int] = {}
    for code in item.codes:
        values = fields[field_name(item.key, code)]
        if values:
            rank = _code(values[0])
            if rank < 1:
                raise Fault("Bitte schreiben Sie den Platz als Zahl: 1 für den ersten.")
            if rank in ranks:
                raise Fault(TWICE)
            ranks[rank] = code
    return tuple(ranks[rank] for rank in sorted(ranks)) or None


def _cells(question: AnyQuestion, item: Item, fields: Mapping[str, list[str]]) -> Value | None:
    found = {}
    for code in sorted(item.codes):
        values = fields[field_name(item.key, code)]
        cell = _one(question, item, values[0]) if values else None
        if isinstance(cell, str | int | float):
            found[code] = cell
    return found or None


def _tokens(values: list[str]) -> Value | None:
    tokens = tuple(dict.fromkeys(value.strip() for value in values))
    if not all(map(TOKEN.fullmatch, tokens)):
        raise Fault("Diese Datei haben wir nicht. Bitte laden Sie sie noch einmal hoch.")
    return tokens or None


def _one(question: AnyQuestion, item: Item, text: str) -> Value | None:
    if item.holds in {Holds.NUMBER, Holds.NUMBERS}:
        decimals = question.decimals if isinstance(question, Number | NumberList | Matrix) else 6
        return parse_number(text.strip(), decimals)
    if isinstance(question, Place):
        return parse_place(text[:MAX_GEOJSON].strip(), question.shape)
    text = normalise(text).strip()
    if item.part is Part.WHOLE and isinstance(question, When) and text:
        return parse_when(text, question.clock)
    if not (item.part is Part.WHOLE and isinstance(question, LongText)):
        text = " ".join(text.split())
    return text or None


# Back into fields


def form_fields(plan: Plan, answers: Answers) -> dict[str, list[str]]:
    """The fields that `read_form` makes these answers of: what a form shows again."""
    found: dict[str, list[str]] = {}
    for key, value in answers.items():
        item = plan.items.get(key)
        if item is not None and item.holds is not Holds.RESULT:
            found.update(_written(item, value))
    return found


def _written(item: Item, value: Value) -> dict[str, list[str]]:
    name = field_name(item.key)
    if isinstance(value, Mapping):
        return {field_name(item.key, code): [_text(cell)] for code, cell in value.items()}
    if isinstance(value, Geometry):
        return {name: [geometry_text(value)]}
    if item.holds is Holds.ORDER and isinstance(value, tuple):
        return {
            field_name(item.key, code): [str(rank)]
            for rank, code in enumerate(value, start=1)
            if isinstance(code, int)
        }
    if isinstance(value, tuple):
        return {name: [str(entry) for entry in value]}
    return {name: [str(value) if item.holds is Holds.CODE else _text(value)]}


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return _figure(value).replace(".", ",")


def _figure(value: float) -> str:
    return format(Decimal(repr(value)), "f")


def geometry_text(geometry: Geometry) -> str:
    """As people write it, a line for each point: `50.735, 7.101`."""
    return "\n".join(
        f"{_figure(latitude)}, {_figure(longitude)}" for longitude, latitude in geometry.points
    )
