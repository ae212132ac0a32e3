"""A space of the wiki: the rules its pages are written by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.db import Model, Utc
from kern.scope.models import Scope

SPACE_KIND = "wiki"  # of its scope


class Review(StrEnum):
    """Who looks at a proposal before everybody reads it."""

    ALWAYS = "always"  # somebody who decides, whoever wrote it
    TRUST = "trust"  # minor edits of people with approved work go live at once


class Protection(StrEnum):
    """Who may propose changes."""

    EVERYONE = "everyone"
    TRUSTED = "trusted"  # people with approved work, and staff
    STAFF = "staff"


class Space(Model):
    """Title, address and readers are those of its scope."""

    __tablename__ = "wiki_space"

    scope_id: Mapped[int] = mapped_column(
        ForeignKey(Scope.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    intro: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(String(60), default="CC BY-SA 4.0")
    review: Mapped[Review] = mapped_column(String(8), default=Review.ALWAYS)
    four_eyes: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nobody approves what they wrote themselves."""
    protection: Mapped[Protection] = mapped_column(String(8), default=Protection.EVERYONE)
    position: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0, server_default="0")  # public ones, as counted
    counted_at: Mapped[datetime | None] = mapped_column(Utc)  # None: never; see `Tally`

    scope: Mapped[Scope] = relationship(lazy="raise_on_sql")
