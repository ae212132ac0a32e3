"""The thread page: a page of posts with their first replies, in a fixed handful of queries.

Columns instead of objects, because this is the hottest page there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, union_all

from beteiligung.discussion import rules
from beteiligung.discussion.models import (
    POST_KEY,
    Outcome,
    Post,
    Status,
    TextRevision,
    Thread,
    Vote,
)
from beteiligung.discussion.service.paging import PAGE, Cursor, Sort
from kern.accounts.models import Party
from kern.actor import Actor
from kern.db import db
from kern.files.models import File

Rows = Select[*tuple[Any, ...]]
INLINE_REPLIES = 3
REPLIES_PAGE = 50

_COLUMNS = (
    Post.id,
    Post.thread_id,
    Post.parent_id,
    Post.html,
    Post.status,
    Post.author_id,
    Post.source,
    Post.is_answer,
    Post.office,
    Post.pinned,
    Post.written_at,
    Post.edited_at,
    Post.moved_at,
    Post.hidden_at,
    Post.hidden_rule,
    Post.agree,
    Post.disagree,
    Post.score,
    Post.reply_count,
    Post.outcome,
    Post.outcome_reason,
    Post.outcome_office,
    Post.outcome_at,
    Party.name.label("author_name"),
    Party.kind.label("author_kind"),
    Party.erased_at.label("author_erased"),
    File.name.label("picture"),
    File.title.label("picture_alt"),
    File.width.label("picture_width"),
    File.height.label("picture_height"),
)


@dataclass(slots=True)
class PostView:
    """One post as the page shows it. `vote` is the reader's own: 1, -1 or 0."""

    row: Row[Any]
    replies: list["PostView"] = field(default_factory=list)
    vote: int = 0
    is_own: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def is_public(self) -> bool:
        return bool(self.row.status == Status.PUBLIC)

    @property
    def more_replies(self) -> int:
        return int(self.row.reply_count) - len(self.replies)


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


def read_page(thread: Thread, actor: Actor, sort: Sort, cursor: Cursor | None) -> ThreadPage:
    """Three queries for a guest, five for somebody with a login, whatever the thread's length."""
    rows, has_before, has_after = _roots(thread.id, sort, cursor)
    views = [PostView(row) for row in rows]
    pinned = _fill_replies(thread.id, views, with_pinned=cursor is None)
    _personalise(actor, [*views, *pinned, *(reply for view in views for reply in view.replies)])
    return ThreadPage(
        posts=views,
        pinned=pinned,
        waiting=list_waiting(thread.id, actor) if actor.party_id is not None else (),
        sort=sort,
        newer=Cursor.before(sort, rows[0]) if has_before and rows else None,
        older=Cursor.after(sort, rows[-1]) if has_after and rows else None,
    )


def read_replies(root_id: int, actor: Actor, after: int) -> tuple[PostView | None, bool]:
    """One post with a page of its replies, from reply id `after` on; and whether more follow."""
    root = db.session.execute(select_posts().where(Post.id == root_id, Post.listed)).first()
    if root is None:
        return None, False
    query = select_posts().where(Post.parent_id == root_id, Post.listed, Post.id > after)
    rows = db.session.execute(query.order_by(Post.id).limit(REPLIES_PAGE + 1)).all()
    view = PostView(root, replies=[PostView(row) for row in rows[:REPLIES_PAGE]])
    _personalise(actor, [view, *view.replies])
    return view, len(rows) > REPLIES_PAGE


_POSTS = (
    select(*_COLUMNS)
    .outerjoin(Party, Party.id == Post.author_id)
    .outerjoin(File, and_(File.id == Post.picture_id, File.state == "public"))
)


def select_posts() -> Rows:
    """Posts with author and public picture, as columns. Built once: that alone took half a
    millisecond of every page."""
    return _POSTS


def _roots(
    thread_id: int, sort: Sort, cursor: Cursor | None
) -> tuple[Sequence[Row[Any]], bool, bool]:
    query = select_posts().where(
        Post.thread_id == thread_id,
        Post.parent_id.is_(None),
        Post.pinned.is_(False),
        Post.listed.is_(True),
    )
    if cursor is not None:
        query = query.where(cursor.condition(sort))
    backwards = cursor is not None and cursor.is_backwards
    query = query.order_by(*sort.order(backwards=backwards)).limit(PAGE + 1)
    rows = list(db.session.execute(query).all())
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        return rows[::-1], more, True
    return rows, cursor is not None, more


def _fill_replies(
    thread_id: int, views: Sequence[PostView], *, with_pinned: bool
) -> list[PostView]:
    """The first replies of all roots, and the pinned answers, in one query."""
    by_id = {view.row.id: view for view in views if view.row.reply_count}
    parts: list[Rows] = []
    if by_id:
        first = Post.reply_no <= INLINE_REPLIES
        parts.append(select_posts().where(Post.parent_id.in_(list(by_id)), first, Post.listed))
    if with_pinned:
        is_root: ColumnElement[bool] = Post.parent_id.is_(None)
        pinned = (Post.thread_id == thread_id, is_root, Post.pinned.is_(True), Post.listed)
        parts.append(select_posts().where(*pinned))
    if not parts:
        return []
    query = parts[0] if len(parts) == 1 else union_all(*parts)
    found = sorted(db.session.execute(query).all(), key=lambda row: row.id)
    for row in found:
        if row.parent_id is not None:
            by_id[row.parent_id].replies.append(PostView(row))
    return [PostView(row) for row in found if row.parent_id is None]


def _personalise(actor: Actor, views: Sequence[PostView]) -> None:
    if actor.party_id is None or not views:
        return
    query = select(Vote.post_id, Vote.value).where(
        Vote.party_id == actor.party_id, Vote.post_id.in_([view.row.id for view in views])
    )
    mine = {row.post_id: row.value for row in db.session.execute(query)}
    for view in views:
        view.vote = mine.get(view.row.id, 0)
        view.is_own = view.row.author_id == actor.party_id


def list_waiting(thread_id: int, actor: Actor) -> list[Waiting]:
    """Own posts that wait or were rejected, and own edits that wait."""
    newest = and_(
        TextRevision.content_key == POST_KEY,
        TextRevision.content_id == Post.id,
        TextRevision.number == Post.latest,
    )
    query = (
        select(
            Post.id,
            Post.parent_id,
            Post.released,
            TextRevision.html,
            TextRevision.state,
            TextRevision.written_at,
        )
        .join(TextRevision, newest)
        .where(
            Post.thread_id == thread_id,
            Post.author_id == actor.party_id,
            Post.status.in_([Status.PENDING, Status.REJECTED, Status.PUBLIC]),
            or_(
                TextRevision.state == Status.PENDING,
                TextRevision.state == Status.REJECTED,
            ),
        )
        .order_by(Post.id)
    )
    return [
        Waiting(
            id=row.id,
            parent_id=row.parent_id,
            html=row.html,
            state=row.state,
            written_at=row.written_at,
            is_edit=row.released is not None,
        )
        for row in db.session.execute(query)
    ]


def outcome_label(outcome: Outcome) -> str:
    return str(rules.OUTCOME_LABELS[outcome])
