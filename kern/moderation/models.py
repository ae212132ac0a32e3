"""Tables of the desk: what waits for a decision, and what was decided, when, under which rule."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kern.accounts.models import Account, Party
from kern.clock import now
from kern.db import Model, Utc
from kern.scope.models import Scope


class CaseKind(StrEnum):
    RELEASE = "release"  # new or edited, waits to become public
    REPORT = "report"  # public, somebody objects to it
    REVIEW = "review"  # public at once (moderation after), somebody should have a look
    CHANGE = "change"  # decided anew from the log; never open


class CaseState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"  # by the author, or overtaken by a newer revision


class CaseVerdict(StrEnum):
    """The first three are those of `kern.content.Verdict`, about a wording that waits."""

    RELEASE = "release"
    RELEASE_WITHOUT_PICTURE = "release_without_picture"
    REJECT = "reject"
    HIDE = "hide"
    FINE = "fine"  # public, and may stay so
    RESTORE = "restore"


class Case(Model):
    """Purpose: to decide about one revision of one thing, and to show how long that took."""

    __tablename__ = "kern_case"
    __table_args__ = (
        Index(None, "state", "opened_at", "id"),
        Index(None, "content_key", "content_id", "state"),
        Index(None, "scope_id", "state", "opened_at"),
        Index(None, "state", "decided_at", "id"),
        Index(None, "author_id", "state", "decided_at"),
        Index(  # five reports of one thing are one case, also when they come at once
            "uq_kern_case_open",
            *("content_key", "content_id", "kind"),
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
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
    verdict: Mapped[CaseVerdict | None] = mapped_column(String(30))
    rule: Mapped[int | None]  # number in the town's netiquette
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(Utc)
    reports: Mapped[int] = mapped_column(default=0)  # how many people objected


REPORT, REASON = "report", "reason"


class CaseNote(Model):
    """Free text of a case: a report's words, a reason. A row of its own: it can be redacted, and
    expires. Purpose: fair decisions that can be explained."""

    __tablename__ = "kern_case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # REPORT or REASON
    rule: Mapped[int | None]  # the one a reporter named
    text: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str | None] = mapped_column(String(9), unique=True)  # of a report
    email: Mapped[str | None] = mapped_column(String(254))  # of a reporter who wants an answer
    language: Mapped[str] = mapped_column(String(5), default="de")  # of that answer
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(Utc, default=now)
