"""Answers leave in every format whole, readable and harmless."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.memory import measured
from tests.umfragen.random_surveys import forms, plans
from tests.umfragen.ready import key, ready
from tests.umfragen.surveys import every_kind, option, options, question, rows
from umfragen.definition import load
from umfragen.engine import Plan, fill, make_row, read_form
from umfragen.exchange.answers import (
    CsvStyle,
    Holding,
    Show,
    Stored,
    csv_chunks,
    make_table,
    open_table,
    rows_of,
    write_csv,
    write_json,
    write_open_data,
    write_r,
    write_spss,
    write_xlsx,
)

FORMULAS = ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", ' "=1']


def stored(plan: Plan, **answers: Any) -> Stored:
    named = {key(plan, name): value for name, value in answers.items()}
    return Stored(make_row(fill(plan, named)), day="2026-03-05", language="de")


def survey() -> Plan:
    return ready(
        [
            question("single", "weg", options=options("rad", "bus"), other={}, text="*Wie* da?"),
            question("multiple", "wo", options=options("park", "markt"), other={}),
            question("number", "alter", decimals=1),
            question("short_text", "name"),
            question("when", "tag"),
            question("matrix", "note", rows=rows("licht"), columns=options("gut", "schlecht")),
            question("ranking", "folge", options=options("x", "y")),
            question("place", "ort"),
            question("number", "nie", show_if="alter > 100"),
        ]
    )  # fmt: skip


def one(plan: Plan) -> Stored:
    multiple = plan.questions[key(plan, "wo_park")]
    single = plan.questions[key(plan, "weg")]
    given: dict[int, Any] = {
        single.key: 251, single.other.key: "Zu Fuß", multiple.key: (1, 251),  # type: ignore[union-attr]
        multiple.other.key: "Bänke", key(plan, "alter"): 41.5, key(plan, "name"): "Jürgen; „Jü“",  # type: ignore[union-attr]
        key(plan, "tag"): "2026-12-24", key(plan, "note_licht"): 2, key(plan, "folge_1"): (2, 1),
    }  # fmt: skip
    return Stored(make_row(fill(plan, given)), day="2026-03-05", language="de", source="paper")


def read_csv(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    )


def test_plain_csv_has_names_and_the_words_of_other() -> None:
    plan = survey()
    (row,) = read_csv(b"".join(csv_chunks(make_table(plan.definition), [one(plan)])))
    assert row == {
        "tag": "2026-03-05", "sprache": "de", "quelle": "paper", "weg": "other",
        "weg_other": "Zu Fuß", "wo_park": "1", "wo_markt": "0", "wo_andere": "1",
        "wo_other": "Bänke", "alter": "41.5", "name": "Jürgen; „Jü“", "tag_2": "2026-12-24",
        "note_licht": "schlecht", "folge_1": "y", "folge_2": "x", "ort": "", "nie": "",
    }  # fmt: skip


def test_a_german_excel_opens_it_by_double_click() -> None:
    plan = survey()
    out = io.BytesIO()
    write_csv(out, make_table(plan.definition), [one(plan)], CsvStyle.excel())
    data = out.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    labels, row = read_csv(data, ";")
    assert labels["weg"] == "Wie da?"
    assert labels["wo_park"] == "Frage wo? [Antwort park]"
    assert (row["weg"], row["alter"], row["tag_2"]) == ("Andere", "41,5", "24.12.2026")
    assert row["note_licht"] == "Antwort schlecht"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_answer_becomes_a_formula(formula: str) -> None:
    nine = question("single", "s", options=[option(1, "-9")])
    plan = ready([question("long_text", "t", text="=A1"), nine, question("when", "d")])
    table = make_table(plan.definition)
    brought = {"t": formula, "d": formula, "s": 1}  # a day that was brought along may be anything
    answers = Stored({str(key(plan, name)): value for name, value in brought.items()})
    for style in (CsvStyle(), CsvStyle.excel(), CsvStyle(show=Show.CODES, one_line=True)):
        data = b"".join(csv_chunks(table, [answers], style))
        for line in read_csv(data, ";" if style.german else ","):
            for cell in line.values():
                assert not cell.lstrip(' "').startswith(("=", "+", "@", "\t", "\r", "-1", "＝"))
    out = io.BytesIO()
    write_xlsx(out, table, [answers])
    sheet = openpyxl.load_workbook(out)["Antworten"]
    assert {cell.data_type for line in sheet for cell in line} <= {"s", "n"}


def test_a_workbook_holds_words_numbers_and_days() -> None:
    plan = survey()
    out = io.BytesIO()
    write_xlsx(out, make_table(plan.definition), [one(plan), stored(plan, alter=7)])
    book = openpyxl.load_workbook(out)
    names, labels, first, second = book["Antworten"].iter_rows(values_only=True)
    row = dict(zip(names, first, strict=True))
    assert (row["weg"], row["weg_other"], row["alter"]) == ("Andere", "Zu Fuß", 41.5)
    assert str(row["tag_2"]) == "2026-12-24 00:00:00"
    assert dict(zip(names, second, strict=True))["alter"] == 7
    assert "Frage alter?" in labels
    explained = [line[0] for line in book["Fragen"].iter_rows(values_only=True)]
    assert [name for name in explained if name] == ["Spalte", *names]


def test_json_is_the_survey_and_the_rows_as_they_are_kept() -> None:
    plan = survey()
    out = io.BytesIO()
    rows = [one(plan), stored(plan, alter=7)]
    write_json(out, make_table(plan.definition), rows)
    found = json.loads(out.getvalue())
    assert load(found["definition"]) == plan.definition
    assert [row["answers"] for row in found["answers"]] == [row.answers for row in rows]


def test_spss_gets_codes_with_their_words_and_what_is_missing() -> None:
    plan = survey()
    out = io.BytesIO()
    write_spss(out, make_table(plan.definition), [one(plan), stored(plan, alter=7)])
    archive = zipfile.ZipFile(out)
    syntax = archive.read("antworten.sps").decode("utf-8-sig")
    first, second = read_csv(archive.read("antworten.csv"))
    assert (first["weg"], first["folge_1"], first["nie"]) == ("251", "2", "")
    assert (second["weg"], second["wo_park"]) == ("255", "0")
    variables = syntax.split("/VARIABLES=")[1].split("\r\n.")[0].split("\r\n")[1:]
    assert [line.split()[0] for line in variables] == list(first)
    block = syntax.split("VALUE LABELS weg\r\n")[1].split("\r\n.")[0]
    assert block.split("\r\n") == [
        "  1 'Antwort rad'", "  2 'Antwort bus'", "  251 'Andere'", "  254 'Nicht gezeigt'",
        "  255 'Keine Angabe'",
    ]  # fmt: skip
    assert "MISSING VALUES weg (254, 255)." in syntax
    assert "  weg 'Wie da?'" in syntax


def test_r_gets_factors_and_truth_values() -> None:
    same = [option(1, "a", text="ja"), option(2, "b", text="ja")]
    plan = ready([question("single", "q", text='Was sagt "sie"?', options=same)])
    out = io.BytesIO()
    write_r(out, make_table(plan.definition), [stored(plan, q=2)])
    script = zipfile.ZipFile(out).read("antworten.R").decode()
    assert 'factor(antworten[["q"]], levels = c(1, 2),\n  labels = c("ja", "ja (2)"))' in script
    assert 'attr(antworten[["q"]], "label") <- "Was sagt \\"sie\\"?"' in script


def test_open_data_is_a_package_without_what_people_wrote() -> None:
    plan = survey()
    out = io.BytesIO()
    table = open_table(plan.definition)
    write_open_data(out, table, [one(plan)], readme="# Umfrage\n", licence="CC-BY-4.0")
    archive = zipfile.ZipFile(out)
    names = {"antworten.csv", "codebuch.csv", "README.md", "datapackage.json"}
    assert set(archive.namelist()) == names
    (row,) = read_csv(archive.read("antworten.csv"))
    assert "Jürgen" not in str(row)
    assert "Zu Fuß" not in str(row)
    assert not {"tag", "quelle", "name", "weg_other", "ort"} & set(row)
    package = json.loads(archive.read("datapackage.json"))
    fields = package["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(row)
    for field in fields:
        if "constraints" in field:
            assert int(row[field["name"]]) in field["constraints"]["enum"]
    meanings = read_csv(archive.read("codebuch.csv"))
    assert "Andere" in [line["bedeutung"] for line in meanings if line["code"] == "251"]


def test_every_kind_of_question_has_its_columns() -> None:
    plan = ready(every_kind())
    table = make_table(plan.definition)
    items = {column.item for column in table.columns}
    assert set(plan.items) <= items
    assert len({column.name.casefold() for column in table.columns}) == len(table.columns)
    assert all(column.label for column in table.columns)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nothing_that_was_answered_is_missing_in_a_table(data: st.DataObject) -> None:
    plan = data.draw(plans())
    row = make_row(fill(plan, read_form(plan, data.draw(forms(plan))).answers))
    table = make_table(plan.definition)
    (cells,) = rows_of(table, [Stored(row)], Show.CODES)
    (named,) = rows_of(table, [Stored(row)], Show.NAMES)
    assert len(cells) == len(named) == len(table.columns)
    by_item: dict[str, list[Any]] = {}
    for column, cell in zip(table.columns, named, strict=True):
        missing = column.holding is Holding.TICK and cell == 0
        by_item.setdefault(str(column.item), []).append(None if missing else cell)
    for item, value in row.items():
        assert any(cell is not None for cell in by_item[item]) is (value is not None)


def test_memory_does_not_grow_with_the_rows() -> None:
    plan = ready(every_kind())
    table = make_table(plan.definition)
    row = Stored({str(item): None for item in plan.items} | {str(key(plan, "lang")): "ä" * 500})

    def many(count: int) -> Iterator[Stored]:
        return (row for _ in range(count))

    size, _, most = measured(lambda: sum(map(len, csv_chunks(table, many(4_000)))))
    assert size > 4_000_000
    assert most < 1_500_000


def test_a_hundred_columns_take_less_than_a_fifth_of_a_millisecond() -> None:
    asked = [question("multiple", f"m{at}", options=options(*"abcdefgh")) for at in range(12)]
    plan = ready(asked)
    table = make_table(plan.definition)
    row = Stored({str(q.key): [1, 3, 5] for q in plan.definition.questions()})
    begun = time.process_time()
    size = sum(len(chunk) for chunk in csv_chunks(table, (row for _ in range(3_000))))
    assert size > 500_000
    assert time.process_time() - begun < 3_000 * 0.0002 * 3
