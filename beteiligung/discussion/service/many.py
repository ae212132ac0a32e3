"""Verdicts about many at once, for floods: the same as one by one, in few statements.

What cannot be decided any more, because it was rewritten, withdrawn or hidden since, is left as it
is; the caller hears which ones were done.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion import rules
from beteiligung.discussion.models import (
    POST_KEY,
    THREAD_KEY,
    Post,
    Status,
    TextRevision,
    Thread,
)
from beteiligung.discussion.service import counting, telling, texts
from kern import audit, notify, outbox
from kern.accounts.parties import people_behind
from kern.actor import Actor
from kern.clock import now
from kern.content import Verdict
from kern.db import db
from kern.errors import DomainError
from kern.files import service as files
from kern.notify import NoticeKind, Telling
from kern.outbox import Fact

Found = Sequence[tuple[Post | Thread, TextRevision]]


def one_by_one(ids: Iterable[int], verb: Callable[[int], None]) -> Collection[int]:
    done = set()
    for id_ in ids:
        with suppress(DomainError), db.session.begin_nested():
            verb(id_)
            done.add(id_)
    return done


def reject(
    kind: type[Post] | type[Thread], wordings: Mapping[int, int], actor: Actor
) -> Collection[int]:
    """`decisions.decide` with REJECT: an edit that is rejected leaves the released wording."""
    found = [
        (thing, revision)
        for thing, revision in _waiting(kind, wordings, actor)
        if thing.released is not None or (thing.status, Status.REJECTED) in rules.TRANSITIONS
    ]
    for thing, revision in found:
        revision.state = Status.REJECTED
        if thing.released is None:
            thing.status = Status.REJECTED
    db.session.flush()
    return _noted(found, actor, f"text.{Verdict.REJECT}", Fact.CHANGED)


def release_posts(wordings: Mapping[int, int], actor: Actor) -> Collection[int]:
    """`decisions.decide` with RELEASE. An author of several hears of them together."""
    found = [
        (post, revision)
        for post, revision in _waiting(Post, wordings, actor)
        if isinstance(post, Post)
        and post.status in {Status.PENDING, Status.PUBLIC}  # what is hidden needs a word of its own
    ]
    fresh = [post for post, _revision in found if post.status == Status.PENDING]
    at = now()
    for post, revision in found:
        texts.show(post, revision)
        post.status = Status.PUBLIC
        post.public_at = post.public_at or at
    db.session.flush()
    _come(fresh)
    done = _noted(found, actor, f"text.{Verdict.RELEASE}", Fact.CHANGED)
    _tell(found, fresh)
    return done


def hide_posts(ids: Sequence[int], actor: Actor, rule: int | None) -> Collection[int]:
    query = select(Post).where(Post.id.in_(ids), Post.status == Status.PUBLIC)
    posts = [
        post
        for post in db.session.scalars(query.with_for_update(of=Post))
        if actor.may(rules.HIDE, post.scope_id)
    ]
    at = now()
    for post in posts:
        post.status, post.hidden_rule, post.hidden_at = Status.HIDDEN, rule, at
        texts.unshow(post)
    db.session.flush()
    files.unpublish(post.picture_id for post in posts)
    _recount(posts)
    audit.record_all(
        actor,
        "text.hide",
        [f"{POST_KEY}:{post.id}" for post in posts],
        f"rule {rule}" if rule else None,
    )
    outbox.note_all(POST_KEY, [post.id for post in posts], Fact.HIDDEN, _touched(posts))
    return {post.id for post in posts}


def _waiting(kind: type[Post] | type[Thread], wordings: Mapping[int, int], actor: Actor) -> Found:
    """With the wording that waits, if it is still the one that was read."""
    key = POST_KEY if kind is Post else THREAD_KEY
    newest = and_(
        TextRevision.content_key == key,
        TextRevision.content_id == kind.id,
        TextRevision.number == kind.latest,
    )
    query = select(kind, TextRevision).join(TextRevision, newest)
    query = query.where(kind.id.in_(wordings), TextRevision.state == Status.PENDING)
    if kind is Post:
        query = query.options(joinedload(Post.thread))
    rows: Any = db.session.execute(query.with_for_update(of=kind))
    return [
        (thing, revision)
        for thing, revision in rows
        if thing.latest == wordings[thing.id] and actor.may(rules.DECIDE, thing.scope_id)
    ]


def _noted(found: Found, actor: Actor, act: str, fact: Fact) -> Collection[int]:
    """In the log and for the worker."""
    things = [thing for thing, _revision in found]
    for key, kind in ((POST_KEY, Post), (THREAD_KEY, Thread)):
        ids = [thing.id for thing in things if isinstance(thing, kind)]
        audit.record_all(actor, act, [f"{key}:{id_}" for id_ in ids])
        outbox.note_all(key, ids, fact, _touched(things))
    return {thing.id for thing in things}


def _touched(things: Sequence[Post | Thread]) -> set[str]:
    scopes = {f"scope:{thing.scope_id}" for thing in things}
    return scopes | {f"{THREAD_KEY}:{one.thread_id}" for one in things if isinstance(one, Post)}


def _come(posts: Sequence[Post]) -> None:
    """They are public now: pictures, places, counters."""
    files.publish(post.picture_id for post in posts)
    for post in posts:
        if not post.listed:
            counting.take_place(post)
    db.session.flush()
    _recount(posts)


def _recount(posts: Sequence[Post]) -> None:
    counting.recount_threads(sorted({post.thread_id for post in posts}))
    for scope_id in sorted({post.scope_id for post in posts}):
        counting.recount_scope(scope_id)


def _tell(found: Sequence[tuple[Post, TextRevision]], fresh: Sequence[Post]) -> None:
    for post in fresh:
        telling.tell_came(post, post.released or post.latest)
    by_author: dict[int, list[Post]] = {}
    for post, _revision in found:
        if post.author_id is not None:
            by_author.setdefault(post.author_id, []).append(post)
    people = people_behind(by_author)
    stamp = now().strftime("%Y%m%d%H%M%S%f")
    tellings = [
        Telling(
            people[author],
            telling.ref_of(posts[0]),
            f"{telling.ref_of(posts[0])}:{posts[0].released}:{stamp}",
            {"revision": posts[0].released, "more": len(posts) - 1},
        )
        for author, posts in by_author.items()
    ]
    notify.tell_each(tellings, NoticeKind.FATE, what=telling.DECIDED)
