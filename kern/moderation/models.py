"""Tables of the desk: what waits for a decision, what was decided, and how it was explained."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kern.accounts.models import NEVER_AGAIN, Account, Party
from kern.clock import now
from kern.db import Model, Utc
from kern.scope.models import Scope


class CaseKind(StrEnum):
    RELEASE = "release"  # new or edited, waits to become public
    REPORT = "report"  # public, somebody objects to it
    REVIEW = "review"  # public at once (moderation after), somebody should have a look
    OBJECTION = "objection"  # the author says that a decision was wrong
    CHANGE = "change"  # decided anew from the log; never open
    PERSON = "person"  # about somebody, not about one text: warned, barred; never open


class CaseState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"  # decided together with others; carried out after the undo time
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
    REDACT = "redact"  # public, with passages removed
    UPHELD = "upheld"  # the objection was right
    DISMISSED = "dismissed"  # the decision stands
    WARN = "warn"
    BAR = "bar"
    LIFT = "lift"  # a bar ends early


class JointState(StrEnum):
    WAITING = "waiting"  # for the end of the undo time, then for the worker
    DONE = "done"
    TAKEN_BACK = "taken_back"


class JointDecision(Model):
    """One decision about many cases at once. Purpose: to carry it out bit by bit, and to show it as
    the one decision it was. Its sentence moves to the cases, where it can be redacted and expires.
    """

    __tablename__ = "kern_joint_decision"
    __table_args__ = (Index(None, "decided_by", "state", "decided_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    accepts: Mapped[bool]  # what that means for a case, its kind says
    rule: Mapped[int | None]
    law: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")  # empty once it is carried out
    count: Mapped[int] = mapped_column(default=0)  # of things it was about
    state: Mapped[JointState] = mapped_column(String(10), default=JointState.WAITING)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
    decided_at: Mapped[datetime] = mapped_column(Utc)


class Case(Model):
    """Purpose: to decide about one revision of one thing, and to show how long that took."""

    __tablename__ = "kern_case"
    __table_args__ = (
        Index(None, "state", "opened_at", "id"),
        Index(None, "content_key", "content_id", "state"),
        Index(None, "scope_id", "state", "opened_at"),
        Index(None, "state", "decided_at", "id"),
        Index(None, "author_id", "state", "decided_at"),
        Index(None, "state", "weight", "id"),
        Index(  # five reports of one thing are one case, also when they come at once
            "uq_kern_case_open",
            *("content_key", "content_id", "kind"),
            unique=True,
            sqlite_where=text("state = 'open' AND statement_id IS NULL"),
            postgresql_where=text("state = 'open' AND statement_id IS NULL"),
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
    reports: Mapped[int] = mapped_column(default=0)  # how many people reported it
    weight: Mapped[int] = mapped_column(default=0, server_default="0")
    """Sum of its hints: sorts, never decides."""
    group_id: Mapped[int | None] = mapped_column(index=True)  # the first open one of look-alikes
    joint_id: Mapped[int | None] = mapped_column(index=True)  # how it was decided with others
    hinted_at: Mapped[datetime | None] = mapped_column(Utc)
    typed_ms: Mapped[int | None]  # from the first key to sending, as the browser says
    statement_id: Mapped[int | None] = mapped_column(unique=True, index=True)
    """What an objection is about, at most one for each statement. No foreign key: `kern_statement`
    names its case already, and two tables that name each other are made and emptied in no order."""


REPORT, REASON, OBJECTION = "report", "reason", "objection"


class CaseNote(Model):
    """Free text of a case: a report's words, a reason, an objection. A row of its own: it can be
    redacted, and expires. Purpose: fair decisions that can be explained."""

    __tablename__ = "kern_case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # REPORT, REASON or OBJECTION
    rule: Mapped[int | None]  # the one a reporter named
    text: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str | None] = mapped_column(String(9), unique=True)  # of a report
    name: Mapped[str | None] = mapped_column(String(120))  # of a reporter who gives one
    email: Mapped[str | None] = mapped_column(String(254))  # of a reporter who wants an answer
    language: Mapped[str] = mapped_column(String(5), default="de")  # of that answer
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(Utc, default=now)


class Measure(StrEnum):
    """What was done to a text or a person."""

    REJECTED = "rejected"
    HIDDEN = "hidden"
    REDACTED = "redacted"
    WITHOUT_PICTURE = "without_picture"
    WARNED = "warned"
    BARRED = "barred"


class Found(StrEnum):
    """How it came to somebody's eyes."""

    REPORT = "report"
    LOOK = "look"  # a moderator's own
    HINT = "hint"  # of the program; a person decided


class Ending(StrEnum):
    """Why a measure no longer holds, before its time."""

    OBJECTION = "objection"  # upheld
    ANEW = "anew"  # the town changed its mind
    REWRITTEN = "rewritten"  # a later wording was released
    LIFTED = "lifted"


class Statement(Model):
    """Statement of reasons for one restriction of one person (Art. 17 DSA). What, where, when and
    who stand in its case, the facts in a note of the case. Purpose: to explain a decision to whom
    it concerns, and to let them object. A bar is its statement: it holds while that is in force."""

    __tablename__ = "kern_statement"
    __table_args__ = (Index(None, "party_id", "measure", "id"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id, ondelete="CASCADE"), unique=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id, ondelete="SET NULL"))
    measure: Mapped[Measure] = mapped_column(String(20))
    found: Mapped[Found] = mapped_column(String(10))
    rule_text: Mapped[str] = mapped_column(Text, default="")  # as it read then
    netiquette: Mapped[int | None]  # the version it is quoted from
    law: Mapped[str] = mapped_column(String(200), default="")
    until: Mapped[datetime | None] = mapped_column(Utc)  # exclusive; None: for good
    ended_at: Mapped[datetime | None] = mapped_column(Utc)
    ended_by: Mapped[Ending | None] = mapped_column(String(10))

    case: Mapped[Case] = relationship(lazy="raise_on_sql")


class NetiquetteVersion(Model):
    """The town's rules as they read from one moment on. Purpose: decisions name the wording they
    were made by, and everybody can read what changed (Art. 14 DSA)."""

    __tablename__ = "kern_netiquette"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(String(300), default="")  # one sentence: what is new
    valid_from: Mapped[datetime] = mapped_column(Utc, default=now)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id, ondelete="SET NULL"))
