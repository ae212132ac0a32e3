"""What stands around a page, in one query: what it is below of, what is below it, who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from kern.accounts.models import Party
from kern.db import Quick
from wiki.models import OPEN, Page, PageLink, PageState, Proposal, Revision

DEPTH = 12  # steps of a breadcrumb
CHILDREN = 100
CONTRIBUTORS = 50
BACKLINKS = 500  # more are not counted
PAGE, SPACE, ABOVE = (bindparam(name, type_=Integer) for name in ("page", "space", "above"))
PARENT, CHILD, TWIN, AUTHOR, COUNTS = "parent", "child", "twin", "author", "counts"


class _Row(NamedTuple):
    """What each part of the query tells."""

    part: str
    id: int
    slug: str
    title: str
    number: int
    rank: int


class Other(NamedTuple):
    """Another page of the space."""

    slug: str
    title: str


class Contributor(NamedTuple):
    """`id` is that of the party; None as its name stands for a nameless one."""

    id: int
    name: str | None
    versions: int


@dataclass(slots=True)
class Around:
    """Parents from the top, the most active contributors first; a twin's title is its language.
    `backlinks` are one more than `BACKLINKS` where nobody counted on."""

    parents: list[Other] = field(default_factory=list)
    children: list[Other] = field(default_factory=list)
    contributors: list[Contributor] = field(default_factory=list)
    twin: Other | None = None
    backlinks: int = 0
    has_proposal: bool = False

    @property
    def has_many_backlinks(self) -> bool:
        return self.backlinks > BACKLINKS


def around(page: Page) -> Around:
    query = _query(has_parent=page.parent_id is not None, has_twin=page.twin_id is not None)
    ids = {"page": page.id, "space": page.space_id, "above": page.parent_id, "twin": page.twin_id}
    rows = query.typed(_Row, ids)
    return _told(sorted(rows, key=attrgetter("part", "rank")))


@cache
def _query(*, has_parent: bool, has_twin: bool) -> Quick:
    """Put together once: that takes as long as asking it."""
    parts = [_children(), _contributors(), _counts()]
    if has_parent:
        parts.append(_parents())
    if has_twin:
        parts.append(_twin())
    return Quick(union_all(*(select(part.subquery()) for part in parts)))


def _told(rows: Iterable[_Row]) -> Around:
    found = Around()
    for row in rows:
        if row.part == PARENT:
            found.parents.append(Other(row.slug, row.title))
        elif row.part == CHILD:
            found.children.append(Other(row.slug, row.title))
        elif row.part == AUTHOR:
            found.contributors.append(Contributor(row.id, row.title, row.number))
        elif row.part == TWIN:
            found.twin = Other(row.slug, row.title)
        else:
            found.backlinks, found.has_proposal = row.number, bool(row.id)
    return found


def _row(
    part: str, id_: Any, names: tuple[Any, Any] = ("", ""), *, number: Any = 0, rank: Any = 0
) -> Select[Any]:
    """All parts have these columns, of these types. `names` are slug and title."""
    slug, title = (
        cast(literal(one) if isinstance(one, str) else one, String(200)) for one in names
    )
    number, rank = (literal(one) if isinstance(one, int) else one for one in (number, rank))
    return select(
        literal(part).label("part"),
        id_.label("id"),
        slug.label("slug"),
        title.label("title"),
        number.label("number"),
        rank.label("rank"),
    )


def _parents() -> Select[Any]:
    steps = select(Page.id, Page.parent_id, literal(1).label("step"))
    above = steps.where(Page.id == ABOVE).cte("above", recursive=True)
    upper = aliased(Page)
    next_step = select(upper.id, upper.parent_id, above.c.step + 1)
    above = above.union_all(
        next_step.join(above, upper.id == above.c.parent_id).where(above.c.step < DEPTH)
    )
    query = _row(PARENT, Page.id, (Page.slug, Page.title), rank=-above.c.step)
    return query.join_from(Page, above, above.c.id == Page.id).where(Page.state == PageState.PUBLIC)


def _children() -> Select[Any]:
    """Cut in the order of an index, and only then numbered."""
    order = Page.position, Page.title_key
    query = select(Page.id, Page.slug, Page.title, *order)
    query = query.where(Page.parent_id == PAGE, Page.space_id == SPACE)
    query = query.where(Page.state == PageState.PUBLIC).order_by(*order).limit(CHILDREN)
    first = query.subquery()
    rank = func.row_number().over(order_by=(first.c.position, first.c.title_key))
    return _row(CHILD, first.c.id, (first.c.slug, first.c.title), rank=rank)


def _contributors() -> Select[Any]:
    """Without authors that are hidden."""
    count = func.count(Revision.id)
    query = _row(AUTHOR, Party.id, ("", Party.name), number=count, rank=-count)
    query = query.join_from(Party, Revision, Revision.author_id == Party.id)
    query = query.where(Revision.page_id == PAGE, Revision.hide_author.is_(False))
    query = query.group_by(Party.id, Party.name).order_by(count.desc(), Party.id)
    return query.limit(CONTRIBUTORS)


def _twin() -> Select[Any]:
    query = _row(TWIN, Page.id, (Page.slug, Page.language))
    return query.where(Page.id == bindparam("twin"), Page.state == PageState.PUBLIC)


def _counts() -> Select[Any]:
    """How many pages lead here, and as the id whether a proposal waits."""
    leading = select(PageLink.page_id).distinct().limit(BACKLINKS + 1)
    leading = leading.where(PageLink.target_page_id == PAGE, PageLink.page_id != PAGE)
    links = select(func.count()).select_from(leading.subquery()).scalar_subquery()
    waiting = select(Proposal.id).where(Proposal.page_id == PAGE, Proposal.state.in_(OPEN))
    waits = func.coalesce(waiting.limit(1).scalar_subquery(), 0)
    return _row(COUNTS, waits, number=links)
