"""Rows of the table: what was measured, in which unit, against which figure."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kern.clock import now

RESULTS = Path(__file__).parent / "results"
HELD, MISSED, SHOWN = "erreicht", "verfehlt", "–"


@dataclass(frozen=True, slots=True)
class Row:
    """`least` or `most` is the figure; without either the row is only shown. `note` says how."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    note: str = ""
    database: str = "SQLite"

    @property
    def verdict(self) -> str:
        if self.least is None and self.most is None:
            return SHOWN
        low = self.least is None or self.value >= self.least
        high = self.most is None or self.value <= self.most
        return HELD if low and high else MISSED

    @property
    def figure(self) -> str:
        if self.least is not None:
            return f">= {_number(self.least)} {self.unit}"
        return f"<= {_number(self.most)} {self.unit}" if self.most is not None else ""

    @property
    def measured(self) -> str:
        return f"{_number(self.value)} {self.unit}"


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}".replace(".", ",")


def as_table(rows: Sequence[Row]) -> str:
    """For a terminal."""
    lines = [(row.what, row.database, row.measured, row.figure, row.verdict) for row in rows]
    head = ("Was", "Datenbank", "gemessen", "Ziel", "")
    widths = [max(len(line[at]) for line in [head, *lines]) for at in range(len(head))]
    drawn = [_line(line, widths) for line in [head, *lines]]
    return "\n".join([drawn[0], "-" * len(drawn[0]), *drawn[1:]])


def _line(words: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()


def as_markdown(rows: Sequence[Row]) -> str:
    """For docs/leistung.md."""
    lines = ["| was | Datenbank | gemessen | Ziel | | wie |", "|---|---|---|---|---|---|"]
    for row in rows:
        words = (row.what, row.database, row.measured, row.figure, row.verdict, row.note)
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines) + "\n"


def write(figures: Mapping[str, object]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    at = now()
    path = RESULTS / f"{at:%Y-%m-%d-%H%M%S}.json"
    values = {"at": at.isoformat(), "python": platform.python_version(), **figures}
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def as_values(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) | {"verdict": row.verdict} for row in rows]
