"""Counters are copies: kept up with each change, and rebuilt by a command."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    ScalarSelect,
    Table,
    bindparam,
    case,
    exists,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import identity_key

from beteiligung.discussion import rules
from beteiligung.discussion.models import Post, Status, Thread, Vote
from kern.db import Quick, db
from kern.scope import Scope


def post_came(post: Post) -> None:
    """Call after a post became public, once per change of its status."""
    if not post.listed:
        take_place(post)
    _count(post, +1)


def post_went(post: Post) -> None:
    """Call after a public post stopped being public."""
    _count(post, -1)


def leave_place(post: Post) -> None:
    """It was never public after all (a release taken back): no tombstone."""
    if not post.listed:
        return
    post.listed = False
    if post.parent_id is not None:
        parent = update(Post).where(Post.id == post.parent_id)
        db.session.execute(parent.values(reply_count=Post.reply_count - 1))


def take_place(post: Post) -> None:
    """In its thread, for good; of a reply also its number."""
    post.listed = True
    if post.parent_id is None:
        return
    parent = update(Post).where(Post.id == post.parent_id)
    db.session.execute(parent.values(reply_count=Post.reply_count + 1))
    number = db.session.scalar(select(Post.reply_count).where(Post.id == post.parent_id))
    post.reply_no = 0 if post.is_answer else number or 1  # the office's words always stand inline


def _count(post: Post, step: int) -> None:
    answers = step if post.is_answer else 0
    last = _later(post) if step > 0 else Thread.last_post_at
    db.session.execute(
        update(Thread)
        .where(Thread.id == post.thread_id)
        .values(
            posts_count=Thread.posts_count + step,
            answers_count=Thread.answers_count + answers,
            last_post_at=last,
        )
    )
    people = step if _is_only_one(post) else 0
    db.session.execute(
        update(Scope)
        .where(Scope.id == post.scope_id, _in_public(post.thread_id))
        .values(
            posts_count=Scope.posts_count + step,
            answers_count=Scope.answers_count + answers,
            people_count=Scope.people_count + people,
        )
    )


def _later(post: Post) -> ColumnElement[datetime | None]:
    is_newer = Thread.last_post_at.is_(None) | (Thread.last_post_at < post.written_at)
    return case((is_newer, post.written_at), else_=Thread.last_post_at)


def _is_only_one(post: Post) -> bool:
    """Nobody else's: this author has no other public post in this scope."""
    if post.author_id is None or post.is_answer:
        return False
    query = select(Post.id).join(Thread, Thread.id == Post.thread_id)
    query = query.where(
        Thread.status == Status.PUBLIC,
        Post.author_id == post.author_id,
        Post.scope_id == post.scope_id,
        Post.status == Status.PUBLIC,
        Post.is_answer.is_(False),
        Post.id != post.id,
    )
    return db.session.scalar(query.limit(1)) is None


def _in_public(thread_id: int) -> ColumnElement[bool]:
    return exists().where(Thread.id == thread_id, Thread.status == Status.PUBLIC)


def recount_scope(scope_id: int) -> None:
    """After a thread came or went: its posts count in public only with it."""
    db.session.execute(update(Scope).where(Scope.id == scope_id).values(_scope_counts()))


def _scope_counts() -> dict[str, ScalarSelect[int]]:
    inside = (
        Post.scope_id == Scope.id,
        Post.status == Status.PUBLIC,
        Thread.id == Post.thread_id,
        Thread.status == Status.PUBLIC,
    )
    people = select(func.count(func.distinct(Post.author_id)))
    return {
        "posts_count": select(func.count()).where(*inside).scalar_subquery(),
        "answers_count": select(func.count()).where(*inside, Post.is_answer).scalar_subquery(),
        "people_count": people.where(*inside, Post.is_answer.is_(False)).scalar_subquery(),
    }


class Seen(NamedTuple):
    """Where a post was when somebody was let in to vote on it, and what is raised if it is not
    there any more, or not public."""

    thread_id: int
    scope_id: int
    refusal: Exception


def recount_votes(post_id: int, seen: Seen | None = None) -> None:
    """Base plus rows, read again: so no click is ever counted twice or lost. Whoever else counts
    waits, and on PostgreSQL all of this goes in one message at the end, so that nobody waits long;
    there what was `seen` is looked at once more."""
    db.session.flush()
    if db.session.get_bind().dialect.name == "postgresql":
        _hold(post_id, seen)
        _RECOUNTING.send({"post": post_id})
    else:
        ((agree, disagree),) = _TALLY.all({"post": post_id})
        counted = {"agree": agree, "disagree": disagree, "score": rules.wilson(agree, disagree)}
        _COUNTED.all({"post": post_id, **counted})
    held = db.session().identity_map.get(identity_key(Post, post_id))
    if held is not None:
        db.session.expire(held, ["agree", "disagree", "score"])


def _hold(post_id: int, seen: Seen | None) -> None:
    if seen is None:
        _HOLDING.send({"post": post_id})
        return
    where = {"post": post_id, "thread": seen.thread_id, "scope": seen.scope_id}
    _HOLDING_PUBLIC.send(where, seen.refusal)


_POSTS, _VOTES = cast("Table", Post.__table__), cast("Table", Vote.__table__)
_AGREE = func.count().filter(_VOTES.c.value == 1).label("agree")
_DISAGREE = func.count().filter(_VOTES.c.value == -1).label("disagree")
_ROWS = select(_AGREE, _DISAGREE).where(_VOTES.c.post_id == bindparam("post")).subquery()
_SUMS = {"agree": _POSTS.c.agree_base + _ROWS.c.agree}
_SUMS["disagree"] = _POSTS.c.disagree_base + _ROWS.c.disagree
_THIS = _POSTS.c.id == bindparam("post")
_TALLY = Quick(select(*_SUMS.values()).where(_THIS))
_COUNTED = Quick(
    update(_POSTS)
    .where(_THIS)
    .values({name: bindparam(name) for name in ("agree", "disagree", "score")})
)
_HELD = select(_POSTS.c.id).where(_THIS).with_for_update(key_share=True)
_HOLDING = Quick(_HELD)
_PUBLIC = _HELD.where(
    _POSTS.c.status == Status.PUBLIC,
    _POSTS.c.thread_id == bindparam("thread"),
    _POSTS.c.scope_id == bindparam("scope"),
).subquery()
_HOLDING_PUBLIC = Quick(select(type_coerce(1 / func.count(_PUBLIC.c.id), Integer)))
"""Divides by zero when there is none. Of a post that others hold it waits, and then looks again."""


def _wilson(agree: ColumnElement[int], disagree: ColumnElement[int]) -> ColumnElement[float]:
    """`rules.wilson` as PostgreSQL counts it."""
    total = as_type(func.nullif(agree + disagree, 0), Double)
    z, share = rules.Z, as_type(agree, Double) / total
    centre = share + z * z / (2 * total)
    margin = z * func.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    bound = func.greatest((centre - margin) / (1 + z * z / total), 0.0)  # which passes NULL over
    return func.coalesce(bound, 0.0)


_COUNTS = select(*(value.label(name) for name, value in _SUMS.items())).where(_THIS).subquery()
_RECOUNTING = Quick(
    update(_POSTS)
    .where(_THIS, _COUNTS.c.agree.is_not(None))  # so that the rows are counted once
    .values(**_COUNTS.c, score=_wilson(_COUNTS.c.agree, _COUNTS.c.disagree))
)


def recount_threads(thread_ids: Sequence[int]) -> None:
    """After posts came or went by other ways than one at a time."""
    query = update(Thread).where(Thread.id.in_(thread_ids)).values(_thread_counts())
    db.session.execute(query.execution_options(synchronize_session="fetch"))


def recount_replies(parent_ids: Sequence[int]) -> None:
    """Their numbers as well: the first ones stand inline."""
    before = aliased(Post)
    place = select(func.count()).where(
        before.parent_id == Post.parent_id, before.listed, before.id <= Post.id
    )
    number = case((Post.is_answer, 0), else_=place.scalar_subquery())
    numbered = update(Post).where(Post.parent_id.in_(parent_ids), Post.listed)
    counted = update(Post).where(Post.id.in_(parent_ids))
    for query in (numbered.values(reply_no=number), counted.values(reply_count=_reply_count())):
        db.session.execute(query.execution_options(synchronize_session="fetch"))


def _reply_count() -> ScalarSelect[int]:
    reply = aliased(Post)
    return select(func.count()).where(reply.parent_id == Post.id, reply.listed).scalar_subquery()


def _thread_counts() -> dict[str, ScalarSelect[Any]]:
    public = (Post.thread_id == Thread.id, Post.status == Status.PUBLIC)
    away = (Post.moved_from_id == Thread.id, Post.thread_id != Thread.id)
    return {
        "posts_count": select(func.count()).where(*public).scalar_subquery(),
        "answers_count": select(func.count()).where(*public, Post.is_answer).scalar_subquery(),
        "last_post_at": select(func.max(Post.written_at)).where(*public).scalar_subquery(),
        "moved_count": select(func.count()).where(*away).scalar_subquery(),
    }


def rebuild() -> None:
    """All counters of the town from its rows, in a handful of statements."""
    db.session.execute(update(Post).values(reply_count=_reply_count()))
    db.session.execute(update(Thread).values(_thread_counts()))
    db.session.execute(update(Scope).values(_scope_counts()))
    for post_id in db.session.scalars(select(Vote.post_id).distinct()).all():
        recount_votes(post_id)
