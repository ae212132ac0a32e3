"""Tables of scopes and the windows in which something is allowed there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kern.clock import now
from kern.db import Model, Utc


class ScopeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # a draft that waits for somebody who may publish it
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"
    HIDDEN = "hidden"  # was public, taken away by moderation


UNSHOWN = frozenset({ScopeState.DRAFT, ScopeState.SUBMITTED, ScopeState.HIDDEN})
"""States in which only staff reads; `kern.scope.rules` says who."""


class Visibility(StrEnum):
    PUBLIC = "public"
    INVITED = "invited"


class Moderation(StrEnum):
    BEFORE = "before"  # released before anybody else reads it
    AFTER = "after"  # public at once, looked at afterwards
    TRUST = "trust"  # at once for people with released posts, else before


class Act(StrEnum):
    """What a phase can allow, as data."""

    DISCUSS = "discuss"
    VOTE = "vote"
    OPEN_THREAD = "open_thread"
    SURVEY = "survey"
    CONSULT = "consult"


class Scope(Model):
    __tablename__ = "kern_scope"
    __table_args__ = (UniqueConstraint("kind", "slug"), Index(None, "state", "visibility", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # "town", "project", "wiki"
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(200))
    state: Mapped[ScopeState] = mapped_column(String(12), default=ScopeState.DRAFT)
    visibility: Mapped[Visibility] = mapped_column(String(12), default=Visibility.PUBLIC)
    moderation: Mapped[Moderation] = mapped_column(String(12), default=Moderation.BEFORE)
    trust_after: Mapped[int] = mapped_column(default=3, server_default="3")
    """So many released texts, under Moderation.TRUST ..."""
    trust_days: Mapped[int] = mapped_column(default=180, server_default="180")
    """... and so many days without a rejection, hiding or bar."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    posts_count: Mapped[int] = mapped_column(default=0)  # public posts; a command rebuilds these
    people_count: Mapped[int] = mapped_column(default=0)  # their distinct authors
    answers_count: Mapped[int] = mapped_column(default=0)  # public official answers
    surveys_count: Mapped[int] = mapped_column(default=0, server_default="0")  # no drafts

    @property
    def is_public(self) -> bool:
        return self.state not in UNSHOWN and self.visibility == Visibility.PUBLIC


class Window(Model):
    """`act` is allowed from `opens_at` until before `closes_at`; None means no edge."""

    __tablename__ = "kern_window"
    __table_args__ = (Index(None, "scope_id", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey(Scope.id, ondelete="CASCADE"))
    act: Mapped[Act] = mapped_column(String(20))
    opens_at: Mapped[datetime | None] = mapped_column(Utc)
    closes_at: Mapped[datetime | None] = mapped_column(Utc)
