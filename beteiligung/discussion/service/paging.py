"""Keyset paging of posts: an address that stays right while others write."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, bindparam, or_

from beteiligung.discussion.models import Post
from kern.ids import parse_id

PAGE = 20
BACK = "vor"
FROM = "ab"
DIRECTIONS = frozenset({"nach", BACK, FROM})
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
        """Of posts that answer none. `parent_id` stands there as it does in the indexes: PostgreSQL
        takes "IS NULL" for no constant, and would sort the whole thread for each of its pages."""
        down = self.descends != backwards
        columns = [Post.parent_id, *([] if self.column is None else [self.column]), Post.id]
        return [column.desc() if down else column.asc() for column in columns]

    @classmethod
    def parse(cls, text: str | None) -> "Sort":
        """Unknown words mean the newest first."""
        return cls(text) if text in set(cls) else cls.NEWEST


class Counted(Protocol):
    """A post with what the orders compare."""

    @property
    def id(self) -> int: ...

    @property
    def score(self) -> float: ...

    @property
    def reply_count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """`nach:<value>:<id>` or `vor:<value>:<id>`; `ab:<id>` begins at that post, oldest order."""

    direction: str
    value: str
    id: int

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for anything that is no cursor: a page is shown, the first."""
        direction, _, rest = (text or "").partition(":")
        value, _, number = rest.rpartition(":")
        id_ = parse_id(number)
        if direction not in DIRECTIONS or id_ is None or not DECIMAL.fullmatch(value):
            return None
        return cls(direction, value, id_)

    @classmethod
    def after(cls, sort: Sort, post: Counted) -> "Cursor":
        return cls("nach", _value(sort, post), post.id)

    @classmethod
    def before(cls, sort: Sort, post: Counted) -> "Cursor":
        return cls(BACK, _value(sort, post), post.id)

    @classmethod
    def at(cls, root_id: int) -> "Cursor":
        return cls(FROM, "", root_id)

    def __str__(self) -> str:
        return f"{self.direction}:{self.value}:{self.id}"

    def parameters(self, sort: Sort) -> dict[str, float]:
        """Those of `beyond`; an address may have been made for another order."""
        value = float(self.value or 0)
        return {"value": int(value) if sort is Sort.DISCUSSED else value, "beside": self.id}


def beyond(sort: Sort, direction: str) -> ColumnElement[bool]:
    """What a cursor of this direction leaves to show, in this order."""
    beside = bindparam("beside", type_=Post.id.type)
    if direction == FROM:
        return Post.id >= beside
    up = sort.descends == (direction == BACK)
    beyond_id = Post.id > beside if up else Post.id < beside
    if sort.column is None:
        return beyond_id
    value = bindparam("value", type_=sort.column.type)
    further = sort.column > value if up else sort.column < value
    return or_(further, and_(sort.column == value, beyond_id))


def _value(sort: Sort, post: Counted) -> str:
    if sort is Sort.AGREED:
        return repr(post.score)
    return str(post.reply_count) if sort is Sort.DISCUSSED else ""
