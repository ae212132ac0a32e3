"""Answers as a workbook for Excel and LibreOffice: one sheet of answers, one that explains them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from kern.later import Later
from kern.text.cells import printable
from umfragen.exchange.answers.cells import Show, rows_of
from umfragen.exchange.answers.columns import Column, Holding, Stored, Table

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

MAX_ROWS = 1_000_000  # of one sheet, below the heading
MAX_CELL = 32_000  # characters
MAX_COLUMNS = 16_000

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {Holding.DAY: "%Y-%m-%d", Holding.MOMENT: "%Y-%m-%dT%H:%M"}


def write_xlsx(
    out: BinaryIO, table: Table, rows: Iterable[Stored], show: Show = Show.WORDS
) -> None:
    """Texts are always texts, so nothing somebody wrote becomes a formula or a link."""
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        _Writing(book, table).write(rows, show)


class _Writing:
    def __init__(self, book: Any, table: Table) -> None:
        self.book = book
        self.columns = table.columns[:MAX_COLUMNS]
        self.table = table
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.dates = {
            Holding.DAY: book.add_format({"num_format": "dd.mm.yyyy"}),
            Holding.MOMENT: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
        }

    def write(self, rows: Iterable[Stored], show: Show) -> None:
        sheet, at, sheets = self.sheet("Antworten"), 0, 1
        for cells in rows_of(self.table, rows, show):
            if at == MAX_ROWS:
                sheets += 1
                sheet, at = self.sheet(f"Antworten {sheets}"), 0
            at += 1
            for place, (column, cell) in enumerate(zip(self.columns, cells, strict=False)):
                self.cell(sheet, at + 1, place, column, cell)
        self.explain()

    def sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(2, 0)
        sheet.set_column(0, max(0, len(self.columns) - 1), 18)
        for place, column in enumerate(self.columns):
            sheet.write_string(0, place, column.name, self.bold)
        for place, column in enumerate(self.columns):
            sheet.write_string(1, place, column.label, self.bold)
        return sheet

    def cell(
        self, sheet: Any, row: int, place: int, column: Column, cell: str | float | None
    ) -> None:
        if cell is None or cell == "":
            return
        if not isinstance(cell, str):
            sheet.write_number(row, place, cell)
            return
        moment = _moment(column.holding, cell)
        if moment is not None:
            sheet.write_datetime(row, place, moment, self.dates[column.holding])
        else:
            sheet.write_string(row, place, printable(cell)[:MAX_CELL])

    def explain(self) -> None:
        sheet = self.book.add_worksheet("Fragen")
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 3, 40)
        lines = [("Spalte", "Frage", "Code", "Antwort")]
        for column in self.columns:
            lines.append((column.name, column.label, "", ""))
            if column.holding is Holding.CODE:
                lines += [("", "", str(code), words) for code, words in column.labels.items()]
        for row, line in enumerate(lines):
            for place, words in enumerate(line):
                sheet.write_string(row, place, words, None if row else self.bold)


def _moment(holding: Holding, text: str) -> datetime | None:
    """Days and moments as such; what Excel cannot count (before 1900) stays text."""
    form = _FORMATS.get(holding)
    try:
        found = datetime.strptime(text, form) if form else None  # noqa: DTZ007 - wall clock
    except ValueError:
        return None
    return found if found and found.year >= 1901 else None  # noqa: PLR2004 - Excel's calendar
