"""Answers as files for the office, and the published figures as files for everybody."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from kern.i18n import _, _l
from kern.tables import Cell, write_csv
from umfragen.definition.questions import AnyQuestion
from umfragen.exchange import answers as formats
from umfragen.exchange.answers import CsvStyle, Stored, Table
from umfragen.models import Survey
from umfragen.results.figures import Figure
from umfragen.results.wording import Wording
from umfragen.store.plans import definition_of
from umfragen.store.rows import stream

IN_MEMORY = 2_000_000  # bytes; beyond that the file lies on the disk
CHUNK = 65_536

Write = Callable[[BinaryIO, Table, Iterator[Stored]], None]


class Kind(NamedTuple):
    """One file the office can take away. `ending` follows the address of the survey."""

    label: object
    hint: object
    ending: str
    mimetype: str
    write: Write


def _excel(out: BinaryIO, table: Table, rows: Iterator[Stored]) -> None:
    formats.write_csv(out, table, rows, CsvStyle.excel())


def _plain(out: BinaryIO, table: Table, rows: Iterator[Stored]) -> None:
    formats.write_csv(out, table, rows)


KINDS: Mapping[str, Kind] = {
    "excel": Kind(
        _l("Excel-Datei"),
        _l("Antworten in Worten, dazu ein Blatt, das jede Spalte erklärt."),
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        formats.write_xlsx,
    ),
    "csv": Kind(
        _l("CSV-Datei für deutsches Excel"),
        _l("Öffnet sich mit einem Doppelklick richtig."),
        "csv",
        "text/csv",
        _excel,
    ),
    "csv-programme": Kind(
        _l("CSV-Datei für Programme"),
        _l("Mit Komma und Kürzeln, nach RFC 4180."),
        "programme.csv",
        "text/csv",
        _plain,
    ),
    "json": Kind(
        _l("JSON-Datei"),
        _l("Mit dem ganzen Fragebogen."),
        "json",
        "application/json",
        formats.write_json,
    ),
    "spss": Kind(
        _l("Für SPSS"),
        _l("Daten und eine Syntax, die sie einliest und benennt."),
        "spss.zip",
        "application/zip",
        formats.write_spss,
    ),
    "r": Kind(
        _l("Für R"),
        _l("Daten und ein Skript, das sie einliest und benennt."),
        "r.zip",
        "application/zip",
        formats.write_r,
    ),
}


def answers_file(survey: Survey, kind: Kind, language: str) -> BinaryIO:
    """All answers that count, at its beginning; in memory while it is small."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - read by the server
    table = formats.make_table(definition_of(survey), language=language)
    kind.write(out, table, _stored(survey))  # type: ignore[arg-type]  # a BinaryIO but in name
    out.seek(0)
    return out  # type: ignore[return-value]  # as above


def chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
    file.close()


def _stored(survey: Survey) -> Iterator[Stored]:
    for row in stream(survey):
        yield Stored(row.answers, row.day.isoformat(), row.language, row.source, row.version)


# Published figures


def figure_columns() -> list[str]:
    return [
        _("Gruppe"),
        _("Nummer"),
        _("Frage"),
        _("Zeile"),
        _("Antwort"),
        _("Anzahl"),
        _("Grundlage"),
        _("Anteil in Prozent"),
        _("Mittelwert"),
        _("Median"),
    ]


def figure_rows(
    wording: Wording,
    questions: Mapping[int, AnyQuestion],
    views: Sequence[tuple[str, Sequence[Figure]]],
) -> Iterator[list[Cell]]:
    """One row for each figure, of all answers and of each group."""
    for group, figures in views:
        for number, figure in enumerate(figures, 1):
            question = questions[figure.key]
            for row in _of_figure(wording, question, figure):
                yield [group, number, wording.title(question), *row]


def _of_figure(wording: Wording, question: AnyQuestion, figure: Figure) -> Iterator[list[Cell]]:
    for rank in figure.ranks:
        label = wording.label(question, rank.code)
        yield ["", label, rank.first, figure.base, None, rank.mean, None]
    for block in figure.blocks:
        if block.is_withheld or figure.ranks:
            continue
        part = wording.part(question, block.item, block.part)
        for code, n in block.lines:
            label = (
                wording.span_of(question, block.spans[code])
                if block.spans
                else wording.label(question, code)
            )
            share = round(100 * block.share(n), 1)
            yield [part, label, n, block.base, share, None, None]
        if block.rest is not None:
            share = round(100 * block.share(block.rest), 1)
            rest = _("weitere Antworten zusammen")
            yield [part, rest, block.rest, block.base, share, None, None]
        if block.middle:
            middle = block.middle
            yield [part, "", None, block.base, None, middle.mean, middle.median]


def open_data(title: str, note: str, rows: Iterator[list[Cell]]) -> bytes:
    """A Tabular Data Package of Frictionless Data with the published figures, nothing else."""
    out = io.BytesIO()
    names = ("gruppe", "nummer", "frage", "zeile", "antwort", "anzahl", "grundlage", "prozent",
             "mittelwert", "median")  # fmt: skip
    texts = {"gruppe", "frage", "zeile", "antwort"}
    package = {
        "profile": "tabular-data-package",
        "name": "ergebnis",
        "title": title,
        "description": note,
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "ergebnis",
                "path": "ergebnis.csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {
                            "name": name,
                            "type": "string" if name in texts else "number",
                            "title": one,
                        }
                        for name, one in zip(names, figure_columns(), strict=True)
                    ],
                    "missingValues": [""],
                },
            }
        ],
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ergebnis.csv", b"".join(write_csv(rows, names, "plain")))
        archive.writestr("datapackage.json", json.dumps(package, ensure_ascii=False, indent=2))
        archive.writestr("README.md", f"# {title}\n\n{note}\n")
    return out.getvalue()
