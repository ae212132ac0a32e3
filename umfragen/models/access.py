"""Who has taken part, as far as anybody needs to know: marks without a time, an order, an answer.

Each table is kept in the order of its key, which looks random. So the file of a SQLite database
does not tell the order of coming either.
"""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Model
from umfragen.models.survey import Survey

MARK_BYTES = 16
NO_ROWID = {"sqlite_with_rowid": False}


class Participation(Model):
    """Purpose: everybody answers once (Art. 6(1)(e) DSGVO). `mark` is the HMAC of an address,
    account or code under a key that lies outside of the database and is destroyed at the end."""

    __tablename__ = "umfragen_participation"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), primary_key=True)
    stratum: Mapped[str] = mapped_column(String(60), default="")


class InviteCode(Model):
    """Purpose: a code letter counts once. The code itself is nowhere; the list leaves once."""

    __tablename__ = "umfragen_code"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), primary_key=True)
    stratum: Mapped[str] = mapped_column(String(60), default="")
    is_used: Mapped[bool] = mapped_column(default=False)


class SubmitKey(Model):
    """What was sent already, so that sending again counts once. Leads to no answer: the receipt
    is made from the key itself, which only the sender knows."""

    __tablename__ = "umfragen_submit_key"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[bytes] = mapped_column(LargeBinary(MARK_BYTES), primary_key=True)
