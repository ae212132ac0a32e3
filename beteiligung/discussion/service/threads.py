"""Threads: opened by the office or by citizens, closed, pinned, answered for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion import rules
from beteiligung.discussion.models import THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import decisions, texts
from kern import audit, outbox, text
from kern.accounts.models import Source
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import PREPARED, db
from kern.errors import Invalid, LoginRequired, NotAllowed, NotFound
from kern.ids import new_receipt
from kern.moderation import bars
from kern.scope import Act, Scope, require_open
from kern.scope.rules import may_read

GONE = "Dieses Gespräch gibt es nicht."


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote, by which channel, and who typed it in for them."""

    author_id: int | None
    source: Source = Source.WEB
    entered_by: int | None = None


def by(actor: Actor) -> Written:
    return Written(actor.party_id)


_THREAD = (
    select(Thread)
    .where(Thread.id == bindparam("thread"))
    .options(joinedload(Thread.scope), joinedload(Thread.author))
    .execution_options(**{PREPARED: True})
)


def get_thread_for(actor: Actor, thread_id: int) -> Thread:
    """The gate: a thread this actor may read, with its scope and author, else NotFound."""
    thread = db.session.scalar(_THREAD, {"thread": thread_id})
    if thread is None or not rules.is_visible(thread, thread.scope, actor):
        raise NotFound(GONE)
    return thread


def get_tombstone_for(actor: Actor, thread_id: int) -> Thread:
    """What was public and is gone: nothing of it may be shown but why. Else NotFound."""
    query = select(Thread).where(Thread.id == thread_id, Thread.released.is_not(None))
    query = query.where(Thread.status.in_([Status.HIDDEN, Status.WITHDRAWN, Status.ERASED]))
    thread = db.session.scalar(query.options(joinedload(Thread.scope)))
    if thread is None or not may_read(actor, thread.scope):
        raise NotFound(GONE)
    return thread


def list_threads(scope: Scope, actor: Actor, limit: int = 100) -> Sequence[Thread]:
    """What this actor may see there, pinned first, then the liveliest."""
    query = select(Thread).where(Thread.scope_id == scope.id)
    if not actor.may(rules.DECIDE, scope.id):
        own = Thread.author_id == actor.party_id if actor.party_id is not None else None
        public = Thread.status == Status.PUBLIC
        query = query.where(public if own is None else or_(public, own))
    query = query.where(Thread.status.not_in([Status.ERASED, Status.WITHDRAWN]))
    order = (Thread.pinned.desc(), Thread.posts_count.desc(), Thread.id)
    return db.session.scalars(query.order_by(*order).limit(limit)).all()


def require_may_open(actor: Actor, scope: Scope, at: datetime) -> None:
    if actor.may(rules.MANAGE, scope.id):
        return
    if not actor.may(rules.OPEN_THREAD, scope.id):
        raise LoginRequired("Bitte melden Sie sich an, um ein Gespräch zu beginnen.")
    require_open(scope.id, Act.OPEN_THREAD, at)
    bars.require_may_write(actor.party_id, scope.id)


def open_thread(
    actor: Actor,
    scope: Scope,
    host: Ref,
    *,
    title: str,
    question: str,
    category: str = "",
    by_office: bool = False,
    closes_at: datetime | None = None,
    written: Written | None = None,
) -> Thread:
    """A new thread; waits for release unless the actor may release or the scope lets it through."""
    require_may_open(actor, scope, now())
    if by_office and not actor.may(rules.MANAGE, scope.id):
        raise NotAllowed("Im Namen der Verwaltung schreibt nur, wer dazu gehört.")
    written = written or by(actor)
    thread = Thread(
        scope_id=scope.id,
        host_key=host.key,
        host_id=host.id,
        title=checked_title(title),
        category=text.clean_line(category, 60),
        author_id=written.author_id,
        source=written.source,
        entered_by=written.entered_by,
        by_office=by_office,
        closes_at=closes_at,
        receipt=new_receipt(),
    )
    db.session.add(thread)
    db.session.flush()
    source = texts.checked(question, rules.MAX_QUESTION, "question")
    links = by_office or decisions.is_known(written.author_id)
    texts.add_revision(thread, source, editor_id=written.author_id, links=links, title=thread.title)
    _publish(actor, thread, scope)
    return thread


def edit_thread(actor: Actor, thread: Thread, *, title: str, question: str) -> None:
    closed = thread.closed_at is not None
    if not actor.may(rules.MANAGE, thread.scope_id):
        rules.require_may_edit(actor, thread, is_closed=closed)
        bars.require_may_write(actor.party_id, thread.scope_id)
    source = texts.checked(question, rules.MAX_QUESTION, "question")
    links = thread.by_office or decisions.is_known(thread.author_id)
    revised = texts.add_revision(
        thread, source, editor_id=actor.party_id, links=links, title=checked_title(title)
    )
    if thread.released is None:
        thread.title = revised.title
    _publish(actor, thread, thread.scope)


def _publish(actor: Actor, thread: Thread, scope: Scope) -> None:
    """The office's own questions are public at once; citizens' go where the scope sends them."""
    if thread.by_office:
        decisions.release_at_once(thread)
    else:
        decisions.submit(actor, thread, scope)


def checked_title(title: str) -> str:
    cleaned = text.clean_line(title, rules.MAX_TITLE + 1)
    if not cleaned:
        raise Invalid("Bitte geben Sie eine Überschrift an.", field="title")
    if len(cleaned) > rules.MAX_TITLE:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="title", limit=rules.MAX_TITLE)
    return cleaned


def require_manage(actor: Actor, thread: Thread) -> None:
    if not actor.may(rules.MANAGE, thread.scope_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")


def set_closed(actor: Actor, thread: Thread, *, closed: bool, reason: str = "") -> None:
    """`reason` is one sentence that all can read."""
    require_manage(actor, thread)
    sentence = text.clean_line(reason, rules.MAX_CLOSING + 1) if closed else ""
    if len(sentence) > rules.MAX_CLOSING:
        limit = rules.MAX_CLOSING
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="reason", limit=limit)
    if closed == (thread.closed_at is not None) and sentence == thread.closed_reason:
        return
    thread.closed_at = (thread.closed_at or now()) if closed else None
    thread.closed_reason = sentence
    _changed(actor, thread, "thread.close" if closed else "thread.open")


def lock(actor: Actor, thread: Thread, *, locked: bool, reason: str) -> None:
    """From the desk: as `set_closed`, and it always says why."""
    if locked and not reason.strip():
        raise Invalid("Bitte sagen Sie in einem Satz, warum.", field="reason")
    set_closed(actor, thread, closed=locked, reason=reason)


def set_pinned(actor: Actor, thread: Thread, *, pinned: bool) -> None:
    require_manage(actor, thread)
    if pinned != thread.pinned:
        thread.pinned = pinned
        _changed(actor, thread, "thread.pin" if pinned else "thread.unpin")


def set_details(actor: Actor, thread: Thread, *, category: str, closes_at: datetime | None) -> None:
    require_manage(actor, thread)
    thread.category = text.clean_line(category, 60)
    thread.closes_at = closes_at
    _changed(actor, thread, "thread.details")


def office_of(thread: Thread) -> str:
    """The office that last spoke in this scope: what an answer's form begins with."""
    query = select(Post.office).where(Post.scope_id == thread.scope_id, Post.is_answer.is_(True))
    return db.session.scalar(query.order_by(Post.id.desc()).limit(1)) or ""


def list_categories(scope_id: int) -> Sequence[str]:
    query = select(Thread.category).where(Thread.scope_id == scope_id, Thread.category != "")
    return db.session.scalars(query.distinct().order_by(Thread.category)).all()


def _changed(actor: Actor, thread: Thread, act: str, **detail: Any) -> None:
    audit.record(actor, act, f"{THREAD_KEY}:{thread.id}", **detail)
    outbox.note(THREAD_KEY, thread.id, touches=[f"scope:{thread.scope_id}"])
