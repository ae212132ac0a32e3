"""Where certain words stand: in every wording of threads and posts, and in what the office said."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.service.texts import Thing, key_of
from kern.content import Mention, Ref
from kern.db import db

WAITING = frozenset({Status.PENDING, Status.PUBLIC})  # of things whose newest wording can wait


def list_in_threads(words: Sequence[str], limit: int) -> Sequence[Mention]:
    said = _holding(words, TextRevision.title, TextRevision.plain)
    remarked = _holding(words, Thread.outcome_reason, Thread.closed_reason)
    return [*_wordings(Thread, said, limit), *_remarks(Thread, remarked, limit)]


def list_in_posts(words: Sequence[str], limit: int) -> Sequence[Mention]:
    said = _holding(words, TextRevision.plain)
    remarked = _holding(words, Post.outcome_reason)
    return [*_wordings(Post, said, limit), *_remarks(Post, remarked, limit)]


def _holding(words: Sequence[str], *columns: Any) -> ColumnElement[bool]:
    return or_(*(one.icontains(word, autoescape=True) for one in columns for word in words))


def _wordings(kind: type[Any], said: ColumnElement[bool], limit: int) -> Iterator[Mention]:
    key = POST_KEY if kind is Post else THREAD_KEY
    about = and_(TextRevision.content_key == key, TextRevision.content_id == kind.id)
    query = select(kind, TextRevision).join(TextRevision, about)
    query = query.where(said, kind.status != Status.ERASED)
    for thing, revision in db.session.execute(query.order_by(TextRevision.id.desc()).limit(limit)):
        yield Mention(
            Ref(key, thing.id),
            f"{revision.title}\n{revision.plain}",
            _host(thing),
            revision.number,
            _is_decidable(thing, revision),
        )


def _is_decidable(thing: Thing, revision: TextRevision) -> bool:
    """The public wording, and the one that waits."""
    waits = revision.number == thing.latest and revision.state == Status.PENDING
    if waits and thing.status in WAITING:
        return True
    return thing.status == Status.PUBLIC and revision.number == thing.released


def _remarks(kind: type[Any], remarked: ColumnElement[bool], limit: int) -> Iterator[Mention]:
    query = select(kind).where(remarked).order_by(kind.id.desc()).limit(limit)
    for thing in db.session.scalars(query):
        plain = thing.outcome_reason
        if isinstance(thing, Thread):
            plain += f"\n{thing.closed_reason}"
        yield Mention(Ref(key_of(thing), thing.id), plain, _host(thing), is_decidable=False)


def _host(thing: Thing) -> Ref:
    return Ref(THREAD_KEY, thing.id if isinstance(thing, Thread) else thing.thread_id)
