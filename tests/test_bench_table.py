"""The table of measurements says honestly what holds and what does not."""

from bench.table import HELD, MISSED, SHOWN, Row, as_markdown, as_table


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
    assert "| 1,25 x | >= 1,20 x | erreicht | 300 je Sekunde |" in page
