"""Tables of notices: who follows what, who is told what and how often, which mail came back."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Party
from kern.clock import now
from kern.db import Json, Model, Utc


class NoticeKind(StrEnum):
    """What people choose a frequency for."""

    FATE = "fate"  # what became of one's own text
    ANSWER = "answer"  # the office answered, or said what comes of it
    REPLY = "reply"  # somebody replied to one's own text
    CASE = "case"  # the outcome of one's report or objection
    FOLLOWED = "followed"  # something new in what one follows
    DESK = "desk"  # of moderators: how many wait
    STATEMENT = "statement"  # of reasons: the law wants it told, so nobody can switch it off


class Frequency(StrEnum):
    """How often a mail comes. In the app a notice stands at once, whatever this says."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Follow(Model):
    """Purpose: to tell this person what is new there, and to prove that they asked for it."""

    __tablename__ = "kern_follow"
    __table_args__ = (
        UniqueConstraint("party_id", "content_key", "content_id"),
        Index(None, "content_key", "content_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(Utc, default=now)
    confirmed_at: Mapped[datetime] = mapped_column(Utc, default=now)  # by login, or by the mail
    by_mail: Mapped[bool] = mapped_column(default=False)  # confirmed by the link of a mail


class Preference(Model):
    """Purpose: to write as often as this person wants. No row: the default of the kind."""

    __tablename__ = "kern_preference"

    party_id: Mapped[int] = mapped_column(
        ForeignKey(Party.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[NoticeKind] = mapped_column(String(12), primary_key=True)
    frequency: Mapped[Frequency] = mapped_column(String(10))


class Digest(Model):
    """One mail with everything since the last one. Purpose: that no day brings two."""

    __tablename__ = "kern_digest"
    __table_args__ = (UniqueConstraint("party_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    day: Mapped[date]  # in Germany
    is_weekly: Mapped[bool] = mapped_column(default=False)  # also carries what comes once a week
    made_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)


class Notice(Model):
    """Purpose: to tell one person of one event. Holds references only; expires after 90 days."""

    __tablename__ = "kern_notice"
    __table_args__ = (
        UniqueConstraint("party_id", "event"),
        Index(None, "party_id", "seen_at", "at"),
        Index(None, "party_id", "at", "id"),
        Index(None, "due_at", "party_id"),
        Index(None, "content_key", "content_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(String(12))
    what: Mapped[str] = mapped_column(String(60))  # name of its NoticeType
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    event: Mapped[str] = mapped_column(String(160))  # the same event is told once
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)  # in the app from then on
    seen_at: Mapped[datetime | None] = mapped_column(Utc)
    due_at: Mapped[datetime | None] = mapped_column(Utc)  # of the digest it waits for
    digest_id: Mapped[int | None] = mapped_column(
        ForeignKey(Digest.id, ondelete="SET NULL"), index=True
    )


class Bounce(Model):
    """An address whose mails come back. Purpose: not to write there in vain."""

    __tablename__ = "kern_bounce"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), unique=True)  # folded
    count: Mapped[int] = mapped_column(default=0)  # mails that came back, since the last pause
    code: Mapped[str] = mapped_column(String(12), default="")  # "5.1.1", of the last one
    mail_id: Mapped[int | None]  # entry of the outbox: one mail counts once
    first_at: Mapped[datetime] = mapped_column(Utc, default=now)
    last_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    stopped_at: Mapped[datetime | None] = mapped_column(Utc)  # no more mails from then on
