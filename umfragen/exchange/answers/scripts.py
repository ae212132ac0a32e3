"""Answers for SPSS and R, and as open data: a CSV file and what explains it, in one archive."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from kern.text.cells import harmless
from umfragen.exchange.answers.cells import NOT_ANSWERED, NOT_SHOWN, Show
from umfragen.exchange.answers.columns import Column, Holding, Stored, Table
from umfragen.exchange.answers.plain import CsvStyle, csv_chunks

DATA = "antworten.csv"
CODEBOOK = "codebuch.csv"
MISSING = {NOT_SHOWN: "Nicht gezeigt", NOT_ANSWERED: "Keine Angabe"}
MAX_WIDTH = 32_000  # bytes of a text in SPSS
MAX_VARIABLE_LABEL, MAX_VALUE_LABEL = 250, 110
RESERVED = frozenset(
    {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
)


def write_spss(out: BinaryIO, table: Table, rows: Iterable[Stored]) -> None:
    """An archive of the data and a syntax file that reads it and names everything."""
    with _archive(out) as archive:
        style = CsvStyle(show=Show.CODES, one_line=True)
        _add_rows(archive, csv_chunks(table, rows, style))
        archive.writestr("antworten.sps", "\ufeff" + "\r\n".join(spss_syntax(table)) + "\r\n")


def write_r(out: BinaryIO, table: Table, rows: Iterable[Stored]) -> None:
    with _archive(out) as archive:
        _add_rows(archive, csv_chunks(table, rows, CsvStyle(show=Show.CODES)))
        archive.writestr("antworten.R", "\n".join(r_script(table)) + "\n")


def write_open_data(
    out: BinaryIO, table: Table, rows: Iterable[Stored], *, readme: str, licence: str = ""
) -> None:
    """`table` is mostly an `open_table`; who calls has made sure that nobody can be found in it.

    The archive follows the Tabular Data Package of Frictionless Data.
    """
    with _archive(out) as archive:
        _add_rows(archive, csv_chunks(table, rows, CsvStyle(show=Show.CODES)))
        archive.writestr(CODEBOOK, codebook(table))
        archive.writestr("README.md", readme)
        package = json.dumps(data_package(table, licence), ensure_ascii=False, indent=2)
        archive.writestr("datapackage.json", package)


def _archive(out: BinaryIO) -> zipfile.ZipFile:
    return zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)


def _add_rows(archive: zipfile.ZipFile, chunks: Iterator[bytes]) -> None:
    with archive.open(DATA, "w", force_zip64=True) as member:
        for chunk in chunks:
            member.write(chunk)


# SPSS


def spss_syntax(table: Table) -> Iterator[str]:
    """https://www.ibm.com/docs/en/spss-statistics: GET DATA, VARIABLE LABELS, VALUE LABELS."""
    names = {column.name: spss_name(column.name) for column in table.columns}
    yield "* Daten und Syntax liegen im selben Ordner."
    yield f"GET DATA /TYPE=TXT /FILE='{DATA}' /ENCODING='UTF8' /DELCASE=LINE"
    yield '  /DELIMITERS="," /QUALIFIER=\'"\' /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES='
    for column in table.columns:
        yield f"  {names[column.name]} {_spss_format(column)}"
    yield "."
    yield "VARIABLE LABELS"
    for column in table.columns:
        yield f"  {names[column.name]} {_quoted(column.label, MAX_VARIABLE_LABEL)}"
    yield "."
    for column in table.columns:
        yield from _spss_values(names[column.name], column)
    yield "EXECUTE."


def spss_name(name: str) -> str:
    """Not a word of the language, not ending with an underscore."""
    name = name.replace("-", "_")
    return f"{name}x" if name.casefold() in RESERVED or name.endswith("_") else name


def _spss_format(column: Column) -> str:
    if column.holding in {Holding.CODE, Holding.TICK}:
        return "F3.0"
    if column.holding is Holding.NUMBER:
        return "F16.6"
    if column.holding is Holding.DAY:
        return "SDATE10"
    return f"A{min(MAX_WIDTH, max(16, column.width * 3))}"


def _spss_values(name: str, column: Column) -> Iterator[str]:
    if column.holding not in {Holding.CODE, Holding.TICK}:
        return
    labels = dict(column.labels)
    if column.holding is Holding.TICK:
        labels = {0: "Nicht gewählt", 1: "Gewählt"}
    yield f"VALUE LABELS {name}"
    for code, words in [*labels.items(), *MISSING.items()]:
        yield f"  {code} {_quoted(words, MAX_VALUE_LABEL)}"
    yield "."
    yield f"MISSING VALUES {name} ({NOT_SHOWN}, {NOT_ANSWERED})."


def _quoted(text: str, most: int) -> str:
    """At most so many bytes, for SPSS counts these."""
    cut = text.encode()[:most].decode(errors="ignore")
    return "'" + " ".join(cut.replace("'", "''").split()) + "'"


# R


def r_script(table: Table) -> Iterator[str]:
    yield "# Daten und Skript liegen im selben Ordner."
    yield f'antworten <- read.csv("{DATA}", encoding = "UTF-8", check.names = FALSE,'
    yield '  na.strings = "", stringsAsFactors = FALSE, colClasses = c('
    classes = [f"    {_r_text(c.name)} = {_r_text(_r_class(c))}" for c in table.columns]
    yield ",\n".join(classes)
    yield "  ))"
    for column in table.columns:
        place = f"antworten[[{_r_text(column.name)}]]"
        if column.holding is Holding.TICK:
            yield f"{place}[{place} == {NOT_SHOWN}] <- NA"
            yield f"{place} <- {place} == 1"
        elif column.holding is Holding.CODE:
            labels = _unlike(column.labels)
            yield f"{place} <- factor({place}, levels = c({', '.join(map(str, labels))}),"
            yield f"  labels = c({', '.join(map(_r_text, labels.values()))}))"
        yield f'attr({place}, "label") <- {_r_text(column.label)}'


def _r_class(column: Column) -> str:
    if column.holding in {Holding.CODE, Holding.TICK}:
        return "integer"
    if column.holding is Holding.DAY:
        return "Date"
    return "numeric" if column.holding is Holding.NUMBER else "character"


def _unlike(labels: Any) -> dict[int, str]:
    """No words twice: R would take two answers with the same words for one."""
    seen: set[str] = set()
    found = {}
    for code, words in labels.items():
        found[code] = f"{words} ({code})" if words in seen else words
        seen.add(words)
    return found


def _r_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


# Open data


def codebook(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["spalte", "frage", "art", "code", "bedeutung"])
    for column in table.columns:
        writer.writerow([column.name, harmless(column.label), column.holding.value, "", ""])
        for code, words in _meanings(column):
            writer.writerow([column.name, "", "", code, harmless(words)])
    return out.getvalue()


def _meanings(column: Column) -> Iterator[tuple[int, str]]:
    if column.holding is Holding.CODE:
        yield from column.labels.items()
    if column.holding is Holding.TICK:
        yield from ((0, "Nicht gewählt"), (1, "Gewählt"))
    if column.holding in {Holding.CODE, Holding.TICK}:
        yield from MISSING.items()


def data_package(table: Table, licence: str) -> dict[str, Any]:
    """https://specs.frictionlessdata.io/tabular-data-package/"""
    found: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "umfrage",
        "title": table.title,
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "antworten",
                "path": DATA,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [_schema_field(column) for column in table.columns],
                    "missingValues": [""],
                },
            }
        ],
    }
    if licence:
        found["licenses"] = [{"name": licence}]
    return found


def _schema_field(column: Column) -> dict[str, Any]:
    kinds = {Holding.NUMBER: "number", Holding.DAY: "date", Holding.TEXT: "string"}
    found: dict[str, Any] = {
        "name": column.name,
        "title": column.label,
        "type": kinds.get(column.holding, "integer"),
    }
    if column.holding is Holding.MOMENT:
        found |= {"type": "datetime", "format": "%Y-%m-%dT%H:%M"}
    codes = [code for code, _ in _meanings(column)]
    if codes:
        found["constraints"] = {"enum": codes}
    return found
