"""The table of measurements says honestly what holds and what does not."""

import json
from pathlib import Path

from bench import wachstum
from bench.rows import pace_row
from bench.table import (
    HELD,
    MISSED,
    SHOWN,
    SQLITE,
    UNKNOWN,
    Row,
    as_markdown,
    as_table,
    as_values,
    put_into,
    read,
)

ROOT = Path(__file__).resolve().parent.parent


def test_a_row_holds_by_its_own_figure() -> None:
    assert Row("Seite", 1.2, "x", least=1.2).verdict == HELD
    assert Row("Seite", 1.19, "x", least=1.2).verdict == MISSED
    assert Row("Suche", 40, "ms", most=40).verdict == HELD
    assert Row("Suche", 41, "ms", most=40).verdict == MISSED
    assert Row("leer", 2500, "/s").verdict == SHOWN


def test_every_row_stands_in_both_tables_with_its_verdict() -> None:
    rows = [Row("Seite", 1.25, "x", least=1.2, note="300 je Sekunde"), Row("leer", 2500, "/s")]
    table, page = as_table(rows), as_markdown(rows)

    assert "1,25 x" in table
    assert HELD in table
    assert "2500 /s" in table
    assert "| Seite | >= 1,20 x | 1,25 x erreicht |  | 300 je Sekunde |" in page


def test_both_databases_stand_beside_each_other_each_with_its_own_figure() -> None:
    rows = [
        Row("Seite", 1.25, "x", least=1.2),
        Row("Seite", 0.7, "x", least=0.8, database="PostgreSQL"),
    ]

    page = as_markdown(rows)
    assert "| >= 1,20 x (PostgreSQL >= 0,80 x) | 1,25 x erreicht | 0,70 x verfehlt |" in page
    assert page.count("Seite") == 1


def test_how_quick_the_machine_is_stands_beside_the_times_and_is_judged_by_nobody() -> None:
    row = pace_row(SQLITE)

    assert row.verdict == SHOWN
    assert row.value is not None
    assert row.value > 1  # no processor counts a million in less


def test_what_was_not_measured_says_so_and_why() -> None:
    row = Row("Vergleich", None, "x DokuWiki", least=6, note="DokuWiki ist nicht eingerichtet")

    assert row.verdict == UNKNOWN
    assert "| – nicht gemessen |  | DokuWiki ist nicht eingerichtet |" in as_markdown([row])


def test_only_the_table_of_a_page_is_written_anew() -> None:
    old, new = [Row("Seite", 1, "x")], [Row("Seite", 2, "x"), Row("Suche", 3, "ms")]
    other = "| Wort | Bedeutung |\n| --- | --- |\n| leer | nichts |\n"
    page = f"# Leistung\n\n{other}\n{as_markdown(old)}\nEnde.\n"

    assert put_into(page, new) == f"# Leistung\n\n{other}\n{as_markdown(new)}\nEnde.\n"
    assert put_into(put_into(page, new), new) == put_into(page, new)
    assert put_into("# Leistung\n", new) == f"# Leistung\n\n{as_markdown(new)}"
    assert put_into("", new) == as_markdown(new)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [Row("Seite", 1.25, "x", least=1.2, note="so"), Row("Vergleich", None, "x", most=3)]
    path = tmp_path / "messung.json"
    path.write_text(json.dumps({"rows": as_values(rows)}), encoding="utf-8")

    assert read(path) == rows


def test_the_page_about_speed_has_the_table_that_is_written_anew() -> None:
    page = (ROOT / "docs" / "leistung.md").read_text(encoding="utf-8")
    head = as_markdown([])

    assert page.count(head) == 1
    assert put_into(page, []).partition(head)[0] == page.partition(head)[0]


def test_a_core_that_is_half_busy_carries_who_clicks_every_twenty_seconds() -> None:
    rows = [wachstum.Measured("6", kind, 10, (5, 2.5), 1) for kind in wachstum.MIX]
    told = wachstum.people(rows)
    assert told == {"Webrechner": 1_000, "Datenbank": 2_000, "Lesekopie": 4_000}
    assert sum(wachstum.MIX.values()) == 100
