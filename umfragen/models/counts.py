"""Copies of the answers for counting: tallies and columns. `umfragen.store` rebuilds them."""

from sqlalchemy import BigInteger, Float, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Model
from umfragen.models.access import NO_ROWID
from umfragen.models.survey import Survey


class Tally(Model):
    """How many responses hold `code` at an item. `keys`: sum of their record keys modulo 2^32.
    Codes above 251 and negative item keys are explained in `umfragen.store.cells`."""

    __tablename__ = "umfragen_tally"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    item_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(default=0)
    keys: Mapped[int] = mapped_column(BigInteger, default=0)


class NumberTally(Model):
    """How many responses gave this number. `part`: code of the column, 0 outside of a matrix."""

    __tablename__ = "umfragen_number_tally"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    item_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float] = mapped_column(Float(53), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class QuotaCount(Model):
    """How many answers that have left the inbox belong to a quota. Those that wait are counted
    when it matters: a number that grew by one overnight would tell what the only one said."""

    __tablename__ = "umfragen_quota_count"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class Block(Model):
    """Up to 4,096 responses, in the order of their random ids. A stale one is read from them."""

    __tablename__ = "umfragen_block"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(default=0)
    is_stale: Mapped[bool] = mapped_column(default=False)


class ColumnBlock(Model):
    """One column of one block, as `umfragen.store.packing` makes it: a bit per response for each
    value, or eight bytes for a number."""

    __tablename__ = "umfragen_column_block"
    __table_args__ = NO_ROWID

    survey_id: Mapped[int] = mapped_column(
        ForeignKey(Survey.id, ondelete="CASCADE"), primary_key=True
    )
    item_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
