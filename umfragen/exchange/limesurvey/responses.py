"""Answers of an archive (.lsa) as rows of ours: by item key, with codes, nothing that was hidden.

Whoever answered, their address and the time are not read; of the time only the day is kept.
"""

import re
from collections.abc import Iterator, Mapping
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
from umfragen.exchange.limesurvey.reading import survey_of
from umfragen.exchange.limesurvey.tables import TableRow, Tables, read_tables
from umfragen.exchange.report import Refused
from umfragen.expression import number_of

WITHOUT_DAY = "1980-01-01"  # what LimeSurvey writes where no time is kept
TICKED = frozenset({"Y", "1"})

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
            reader = _Columns(plan, self.variables, table)
            for row in table["responses"]:
                yield reader.row(row)


def read_survey_archive(data: bytes) -> Archive:
    """Survey and answers of an .lsa. Raises `Refused`."""
    files = read_archive(data)
    structure = next((name for name in sorted(files) if name.endswith(".lss")), None)
    if structure is None:
        raise Refused("In diesem Archiv ist keine Umfrage aus LimeSurvey.")
    imported, variables = survey_of(read_tables(files[structure]))
    answers = [name for name in sorted(files) if name.endswith(".lsr")]
    return Archive(imported, tuple(read_tables(files[name]) for name in answers), variables)


class _Columns:
    """Where each column of a table of answers goes."""

    def __init__(self, plan: Plan, variables: Variables, table: Tables) -> None:
        self.plan = plan
        self.targets: dict[str, tuple[Named, Variable]] = {}
        names = {name for row in table["responses"] for name in row}
        for name in names:
            found = variables.column(name)
            variable = plan.names.by_name.get(found[0].variables[found[1]]) if found else None
            if found and variable:
                self.targets[name] = (found[0], variable)

    def row(self, row: TableRow) -> AnswerRow:
        given: dict[int, Value] = {}
        lost = 0
        for name, raw in row.items():
            target = self.targets.get(name)
            if target and raw.strip():
                lost += not self.put(given, *target, raw.strip())
        language = row["startlanguage"].strip() or self.plan.definition.language
        sheet = fill(self.plan, self.settled(given), language=language)
        lost += sum(key not in sheet.answers for key in given)
        moment = row["submitdate"].strip()
        return AnswerRow(make_row(sheet), _day(moment), language, bool(moment), lost)

    def put(self, given: dict[int, Value], named: Named, variable: Variable, raw: str) -> bool:
        """Whether the value fits."""
        before = given.get(variable.item)
        value = _value(self.plan, named, variable, raw, before)
        if value is None:
            return False
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
    plan: Plan, named: Named, variable: Variable, raw: str, before: Value | None
) -> Value | None:
    match variable.reads:
        case Reads.CODE | Reads.RANK:
            code = _code(named, variable, raw)
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


def _code(named: Named, variable: Variable, raw: str) -> int | None:
    """The option that LimeSurvey's code means, by the name that it has here."""
    is_second = bool(named.second) and variable.name.startswith(f"{named.second}_")
    name = (named.more if is_second else named.options).get(raw, raw)
    for code, choice in (variable.choices or {}).items():
        if name == choice.name or (code == OTHER_CODE and raw == OTHER_NAME):
            return code
    return None


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
