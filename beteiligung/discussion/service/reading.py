"""The thread page: a page of posts with their first replies, in a fixed handful of queries.

Columns instead of objects, because this is the hottest page there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    null,
    or_,
    select,
    union_all,
)

from beteiligung.discussion.models import (
    POST_KEY,
    Outcome,
    Post,
    Status,
    TextRevision,
    Thread,
    Vote,
)
from beteiligung.discussion.service.paging import BACK, PAGE, Cursor, Sort, beyond
from kern.accounts.models import Party, PartyKind, Source
from kern.actor import Actor
from kern.db import Quick
from kern.files.models import File

INLINE_REPLIES = 3
REPLIES_PAGE = 50


class PostRow(NamedTuple):
    """One post with its author and its public picture: the columns of `select_posts`."""

    id: int
    thread_id: int
    parent_id: int | None
    html: str
    status: Status
    author_id: int | None
    source: Source
    is_answer: bool
    office: str
    pinned: bool
    written_at: datetime
    is_edited: bool
    is_moved: bool
    hidden_at: datetime | None
    hidden_rule: int | None
    agree: int
    disagree: int
    score: float
    reply_count: int
    outcome: Outcome | None
    outcome_reason: str
    outcome_office: str
    author_name: str | None
    author_kind: PartyKind | None
    author_erased: bool
    picture: str | None
    picture_alt: str | None
    picture_width: int | None
    picture_height: int | None


@dataclass(slots=True)
class PostView:
    """One post as the page shows it. `vote` is the reader's own: 1, -1 or 0."""

    row: PostRow
    replies: list["PostView"] = field(default_factory=list)
    vote: int = 0
    is_own: bool = False

    @property
    def is_public(self) -> bool:
        return self.row.status == Status.PUBLIC

    @property
    def more_replies(self) -> int:
        return self.row.reply_count - len(self.replies)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The reader's own words that others do not see (yet)."""

    id: int
    parent_id: int | None
    html: str
    state: Status
    written_at: datetime
    is_edit: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    posts: Sequence[PostView]
    pinned: Sequence[PostView]
    waiting: Sequence[Waiting]
    sort: Sort
    newer: Cursor | None
    older: Cursor | None

    def shown_ids(self) -> list[int]:
        """Of every post whose text is on the page."""
        views = [*self.pinned, *self.posts]
        return [one.row.id for view in views for one in (view, *view.replies)]


def read_page(thread: Thread, actor: Actor, sort: Sort, cursor: Cursor | None) -> ThreadPage:
    """Two queries for a guest, three for somebody with a login, whatever the thread's length."""
    roots, has_before, has_after = _roots(thread.id, sort, cursor)
    views = [PostView(row) for row in roots]
    pinned = _fill_replies(thread.id, views, with_pinned=cursor is None)
    shown = [*views, *pinned, *(reply for view in views for reply in view.replies)]
    return ThreadPage(
        posts=views,
        pinned=pinned,
        waiting=_personalise(actor, shown, thread.id),
        sort=sort,
        newer=Cursor.before(sort, roots[0]) if has_before and roots else None,
        older=Cursor.after(sort, roots[-1]) if has_after and roots else None,
    )


def read_replies(root_id: int, actor: Actor, after: int) -> tuple[PostView | None, bool]:
    """One post with a page of its replies, from reply id `after` on; and whether more follow."""
    root = read_posts(_root(), {"root": root_id})
    if not root:
        return None, False
    rows = read_posts(_replies(), {"root": root_id, "after": after})
    view = PostView(root[0], replies=[PostView(row) for row in rows[:REPLIES_PAGE]])
    _personalise(actor, [view, *view.replies])
    return view, len(rows) > REPLIES_PAGE


@cache
def select_posts() -> Select[*tuple[Any, ...]]:
    """Posts as `read_posts` wants them. Of the tables, not of the classes: what the ORM does for
    each row costs more than SQLite."""
    post, author, file = Post.__table__, Party.__table__, File.__table__
    columns = {column.name: column for column in post.columns} | {
        "is_edited": post.c.edited_at.is_not(None),
        "is_moved": post.c.moved_at.is_not(None),
        "author_name": author.c.name,
        "author_kind": author.c.kind,
        "author_erased": author.c.erased_at.is_not(None),
        "picture": file.c.name,
        "picture_alt": file.c.title,
        "picture_width": file.c.width,
        "picture_height": file.c.height,
    }
    picture = and_(file.c.id == post.c.picture_id, file.c.state == "public")
    return select(*(columns[name].label(name) for name in PostRow._fields)).select_from(
        post.outerjoin(author, author.c.id == post.c.author_id).outerjoin(file, picture)
    )


def read_posts(query: Quick, values: Mapping[str, Any]) -> list[PostRow]:
    return query.typed(PostRow, values)


# The queries of the page are put together once: that took as long as asking them.


@cache
def _root() -> Quick:
    return Quick(select_posts().where(Post.id == bindparam("root"), Post.listed))


@cache
def _replies() -> Quick:
    query = select_posts().where(
        Post.parent_id == bindparam("root"), Post.listed, Post.id > bindparam("after")
    )
    return Quick(query.order_by(Post.id).limit(REPLIES_PAGE + 1))


@cache
def _select_roots(sort: Sort, direction: str) -> Quick:
    query = select_posts().where(
        Post.thread_id == bindparam("thread"),
        Post.parent_id.is_(None),
        Post.pinned.is_(False),
        Post.listed.is_(True),
    )
    if direction:
        query = query.where(beyond(sort, direction))
    return Quick(query.order_by(*sort.order(backwards=direction == BACK)).limit(PAGE + 1))


@cache
def _select_beside(*, replies: bool, pinned: bool) -> Quick:
    """The first replies of the roots on the page; the pinned answers."""
    parts = []
    if replies:
        of_roots = Post.parent_id.in_(bindparam("roots", expanding=True))
        parts.append(select_posts().where(of_roots, Post.reply_no <= INLINE_REPLIES, Post.listed))
    if pinned:
        on_top = (Post.parent_id.is_(None), Post.pinned.is_(True), Post.listed)
        parts.append(select_posts().where(Post.thread_id == bindparam("thread"), *on_top))
    return Quick(parts[0] if len(parts) == 1 else union_all(*parts))


def _roots(thread_id: int, sort: Sort, cursor: Cursor | None) -> tuple[list[PostRow], bool, bool]:
    direction = cursor.direction if cursor else ""
    values = cursor.parameters(sort) if cursor else {}
    rows = read_posts(_select_roots(sort, direction), {"thread": thread_id, **values})
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if direction == BACK:
        return rows[::-1], more, True
    return rows, cursor is not None, more


def _fill_replies(
    thread_id: int, views: Sequence[PostView], *, with_pinned: bool
) -> list[PostView]:
    """The first replies of all roots, and the pinned answers, in one query."""
    by_id = {view.row.id: view for view in views if view.row.reply_count}
    if not by_id and not with_pinned:
        return []
    query = _select_beside(replies=bool(by_id), pinned=with_pinned)
    found = read_posts(query, {"thread": thread_id, "roots": list(by_id)})
    pinned = []
    for row in sorted(found):
        view = PostView(row)
        if row.parent_id is None:
            pinned.append(view)
        else:
            by_id[row.parent_id].replies.append(view)
    return pinned


def _personalise(actor: Actor, views: Sequence[PostView], thread_id: int = 0) -> list[Waiting]:
    """Fill in what is the reader's own; returns their words in this thread that others do not see:
    posts that wait or were rejected, and edits that wait."""
    if actor.party_id is None:
        return []
    ids = [view.row.id for view in views]
    values = {"thread": thread_id, "party": actor.party_id, "posts": ids}
    waiting, votes = [], {}
    for id_, parent_id, released, html, state, written_at, vote in _select_mine().all(values):
        if vote is None:
            waiting.append(Waiting(id_, parent_id, html, state, written_at, released is not None))
        else:
            votes[id_] = vote
    for view in views:
        view.vote = votes.get(view.row.id, 0)
        view.is_own = view.row.author_id == actor.party_id
    return sorted(waiting, key=attrgetter("id"))


@cache
def _select_mine() -> Quick:
    """The reader's words that wait, and beside them their votes, in one question."""
    newest = and_(
        TextRevision.content_key == POST_KEY,
        TextRevision.content_id == Post.id,
        TextRevision.number == Post.latest,
    )
    waiting = (
        select(
            *(Post.id, Post.parent_id, Post.released),
            *(TextRevision.html, TextRevision.state, TextRevision.written_at),
            cast(null(), Integer),
        )
        .join(TextRevision, newest)
        .where(
            Post.thread_id == bindparam("thread"),
            Post.author_id == bindparam("party"),
            Post.status.in_([Status.PENDING, Status.REJECTED, Status.PUBLIC]),
            or_(
                TextRevision.state == Status.PENDING,
                TextRevision.state == Status.REJECTED,
            ),
        )
    )
    votes = select(Vote.post_id, *(null() for _ in range(5)), Vote.value).where(
        Vote.party_id == bindparam("party"), Vote.post_id.in_(bindparam("posts", expanding=True))
    )
    return Quick(union_all(waiting, votes))
