"""Threads, posts and official answers as feeds tell of them, and the ends of threads as dates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.rules import OUTCOME_LABELS
from beteiligung.discussion.service.addresses import post_path, thread_path
from beteiligung.discussion.service.names import author_name
from kern.actor import GUEST
from kern.calendar import end_of_day, to_local
from kern.content import Entry, Event, Ref, Within
from kern.db import db
from kern.i18n import _
from kern.scope import Scope
from kern.scope.rules import readable
from kern.town import current_town


def newest_threads(within: Within, limit: int) -> Sequence[Entry]:
    if within.answers or within.host is not None:
        return ()
    query = select(Thread).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.status == Status.PUBLIC, readable(GUEST))
    if within.scope_id is not None:
        query = query.where(Thread.scope_id == within.scope_id)
    query = query.options(joinedload(Thread.author), joinedload(Thread.scope))
    found = db.session.scalars(query.order_by(Thread.public_at.desc(), Thread.id.desc()))
    return [_thread_entry(thread) for thread in found.fetchmany(limit)]


def newest_posts(within: Within, limit: int) -> Sequence[Entry]:
    query = select(Post).join(Thread, Thread.id == Post.thread_id)
    query = query.join(Scope, Scope.id == Post.scope_id).where(_is_public(), *_inside(within))
    query = query.options(joinedload(Post.author), joinedload(Post.thread))
    query = query.order_by(Post.public_at.desc(), Post.id.desc()).limit(limit)
    return [_post_entry(post) for post in db.session.scalars(query)]


def ends(scope_id: int | None) -> Sequence[Event]:
    """The last day of threads that end by a date of their own."""
    query = select(Thread).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.status == Status.PUBLIC, Thread.closes_at.is_not(None))
    query = query.where(readable(GUEST) if scope_id is None else Thread.scope_id == scope_id)
    query = query.options(joinedload(Thread.scope)).order_by(Thread.closes_at, Thread.id)
    return [_end(thread, thread.closes_at) for thread in db.session.scalars(query)]


def _is_public() -> ColumnElement[bool]:
    return and_(Post.status == Status.PUBLIC, Thread.status == Status.PUBLIC, readable(GUEST))


def _inside(within: Within) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if within.scope_id is not None:
        found.append(Post.scope_id == within.scope_id)
    if within.host is not None:
        is_thread = within.host.key == THREAD_KEY
        found.append(Post.thread_id == (within.host.id if is_thread else -1))
    if within.answers:
        found.append(Post.is_answer.is_(True))
    return found


def _thread_entry(thread: Thread) -> Entry:
    at = thread.public_at or thread.written_at
    return Entry(
        ref=Ref(THREAD_KEY, thread.id),
        title=_("Neues Gespräch: %(title)s", title=thread.title),
        html=thread.html + _outcome(thread),
        author=author_name(thread.author, office=thread.by_office),
        path=thread_path(thread.id),
        at=at,
        changed_at=_newest(at, thread.outcome_at),
    )


def _post_entry(post: Post) -> Entry:
    at = post.public_at or post.written_at
    author = post.office if post.is_answer else author_name(post.author)
    sentence = _("%(who)s antwortet: %(title)s") if post.is_answer else _("%(who)s: %(title)s")
    return Entry(
        ref=Ref(POST_KEY, post.id),
        title=sentence % {"who": author or _("Verwaltung"), "title": post.thread.title},
        html=post.html + _outcome(post),
        author=author or _("Verwaltung"),
        path=post_path(post.id),
        at=at,
        changed_at=_newest(at, post.edited_at, post.outcome_at),
    )


def _outcome(thing: Post | Thread) -> str:
    """What became of it, below its text."""
    if thing.outcome is None:
        return ""
    label = Markup("<p><strong>{}</strong> ({})</p>")
    reason = Markup("<p>{}</p>").format(thing.outcome_reason) if thing.outcome_reason else ""
    return str(label.format(OUTCOME_LABELS[thing.outcome], thing.outcome_office)) + str(reason)


def _newest(*found: datetime | None) -> datetime:
    return max(at for at in found if at is not None)


def _end(thread: Thread, closes_at: datetime | None) -> Event:
    last_day = to_local((closes_at or thread.written_at) - timedelta(microseconds=1)).date()
    return Event(
        uid=f"gespraech-{thread.id}@{current_town().host}",
        title=_("Letzter Tag: %(title)s", title=thread.title),
        starts_at=end_of_day(last_day - timedelta(days=1)),
        ends_at=end_of_day(last_day),
        path=thread_path(thread.id),
        changed_at=thread.public_at,
        note=thread.scope.title,
        fills_time=False,
    )
