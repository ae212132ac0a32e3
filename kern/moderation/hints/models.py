"""Tables of the hints: what was seen about a case, and fingerprints to find look-alikes by."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Party
from kern.db import Json, Model
from kern.moderation.hints.kinds import HintKind
from kern.moderation.models import Case


class CaseHint(Model):
    """Purpose: to say what may deserve a second look. Deleted with the decision; made anew at will.
    Holds no word of anybody's text."""

    __tablename__ = "kern_hint"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id, ondelete="CASCADE"), index=True)
    kind: Mapped[HintKind] = mapped_column(String(12))
    weight: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    other_key: Mapped[str | None] = mapped_column(String(60))
    other_id: Mapped[int | None]


class Fingerprint(Model):
    """Numbers that resemble each other when texts do; no text can be read from them. One row for
    each thing that is public or waits, gone with its text. Purpose: to find look-alikes.

    Each band has a column with an index: who shares none of them is never looked at.
    """

    __tablename__ = "kern_fingerprint"
    __table_args__ = (UniqueConstraint("content_key", "content_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    version: Mapped[int]  # of `sketch.VERSION`; others are made anew
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    letters: Mapped[int]
    digest: Mapped[int] = mapped_column(BigInteger, index=True)  # equal for equal words
    bins: Mapped[bytes] = mapped_column(LargeBinary)
    band_0: Mapped[int] = mapped_column(BigInteger, index=True)
    band_1: Mapped[int] = mapped_column(BigInteger, index=True)
    band_2: Mapped[int] = mapped_column(BigInteger, index=True)
    band_3: Mapped[int] = mapped_column(BigInteger, index=True)
    band_4: Mapped[int] = mapped_column(BigInteger, index=True)
    band_5: Mapped[int] = mapped_column(BigInteger, index=True)
    band_6: Mapped[int] = mapped_column(BigInteger, index=True)
    band_7: Mapped[int] = mapped_column(BigInteger, index=True)
    band_8: Mapped[int] = mapped_column(BigInteger, index=True)
    band_9: Mapped[int] = mapped_column(BigInteger, index=True)
    band_10: Mapped[int] = mapped_column(BigInteger, index=True)
    band_11: Mapped[int] = mapped_column(BigInteger, index=True)
    band_12: Mapped[int] = mapped_column(BigInteger, index=True)
    band_13: Mapped[int] = mapped_column(BigInteger, index=True)
    band_14: Mapped[int] = mapped_column(BigInteger, index=True)
    band_15: Mapped[int] = mapped_column(BigInteger, index=True)
