"""Move a post to another thread, a thread to another project: with all that hangs on it.

Addresses of posts and threads hold their number only, so they lead to the new place by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import counting, decisions, telling
from beteiligung.discussion.service.texts import Thing, key_of
from beteiligung.project.models import Project
from beteiligung.project.rules import PROJECT_KEY
from kern import audit, notify, outbox
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Invalid
from kern.moderation import cases
from kern.outbox import Fact
from kern.scope import Scope
from kern.scope.rules import readable

MOST_TARGETS = 20
GONE = "Dorthin lässt es sich nicht verschieben. Bitte wählen Sie einen anderen Platz."


def move_post(post: Post, actor: Actor, target: Ref) -> None:
    """Its replies go along; a reply becomes a post of its own, unless it comes back."""
    thread = _find_thread(target)
    if thread is None:
        raise Invalid(GONE, field="target")
    rules.require_may_move(actor, post, thread.scope_id)
    if thread.id == post.thread_id:
        raise Invalid("Dort steht es schon.", field="target")
    old_thread, old_scope, old_parent = post.thread_id, post.scope_id, post.parent_id
    parent_id = _old_parent(post, thread)
    moved = [post, *db.session.scalars(select(Post).where(Post.parent_id == post.id))]
    for one in moved:
        one.thread_id, one.scope_id = thread.id, thread.scope_id
    post.parent_id, post.pinned, post.reply_no = parent_id, False, 0
    post.moved_from_id, post.moved_parent_id, post.moved_at = old_thread, old_parent, now()
    db.session.flush()
    counting.recount_threads([old_thread, thread.id])
    counting.recount_replies([id_ for id_ in (old_parent, parent_id) if id_ is not None])
    _recount_scopes(old_scope, thread.scope_id)
    cases.move_cases(POST_KEY, [one.id for one in moved], thread.scope_id)
    around = [Ref(THREAD_KEY, thread.id), telling.host_of(thread)]
    notify.move_announcements(POST_KEY, [one.id for one in moved], around)
    _note(moved, [f"{THREAD_KEY}:{old_thread}", f"scope:{old_scope}"])
    db.session.refresh(post, ["thread"])
    _finish(actor, post, f"{THREAD_KEY}:{old_thread}")


def _old_parent(post: Post, thread: Thread) -> int | None:
    """Back in the thread it came from, a reply stands again where it stood."""
    if post.moved_from_id != thread.id or post.moved_parent_id is None:
        return None
    parent = db.session.get(Post, post.moved_parent_id)
    fits = parent is not None and parent.thread_id == thread.id and parent.parent_id is None
    has_replies = select(Post.id).where(Post.parent_id == post.id).limit(1)
    return post.moved_parent_id if fits and db.session.scalar(has_replies) is None else None


def move_thread(thread: Thread, actor: Actor, target: Ref) -> None:
    """All its posts go along."""
    project = _find_project(target)
    if project is None:
        raise Invalid(GONE, field="target")
    rules.require_may_move(actor, thread, project.scope_id)
    if project.scope_id == thread.scope_id:
        raise Invalid("Dort steht es schon.", field="target")
    old = thread.scope_id
    posts = db.session.scalars(select(Post.id).where(Post.thread_id == thread.id)).all()
    db.session.execute(
        update(Post).where(Post.thread_id == thread.id).values(scope_id=project.scope_id)
    )
    thread.scope_id, thread.host_key, thread.host_id = project.scope_id, target.key, target.id
    thread.pinned, thread.category = False, ""
    thread.moved_from_id, thread.moved_at = old, now()
    db.session.flush()
    db.session.refresh(thread, ["scope"])
    _recount_scopes(old, project.scope_id)
    cases.move_cases(THREAD_KEY, [thread.id], project.scope_id)
    cases.move_cases(POST_KEY, posts, project.scope_id)
    notify.move_announcements(THREAD_KEY, [thread.id], [target])
    notify.move_announcements(POST_KEY, posts, [Ref(THREAD_KEY, thread.id), target])
    decisions.note_posts(thread, Fact.HIDDEN)
    _note([thread], [f"scope:{old}", f"{target.key}:{target.id}"])
    _finish(actor, thread, f"scope:{old}")


def _recount_scopes(old: int, new: int) -> None:
    if old != new:
        counting.recount_scope(old)
        counting.recount_scope(new)


def _note(moved: Sequence[Thing], touches: Sequence[str]) -> None:
    """Out of every search until the index knows the new place: other people may read there."""
    for one in moved:
        decisions.note(one, Fact.HIDDEN)
    outbox.bump(*touches)


def _finish(actor: Actor, thing: Thing, source: str) -> None:
    audit.record(actor, "text.move", f"{key_of(thing)}:{thing.id}", detail=f"from {source}")
    telling.tell_author(thing, telling.MOVED, "move")


# Where to


def list_thread_targets(post: Post, actor: Actor, words: str) -> list[int]:
    """Public threads by title; those of the same project first, the liveliest before others."""
    query = select(Thread.id).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.status == Status.PUBLIC, Thread.id != post.thread_id)
    query = query.where(*_within(actor, words, Thread.title))
    if not words.strip():
        query = query.where(Thread.scope_id == post.scope_id)
    order = ((Thread.scope_id == post.scope_id).desc(), Thread.posts_count.desc(), Thread.id)
    return list(db.session.scalars(query.order_by(*order).limit(MOST_TARGETS)))


def list_project_targets(thread: Thread, actor: Actor, words: str) -> list[int]:
    """Published projects by title, the newest first."""
    query = select(Project.id).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Scope.id != thread.scope_id, *_within(actor, words, Scope.title))
    return list(db.session.scalars(query.order_by(Project.id.desc()).limit(MOST_TARGETS)))


def _within(actor: Actor, words: str, title: Any) -> list[ColumnElement[bool]]:
    """Scopes in which this actor decides, and all of the words."""
    found: list[ColumnElement[bool]] = [Scope.state.in_(rules.LIVING)]
    if not actor.may(rules.DECIDE):
        found.append(Scope.id.in_(actor.scopes_with(rules.DECIDE)))
    return found + [title.icontains(word, autoescape=True) for word in words.split()[:6]]


def _find_thread(target: Ref) -> Thread | None:
    if target.key != THREAD_KEY:
        return None
    query = select(Thread).where(Thread.id == target.id, Thread.status == Status.PUBLIC)
    return db.session.scalar(query.options(joinedload(Thread.scope)))


def _find_project(target: Ref) -> Project | None:
    if target.key != PROJECT_KEY:
        return None
    query = select(Project).join(Scope, Scope.id == Project.scope_id)
    query = query.where(Project.id == target.id, Scope.state.in_(rules.LIVING))
    return db.session.scalar(query)


# What is said where it stood


@dataclass(frozen=True, slots=True)
class MovedOn:
    """A post that stood in a thread before: its permalink leads to the thread of this title."""

    post_id: int
    title: str


def list_moved_on(thread: Thread, actor: Actor) -> list[MovedOn]:
    """What this reader may see at its new place."""
    if not thread.moved_count:
        return []
    query = select(Post.id, Thread.title).join(Thread, Thread.id == Post.thread_id)
    query = query.join(Scope, Scope.id == Post.scope_id).where(
        Post.moved_from_id == thread.id,
        Post.thread_id != thread.id,
        Post.status == Status.PUBLIC,
        Thread.status == Status.PUBLIC,
        readable(actor),
    )
    rows = db.session.execute(query.order_by(Post.id).limit(MOST_TARGETS))
    return [MovedOn(id_, title) for id_, title in rows]


def find_origin(thread: Thread, actor: Actor) -> Scope | None:
    """The project that a thread stood in before, if this reader may know it."""
    if thread.moved_from_id is None or thread.moved_from_id == thread.scope_id:
        return None
    query = select(Scope).where(Scope.id == thread.moved_from_id, readable(actor))
    return db.session.scalar(query)
