"""Keyset paging of posts: an address that stays right while others write."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_

from beteiligung.discussion.models import Post
from kern.ids import parse_id

PAGE = 20
DECIMAL = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?)?")  # a repr, or nothing


class Sort(StrEnum):
    """The values stand in addresses, so they are German."""

    OLDEST = "alt"
    NEWEST = "neu"
    AGREED = "zustimmung"
    DISCUSSED = "diskutiert"

    @property
    def column(self) -> Any:
        """What is compared before the id; None when the id says it all."""
        return {Sort.AGREED: Post.score, Sort.DISCUSSED: Post.reply_count}.get(self)

    @property
    def descends(self) -> bool:
        return self is not Sort.OLDEST

    def order(self, *, backwards: bool) -> list[ColumnElement[Any]]:
        down = self.descends != backwards
        columns = [Post.id] if self.column is None else [self.column, Post.id]
        return [column.desc() if down else column.asc() for column in columns]

    @classmethod
    def parse(cls, text: str | None) -> "Sort":
        """Unknown words mean the newest first."""
        return cls(text) if text in set(cls) else cls.NEWEST


@dataclass(frozen=True, slots=True)
class Cursor:
    """`nach:<value>:<id>` or `vor:<value>:<id>`; `ab:<id>` begins at that post, oldest order."""

    direction: str
    value: str
    id: int

    @property
    def is_backwards(self) -> bool:
        return self.direction == "vor"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for anything that is no cursor: a page is shown, the first."""
        direction, _, rest = (text or "").partition(":")
        value, _, number = rest.rpartition(":")
        id_ = parse_id(number)
        if direction not in {"nach", "vor", "ab"} or id_ is None or not DECIMAL.fullmatch(value):
            return None
        return cls(direction, value, id_)

    @classmethod
    def after(cls, sort: Sort, row: Row[Any]) -> "Cursor":
        return cls("nach", _value(sort, row), row.id)

    @classmethod
    def before(cls, sort: Sort, row: Row[Any]) -> "Cursor":
        return cls("vor", _value(sort, row), row.id)

    @classmethod
    def at(cls, root_id: int) -> "Cursor":
        return cls("ab", "", root_id)

    def __str__(self) -> str:
        return f"{self.direction}:{self.value}:{self.id}"

    def condition(self, sort: Sort) -> ColumnElement[bool]:
        if self.direction == "ab":
            return Post.id >= self.id
        up = sort.descends == self.is_backwards
        beyond_id = Post.id > self.id if up else Post.id < self.id
        if sort.column is None:
            return beyond_id
        value = float(self.value or 0)
        beyond = sort.column > value if up else sort.column < value
        return or_(beyond, and_(sort.column == value, beyond_id))


def _value(sort: Sort, row: Row[Any]) -> str:
    if sort is Sort.AGREED:
        return repr(float(row.score))
    return str(row.reply_count) if sort is Sort.DISCUSSED else ""
