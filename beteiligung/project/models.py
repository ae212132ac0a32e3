"""Tables of projects. Title, slug, state and visibility are the scope's; the rest is here."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import Party
from kern.db import Json, Model, Utc
from kern.files.models import File
from kern.scope.models import Scope, ScopeState


class Project(Model):
    __tablename__ = "beteiligung_project"
    __table_args__ = (Index(None, "author_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey(Scope.id), unique=True)
    summary: Mapped[str] = mapped_column(String(400), default="")
    text: Mapped[str] = mapped_column(Text, default="")  # Markdown, as typed
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    renderer: Mapped[int] = mapped_column(default=0)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey(File.id, ondelete="SET NULL"))
    office: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    decidable: Mapped[list[str]] = mapped_column(Json, default=list)
    fixed: Mapped[list[str]] = mapped_column(Json, default=list)
    decider: Mapped[str] = mapped_column(String(300), default="")  # who decides, and when
    result: Mapped[str] = mapped_column(Text, default="")  # Markdown: what came of it
    result_html: Mapped[str] = mapped_column(Text, default="")
    preview_nonce: Mapped[str] = mapped_column(String(43), default="")  # empty: no preview link
    published_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    revision: Mapped[int] = mapped_column(default=1)  # counts changes: nobody decides unread
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    """Who made it, or handed it in for release: hears what becomes of it."""
    refused_picture_id: Mapped[int | None] = mapped_column(ForeignKey(File.id, ondelete="SET NULL"))
    """Released without this picture: what taking the release back brings back."""
    hidden_from: Mapped[ScopeState | None] = mapped_column(String(12))  # where restoring leads
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)
    hidden_rule: Mapped[int | None]  # number of the rule, shown on the tombstone
    page: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Copy of phases, news, meetings, documents and place, so that the page needs one query."""

    scope: Mapped[Scope] = relationship(lazy="raise_on_sql")
    picture: Mapped[File | None] = relationship(lazy="raise_on_sql", foreign_keys=[picture_id])
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql")


class Phase(Model):
    """A step of the timeline. Its acts are also written out as the scope's windows."""

    __tablename__ = "beteiligung_phase"
    __table_args__ = (Index(None, "project_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(300), default="")
    opens_at: Mapped[datetime | None] = mapped_column(Utc)
    closes_at: Mapped[datetime | None] = mapped_column(Utc)  # exclusive
    acts: Mapped[list[str]] = mapped_column(Json, default=list)  # values of kern.scope.Act


class News(Model):
    __tablename__ = "beteiligung_news"
    __table_args__ = (Index(None, "project_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Utc)


class Meeting(Model):
    """A date on site: a walk, an evening in the town hall."""

    __tablename__ = "beteiligung_meeting"
    __table_args__ = (Index(None, "project_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(80), unique=True)  # stays the same in calendars
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    starts_at: Mapped[datetime] = mapped_column(Utc)
    ends_at: Mapped[datetime] = mapped_column(Utc)
    changed_at: Mapped[datetime] = mapped_column(Utc)
