"""SPSS syntax and R scripts, read by the programs themselves where they are installed."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.umfragen.ready import ready
from tests.umfragen.surveys import every_kind, question
from umfragen.editing.robots import walk_robots
from umfragen.engine import Plan, make_row
from umfragen.exchange.answers import Stored, make_table, write_r, write_spss

PEOPLE = 40
TRICKY = 'Grüße aus „Köln“, it\'s 100 % "schön";\nzweite Zeile, = 1'
STREETS = [
    {"code": 1, "name": "s", "text": "Süd"},
    {"code": 2, "name": "g", "text": "größer"},
]
LAST = [
    question("single", "strasse", options=STREETS, text="Welche 'Straße' %s?"),
    question("long_text", "umlaute"),
    question("number", "zahl", decimals=2),
]

needs_pspp = pytest.mark.skipif(shutil.which("pspp") is None, reason="apt-get install pspp")
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="apt-get install r-base-core")


def survey() -> Plan:
    return ready(every_kind(), LAST)


def rows(plan: Plan) -> list[Stored]:
    wish = next(str(one.key) for one in plan.questions.values() if one.name == "umlaute")
    found = []
    for walk in walk_robots(plan, PEOPLE):
        answers: dict[str, Any] = {**make_row(walk.sheet), wish: TRICKY}
        found.append(Stored(answers, day="2026-03-05", language="de"))
    return found


def unpacked(write: Callable[..., None], plan: Plan, folder: Path) -> None:
    out = io.BytesIO()
    write(out, make_table(plan.definition), rows(plan))
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


@needs_pspp
def test_spss_reads_the_syntax_without_a_complaint_and_umlauts_are_right(tmp_path: Path) -> None:
    unpacked(write_spss, survey(), tmp_path)
    syntax = tmp_path / "antworten.sps"
    more = (
        "\nDISPLAY DICTIONARY.\nLIST /VARIABLES=umlaute /CASES=FROM 1 TO 2.\nDESCRIPTIVES zahl.\n"
    )
    syntax.write_text(syntax.read_text("utf-8-sig") + more, "utf-8")
    said = run(tmp_path, "pspp", "-O", "format=txt", "antworten.sps")
    assert "error" not in said.casefold()
    assert "warning" not in said.casefold()
    assert "Welche 'Straße' %s?" in said
    assert "größer" in said
    assert "Grüße aus „Köln“" in said
    assert str(PEOPLE) in said


@needs_r
def test_r_reads_the_script_and_has_factors_with_umlauts(tmp_path: Path) -> None:
    unpacked(write_r, survey(), tmp_path)
    check = (
        'options(warn = 2); source("antworten.R", encoding = "UTF-8");'
        "cat(nrow(antworten), ncol(antworten), '\\n');"
        'cat(levels(antworten[["strasse"]]), sep = "|"); cat("\\n");'
        'cat(attr(antworten[["strasse"]], "label"), "\\n");'
        'cat(class(antworten[["zahl"]]), "\\n"); cat(antworten[["umlaute"]][1], "\\n")'
    )
    said = run(tmp_path, "Rscript", "--encoding=UTF-8", "-e", check)
    assert said.startswith(f"{PEOPLE} ")
    assert "Süd|größer" in said
    assert "Welche 'Straße' %s?" in said
    assert "numeric" in said
    assert TRICKY.splitlines()[0] in said
