"""Tables of discussions: threads, their posts, the revisions of both, votes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import Account, Party, Source
from kern.clock import now
from kern.db import Model, Utc
from kern.files.models import File
from kern.scope.models import Scope

THREAD_KEY = "beteiligung.thread"
POST_KEY = "beteiligung.post"


class Status(StrEnum):
    """Of a thread or post as a whole. While an edit waits, a public one stays public."""

    PENDING = "pending"
    PUBLIC = "public"
    REJECTED = "rejected"
    HIDDEN = "hidden"  # was public, taken away by moderation: a tombstone stays
    WITHDRAWN = "withdrawn"  # by its author
    ERASED = "erased"  # its person is gone and wanted it gone: nothing of the text remains


class Outcome(StrEnum):
    """What became of a contribution, said in public by the office."""

    UNDER_REVIEW = "under_review"  # wird geprüft
    ACCEPTED = "accepted"  # wird umgesetzt
    PARTLY = "partly"  # teilweise
    DECLINED = "declined"  # nicht möglich


class TextRevision(Model):
    """One wording of a thread's question or of a post. The public sees the released one."""

    __tablename__ = "beteiligung_revision"
    __table_args__ = (UniqueConstraint("content_key", "content_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(Text)  # Markdown, as typed
    html: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    renderer: Mapped[int]
    state: Mapped[Status] = mapped_column(String(10), default=Status.PENDING)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(Utc, default=now)
    refused_picture_id: Mapped[int | None] = mapped_column(ForeignKey(File.id, ondelete="SET NULL"))
    """Released without this picture: what taking the release back brings back."""


class Thread(Model):
    """A question that people talk about. Hangs on a host (a project now) and takes its rights
    from the scope."""

    __tablename__ = "beteiligung_thread"
    __table_args__ = (
        Index(None, "scope_id", "status", "pinned", "id"),
        Index(None, "host_key", "host_id"),
        Index(None, "author_id", "id"),
        Index(None, "public_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey(Scope.id))
    host_key: Mapped[str] = mapped_column(String(60))
    host_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))  # released wording, or the first one
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[Status] = mapped_column(String(10), default=Status.PENDING)
    released: Mapped[int | None]  # number of the public revision
    latest: Mapped[int] = mapped_column(default=0)  # number of the newest wording
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    by_office: Mapped[bool] = mapped_column(default=False)
    source: Mapped[Source] = mapped_column(String(8), default=Source.WEB)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    receipt: Mapped[str] = mapped_column(String(9), unique=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    closes_at: Mapped[datetime | None] = mapped_column(Utc)  # exclusive; None: with the phase
    closed_at: Mapped[datetime | None] = mapped_column(Utc)  # by hand
    closed_reason: Mapped[str] = mapped_column(String(300), default="")  # one sentence, for all
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)  # by moderation: a tombstone says so
    hidden_rule: Mapped[int | None]  # number of the rule, shown on the tombstone
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey(Scope.id, ondelete="SET NULL"))
    moved_at: Mapped[datetime | None] = mapped_column(Utc)
    written_at: Mapped[datetime] = mapped_column(Utc, default=now)
    public_at: Mapped[datetime | None] = mapped_column(Utc)  # released for the first time
    posts_count: Mapped[int] = mapped_column(default=0)  # public posts, replies included
    moved_count: Mapped[int] = mapped_column(default=0)  # posts that stood here before
    answers_count: Mapped[int] = mapped_column(default=0)
    last_post_at: Mapped[datetime | None] = mapped_column(Utc)
    outcome: Mapped[Outcome | None] = mapped_column(String(12))
    outcome_reason: Mapped[str] = mapped_column(Text, default="")
    outcome_office: Mapped[str] = mapped_column(String(120), default="")
    outcome_at: Mapped[datetime | None] = mapped_column(Utc)

    scope: Mapped[Scope] = relationship(lazy="raise_on_sql", foreign_keys=[scope_id])
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql")


class Post(Model):
    """Something said in a thread. `parent_id` is set for replies; replies have none themselves."""

    __tablename__ = "beteiligung_post"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="no_self_reply"),
        Index("ix_beteiligung_post_page", "thread_id", "parent_id", "pinned", "listed", "id"),
        Index(
            "ix_beteiligung_post_agreed",
            *("thread_id", "parent_id", "pinned", "listed", "score", "id"),
        ),
        Index(
            "ix_beteiligung_post_discussed",
            *("thread_id", "parent_id", "pinned", "listed", "reply_count", "id"),
        ),
        Index(None, "author_id", "id"),
        Index(None, "scope_id", "status", "is_answer", "id"),
        Index(None, "parent_id", "reply_no"),
        Index(None, "public_at", "id"),
        Index(None, "scope_id", "public_at"),
        Index(None, "thread_id", "public_at"),
        Index(None, "moved_from_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey(Thread.id))
    scope_id: Mapped[int] = mapped_column(ForeignKey(Scope.id))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("beteiligung_post.id"))
    html: Mapped[str] = mapped_column(Text, default="")  # released wording
    plain: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[Status] = mapped_column(String(10), default=Status.PENDING)
    listed: Mapped[bool] = mapped_column(default=False)  # public now, or a tombstone
    released: Mapped[int | None]
    latest: Mapped[int] = mapped_column(default=0)  # number of the newest wording
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    source: Mapped[Source] = mapped_column(String(8), default=Source.WEB)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    external_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # of imports
    receipt: Mapped[str] = mapped_column(String(9), unique=True)
    is_answer: Mapped[bool] = mapped_column(default=False)  # an official answer of `office`
    office: Mapped[str] = mapped_column(String(120), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey(File.id, ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(Utc, default=now)
    public_at: Mapped[datetime | None] = mapped_column(Utc)  # released for the first time
    edited_at: Mapped[datetime | None] = mapped_column(Utc)
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)  # by moderation: a tombstone says so
    hidden_rule: Mapped[int | None]  # number of the rule, shown on the tombstone
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey(Thread.id, ondelete="SET NULL"))
    moved_parent_id: Mapped[int | None]  # the post it replied to there: where moving back leads
    moved_at: Mapped[datetime | None] = mapped_column(Utc)
    agree_base: Mapped[int] = mapped_column(default=0)  # from an import or paper
    disagree_base: Mapped[int] = mapped_column(default=0)
    agree: Mapped[int] = mapped_column(default=0)  # base + votes
    disagree: Mapped[int] = mapped_column(default=0)
    score: Mapped[float] = mapped_column(default=0.0)  # Wilson lower bound of agree's share
    reply_count: Mapped[int] = mapped_column(default=0)  # listed replies
    reply_no: Mapped[int] = mapped_column(default=0)  # its place when first listed; 0: answers
    outcome: Mapped[Outcome | None] = mapped_column(String(12))
    outcome_reason: Mapped[str] = mapped_column(Text, default="")
    outcome_office: Mapped[str] = mapped_column(String(120), default="")
    outcome_at: Mapped[datetime | None] = mapped_column(Utc)

    thread: Mapped[Thread] = relationship(lazy="raise_on_sql", foreign_keys=[thread_id])
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql")
    picture: Mapped[File | None] = relationship(lazy="raise_on_sql")


class Vote(Model):
    """Purpose: one voice per person. `value` is 1 or -1."""

    __tablename__ = "beteiligung_vote"
    __table_args__ = (
        UniqueConstraint("post_id", "party_id"),
        CheckConstraint("value IN (-1, 1)", name="value"),
        Index(None, "party_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey(Post.id, ondelete="CASCADE"))
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    value: Mapped[int]
    voted_at: Mapped[datetime] = mapped_column(Utc, default=now)
