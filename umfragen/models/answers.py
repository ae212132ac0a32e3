"""What people answered: drafts, the inbox, and rows that nobody can tell the order of."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Json, Model, Utc
from umfragen.models.access import NO_ROWID
from umfragen.models.survey import Survey

HASH_BYTES = 32
BIG = BigInteger().with_variant(Integer(), "sqlite")
"""On SQLite the id is then the place in the file: rows lie in the order of random numbers."""


class ResponseStatus(StrEnum):
    OK = "ok"
    WITHDRAWN = "withdrawn"
    TEST = "test"


class Source(StrEnum):
    WEB = "web"
    PAPER = "paper"
    PHONE = "phone"
    COUNTER = "counter"
    IMPORT = "import"


class Response(Model):
    """Purpose: the result of the survey. No person, no time of day, no order; `rkey` is random and
    perturbs small cells of public tables (cell key method). `block`: where it stands in columns."""

    __tablename__ = "umfragen_response"
    __table_args__ = (
        Index(None, "survey_id", "status", "block", "id"),
        Index(None, "survey_id", "receipt_hash", unique=True),
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    version: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    language: Mapped[str] = mapped_column(String(20))
    source: Mapped[Source] = mapped_column(String(8))
    status: Mapped[ResponseStatus] = mapped_column(String(10))
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    rkey: Mapped[int] = mapped_column(BigInteger)
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary(HASH_BYTES))
    block: Mapped[int | None]


class Inbox(Model):
    """Purpose: answers wait here until several leave together, so that nobody can tell from the
    order of rows whose mark belongs to which answer. Sealed, see `umfragen.store.sealing`: of two
    backups with one mark more, the later one shows nothing that could be found again."""

    __tablename__ = "umfragen_inbox"
    __table_args__ = (Index(None, "survey_id", "receipt", unique=True),)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary(HASH_BYTES))
    """Blinded: not the hash that stands beside the answer later."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AnswerDraft(Model):
    """Purpose: half-filled answers without a cookie; found by a random token, gone when sent.
    `receipt_hash`: these replace an earlier answer. `sheet`: a first entry from paper that waits
    to be compared with a second one. `seed`: random, orders what is mixed, on every device the
    same; no answer ever knows it. `sealed`: the answers, see `umfragen.store.sealing`."""

    __tablename__ = "umfragen_answer_draft"
    __table_args__ = (Index(None, "survey_id", "sheet", unique=True), NO_ROWID)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_on: Mapped[date] = mapped_column(Date, index=True)
    is_test: Mapped[bool] = mapped_column(default=False)
    resume_hash: Mapped[bytes | None] = mapped_column(LargeBinary(HASH_BYTES), unique=True)
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary(HASH_BYTES))
    sheet: Mapped[str | None] = mapped_column(String(20))
    seed: Mapped[str | None] = mapped_column(String(16))


class FreeTextState(StrEnum):
    KEPT = "kept"  # only the office reads it; nobody means to publish it
    PENDING = "pending"
    PUBLIC = "public"
    REJECTED = "rejected"
    HIDDEN = "hidden"  # was public, taken away by moderation


class FreeText(Model):
    """Purpose: the result of the survey, in people's own words; public only when released. The id
    is random, and the only one that anything outside of the surveys' tables knows."""

    __tablename__ = "umfragen_free_text"
    __table_args__ = (
        Index(None, "survey_id", "item_key", "state", "id"),
        Index(None, "response_id", "item_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id, ondelete="CASCADE"))
    response_id: Mapped[int] = mapped_column(BIG, ForeignKey(Response.id, ondelete="CASCADE"))
    item_key: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[FreeTextState] = mapped_column(String(10), default=FreeTextState.KEPT)
    revision: Mapped[int] = mapped_column(default=1)
    hidden_at: Mapped[datetime | None] = mapped_column(Utc)
    hidden_rule: Mapped[int | None]
