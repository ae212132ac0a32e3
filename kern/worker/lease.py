"""Take entries of the outbox for a while, and write down what became of them.

Every step is a short transaction of its own: nothing here ever waits for a mail server or an index
while it holds the database.
"""

import math
import os
import random
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from kern.clock import now
from kern.db import Quick, Utc, db, writing
from kern.outbox import OutboxEntry, State

MAX_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=24)
OVERDUE = "attempts"


def new_holder() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a lease lasts: longer than the slowest work, and as long as a crash delays it.

    `slice` is how many seconds one town may keep a thread with one kind of work while others wait.
    """

    facts: timedelta = timedelta(minutes=5)
    mail: timedelta = timedelta(minutes=5)
    batch: int = 500
    slice: float = math.inf
    until: float = math.inf  # of the slice that runs, on the monotonic clock
    holder: str = field(default_factory=new_holder)

    @property
    def is_sliced(self) -> bool:
        return self.slice < math.inf

    def begun(self) -> "Pace":
        return replace(self, until=time.monotonic() + self.slice)

    def is_over(self) -> bool:
        return time.monotonic() >= self.until


@dataclass(frozen=True, slots=True)
class Job:
    """One leased entry, as plain values."""

    id: int
    key: str
    name: str
    ref: tuple[str, int] | None
    payload: Mapping[str, Any]
    attempts: int
    began: bool  # an attempt before this one got as far as the mail server


def take(kind: str, limit: int, holder: str, lasting: timedelta) -> list[Job]:
    """Lease what is due, oldest first; also what a crashed worker left behind."""
    at = now()
    found = _ANY_DUE.first({"kind": kind, "at": at})
    db.session.rollback()
    if found is None:
        return []  # without waiting in the line of writers
    with writing():
        entries = _DUE.typed(_Due, {"kind": kind, "at": now(), "limit": limit})
        if entries:
            ids = [entry.id for entry in entries]
            _LEASING.all({"ids": ids, "at": now(), "until": now() + lasting, "holder": holder})
        db.session.commit()
    db.session.remove()
    return list(map(_job, entries))


def begin_sending(job: Job, holder: str) -> bool:
    """Written down before the mail server hears of it; False when the lease is lost."""
    return _change([job.id], holder, started_sending_at=now())


def done(jobs: Sequence[Job], holder: str) -> None:
    _change(_ids(jobs), holder, state=State.DONE, done_at=now(), error=None)


def mark_done(job: Job, holder: str) -> bool:
    """In the caller's transaction, beside what was done; False when the lease is lost."""
    return _run(_changing([job.id], holder, state=State.DONE, done_at=now(), error=None)) == 1


def skip(job: Job, holder: str, reason: str) -> None:
    """Done, because there was nothing (any more) to send."""
    _change([job.id], holder, state=State.SKIPPED, done_at=now(), error=reason)


def park(jobs: Sequence[Job], holder: str, state: State, reason: str) -> None:
    """`state` is DEAD or UNCLEAR: from here on a person decides."""
    _change(_ids(jobs), holder, state=state, error=reason)


def retry_later(job: Job, holder: str, reason: str, *, may_be_sent: bool = False) -> bool:
    """Back to the queue after a growing pause; False when that was the last attempt."""
    if job.attempts >= MAX_ATTEMPTS:
        park([job], holder, State.DEAD, reason)
        return False
    values: dict[str, Any] = {"not_before": now() + pause(job.attempts), "error": reason}
    if not may_be_sent:
        values["started_sending_at"] = None
    _change([job.id], holder, state=State.OPEN, **values)
    return True


def give_back(jobs: Sequence[Job], holder: str, wait: timedelta) -> None:
    """Unharmed: it was not their fault, so the attempt does not count."""
    _change(
        _ids(jobs),
        holder,
        state=State.OPEN,
        not_before=now() + wait,
        attempts=OutboxEntry.attempts - 1,
    )


def hold_mails() -> int:
    """No mail server: what is due waits, readable in the administration."""
    return _move(_due("mail", now()), State.HELD)


def release_held() -> int:
    """There is a mail server now."""
    held = and_(OutboxEntry.kind == "mail", OutboxEntry.state == State.HELD)
    return _move(held, State.OPEN)


def pause(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s ... at most a day, spread by a quarter so that not all come back at once."""
    wait = min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)
    spread: float = random.uniform(0.75, 1.25)  # noqa: S311 - guards nothing
    return wait * spread


def _due(
    kind: str | BindParameter[str], at: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    return and_(
        OutboxEntry.kind == kind,
        or_(
            and_(OutboxEntry.state == State.OPEN, OutboxEntry.not_before <= at),
            and_(OutboxEntry.state == State.RUNNING, OutboxEntry.leased_until < at),
        ),
    )


_KIND, _AT = bindparam("kind", type_=OutboxEntry.kind.type), bindparam("at", type_=Utc)
_DUE_THEN = _due(_KIND, _AT)
_ANY_DUE = Quick(select(OutboxEntry.id).where(_DUE_THEN).limit(1))
_DUE = Quick(
    select(
        *(OutboxEntry.id, OutboxEntry.key, OutboxEntry.name),
        *(OutboxEntry.content_key, OutboxEntry.content_id),
        *(OutboxEntry.payload, OutboxEntry.attempts, OutboxEntry.started_sending_at),
    )
    .where(_DUE_THEN)
    .order_by(OutboxEntry.not_before, OutboxEntry.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_LEFT = OutboxEntry.state == State.RUNNING  # by a crash: whoever has not been tried goes first
_LEASING = Quick(
    update(OutboxEntry)
    .where(OutboxEntry.id.in_(bindparam("ids", expanding=True)))
    .values(
        not_before=case((_LEFT, _AT), else_=OutboxEntry.not_before),
        state=State.RUNNING,
        leased_until=bindparam("until"),
        leased_by=bindparam("holder"),
        attempts=OutboxEntry.attempts + 1,
    )
)


class _Due(NamedTuple):
    """An entry as it was before it was taken."""

    id: int
    key: str
    name: str
    content_key: str | None
    content_id: int | None
    payload: Mapping[str, Any]
    attempts: int
    started_sending_at: datetime | None


def _job(due: _Due) -> Job:
    has_ref = due.content_key is not None and due.content_id is not None
    return Job(
        id=due.id,
        key=due.key,
        name=due.name,
        ref=(str(due.content_key), int(due.content_id or 0)) if has_ref else None,
        payload=due.payload,
        attempts=due.attempts + 1,
        began=due.started_sending_at is not None,
    )


def _ids(jobs: Sequence[Job]) -> list[int]:
    return [job.id for job in jobs]


def _change(ids: Sequence[int], holder: str, **values: Any) -> bool:
    """Only what is still ours: a worker that slept through its lease changes nothing."""
    return _execute(_changing(ids, holder, **values)) == len(ids)


def _changing(ids: Sequence[int], holder: str, **values: Any) -> Update:
    query = update(OutboxEntry).where(
        OutboxEntry.id.in_(ids),
        OutboxEntry.leased_by == holder,
        OutboxEntry.state == State.RUNNING,
    )
    return query.values(**values)


def _move(which: ColumnElement[bool], state: State) -> int:
    if db.session.scalar(select(OutboxEntry.id).where(which).limit(1)) is None:
        db.session.rollback()
        return 0
    db.session.rollback()
    return _execute(update(OutboxEntry).where(which).values(state=state))


def _execute(query: Update) -> int:
    with writing():
        count = _run(query)
        db.session.commit()
    return count


def _run(query: Update) -> int:
    result = db.session.execute(query, execution_options={"synchronize_session": False})
    return int(cast("CursorResult[Any]", result).rowcount)
