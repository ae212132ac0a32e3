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


@dataclass(frozen=True, slots=True)
class Cursor:
    """`nach-20261123080000000000-7` begins behind that case, `ab-` with it, `vor-` ends before."""

    direction: str
    at: datetime
    id: int

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for anything that is no cursor: then the first page is shown."""
        direction, _, rest = (text or "").partition("-")
        stamp, _, number = rest.partition("-")
        id_ = parse_id(number)
        if direction not in {"nach", "vor", "ab"} or id_ is None or len(stamp) != 20:  # noqa: PLR2004
            return None
        try:
            at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(direction, at, id_)

    def __str__(self) -> str:
        return f"{self.direction}-{self.at.strftime(_STAMP)}-{self.id}"


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows whose first column is the case, with the cursors of the neighbouring pages."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Order:
    """By when a case was opened or decided."""

    field: str
    newest_first: bool = False

    def cut(
        self, query: Select[*tuple[Any, ...]], cursor: Cursor | None, limit: int = PAGE
    ) -> Slice:
        """One page. Asks for one row more, to know whether it goes on."""
        backwards = cursor is not None and cursor.direction == "vor"
        if cursor is not None:
            query = query.where(self._beyond(cursor))
        down = self.newest_first != backwards
        columns = [self._at, Case.id]
        ordered = query.order_by(*(one.desc() if down else one.asc() for one in columns))
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
        return Cursor(direction, getattr(case, self.field), case.id)

    @property
    def _at(self) -> Any:
        return getattr(Case, self.field)

    def _beyond(self, cursor: Cursor) -> ColumnElement[bool]:
        up = self.newest_first == (cursor.direction == "vor")
        same = self._at == cursor.at
        if cursor.direction == "ab":
            later = Case.id <= cursor.id if self.newest_first else Case.id >= cursor.id
        else:
            later = Case.id > cursor.id if up else Case.id < cursor.id
        return or_(self._at > cursor.at if up else self._at < cursor.at, and_(same, later))


WAITING = Order("opened_at")
DECIDED = Order("decided_at", newest_first=True)
