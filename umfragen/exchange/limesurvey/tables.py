"""LimeSurvey's XML as what it is: tables of a database, of two generations.

Up to database version 359 a row says everything in one language; from 400 on rows know no language
and the texts stand in tables that end in `_l10ns`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from umfragen.exchange.markup import Element, parse_xml
from umfragen.exchange.report import Refused

TableRow = Mapping[str, str]
DOCUMENTS = ("Survey", "Group", "Question", "Responses")
MAX_ROWS = 200_000
COMPANION = "dorflinde"
"""The element with our own document in files that we wrote; LimeSurvey passes over it."""

_NUMBER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Tables:
    """`kind` is the document's own name of what it holds. `beside`: our own document, if any."""

    kind: str
    version: int
    languages: tuple[str, ...]
    rows: Mapping[str, Sequence[TableRow]]
    beside: str = ""

    def __getitem__(self, table: str) -> Sequence[TableRow]:
        return self.rows.get(table, ())


def read_tables(data: bytes) -> Tables:
    """Raises `Refused` where this is nothing of LimeSurvey's."""
    root = parse_xml(data)
    kind = _said(root, "LimeSurveyDocType")
    if root.tag != "document" or kind not in DOCUMENTS:
        raise Refused("Diese Datei ist keine Umfrage aus LimeSurvey.")
    languages = root.find("languages")
    tables = [child for child in root.children if child.find("rows") is not None]
    return Tables(
        kind=kind,
        version=number(_said(root, "DBVersion")),
        languages=tuple(child.text.strip() for child in languages.children) if languages else (),
        rows={table.tag: _rows(table) for table in tables},
        beside=_said(root, COMPANION),
    )


def _said(root: Element, tag: str) -> str:
    found = root.find(tag)
    return found.text.strip() if found else ""


def _rows(table: Element) -> list[TableRow]:
    rows = table.find("rows")
    if rows is None:
        return []
    if len(rows.children) > MAX_ROWS:
        raise Refused("In dieser Datei sind zu viele Zeilen.")
    return [Columns({cell.tag: cell.text for cell in row.children}) for row in rows.children]


class Columns(dict[str, str]):
    """Of one row; what is not there is empty, as LimeSurvey leaves out NULL."""

    def __missing__(self, _column: str) -> str:
        return ""


def number(text: str, default: int = 0) -> int:
    """A whole number of a column."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else default
