"""Stored answers as files for other programs. Everything streams: memory does not grow with rows.

table = make_table(definition, language="de")      # what columns there are
write_csv(out, table, rows)                        # rows: an iterator of `Stored`
"""

from umfragen.exchange.answers.cells import Show, rows_of
from umfragen.exchange.answers.columns import (
    Column,
    Holding,
    Stored,
    Table,
    make_table,
    open_table,
)
from umfragen.exchange.answers.plain import CsvStyle, csv_chunks, json_chunks, write_csv, write_json
from umfragen.exchange.answers.scripts import write_open_data, write_r, write_spss
from umfragen.exchange.answers.workbook import write_xlsx

__all__ = [
    "Column",
    "CsvStyle",
    "Holding",
    "Show",
    "Stored",
    "Table",
    "csv_chunks",
    "json_chunks",
    "make_table",
    "open_table",
    "rows_of",
    "write_csv",
    "write_json",
    "write_open_data",
    "write_r",
    "write_spss",
    "write_xlsx",
]
