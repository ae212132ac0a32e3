"""Keyset paging over an instant and an id: addresses that stay right while the queue moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_

from kern.db import db
from kern.ids import parse_id
from kern.moderation.models import Case

PAGE = 25
_STAMP = "%Y%m%d%H%M%S%f"
_DIRECTIONS = frozenset({"nach", "vor", "ab"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """`nach-20261123080000000000-7` begins behind that case, `ab-` with it, `vor-` ends before.
    A weight stands behind the id where one sorts by it."""

    direction: str
    at: datetime
    id: int
    weight: int = 0

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for anything that is no cursor: then the first page is shown."""
        direction, when, number, weight, *more = [*(text or "").split("-"), *[""] * 3][:5]
        id_ = parse_id(number)
        at = parse_stamp(when)
        if direction not in _DIRECTIONS or id_ is None or at is None or any(more):
            return None
        return cls(direction, at, id_, parse_id(weight) or 0)

    def __str__(self) -> str:
        weight = f"-{self.weight}" if self.weight else ""
        return f"{self.direction}-{stamp(self.at)}-{self.id}{weight}"


def stamp(at: datetime) -> str:
    return at.strftime(_STAMP)


def parse_stamp(text: str) -> datetime | None:
    if len(text) != 20:  # noqa: PLR2004 - of the format above; strptime takes fewer digits, too
        return None
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows whose first column is the case, with the cursors of the neighbouring pages."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Order:
    """By when a case was opened or decided; `by_weight`: what stands out comes first."""

    field: str
    newest_first: bool = False
    by_weight: bool = False

    def cut(
        self, query: Select[*tuple[Any, ...]], cursor: Cursor | None, limit: int = PAGE
    ) -> Slice:
        """One page. Asks for one row more, to know whether it goes on."""
        backwards = cursor is not None and cursor.direction == "vor"
        if cursor is not None:
            query = query.where(self.beyond(cursor))
        ordered = self.sort(query, backwards=backwards)
        found = db.session.execute(ordered.limit(limit + 1)).all()
        more, rows = len(found) > limit, found[:limit]
        rows = rows[::-1] if backwards else rows
        if not rows:
            return Slice((), None, None)
        has_previous = more if backwards else cursor is not None
        has_next = backwards or more
        return Slice(
            rows,
            self.cursor("vor", rows[0][0]) if has_previous else None,
            self.cursor("nach", rows[-1][0]) if has_next else None,
        )

    def cursor(self, direction: str, case: Case) -> Cursor:
        weight = case.weight if self.by_weight else 0
        return Cursor(direction, getattr(case, self.field), case.id, weight)

    def sort(
        self, query: Select[*tuple[Any, ...]], *, backwards: bool = False
    ) -> Select[*tuple[Any, ...]]:
        columns = self._columns(backwards=backwards)
        return query.order_by(*(one.desc() if down else one.asc() for one, down in columns))

    def _columns(self, *, backwards: bool = False) -> list[tuple[Any, bool]]:
        """Each with whether it goes down."""
        at = getattr(Case, self.field)
        columns = [(at, self.newest_first), (Case.id, self.newest_first)]
        if self.by_weight:
            columns.insert(0, (Case.weight, True))
        return [(one, down != backwards) for one, down in columns]

    def beyond(self, cursor: Cursor) -> ColumnElement[bool]:
        values = [cursor.at, cursor.id]
        if self.by_weight:
            values.insert(0, cursor.weight)
        found: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        columns = self._columns(backwards=cursor.direction == "vor")
        for (column, down), value in zip(columns, values, strict=True):
            found.append(and_(*same, column < value if down else column > value))
            same.append(column == value)
        return or_(*found, and_(*same)) if cursor.direction == "ab" else or_(*found)


WAITING = Order("opened_at")
STRIKING = Order("opened_at", by_weight=True)
DECIDED = Order("decided_at", newest_first=True)
