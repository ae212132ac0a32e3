"""Participation counted by day and channel, and every post of a project as a row.

Only what is public has its text here: of everything else, staff sees that it exists, when it came
and by which channel.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from beteiligung.discussion.models import Outcome, Post, Status, Thread, Vote
from beteiligung.discussion.service.names import shown_name
from kern.accounts.models import Party, Source
from kern.calendar import to_local
from kern.db import db
from kern.moderation.words import removed_words
from kern.scope import Scope

PER_PAGE = 500

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Totals:
    """`votes` counts imported and paper ones too."""

    threads: int
    posts: int
    people: int
    answers: int
    votes: int
    outcomes: Sequence[tuple[Outcome, int]]
    channels: Sequence[tuple[Source, int]]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    posts: int
    votes: int


@dataclass(frozen=True, slots=True)
class Line:
    """One post, or the question of a thread, as exports and the print view show it."""

    receipt: str
    thread_id: int
    thread: str
    post_id: int | None  # None: the thread's own question
    parent_id: int | None
    status: Status
    source: Source
    author: str
    written_at: datetime
    html: str
    text: str
    agree: int
    disagree: int
    is_answer: bool
    outcome: Outcome | None
    reason: str
    office: str  # that answered, or said what becomes of it
    removed: str = ""  # by moderation, in words: rule and day, instead of the text


def totals(scope: Scope) -> Totals:
    """Five queries; nothing that is hidden or waits is counted."""
    shown = (Thread.scope_id == scope.id, Thread.status == Status.PUBLIC)
    threads = select(func.count()).select_from(Thread).where(*shown)
    public = _public(scope.id)
    votes = func.coalesce(func.sum(Post.agree + Post.disagree), 0)
    of_posts = select(Post.outcome, func.count()).where(*public).group_by(Post.outcome)
    of_threads = select(Thread.outcome, func.count()).where(*shown).group_by(Thread.outcome)
    channels = select(Post.source, func.count()).where(*public, Post.is_answer.is_(False))
    by_outcome = _counted(of_posts) + _counted(of_threads)
    by_channel = _counted(channels.group_by(Post.source))
    return Totals(
        threads=db.session.scalar(threads) or 0,
        posts=scope.posts_count,
        people=scope.people_count,
        answers=scope.answers_count,
        votes=db.session.scalar(select(votes).where(*public)) or 0,
        outcomes=[(one, by_outcome[one]) for one in Outcome if one in by_outcome],
        channels=[(one, by_channel[one]) for one in Source if one in by_channel],
    )


def list_days(scope_id: int) -> list[Day]:
    """Days of Germany with at least one public post or vote, the first one first."""
    public = _public(scope_id)
    written = select(Post.written_at).where(*public)
    voted = select(Vote.voted_at).join(Post, Post.id == Vote.post_id).where(*public)
    posts, votes = _by_day(written), _by_day(voted)
    return [Day(day, posts[day], votes[day]) for day in sorted(posts.keys() | votes.keys())]


def iterate(scope_id: int) -> Iterator[Line]:
    """Everything of a project for staff, thread by thread, replies behind what they answer."""
    for thread in db.session.execute(_threads().where(Thread.scope_id == scope_id)):
        yield _question(thread)
        query = _posts().where(Post.thread_id == thread.id)
        for row in db.session.execute(
            query.order_by(*_reading_order()).execution_options(yield_per=PER_PAGE)
        ):
            yield _line(row)


def list_public(scope_id: int, page: int) -> tuple[list[Line], int]:
    """One page of the public posts and how many pages there are; for reading and for paper.
    What moderation took away keeps its place."""
    public = _listed(scope_id)
    count = db.session.scalar(select(func.count()).select_from(Post).where(*public)) or 0
    query = _posts().where(*public).order_by(Post.thread_id, *_reading_order())
    rows = db.session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return [_line(row) for row in rows], max(1, -(-count // PER_PAGE))


def list_questions(scope_id: int) -> dict[int, Line]:
    """The public threads of a project by id."""
    query = _threads().where(Thread.scope_id == scope_id, Thread.status == Status.PUBLIC)
    return {row.id: _question(row) for row in db.session.execute(query)}


def _public(scope_id: int) -> tuple[ColumnElement[bool], ...]:
    shown = select(Thread.id).where(Thread.scope_id == scope_id, Thread.status == Status.PUBLIC)
    return Post.scope_id == scope_id, Post.status == Status.PUBLIC, Post.thread_id.in_(shown)


def _listed(scope_id: int) -> tuple[ColumnElement[bool], ...]:
    """Public, or a tombstone."""
    of_scope, is_public, shown = _public(scope_id)
    return of_scope, or_(is_public, and_(Post.status == Status.HIDDEN, Post.listed)), shown


def _counted(query: Rows) -> Counter[Any]:
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _by_day(query: Select[datetime]) -> Counter[date]:
    """Counted here and not by the database: midnight in Germany moves with summer time."""
    rows = db.session.scalars(query.execution_options(yield_per=PER_PAGE))
    return Counter(to_local(at).date() for at in rows)


def _reading_order() -> list[Any]:
    return [func.coalesce(Post.parent_id, Post.id), Post.id]


def _posts() -> Rows:
    return (
        select(
            Post.id,
            Post.thread_id,
            Post.parent_id,
            Post.html,
            Post.plain,
            Post.status,
            Post.source,
            Post.receipt,
            Post.hidden_rule,
            Post.hidden_at,
            Post.written_at,
            Post.agree,
            Post.disagree,
            Post.is_answer,
            Post.office,
            Post.outcome,
            Post.outcome_reason,
            Post.outcome_office,
            Post.author_id,
            Thread.title,
            Thread.status.label("thread_status"),
            Party.name,
            Party.kind,
            Party.erased_at,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .outerjoin(Party, Party.id == Post.author_id)
    )


def _threads() -> Rows:
    return (
        select(
            Thread.id,
            Thread.title,
            Thread.html,
            Thread.plain,
            Thread.status,
            Thread.source,
            Thread.receipt,
            Thread.hidden_rule,
            Thread.hidden_at,
            Thread.written_at,
            Thread.by_office,
            Thread.author_id,
            Thread.outcome,
            Thread.outcome_reason,
            Thread.outcome_office,
            Party.name,
            Party.kind,
            Party.erased_at,
        )
        .outerjoin(Party, Party.id == Thread.author_id)
        .order_by(Thread.id)
    )


def _name(row: Row[Any], *, office: bool = False) -> str:
    erased = row.erased_at is not None or row.author_id is None
    return shown_name(row.name, row.kind, erased=erased and not office, office=office)


def _removed(row: Row[Any]) -> str:
    is_hidden = row.status == Status.HIDDEN
    return removed_words(row.hidden_rule, row.hidden_at) if is_hidden else ""


def _line(row: Row[Any]) -> Line:
    is_public = row.status == Status.PUBLIC and row.thread_status == Status.PUBLIC
    return Line(
        receipt=row.receipt,
        thread_id=row.thread_id,
        thread=row.title if row.thread_status == Status.PUBLIC else "",
        post_id=row.id,
        parent_id=row.parent_id,
        status=Status(row.status),
        source=Source(row.source),
        author=_name(row, office=row.is_answer) if is_public else "",
        written_at=row.written_at,
        html=row.html if is_public else "",
        text=row.plain if is_public else "",
        agree=row.agree if is_public else 0,
        disagree=row.disagree if is_public else 0,
        is_answer=row.is_answer,
        outcome=Outcome(row.outcome) if row.outcome and is_public else None,
        reason=row.outcome_reason if is_public else "",
        office=(row.outcome_office or row.office) if is_public else "",
        removed=_removed(row),
    )


def _question(row: Row[Any]) -> Line:
    is_public = row.status == Status.PUBLIC
    return Line(
        receipt=row.receipt,
        thread_id=row.id,
        thread=row.title if is_public else "",
        post_id=None,
        parent_id=None,
        status=Status(row.status),
        source=Source(row.source),
        author=_name(row, office=row.by_office) if is_public else "",
        written_at=row.written_at,
        html=row.html if is_public else "",
        text=row.plain if is_public else "",
        agree=0,
        disagree=0,
        is_answer=False,
        outcome=Outcome(row.outcome) if row.outcome and is_public else None,
        reason=row.outcome_reason if is_public else "",
        office=row.outcome_office if is_public else "",
        removed=_removed(row),
    )
