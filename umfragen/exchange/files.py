"""Whatever file somebody hands in, told apart by what is in it and not by its name."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from umfragen.definition import Definition, DefinitionRefused, load
from umfragen.engine import Plan, make_plan
from umfragen.exchange.archives import read_archive
from umfragen.exchange.fitting import Imported
from umfragen.exchange.limesurvey.reading import read_survey, survey_of
from umfragen.exchange.limesurvey.responses import AnswerRow, read_survey_archive
from umfragen.exchange.limesurvey.tables import read_tables
from umfragen.exchange.limesurvey.tabular import is_tabular, read_tabular
from umfragen.exchange.own import own_answers
from umfragen.exchange.records import MAGIC, read_xls
from umfragen.exchange.report import Entry, Refused, Report
from umfragen.exchange.workbooks import read_xlsx
from umfragen.exchange.xlsform.reading import read_workbook

MAX_FILE = 32_000_000  # bytes
ZIP = b"PK\x03\x04"
BLANK = b"\xef\xbb\xbf \t\r\n"


def read_file(data: bytes) -> Imported:
    """A survey of any kind we know. Raises `Refused` with a sentence that says why not."""
    data = _bounded(data)
    if data.startswith(ZIP):
        return _archived(data)
    if data.startswith(MAGIC):
        return read_workbook(read_xls(data))
    start = data[:200].lstrip(BLANK)
    if start.startswith(b"<"):
        return read_survey(data)
    if start.startswith(b"{"):
        return read_own(data)
    raise Refused("Diese Art von Datei kennen wir nicht.")


def read_own(data: bytes) -> Imported:
    """Our own document, alone or with answers."""
    document = _document(data)
    try:
        definition = load(document.get("definition", document))
    except DefinitionRefused as refused:
        finding = refused.findings[0]
        raise Refused(finding.message, **finding.params) from refused
    entries = tuple(Entry(question.name) for question in definition.questions())
    return Imported(definition, Report(entries), "JSON")


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused("Diese Datei ist beschädigt: Sie ist kein gültiges JSON.") from error
    if not isinstance(document, dict):
        raise Refused("Diese Datei ist beschädigt: Sie ist kein gültiges JSON.")
    return document


@dataclass(frozen=True, slots=True)
class Handed:
    """Answers in a file. `definition`: of the survey they were given to, where the file says it;
    `unknown`: names of its columns that belong to no question."""

    rows: Callable[[], Iterator[AnswerRow]]
    definition: Definition | None = None
    unknown: tuple[str, ...] = ()

    def complete(self) -> Iterator[AnswerRow]:
        return (row for row in self.rows() if row.complete)


def read_answers(data: bytes) -> Iterator[AnswerRow]:
    """The answers of a file that holds its questions too; of all others none."""
    data = _bounded(data)
    if data.startswith(ZIP) and _has(data, ".lss"):
        yield from read_survey_archive(data).rows()
    elif _is_json(data):
        yield from own_answers(_document(data))


def open_answers(data: bytes, plan: Plan, structure: bytes = b"") -> Handed:
    """`plan`: of the survey they belong to. `structure`: the .lss beside a table of answers.
    Raises `Refused`."""
    data = _bounded(data)
    if data.startswith(ZIP) and _has(data, ".lss"):
        archive = read_survey_archive(data)
        return Handed(archive.rows, archive.imported.definition, archive.unknown)
    if _is_json(data):
        document = _document(data)
        return Handed(lambda: own_answers(document), read_own(data).definition)
    if not is_tabular(data):
        raise Refused("In dieser Datei sind keine Antworten, die wir lesen können.")
    if not structure:
        table = read_tabular(data, plan, None)
        return Handed(table.rows, None, table.unknown)
    imported, variables = survey_of(read_tables(_bounded(structure)))
    table = read_tabular(data, make_plan(imported.definition), variables)
    return Handed(table.rows, imported.definition, table.unknown)


def _is_json(data: bytes) -> bool:
    return data[:200].lstrip(BLANK).startswith(b"{")


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_FILE:
        raise Refused(
            "Die Datei ist zu groß. Möglich sind %(most)s Megabyte.", most=MAX_FILE // 1_000_000
        )
    return data


def _archived(data: bytes) -> Imported:
    files = read_archive(data)
    if "xl/workbook.xml" in files:
        return read_workbook(read_xlsx(files))
    if any(name.endswith(".lss") for name in files):
        return read_survey_archive(data).imported
    raise Refused("Diese Art von Datei kennen wir nicht.")


def _has(data: bytes, ending: str) -> bool:
    return any(name.endswith(ending) for name in read_archive(data))
