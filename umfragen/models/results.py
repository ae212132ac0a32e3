"""What an office adds to results: tags on free texts, figures of the population."""

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Model
from umfragen.models.answers import FreeText
from umfragen.models.survey import Survey

MAX_TAG = 60


class TextTag(Model):
    """A tag of free texts, as the office names it."""

    __tablename__ = "umfragen_text_tag"
    __table_args__ = (Index(None, "survey_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_TAG))


class Tagged(Model):
    """Which text has which tag."""

    __tablename__ = "umfragen_tagged"

    text_id: Mapped[int] = mapped_column(
        ForeignKey(FreeText.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tag_id: Mapped[int] = mapped_column(
        ForeignKey(TextTag.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class Margin(Model):
    """How many people of the population belong to a group; answers are weighted by it."""

    __tablename__ = "umfragen_margin"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    item_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[float] = mapped_column(Float(53))
