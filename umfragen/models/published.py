"""What the public sees of results: questions chosen one by one, figures of one moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Json, Model, Utc
from umfragen.models.survey import Survey


class Snapshot(Model):
    """Figures as they were published, small cells already protected."""

    __tablename__ = "umfragen_snapshot"
    __table_args__ = (Index(None, "survey_id", "taken_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    taken_at: Mapped[datetime] = mapped_column(Utc)
    total: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class PublishedQuestion(Model):
    """`outcome`: what the office makes of the answers (Markdown, and rendered)."""

    __tablename__ = "umfragen_published_question"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    question_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
