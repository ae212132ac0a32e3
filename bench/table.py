"""Rows of the table: what was measured, in which unit, against which figure."""

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from kern.clock import now

RESULTS = Path(__file__).parent / "results"
HELD, MISSED, SHOWN, UNKNOWN = "erreicht", "verfehlt", "", "nicht gemessen"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
HEAD = ("Was", "Ziel", SQLITE, POSTGRESQL, "Wie")


@dataclass(frozen=True, slots=True)
class Row:
    """`least` or `most` is the figure; without either the row is only shown. `note` says how.

    Without a value it was not measured, and `note` says why."""

    what: str
    value: float | None
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""
    database: str = SQLITE

    @property
    def verdict(self) -> str:
        if self.value is None:
            return UNKNOWN
        if self.least is None and self.most is None:
            return SHOWN
        low = self.least is None or self.value >= self.least
        high = self.most is None or self.value <= self.most
        return HELD if low and high else MISSED

    @property
    def figure(self) -> str:
        if self.least is not None:
            return f">= {_number(self.least)} {self.unit}".rstrip()
        return f"<= {_number(self.most)} {self.unit}".rstrip() if self.most is not None else ""

    @property
    def measured(self) -> str:
        return f"{_number(self.value)} {self.unit}".rstrip() if self.value is not None else "–"

    @property
    def said(self) -> str:
        """What was measured, and whether that is enough."""
        return self.measured if self.verdict == SHOWN else f"{self.measured} {self.verdict}"


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}".replace(".", ",")


def _lines(rows: Sequence[Row]) -> list[list[str]]:
    """One for what both databases were measured for, each in its column."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        found.setdefault((row.what, row.unit), {})[row.database] = row
    return [_cells(of) for of in found.values()]


def _cells(of: Mapping[str, Row]) -> list[str]:
    first = next(iter(of.values()))
    figures = {name: row.figure for name, row in of.items()}
    figure = figures.get(SQLITE, first.figure)
    if len(set(figures.values())) > 1:
        figure += f" ({POSTGRESQL} {figures[POSTGRESQL]})"
    said = [of[name].said if name in of else "" for name in (SQLITE, POSTGRESQL)]
    return [first.what, figure, *said, first.note]


def as_table(rows: Sequence[Row]) -> str:
    """For a terminal: without how."""
    lines = [cells[:-1] for cells in (list(HEAD), *_lines(rows))]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD) - 1)]
    drawn = [_line(line, widths) for line in lines]
    return "\n".join([drawn[0], "-" * len(drawn[0]), *drawn[1:]])


def _line(words: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()


def as_markdown(rows: Sequence[Row]) -> str:
    """For docs/leistung.md."""
    lines = [HEAD, ("---",) * len(HEAD), *_lines(rows)]
    return "".join(f"| {' | '.join(words)} |\n" for words in lines)


def put_into(page: str, rows: Sequence[Row]) -> str:
    """The page with this table in place of the one of before, and all else as it was; a page
    without one gets it at its end."""
    start = f"| {' | '.join(HEAD)} |\n"
    before, found, rest = page.partition(start)
    if not found:
        return f"{page}\n{as_markdown(rows)}" if page else as_markdown(rows)
    after = rest.splitlines(keepends=True)
    while after and after[0].startswith("|"):
        after.pop(0)
    return f"{before}{as_markdown(rows)}{''.join(after)}"


def write(figures: Mapping[str, object]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    at = now()
    path = RESULTS / f"{at:%Y-%m-%d-%H%M%S}.json"
    values = {"at": at.isoformat(), "machine": machine(), **figures}
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[Row]:
    """The rows of an earlier measurement."""
    found = json.loads(path.read_text(encoding="utf-8"))["rows"]
    names = {one.name for one in fields(Row)}
    return [Row(**{key: one[key] for key in names & set(one)}) for one in found]


def machine() -> Mapping[str, object]:
    """What it was measured on, and how busy that is now."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(one, 2) for one in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((one.partition(": ")[2] for one in lines if one.startswith("model name")), "")


def as_values(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) | {"verdict": row.verdict} for row in rows]
