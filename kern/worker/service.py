"""What the administration asks of the outbox: how it stands, and to try again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update

from kern.clock import now
from kern.db import db
from kern.outbox import OutboxEntry, State

TROUBLE = (State.DEAD, State.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many entries are in each state, by kind, and since when the oldest due one waits."""

    mails: dict[State, int]
    facts: dict[State, int]
    oldest_due: datetime | None

    @property
    def troubled_mails(self) -> int:
        return sum(self.mails.get(state, 0) for state in TROUBLE)

    @property
    def held_mails(self) -> int:
        return self.mails.get(State.HELD, 0)


def figures() -> Figures:
    query = select(OutboxEntry.kind, OutboxEntry.state, func.count()).group_by(
        OutboxEntry.kind, OutboxEntry.state
    )
    counted: dict[str, dict[State, int]] = {"mail": {}, "fact": {}}
    for kind, state, count in db.session.execute(query):
        counted.setdefault(kind, {})[State(state)] = count
    return Figures(counted["mail"], counted["fact"], oldest_due())


def oldest_due() -> datetime | None:
    """Since when the longest waiting entry could have been done."""
    query = select(func.min(OutboxEntry.not_before)).where(
        OutboxEntry.state.in_([State.OPEN, State.RUNNING]), OutboxEntry.not_before <= now()
    )
    found: datetime | None = db.session.scalar(query)
    return found


def age_of_oldest_due() -> int:
    """In seconds; 0 when nothing waits. Says whether the worker keeps up."""
    found = oldest_due()
    return int((now() - found).total_seconds()) if found else 0


def retry(entry_id: int) -> bool:
    """Try an entry anew that was given up; False when it is in no such state (any more)."""
    return _retry(OutboxEntry.id == entry_id, TROUBLE) == 1


def retry_all(kind: str = "mail") -> int:
    """Everything that died. What is unclear is decided one by one: it may have arrived."""
    return _retry(OutboxEntry.kind == kind, (State.DEAD,))


def settle(entry_id: int) -> bool:
    """A person says that it is done; False when it is in no such state (any more)."""
    query = update(OutboxEntry).where(
        OutboxEntry.id == entry_id, OutboxEntry.state.in_([*TROUBLE, State.HELD])
    )
    query = query.values(state=State.DONE, done_at=now())
    result = db.session.execute(query, execution_options={"synchronize_session": False})
    return int(cast("CursorResult[Any]", result).rowcount) == 1


def _retry(which: ColumnElement[bool], states: Iterable[State]) -> int:
    query = update(OutboxEntry).where(which, OutboxEntry.state.in_(list(states)))
    query = query.values(
        state=State.OPEN, not_before=now(), attempts=0, started_sending_at=None, error=None
    )
    result = db.session.execute(query, execution_options={"synchronize_session": False})
    return int(cast("CursorResult[Any]", result).rowcount)
