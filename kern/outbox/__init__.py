"""Facts and mails for later, noted in the same transaction as the change. `kern.worker` drains.

`note()` is the one way to announce a change: it also bumps the revision of everything that shows
the thing, which is what caches compare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Executable,
    Index,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from kern.clock import now
from kern.db import Json, Model, Quick, Utc, db, inserting, inserts
from kern.ids import new_token

SCOPE = "scope:"
BUMPS = "bumps"  # of a session: keys that its transaction will count up
COUNTED = "counted"  # of a session: it counted up, and nobody else sees it yet
BUMPED_SCOPE = "bumped_scope"  # of a session: what it changed is announced
MOST_KEYS = 8  # of one statement


class Fact(StrEnum):
    SUBMITTED = "submitted"
    CHANGED = "changed"  # whatever it is: the reader of the fact asks the database what is true now
    HIDDEN = "hidden"  # also masks the thing in every search until the index has caught up


class State(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    HELD = "held"  # a mail, while the operator has named no mail server
    DONE = "done"
    SKIPPED = "skipped"  # a mail that became pointless before it left
    UNCLEAR = "unclear"  # a crash between the mail server's "250" and our commit
    DEAD = "dead"  # gave up; the administration shows it and can try again


class OutboxEntry(Model):
    """Purpose: delivery of notices. Holds references only; what a mail says is made when sent."""

    __tablename__ = "kern_outbox"
    __table_args__ = (
        Index(None, "state", "not_before", "id"),
        Index(None, "kind", "content_key", "content_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # "fact" or "mail"
    key: Mapped[str] = mapped_column(String(200), unique=True)  # the same key is never noted twice
    content_key: Mapped[str | None] = mapped_column(String(60))
    content_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(60))  # the fact, or the mail's template
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[State] = mapped_column(String(10), default=State.OPEN)
    not_before: Mapped[datetime] = mapped_column(Utc)
    noted_at: Mapped[datetime] = mapped_column(Utc, default=now)
    leased_until: Mapped[datetime | None] = mapped_column(Utc)
    leased_by: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(default=0)
    started_sending_at: Mapped[datetime | None] = mapped_column(Utc)
    done_at: Mapped[datetime | None] = mapped_column(Utc)
    error: Mapped[str | None] = mapped_column(Text)


class Revision(Model):
    """A counter per thing that pages show; a cached page is fresh while its counters stand."""

    __tablename__ = "kern_revision"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    rev: Mapped[int] = mapped_column(default=0)


def note(key: str, id_: int, fact: Fact = Fact.CHANGED, touches: Iterable[str] = ()) -> None:
    """Announce a change of `key`/`id_`; `touches` are further revision keys that show it."""
    note_quietly(key, id_, fact)
    bump(f"{key}:{id_}", *touches)


def note_quietly(key: str, id_: int, fact: Fact) -> None:
    """The fact alone, for the many that follow one announced change."""
    note_all_quietly(key, [id_], fact)


def note_all(key: str, ids: Iterable[int], fact: Fact, touches: Iterable[str] = ()) -> None:
    """`note` for many of one kind, in two statements."""
    wanted = list(ids)
    if wanted:
        note_all_quietly(key, wanted, fact)
        bump(*(f"{key}:{id_}" for id_ in wanted), *touches)


def note_all_quietly(key: str, ids: Iterable[int], fact: Fact) -> None:
    at = now()
    rows = [
        {
            "kind": "fact",
            "key": f"fact:{new_token()}",
            "content_key": key,
            "content_id": id_,
            "name": fact,
            "payload": {},
            "state": State.OPEN,
            "not_before": at,
            "noted_at": at,
            "attempts": 0,
        }
        for id_ in ids
    ]
    if len(rows) == 1:
        _NOTING_ONE.send(rows[0])
    elif rows:
        db.session.execute(_NOTING_FACTS, rows)


_NOTING_FACTS = insert(cast("Table", OutboxEntry.__table__))
_NOTING_ONE = inserting(
    OutboxEntry,
    *("kind", "key", "content_key", "content_id", "name", "payload"),
    *("state", "not_before", "noted_at", "attempts"),
)


@dataclass(frozen=True, slots=True)
class Noted:
    """A mail to be sent: `template` to `recipient`, once per `event`."""

    template: str
    recipient: str
    event: str
    not_before: datetime
    payload: Mapping[str, Any]


def mail(
    template: str,
    recipient: str,
    *,
    event: str,
    not_before: datetime | None = None,
    **payload: Any,
) -> None:
    """Send `template` to `recipient` ("account:7", "party:12", "pending:3") once per `event`.

    The payload holds ids and act names, never names, addresses or texts of people.
    """
    mail_all([Noted(template, recipient, event, not_before or now(), payload)])


def mail_all(mails: Iterable[Noted]) -> None:
    """The same for many, in one statement."""
    at = now()
    rows = [
        {
            "kind": "mail",
            "key": f"mail:{one.template}:{one.event}:{one.recipient}",
            "name": one.template,
            "payload": {"recipient": one.recipient, **one.payload},
            "state": State.OPEN,
            "not_before": one.not_before,
            "noted_at": at,
            "attempts": 0,
        }
        for one in mails
    ]
    if rows:
        db.session.execute(_noting(db.session.get_bind().dialect.name), rows)


@cache
def _noting(dialect: str) -> Executable:
    """A mail that is noted already is left as it is."""
    table = cast("Table", OutboxEntry.__table__)
    insert_ = inserts.meeting(table, dialect)
    return insert_.on_conflict_do_nothing(index_elements=[table.c.key])


def cancel_mails(event: str, recipient: str = "") -> int:
    """Take back what has not been sent for this event (undo), to everybody or one recipient;
    returns how many."""
    query = select(OutboxEntry).where(
        OutboxEntry.kind == "mail",
        OutboxEntry.state.in_([State.OPEN, State.HELD]),
        OutboxEntry.key.contains(f":{event}:", autoescape=True),
    )
    if recipient:
        query = query.where(OutboxEntry.key.endswith(f":{recipient}", autoescape=True))
    entries = db.session.scalars(query).all()
    for entry in entries:
        db.session.delete(entry)
    return len(entries)


def bump(*keys: str) -> None:
    """Count up revisions, once per transaction: when it ends, or somebody asks for one before."""
    session = db.session()
    session.info.setdefault(BUMPS, set()).update(keys)
    if any(key.startswith(SCOPE) for key in keys):
        session.info[BUMPED_SCOPE] = True


def count_up(session: Session) -> None:
    """What was bumped so far; in one order, so that two transactions never wait crosswise."""
    wanted = sorted(session.info.pop(BUMPS, ()))
    if wanted:
        session.info[COUNTED] = True
    for start in range(0, len(wanted), MOST_KEYS):
        some = wanted[start : start + MOST_KEYS]
        values = {f"k{place}": key for place, key in enumerate(some)}
        _bumping(len(some)).send_on(session.connection(), values)


@cache
def _bumping(count: int) -> Quick:
    """As text, for both databases: SQLAlchemy writes an insert of several rows anew each time, and
    this is the most frequent statement of all."""
    rows = ", ".join(f"(:k{place}, 1)" for place in range(count))
    return Quick(
        text(
            f"INSERT INTO kern_revision (key, rev) VALUES {rows} "  # noqa: S608 - names of parameters
            "ON CONFLICT (key) DO UPDATE SET rev = kern_revision.rev + 1"
        )
    )


def revisions(*keys: str) -> tuple[int, ...]:
    """The present counters, in the order asked; unknown keys are 0. One query."""
    count_up(db.session())
    query = select(Revision.key, Revision.rev).where(Revision.key.in_(keys))
    found = {row.key: row.rev for row in db.session.execute(query)}
    return tuple(found.get(key, 0) for key in keys)


def scopes_revision() -> int:
    """Counts up with every change of anything that belongs to a scope. One query."""
    count_up(db.session())
    query = select(func.sum(Revision.rev)).where(Revision.key.startswith("scope:"))
    return db.session.scalar(query) or 0


def masked() -> set[tuple[str, int]]:
    """Things hidden since the index was last written: every search leaves them out."""
    return {(key, id_) for key, id_ in _MASKED.named({}) if key is not None and id_}


_MASKED = Quick(
    select(OutboxEntry.content_key, OutboxEntry.content_id).where(
        OutboxEntry.kind == "fact",
        OutboxEntry.name == Fact.HIDDEN,
        OutboxEntry.state != State.DONE,  # also when the worker gave up
    )
)
