"""What a host's page shows of its discussions: threads, answers of the office, recent posts."""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy import bindparam, case, literal, select, true, union_all

from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.rules import HOSTS
from beteiligung.discussion.service import reading
from beteiligung.discussion.views.frame import context
from beteiligung.discussion.views.shown import PostShown, put_into_words
from beteiligung.project.rules import PROJECT_KEY
from kern.clock import now
from kern.content import Ref
from kern.db import Quick
from kern.moderation import bars
from kern.moderation.words import removed_words
from kern.panels import Panel
from kern.scope import OPEN_WINDOWS, Act
from kern.web import current_actor

SHOWN_THREADS = 12
SHOWN_POSTS = 3
SHOWN_ANSWERS = 2


class _Row(NamedTuple):
    """What `_select_threads` tells."""

    lets_begin: bool
    id: int | None
    title: str
    plain: str
    posts_count: int
    answers_count: int
    closed_at: datetime | None
    status: Status
    hidden_rule: int | None
    hidden_at: datetime | None
    pinned: bool


@cache
def _select_threads() -> Quick:
    """With the tombstones of those that moderation took away, at the end; and with each row, of
    which there is one also without a thread, whether the windows let anybody begin one."""
    thread = Thread.__table__.c
    is_public = Thread.status == Status.PUBLIC
    threads = (
        select(
            thread.id,
            case((is_public, thread.title), else_="").label("title"),
            thread.plain,
            thread.posts_count,
            thread.answers_count,
            thread.closed_at,
            thread.status,
            thread.hidden_rule,
            thread.hidden_at,
            thread.pinned,
        )
        .where(Thread.host_key == bindparam("host"), Thread.host_id == bindparam("number"))
        .where(Thread.status.in_([Status.PUBLIC, Status.HIDDEN]))
        .order_by(is_public.desc(), Thread.pinned.desc(), Thread.posts_count.desc(), Thread.id)
        .limit(SHOWN_THREADS + 1)
        .subquery()
    )
    found, one = threads.c, select(literal(1)).subquery()
    query = select(OPEN_WINDOWS.exists().label("lets_begin"), threads)
    query = query.select_from(one.outerjoin(threads, true())).order_by(
        (found.status == Status.PUBLIC).desc(),
        found.pinned.desc(),
        found.posts_count.desc(),
        found.id,
    )
    return Quick(query)


def _render(ref: Ref, scope_id: int) -> Markup:
    """Two queries: threads, and answers with posts in one where there are threads."""
    bound = {"host": ref.key, "number": ref.id, "scope": scope_id, "act": Act.OPEN_THREAD}
    found = _select_threads().typed(_Row, {**bound, "at": now()})
    threads = [row for row in found if row.id is not None]
    has_posts = threads or ref.key == PROJECT_KEY
    answers, posts = _recent(ref, scope_id) if has_posts else ([], [])
    actor = current_actor()
    html = render_template(
        "beteiligung/discussion/_panel.html",
        threads=threads[:SHOWN_THREADS],
        more=len(threads) > SHOWN_THREADS,
        answers=answers,
        posts=posts,
        titles={row.id: row.title for row in threads if row.status == Status.PUBLIC},
        removed_words=removed_words,
        can_begin=found[0].lets_begin and not bars.bar_for(actor, scope_id),
        can_open=actor.may("discussion.manage", scope_id),
        **_ways(ref),
        **context(),
    )
    return Markup(html)  # noqa: S704 - our own template


def _ways(ref: Ref) -> dict[str, str]:
    """Where one begins a thread there; what became of posts is told for projects."""
    if ref.key != PROJECT_KEY:
        tail = f"{ref.key}/{ref.id}"
        return {
            "begin": f"/beteiligung/gespraech-beginnen/{tail}",
            "open": f"/beteiligung/gespraech-eroeffnen/{tail}",
            "outcomes": "",
        }
    base = request.path.rstrip("/")
    return {
        "begin": f"{base}/gespraech-beginnen",
        "open": f"{base}/gespraech-eroeffnen",
        "outcomes": f"{base}/ergebnisse",
    }


@cache
def _select_recent(*, is_project: bool) -> Quick:
    """A project is a scope of its own; other hosts share theirs."""
    rows = reading.select_posts().join(Thread, Thread.id == Post.thread_id)
    rows = rows.where(Post.scope_id == bindparam("scope"), Post.status == Status.PUBLIC)
    if not is_project:
        rows = rows.where(Thread.host_key == bindparam("host"), Thread.host_id == bindparam("of"))
    rows = rows.where(Thread.status == Status.PUBLIC)
    parts = [
        rows.where(Post.is_answer.is_(flag)).order_by(Post.id.desc()).limit(most).subquery()
        for flag, most in ((True, SHOWN_ANSWERS), (False, SHOWN_POSTS))
    ]
    return Quick(union_all(*(select(part) for part in parts)))


def _recent(ref: Ref, scope_id: int) -> tuple[list[PostShown], list[PostShown]]:
    """The latest answers and the latest posts."""
    is_project = ref.key == PROJECT_KEY
    bound: dict[str, object] = {"scope": scope_id}
    if not is_project:
        bound |= {"host": ref.key, "of": ref.id}
    query = _select_recent(is_project=is_project)
    found = sorted(reading.read_posts(query, bound), reverse=True)
    shown = put_into_words(reading.PostView(row) for row in found)
    return (
        [post for post in shown if post.row.is_answer],
        [post for post in shown if not post.row.is_answer],
    )


PANEL = Panel("beteiligung.gespraeche", HOSTS, _render)
