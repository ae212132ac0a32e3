"""Answers of LimeSurvey as rows of ours: by item key, with codes, nothing that was hidden.

Whoever answered, their address and the time are not read; of the time only the day is kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from umfragen.definition.items import Holds
from umfragen.definition.parts import OTHER_CODE
from umfragen.definition.questions import Clock, Multiple, Shape, When
from umfragen.engine import Plan, fill, make_plan, make_row
from umfragen.engine.answers import Answers, Geometry, Value, value_from_json
from umfragen.engine.variables import OTHER_NAME, Reads, Variable
from umfragen.exchange.archives import read_archive
from umfragen.exchange.fitting import Imported
from umfragen.exchange.limesurvey.naming import Named, Variables
from umfragen.exchange.limesurvey.phrases import NO, YES
from umfragen.exchange.limesurvey.reading import survey_of
from umfragen.exchange.limesurvey.tables import TableRow, Tables, read_tables
from umfragen.exchange.report import Refused
from umfragen.expression import number_of

WITHOUT_DAY = "1980-01-01"  # what LimeSurvey writes where no time is kept
TICKED = frozenset({"Y", "1", *YES.values()})
NOT_TICKED = frozenset({"", "N", "0", "2", "N/A", *NO.values()})
NOT_SHOWN = frozenset({"N/A", "{question_not_shown}"})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """`answers` as they are stored. `complete`: was sent, not only begun. `lost`: how many values
    fit no question, or one that is hidden by its condition."""

    answers: Mapping[str, Any]
    day: date | None
    language: str
    complete: bool
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Aimed:
    """Where a column goes. `options`: names of options there -> here, where they differ."""

    variable: Variable
    options: Mapping[str, str]


Find = Callable[[str], Aimed | None]


def aim(plan: Plan, found: tuple[Named, str] | None) -> Aimed | None:
    """By what LimeSurvey calls the question and its part."""
    if found is None:
        return None
    named, suffix = found
    variable = plan.names.by_name.get(named.variables[suffix])
    if variable is None:
        return None
    is_second = bool(named.second) and variable.name.startswith(f"{named.second}_")
    return Aimed(variable, named.more if is_second else named.options)


@dataclass(frozen=True, slots=True)
class Archive:
    imported: Imported
    tables: tuple[Tables, ...] = ()
    variables: Variables = field(default_factory=lambda: Variables({}))

    @property
    def count(self) -> int:
        return sum(len(table["responses"]) for table in self.tables)

    def rows(self) -> Iterator[AnswerRow]:
        plan = make_plan(self.imported.definition)
        for table in self.tables:
            reader = Columns(plan, self.find(plan), _names(table))
            for row in table["responses"]:
                yield reader.row(row)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns of answers that belong to no question."""
        plan = make_plan(self.imported.definition)
        find = self.find(plan)
        names = dict.fromkeys(name for table in self.tables for name in _names(table))
        return tuple(name.removeprefix("_") for name in names if "X" in name and not find(name))

    def find(self, plan: Plan) -> Find:
        return lambda name: aim(plan, self.variables.column(name))


def _names(table: Tables) -> Iterator[str]:
    yield from dict.fromkeys(name for row in table["responses"] for name in row)


def read_survey_archive(data: bytes) -> Archive:
    """Survey and answers of an .lsa. Raises `Refused`."""
    files = read_archive(data)
    structure = next((name for name in sorted(files) if name.endswith(".lss")), None)
    if structure is None:
        raise Refused("In diesem Archiv ist keine Umfrage aus LimeSurvey.")
    imported, variables = survey_of(read_tables(files[structure]))
    answers = [name for name in sorted(files) if name.endswith(".lsr")]
    return Archive(imported, tuple(read_tables(files[name]) for name in answers), variables)


class Columns:
    """Where each column of a table of answers goes."""

    def __init__(self, plan: Plan, find: Find, names: Iterable[str]) -> None:
        self.plan = plan
        found = {name: find(name) for name in names}
        self.targets = {name: aimed for name, aimed in found.items() if aimed}

    def row(self, row: TableRow) -> AnswerRow:
        given: dict[int, Value] = {}
        lost = 0
        for name, raw in row.items():
            target = self.targets.get(name)
            if target and raw.strip() and not (raw in NOT_SHOWN and is_closed(target.variable)):
                lost += not self.put(given, target, raw.strip())
        language = row["startlanguage"].strip() or self.plan.definition.language
        sheet = fill(self.plan, self.settled(given), language=language)
        lost += sum(key not in sheet.answers for key in given)
        moment = row["submitdate"].strip()
        return AnswerRow(make_row(sheet), _day(moment), language, bool(moment), lost)

    def put(self, given: dict[int, Value], aimed: Aimed, raw: str) -> bool:
        """Whether the value fits."""
        variable = aimed.variable
        before = given.get(variable.item)
        value = _value(self.plan, aimed, raw, before)
        if value is None:
            return variable.reads is Reads.TICK and raw in NOT_TICKED
        given[variable.item] = value
        question = self.plan.questions[variable.question]
        if (
            isinstance(question, Multiple)
            and question.other
            and variable.item == question.other.key
        ):
            ticked = given.get(question.key, ())
            given[question.key] = (*ticked, OTHER_CODE) if isinstance(ticked, tuple) else ()
        return True

    def settled(self, given: Mapping[int, Value]) -> Answers:
        """Ranks in order without gaps, ticks sorted, everything as a draft would hold it."""
        found: dict[int, Value] = {}
        for key, value in given.items():
            item = self.plan.items[key]
            if item.holds is Holds.ORDER and isinstance(value, dict):
                ranked = tuple(int(value[rank]) for rank in sorted(value))
                kept = value_from_json(item, ranked)
            else:
                kept = value_from_json(item, value)
            if kept is not None:
                found[key] = kept
        return found


def _value(  # noqa: PLR0911 - one per way to read
    plan: Plan, aimed: Aimed, raw: str, before: Value | None
) -> Value | None:
    variable = aimed.variable
    match variable.reads:
        case Reads.CODE | Reads.RANK:
            code = _code(aimed, raw)
            if variable.reads is Reads.CODE or code is None:
                return code
            ranks = before if isinstance(before, dict) else {}
            return {**ranks, variable.part: code}
        case Reads.TICK:
            ticked = before if isinstance(before, tuple) else ()
            return (*ticked, variable.part) if raw in TICKED else ticked or None
        case Reads.CELL:
            cells = before if isinstance(before, dict) else {}
            cell = _plain(plan, variable, raw)
            return None if cell is None else {**cells, variable.part: cell}
        case Reads.PLACE:
            return _place(raw)
        case Reads.SIZE:
            return None
    return _plain(plan, variable, raw)


def _code(aimed: Aimed, raw: str) -> int | None:
    """The option that LimeSurvey's code means, by the name that it has here; else by its words."""
    choices = aimed.variable.choices or {}
    name = aimed.options.get(raw, raw)
    for code, choice in choices.items():
        if name == choice.name or (code == OTHER_CODE and raw == OTHER_NAME):
            return code
    words = " ".join(raw.split())
    return next(
        (code for code, choice in choices.items() if any(said == words for _, said in choice.text)),
        None,
    )


def is_closed(variable: Variable) -> bool:
    """Whether nobody can have written the value."""
    return variable.reads in {Reads.CODE, Reads.RANK, Reads.TICK}


def _plain(plan: Plan, variable: Variable, raw: str) -> float | str | None:
    item = plan.items[variable.item]
    question = plan.questions[variable.question]
    if item.holds in {Holds.NUMBER, Holds.NUMBERS, Holds.CODE}:
        figure = number_of(raw.replace(",", ".") if raw.count(",") == 1 else raw)
        return None if figure is None else int(figure) if figure == int(figure) else figure
    if isinstance(question, When):
        return _moment(question, raw)
    return raw


def _moment(question: When, raw: str) -> str | None:
    found = _MOMENT.match(raw)
    if question.clock is Clock.TIME:
        return found[2] if found else raw[:5]
    if question.clock is Clock.BOTH:
        return f"{found[1]}T{found[2]}" if found else None
    return raw[:10] if _DAY.match(raw) else None


def _place(raw: str) -> Geometry | None:
    """`latitude;longitude;town;...`"""
    parts = [number_of(part.strip()) for part in raw.split(";")[:2]]
    if len(parts) < 2:  # noqa: PLR2004 - latitude and longitude
        return None
    latitude, longitude = parts
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        return None
    return Geometry(Shape.POINT, ((longitude, latitude),))


def _day(moment: str) -> date | None:
    if not _DAY.match(moment) or moment.startswith(WITHOUT_DAY):
        return None
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
