"""Answers of LimeSurvey as tables of text: its VV files, and its CSV with codes in the heading.

A VV file has tabs, a line of words, a line of codes, and signs of its own for what would break a
line. The CSV has one heading: `Q1[SQ001]`, or `Q1[SQ001]. Words`. Columns are found by the codes
of a survey from there, or by our names, which are the same in most surveys.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from umfragen.engine import Plan
from umfragen.exchange.limesurvey.naming import TEXT_COLUMN, Named, Variables
from umfragen.exchange.limesurvey.responses import Aimed, AnswerRow, Columns, Find, aim
from umfragen.exchange.limesurvey.tables import Columns as Cells
from umfragen.exchange.report import Refused

ABOUT = frozenset(
    {"id", "token", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp",
     "ipaddr", "refurl", "interviewtime"}
)  # fmt: skip
"""Columns about the person and the moment; of these only day and language are read."""

MAX_COLUMNS = 5_000
MAX_ROWS = 200_000
SIGNS = {"{newline}": "\n", "{cr}": "\r", "{tab}": "\t", "{quote}": '"', "{lbrace}": "{"}
HIDDEN = "{question_not_shown}"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LEAST = 0.5
"""Of the columns, so many have to belong to a question: else the heading is of another form."""

_SIGN = re.compile("|".join(map(re.escape, SIGNS)))
_HEADING = re.compile(
    r"(?P<code>[A-Za-z]\w*)(?P<parts>(?:\[[^\[\]]*\]){0,3})(?:\.(?:\s.*)?)?", re.DOTALL
)
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Lines:
    """A file as it was written. `is_vv`: the signs of a VV file stand for others."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    is_vv: bool

    def __iter__(self) -> Iterator[Mapping[str, str]]:
        for row in self.rows:
            cells = zip(self.names, row, strict=False)
            yield Cells({name: self.cell(text) for name, text in cells})

    def cell(self, text: str) -> str:
        if not self.is_vv:
            return text
        return "" if text == HIDDEN else _SIGN.sub(lambda sign: SIGNS[sign[0]], text)


@dataclass(frozen=True, slots=True)
class Tabular:
    """Answers with the questions they belong to. `unknown`: headings that belong to none."""

    plan: Plan
    lines: Lines
    find: Find
    unknown: tuple[str, ...] = ()

    def rows(self) -> Iterator[AnswerRow]:
        names = [name for name in self.lines.names if name not in ABOUT]
        reader = Columns(self.plan, self.find, names)
        is_dated = "submitdate" in self.lines.names
        for cells in self.lines:
            row = reader.row(cells)
            yield row if is_dated else replace(row, complete=True)


def is_tabular(data: bytes) -> bool:
    """Whether this can be such a file: text of several columns."""
    head = data[:4_096].partition(b"\n")[0]
    return b"\0" not in data[:4_096] and any(sign in head for sign in (b"\t", b";", b","))


def read_tabular(data: bytes, plan: Plan, variables: Variables | None) -> Tabular:
    """`variables`: of the survey's structure from LimeSurvey, where it was handed in as well.
    Raises `Refused`."""
    lines = _lines(_decoded(data))
    asked = [name for name in lines.names if name not in ABOUT]
    finds = _finds(plan, variables)
    found = max(finds, key=lambda find: sum(find(name) is not None for name in asked))
    unknown = tuple(name for name in asked if found(name) is None)
    if not asked or len(unknown) > len(asked) * (1 - LEAST):
        raise Refused(
            "Die Spalten dieser Datei heißen nicht wie die Fragen. Bitte geben Sie die Antworten"
            " in LimeSurvey mit Fragencodes als Überschriften aus."
        )
    return Tabular(plan, lines, found, unknown)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in UTF_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            "Diese Datei lässt sich nicht lesen. Bitte speichern Sie sie als UTF-8."
        ) from error


def _lines(text: str) -> Lines:
    first = text.partition("\n")[0]
    sign = max("\t;,", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row]
    except csv.Error as error:
        raise Refused("Die Zeilen dieser Datei lassen sich nicht lesen.") from error
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows[:2]):
        raise Refused("In dieser Datei sind zu viele Zeilen.")
    is_vv = sign == "\t" and len(rows) > 1 and bool(ABOUT & set(rows[1]))
    start = 1 if is_vv else 0
    names = tuple(name.strip() for name in rows[start]) if len(rows) > start else ()
    return Lines(names, rows[start + 1 :], is_vv)


# Headings


def _finds(plan: Plan, variables: Variables | None) -> Iterable[Find]:
    if variables is None:
        return (lambda heading: _own(plan, heading),)
    return (
        lambda heading: aim(plan, _by_code(variables, heading)),
        lambda heading: aim(plan, variables.column(heading)),
    )


def _by_code(variables: Variables, heading: str) -> tuple[Named, str] | None:
    code, parts = _split(heading)
    named = variables.by_code.get(code)
    if parts[1:] and named and named.second:
        parts = [parts[0], _scale(parts[1])]
    return variables.find("_".join([code, *parts]))


def _own(plan: Plan, heading: str) -> Aimed | None:
    code, parts = _split(heading)
    words = ["_".join([code, *parts]), "_".join([code, *parts, TEXT_COLUMN])]
    if parts[1:]:
        second = f"{code}_2" if _scale(parts[1]) == "1" else code
        words.append("_".join([second, parts[0]]))
    found = next((plan.names.by_name[word] for word in words if word in plan.names.by_name), None)
    return Aimed(found, {}) if found else None


def _split(heading: str) -> tuple[str, list[str]]:
    found = _HEADING.fullmatch(heading.strip())
    if found is None:
        return heading, []
    return found["code"], [part for part in _BRACKETS.findall(found["parts"]) if part]


def _scale(text: str) -> str:
    """Scales count from 1 in headings and from 0 in codes."""
    return {"1": "0", "2": "1"}.get(text, text)
