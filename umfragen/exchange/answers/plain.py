"""Answers as CSV and JSON. No cell begins like a formula; umlauts are right in Excel."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from kern.text.cells import harmless
from umfragen.definition import dump
from umfragen.exchange.answers.cells import CellValue, Show, rows_of
from umfragen.exchange.answers.columns import Holding, Stored, Table

BOM = "\ufeff"
CHUNK = 65_536  # characters


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """`german`: for Excel with German settings."""

    german: bool = False
    show: Show = Show.NAMES
    labels_above: bool = False
    one_line: bool = False

    @classmethod
    def excel(cls) -> "CsvStyle":
        return cls(german=True, show=Show.WORDS, labels_above=True)


def csv_chunks(
    table: Table, rows: Iterable[Stored], style: CsvStyle | None = None
) -> Iterator[bytes]:
    """The file piece by piece."""
    style = style or CsvStyle()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if style.german else ",", lineterminator="\r\n")
    if style.german:
        out.write(BOM)
    writer.writerow([column.name for column in table.columns])
    if style.labels_above:
        writer.writerow([harmless(column.label) for column in table.columns])
    form = [_form(column.holding, style) for column in table.columns]
    for cells in rows_of(table, rows, style.show):
        writer.writerow([make(cell) for make, cell in zip(form, cells, strict=True)])
        if out.tell() > CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def write_csv(
    out: BinaryIO, table: Table, rows: Iterable[Stored], style: CsvStyle | None = None
) -> None:
    out.writelines(csv_chunks(table, rows, style))


def _form(holding: Holding, style: CsvStyle) -> Callable[[CellValue], CellValue]:
    """How the cells of a column are written; made once, called for every cell."""
    if style.german and holding is Holding.DAY:
        return lambda cell: harmless(german_day(cell)) if isinstance(cell, str) else cell
    if style.german and holding is Holding.NUMBER:
        return lambda cell: None if cell is None else str(cell).replace(".", ",")
    if holding in {Holding.TICK, Holding.NUMBER}:
        return lambda cell: cell
    if holding is Holding.CODE:  # few words, often
        return lru_cache(maxsize=1_000)(
            lambda cell: harmless(cell) if isinstance(cell, str) else cell
        )
    if style.one_line:
        return lambda cell: harmless(" ".join(cell.split())) if isinstance(cell, str) else cell
    return lambda cell: harmless(cell) if isinstance(cell, str) else cell


def german_day(text: str) -> str:
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    return f"{day}.{month}.{year}" if day else text


def json_chunks(table: Table, rows: Iterable[Stored]) -> Iterator[bytes]:
    """The definition, and answers as they are stored: `null` for shown and not answered, nothing
    for not shown."""
    definition = json.dumps(dump(table.definition), ensure_ascii=False)
    yield f'{{"definition":{definition},"answers":['.encode()
    separator = "\n"
    for row in rows:
        found = {
            "day": row.day,
            "language": row.language,
            "source": row.source,
            "version": row.version,
            "answers": row.answers,
        }
        yield (separator + json.dumps(found, ensure_ascii=False)).encode()
        separator = ",\n"
    yield b"\n]}\n"


def write_json(out: BinaryIO, table: Table, rows: Iterable[Stored]) -> None:
    out.writelines(json_chunks(table, rows))
