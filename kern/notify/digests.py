"""The digest: one mail on a local morning with everything new, for each person who wants one.

Made by the worker's tick, written when it is sent: only what is public then, and not yet seen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, select, update

from kern import outbox
from kern.actor import Actor
from kern.calendar import to_local
from kern.db import db, insert_quietly
from kern.notify.models import Digest, Frequency, Notice, NoticeKind
from kern.notify.preferences import MONDAY, frequencies_of, morning_of, next_due
from kern.outbox import OutboxEntry, State

DIGEST_MAIL = "notify.tagespost"
MOST_PER_TICK = 200  # people; the tick holds the town's only place to write


@dataclass(frozen=True, slots=True)
class Section:
    """What stands in a digest without an event: how much waits for this person, say."""

    title: str
    path: str
    sentence: str
    items: Sequence[tuple[str, str]] = ()  # words, path


@dataclass(frozen=True, slots=True)
class Standing:
    """`candidates` are parties that might have something; `section` is asked when it is sent."""

    kind: NoticeKind
    candidates: Callable[[], Iterable[int]]
    section: Callable[[Actor], Section | None]


_standing: list[Standing] = []


def fill_standing(found: Iterable[Standing]) -> None:
    _standing[:] = found


def standing() -> Sequence[Standing]:
    return _standing


def make_digests(since: datetime, until: datetime) -> bool:
    """Of everybody for whom one is due; more than a few hundred wait for the next minute."""
    mornings = [day for day in _days(since, until) if since < morning_of(day) <= until]
    weekly = any(day.weekday() == MONDAY for day in mornings)
    today = to_local(until).date()
    parties = dict.fromkeys(_with_due_notices(until))
    if mornings:
        parties |= dict.fromkeys(_with_standing(weekly=weekly))
    for party_id in parties:
        _make(party_id, today, until, weekly=weekly)
    return bool(parties or mornings)


def _days(since: datetime, until: datetime) -> Iterable[date]:
    day, last = to_local(since).date(), to_local(until).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _with_due_notices(until: datetime) -> Sequence[int]:
    query = select(Notice.party_id).where(Notice.due_at <= until, Notice.seen_at.is_(None))
    return db.session.scalars(query.distinct().limit(MOST_PER_TICK)).all()


def _with_standing(*, weekly: bool) -> Iterable[int]:
    for one in _standing:
        wanted = {Frequency.DAILY, Frequency.WEEKLY} if weekly else {Frequency.DAILY}
        chosen = frequencies_of(one.candidates(), one.kind)
        yield from (party_id for party_id, frequency in chosen.items() if frequency in wanted)


def _make(party_id: int, day: date, at: datetime, *, weekly: bool) -> None:
    values = {"party_id": party_id, "day": day, "is_weekly": weekly, "made_at": at}
    new = insert_quietly(cast("Table", Digest.__table__), [values])
    mine = update(Notice).where(
        Notice.party_id == party_id, Notice.due_at <= at, Notice.seen_at.is_(None)
    )
    if not new:  # this day has had its mail
        db.session.execute(mine.values(due_at=next_due(Frequency.DAILY, at)))
        return
    digest_id = new[0]
    db.session.execute(mine.values(due_at=None, digest_id=digest_id))
    _take_over(party_id, digest_id)
    outbox.mail(DIGEST_MAIL, f"party:{party_id}", event=f"digest:{digest_id}", digest=digest_id)


def _take_over(party_id: int, digest_id: int) -> None:
    """What could not be sent yet comes with the new one: nobody gets a week of mails at once."""
    query = select(Digest.id).where(Digest.party_id == party_id, Digest.id != digest_id)
    before = db.session.scalar(query.order_by(Digest.id.desc()).limit(1))
    if before is None:
        return
    unsent = delete(OutboxEntry).where(
        OutboxEntry.key == f"mail:{DIGEST_MAIL}:digest:{before}:party:{party_id}",
        OutboxEntry.state.in_([State.OPEN, State.HELD]),
        OutboxEntry.started_sending_at.is_(None),
    )
    if db.session.scalars(unsent.returning(OutboxEntry.id)).all():
        moved = update(Notice).where(Notice.digest_id == before)
        db.session.execute(moved.values(digest_id=digest_id))
