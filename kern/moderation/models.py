"""Tables of the desk: what waits for a decision, and what was decided, when, under which rule."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Account, Party
from kern.clock import now
from kern.db import Model, Utc
from kern.scope.models import Scope


class CaseKind(StrEnum):
    RELEASE = "release"  # new or edited, waits to become public
    REPORT = "report"  # public, somebody objects to it
    REVIEW = "review"  # public at once (moderation after), somebody should have a look


class CaseState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"  # by the author, or overtaken by a newer revision


class Case(Model):
    """Purpose: to decide about one revision of one thing, and to show how long that took."""

    __tablename__ = "kern_case"
    __table_args__ = (
        Index(None, "state", "opened_at", "id"),
        Index(None, "content_key", "content_id", "state"),
        Index(None, "scope_id", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(String(10))
    content_key: Mapped[str] = mapped_column(String(60))
    content_id: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    scope_id: Mapped[int | None] = mapped_column(ForeignKey(Scope.id, ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    state: Mapped[CaseState] = mapped_column(String(10), default=CaseState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(Utc, default=now)
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    claimed_until: Mapped[datetime | None] = mapped_column(Utc)
    verdict: Mapped[str | None] = mapped_column(String(30))
    rule: Mapped[int | None]  # number in the town's netiquette
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(Utc)
    reports: Mapped[int] = mapped_column(default=0)


class CaseNote(Model):
    """Free text of a case: a report's words, a reason. A row of its own: it can be redacted, and
    expires. Purpose: fair decisions that can be explained."""

    __tablename__ = "kern_case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # "report", "reason"
    text: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(254))  # of a reporter who wants an answer
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(Utc, default=now)
