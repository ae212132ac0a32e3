import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from kern.tables import CHUNK_ROWS, MAX_CELL, Cell, Dialect, write_csv, write_xlsx

ROOT = Path(__file__).resolve().parents[2]
PAYLOADS = ROOT.parent / "shared" / "data" / "hostile" / "csv_injection.txt"
SIGNS = tuple("=+-@\t\r＝＋－＠")
AT = datetime(2026, 12, 5, 13, 30, tzinfo=UTC)

needs_payloads = pytest.mark.skipif(
    not PAYLOADS.exists(), reason="the shared test data is not here"
)


def csv_text(rows: Sequence[Sequence[Cell]], dialect: Dialect = "excel-de") -> str:
    return b"".join(write_csv(rows, ["Beitrag"], dialect)).decode("utf-8-sig")


def csv_cell(cell: Cell, dialect: Dialect = "excel-de") -> str:
    rows = list(csv.reader(io.StringIO(csv_text([[cell]], dialect), newline=""), delimiter=";"))
    assert rows[0] == ["Beitrag"]
    return rows[1][0] if rows[1] else ""


def sheet_of(data: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_german_excel_opens_it_by_double_click() -> None:
    rows: list[list[Cell]] = [
        ["Mehr Bäume; bitte", 3, Decimal("-12.5"), date(2026, 12, 5), AT, True, None]
    ]
    data = b"".join(write_csv(rows, list("abcdefg")))

    assert data == (
        b"\xef\xbb\xbfa;b;c;d;e;f;g\r\n"
        + '"Mehr Bäume; bitte";3;-12,5;05.12.2026;05.12.2026 14:30;ja;\r\n'.encode()
    )


def test_a_program_reads_it_by_the_standard() -> None:
    rows: list[list[Cell]] = [["Mehr Bäume, bitte", 3, 0.5, date(2026, 12, 5), AT, False, None]]
    data = b"".join(write_csv(rows, list("abcdefg"), "plain"))

    assert data == (
        b"a,b,c,d,e,f,g\r\n"
        + '"Mehr Bäume, bitte",3,0.5,2026-12-05,2026-12-05T14:30:00+01:00,false,\r\n'.encode()
    )


def test_many_rows_come_in_pieces_and_none_is_lost() -> None:
    pieces = list(write_csv(([number] for number in range(2 * CHUNK_ROWS + 7)), ["Nummer"]))

    assert len(pieces) == 3
    assert b"".join(pieces).decode("utf-8-sig").split() == [
        "Nummer", *map(str, range(2 * CHUNK_ROWS + 7)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["-12,5", "+49 221 1234", "+3", "-1.234,50", "+5 %", "-3 €", "—Strich", "a=b", "Nein - danke",
     "Meinung: =)", "", "Zeile\nzwei"],
)  # fmt: skip
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "-1-1", "@SUM(A1)", "- Punkt", "+49-221", "+49/221", "\t=1", "\ta",
     "\r=1", "\n=1", "  =1+1", "\u00a0=1", "\u200b=1", "\ufeff=1", '"=1+1', "'=1+1", "＝1+1",
     "+1 +1", "-"],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_is_marked_as_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"
    assert csv_text([[text]], "plain").splitlines()[1].lstrip('"').startswith("'")


def test_titles_of_columns_are_harmless_too() -> None:
    assert b"'=1+1" in b"".join(write_csv([], ["=1+1"]))


@needs_payloads
@pytest.mark.parametrize("dialect", ["excel-de", "plain"])
def test_no_known_formula_works(dialect: Dialect) -> None:
    payloads = [json.loads(line) for line in PAYLOADS.read_text("utf-8").splitlines()]
    text = csv_text([[payload] for payload in payloads], dialect)
    delimiter = ";" if dialect == "excel-de" else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]

    assert len(rows) == len(payloads) > 200
    assert all(len(row) == 1 for row in rows)
    started = {row[0] for row in rows if row[0].lstrip(" \u00a0\ufeff\u200b").startswith(SIGNS)}
    assert started == {"-12,5", "+49 221 1234"}


@needs_payloads
def test_no_known_formula_works_in_a_workbook() -> None:
    payloads = [json.loads(line) for line in PAYLOADS.read_text("utf-8").splitlines()]
    data = write_xlsx([[payload] for payload in payloads], ["Beitrag"], "Beiträge")

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
    cells = [row[0] for row in sheet_of(data).iter_rows(min_row=2)]
    assert len(cells) == len(payloads)
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}


def test_a_workbook_holds_numbers_days_and_minutes_as_such() -> None:
    rows: list[list[Cell]] = [["Bäume", 3, Decimal("-12.5"), date(2026, 12, 5), AT, True, None]]
    sheet = sheet_of(write_xlsx(rows, list("abcdefg"), "Beiträge"))

    assert sheet.title == "Beiträge"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G2"
    assert [cell.value for cell in sheet[1]] == list("abcdefg")
    assert [cell.value for cell in sheet[2]] == [
        "Bäume", 3, -12.5, datetime(2026, 12, 5), datetime(2026, 12, 5, 14, 30), "ja", None,  # noqa: DTZ001 - sheets know no zones
    ]  # fmt: skip


def test_a_workbook_without_rows_has_its_header() -> None:
    assert [cell.value for cell in sheet_of(write_xlsx([], ["Beitrag"], "x"))[1]] == ["Beitrag"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Beiträge: Spielplatz [neu]", "Beiträge  Spielplatz  neu"),
        ("Wie soll der Marktplatz in zehn Jahren aussehen?", "Wie soll der Marktplatz in zehn"),
        ("'", "Tabelle"),
        ("History", "Tabelle"),
        ("", "Tabelle"),
    ],
)
def test_a_sheet_has_a_name_that_excel_takes(title: str, name: str) -> None:
    assert sheet_of(write_xlsx([], ["a"], title)).title == name


@pytest.mark.filterwarnings("error")
def test_what_does_not_fit_a_cell_is_still_readable() -> None:
    odd: list[list[Cell]] = [
        ["a" * 40_000], [float("nan")], [10**20], [date(1848, 5, 18)], ["\ud800\0\uffff"],
        [datetime(1848, 5, 18, 9, tzinfo=UTC)],
    ]  # fmt: skip
    values = [row[0].value for row in sheet_of(write_xlsx(odd, ["a"], "a")).iter_rows(min_row=2)]

    assert values[0] == "a" * (MAX_CELL - 1) + "…"
    assert values[1:5] == ["nan", str(10**20), "18.05.1848", ""]
    assert str(values[5]).startswith("18.05.1848")


cells = st.one_of(
    st.text(), st.integers(), st.booleans(), st.none(), st.floats(), st.dates(),
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds carry no zone
)  # fmt: skip


@settings(deadline=None)  # the first one reads the package
@given(st.lists(cells, max_size=5))
def test_any_row_can_be_exported(row: list[Cell]) -> None:
    columns = [str(number) for number in range(len(row))]

    lines = list(
        csv.reader(
            io.StringIO(b"".join(write_csv([row], columns)).decode("utf-8-sig"), newline=""),
            delimiter=";",
        )
    )
    assert [len(line) for line in lines] == [len(row)] * 2
    assert write_xlsx([row], columns, "Export").startswith(b"PK")


def test_thousands_of_rows_are_written_quickly() -> None:
    rows: list[list[Cell]] = [
        ["Ein Beitrag mit etwas Text", number, AT + timedelta(minutes=number)]
        for number in range(5000)
    ]

    assert len(b"".join(write_csv(rows, ["a", "b", "c"]))) > 200_000
    assert sheet_of(write_xlsx(rows, ["a", "b", "c"], "a")).max_row == 5001
