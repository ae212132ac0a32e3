"""Exports as CSV and XLSX that spreadsheets show as text and numbers, never run as formulas."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from kern.calendar import to_local
from kern.i18n import _ as gettext
from kern.later import Later
from kern.text.cells import harmless, printable

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

_: Callable[..., str] = gettext

Cell = str | bool | int | float | Decimal | date | datetime | None
Dialect = Literal["excel-de", "plain"]

CHUNK_ROWS = 500
MAX_CELL = 32_767  # characters, a limit of Excel
MAX_ROWS = 1_048_575  # below the header, a limit of Excel
MAX_EXACT = 10**15  # Excel keeps 15 digits of a number
FIRST_YEAR = 1900  # where the calendar of Excel begins
WIDTHS: Final = (10, 60)

_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\]")


def write_csv(
    rows: Iterable[Sequence[Cell]], columns: Sequence[str], dialect: Dialect = "excel-de"
) -> Iterator[bytes]:
    """The file in pieces, UTF-8.

    "excel-de" is what a German Excel opens by double click: byte order mark, semicolons, decimal
    comma, dates as 05.12.2026 14:30. "plain" is RFC 4180 for programs: comma, ISO 8601.
    """
    german = dialect == "excel-de"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";" if german else ",", lineterminator="\r\n")
    if german:
        buffer.write("\ufeff")
    writer.writerow([harmless(title) for title in columns])
    for count, row in enumerate(rows, start=1):
        writer.writerow([_in_csv(cell, german=german) for cell in row])
        if count % CHUNK_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(rows: Iterable[Sequence[Cell]], columns: Sequence[str], title: str) -> bytes:
    """One sheet with a frozen header and a filter; at most 1,048,575 rows, else ValueError."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": printable(title)})
        sheet = book.add_worksheet(_sheet_name(title))
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "dd.mm.yyyy", "valign": "top"}),
            "minute": book.add_format({"num_format": "dd.mm.yyyy hh:mm", "valign": "top"}),
        }
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            sheet.set_column(place, place, min(max(len(name) + 4, WIDTHS[0]), WIDTHS[1]))
            sheet.write_string(0, place, printable(name), formats["head"])
        last = _write_rows(sheet, rows, formats)
        if columns:
            sheet.autofilter(0, 0, last, len(columns) - 1)
    return out.getvalue()


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def _in_csv(cell: Cell, *, german: bool) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return _yes_or_no(value=cell) if german else str(cell).lower()
        case int() | float() | Decimal():
            return str(cell).replace(".", ",") if german else str(cell)
        case datetime():
            local = to_local(cell)
            return f"{local:%d.%m.%Y %H:%M}" if german else local.isoformat(timespec="seconds")
        case date():
            return f"{cell:%d.%m.%Y}" if german else cell.isoformat()
        case str():
            return harmless(cell)


def _yes_or_no(*, value: bool) -> str:
    return _("ja") if value else _("nein")


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters, not all signs, no apostrophe at the ends and no "History"."""
    name = _SHEET_SIGNS.sub(" ", printable(title)).strip("' ")[:31].strip("' ")
    return name if name and name.lower() != "history" else "Tabelle"


def _write_rows(
    sheet: "xlsxwriter.worksheet.Worksheet",
    rows: Iterable[Sequence[Cell]],
    formats: "dict[str, xlsxwriter.format.Format]",
) -> int:
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} rows do not fit into a sheet")
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell, formats)
    return number


def _write_cell(
    sheet: "xlsxwriter.worksheet.Worksheet",
    row: int,
    place: int,
    cell: Cell,
    formats: "dict[str, xlsxwriter.format.Format]",
) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_string(row, place, _yes_or_no(value=cell), formats["text"])
        case int() | float() | Decimal() if _is_exact(cell):
            sheet.write_number(row, place, cell, formats["text"])
        case datetime() if cell.year > FIRST_YEAR:
            wall = to_local(cell).replace(tzinfo=None)
            sheet.write_datetime(row, place, wall, formats["minute"])
        case date() if cell.year > FIRST_YEAR and not isinstance(cell, datetime):
            sheet.write_datetime(row, place, cell, formats["day"])
        case str():
            sheet.write_string(row, place, _shortened(printable(cell)), formats["text"])
        case _:
            sheet.write_string(row, place, _in_csv(cell, german=True), formats["text"])


def _is_exact(number: float | Decimal) -> bool:
    return math.isfinite(number) and -MAX_EXACT < number < MAX_EXACT


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"
