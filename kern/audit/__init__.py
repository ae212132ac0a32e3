"""The audit log: which act, on what, when, by which account. Never names, never content."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Index, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from kern.actor import Actor
from kern.clock import now
from kern.db import Model, Utc, db


class AuditEntry(Model):
    """Purpose: to prove who decided what (Art. 5(2) DSGVO). Expires with the operator's setting."""

    __tablename__ = "kern_audit"
    __table_args__ = (Index(None, "ref"), Index(None, "act", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    account_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(40))  # "post.release", "grant.give", ...
    ref: Mapped[str | None] = mapped_column(String(80))  # "beteiligung.post:7"
    detail: Mapped[str | None] = mapped_column(String(120))  # rule number, role, scope: no text


def record(actor: Actor, act: str, ref: str | None = None, detail: str | None = None) -> None:
    db.session.add(AuditEntry(account_id=actor.account_id, act=act, ref=ref, detail=detail))


def record_all(actor: Actor, act: str, refs: Iterable[str], detail: str | None = None) -> None:
    """The same act on many things, in one statement."""
    rows = [
        {"account_id": actor.account_id, "act": act, "ref": ref, "detail": detail} for ref in refs
    ]
    if rows:
        db.session.execute(insert(AuditEntry), rows)
