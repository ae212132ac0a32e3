"""What a host's page shows of its discussions: threads, answers of the office, recent posts."""

from flask import render_template, request
from markupsafe import Markup
from sqlalchemy import case, select, union_all

from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import reading
from beteiligung.discussion.service.names import removed_words
from beteiligung.discussion.views.frame import context
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.panels import Panel
from kern.scope import Act, is_open, list_windows
from kern.web import current_actor

SHOWN_THREADS = 12
SHOWN_POSTS = 3
SHOWN_ANSWERS = 2


def _render(ref: Ref, scope_id: int) -> Markup:
    """Three queries: threads with tombstones, windows, and answers with posts in one."""
    is_public = Thread.status == Status.PUBLIC
    query = (
        select(
            Thread.id,
            case((is_public, Thread.title), else_="").label("title"),
            Thread.plain,
            Thread.posts_count,
            Thread.answers_count,
            Thread.closed_at,
            Thread.outcome,
            Thread.status,
            Thread.hidden_rule,
            Thread.hidden_at,
        )
        .where(Thread.host_key == ref.key, Thread.host_id == ref.id)
        .where(Thread.status.in_([Status.PUBLIC, Status.HIDDEN]))
        .order_by(
            is_public.desc(),
            Thread.pinned.desc(),
            Thread.posts_count.desc(),
            Thread.id,
        )
        .limit(SHOWN_THREADS + 1)
    )
    threads = db.session.execute(query).all()
    answers, posts = _recent(scope_id)
    windows = list_windows(scope_id)
    actor = current_actor()
    html = render_template(
        "beteiligung/discussion/_panel.html",
        threads=threads[:SHOWN_THREADS],
        more=len(threads) > SHOWN_THREADS,
        answers=answers,
        posts=posts,
        titles={row.id: row.title for row in threads if row.status == Status.PUBLIC},
        removed_words=removed_words,
        can_begin=is_open(windows, Act.OPEN_THREAD, now()),
        can_open=actor.may("discussion.manage", scope_id),
        base=request.path.rstrip("/"),
        **context(),
    )
    return Markup(html)  # noqa: S704 - our own template


def _recent(scope_id: int) -> tuple[list[reading.PostView], list[reading.PostView]]:
    public = (Post.scope_id == scope_id, Post.status == Status.PUBLIC)
    rows = reading.select_posts().join(Thread, Thread.id == Post.thread_id)
    rows = rows.where(*public, Thread.status == Status.PUBLIC)
    parts = [
        rows.where(Post.is_answer.is_(flag)).order_by(Post.id.desc()).limit(most).subquery()
        for flag, most in ((True, SHOWN_ANSWERS), (False, SHOWN_POSTS))
    ]
    found = db.session.execute(union_all(*(select(part) for part in parts))).all()
    views = sorted((reading.PostView(row) for row in found), key=lambda view: -view.row.id)
    return (
        [view for view in views if view.row.is_answer],
        [view for view in views if not view.row.is_answer],
    )


PANEL = Panel("beteiligung.gespraeche", frozenset({"beteiligung.project"}), _render)
