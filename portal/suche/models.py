"""Table of searches that people keep, to be told what comes new."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Party
from kern.clock import now
from kern.db import Model, Utc

LONGEST = 1_000


class SavedSearch(Model):
    """Purpose: to tell this person what is new to what they look for, because they asked for it."""

    __tablename__ = "portal_saved_search"
    __table_args__ = (UniqueConstraint("party_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey(Party.id, ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(LONGEST))
    """What stands behind the ? of the search, in one order of its names."""
    saved_at: Mapped[datetime] = mapped_column(Utc, default=now)
