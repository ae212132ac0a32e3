"""A survey, its versions and the steps of its draft."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import Party
from kern.clock import now
from kern.db import Json, Model, Utc
from kern.scope.models import Scope

SURVEY_KEY = "umfragen.survey"
FREE_TEXT_KEY = "umfragen.free_text"


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits for a second person to approve its opening
    SCHEDULED = "scheduled"  # opens by itself at `opens_at`
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    ARCHIVED = "archived"
    HIDDEN = "hidden"  # was public, taken away by moderation


SHOWN = (State.SCHEDULED, State.OPEN, State.PAUSED, State.CLOSED, State.ARCHIVED)
"""In the lists of whoever may read the scope."""


class Level(IntEnum):
    """How often one may take part, and what proves it."""

    OPEN = 0
    DEVICE = 1
    ADDRESS = 2
    ACCOUNT = 3
    CODE = 4


class Sampling(StrEnum):
    SELF = "self"  # whoever wanted to: nothing can be said about those who did not
    RANDOM = "random"
    FULL = "full"


class Survey(Model):
    """`opens_at` is the first instant, `closes_at` the first one no more (exclusive)."""

    __tablename__ = "umfragen_survey"
    __table_args__ = (Index(None, "state", "closes_at"), Index(None, "scope_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey(Scope.id))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    """Copy of the published definition's title, of the draft's before that."""
    state: Mapped[State] = mapped_column(String(12), default=State.DRAFT)
    level: Mapped[Level] = mapped_column(Integer, default=Level.OPEN)
    opens_at: Mapped[datetime | None] = mapped_column(Utc)
    closes_at: Mapped[datetime | None] = mapped_column(Utc)
    k_min: Mapped[int] = mapped_column(default=5)
    k_total: Mapped[int] = mapped_column(default=20)
    sampling: Mapped[Sampling] = mapped_column(String(8), default=Sampling.SELF)
    population_n: Mapped[int | None]
    current_version: Mapped[int] = mapped_column(default=0)  # 0: none is published
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    """Every language it was ever published in. Only grows: the place is the code in columns."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Read and written as `umfragen.rules.Settings`."""
    extensions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Public: each `{"at", "from", "until", "reason"}`, instants in ISO 8601."""
    draft_revision: Mapped[int] = mapped_column(default=1)  # counts up with every change
    draft_step: Mapped[int] = mapped_column(default=1)  # the step that is the draft now
    has_answers: Mapped[bool] = mapped_column(default=False)
    """Once a real answer came in: level and meaning of questions stay as they are."""
    answers_count: Mapped[int] = mapped_column(default=0)  # of those that have left the inbox
    is_sealed: Mapped[bool] = mapped_column(default=False)
    """The key of marks and codes is destroyed: nobody can tell any more who took part."""
    erased_at: Mapped[datetime | None] = mapped_column(Utc)  # single answers, at the end of storage
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    """Who made it, and hears what becomes of it."""
    asked_by: Mapped[int | None]  # account that asked for the opening: somebody else approves
    revision: Mapped[int] = mapped_column(default=1)  # counts changes: nobody decides unread
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    opened_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    results_at: Mapped[datetime | None] = mapped_column(Utc)
    """Since when everybody may read results; None while nobody may."""
    results_changed_at: Mapped[datetime | None] = mapped_column(Utc)
    snapshot_asked: Mapped[str | None] = mapped_column(String(40))
    """Questions to look at groups by, with commas, of a state that the worker shall take."""
    hidden_from: Mapped[State | None] = mapped_column(String(12))  # where restoring leads
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)
    hidden_rule: Mapped[int | None]  # number of the rule, shown on the tombstone

    scope: Mapped[Scope] = relationship(lazy="raise_on_sql")
    author: Mapped[Party | None] = relationship(lazy="raise_on_sql")


class SurveyVersion(Model):
    """Never changed once written."""

    __tablename__ = "umfragen_version"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")  # public: what has changed
    published_at: Mapped[datetime] = mapped_column(Utc, default=now)
    published_by: Mapped[int | None]  # account


class DraftStep(Model):
    """The draft after each change, for undoing; the oldest ones go."""

    __tablename__ = "umfragen_draft_step"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(200), default="")  # what the change was, for „Zurück“
