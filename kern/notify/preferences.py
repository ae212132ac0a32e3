"""How often each kind of notice comes as a mail, and when the next one is due."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from kern.calendar import to_local, to_utc
from kern.db import db
from kern.notify.models import Frequency, NoticeKind, Preference

DEFAULTS: Mapping[NoticeKind, Frequency] = {
    NoticeKind.FATE: Frequency.AT_ONCE,
    NoticeKind.ANSWER: Frequency.DAILY,
    NoticeKind.REPLY: Frequency.DAILY,
    NoticeKind.CASE: Frequency.DAILY,
    NoticeKind.FOLLOWED: Frequency.DAILY,
    NoticeKind.DESK: Frequency.DAILY,
    NoticeKind.STATEMENT: Frequency.AT_ONCE,
}
FIXED = frozenset({NoticeKind.STATEMENT})
MORNING = time(7)  # Europe/Berlin; no clock change ever skips it
MONDAY = 0


def frequencies_of(party_ids: Iterable[int], kind: NoticeKind) -> dict[int, Frequency]:
    """Of one kind, for many people; one query."""
    ids = list(party_ids)
    found = dict.fromkeys(ids, DEFAULTS[kind])
    if kind in FIXED or not ids:
        return found
    query = select(Preference.party_id, Preference.frequency)
    query = query.where(Preference.party_id.in_(ids), Preference.kind == kind)
    return found | {row.party_id: Frequency(row.frequency) for row in db.session.execute(query)}


def frequency_of(party_id: int, kind: NoticeKind) -> Frequency:
    return frequencies_of([party_id], kind)[party_id]


def next_due(frequency: Frequency, at: datetime) -> datetime | None:
    """The next local morning after `at`, of a Monday for what comes weekly; None: no digest."""
    if frequency not in {Frequency.DAILY, Frequency.WEEKLY}:
        return None
    day = to_local(at.astimezone(UTC)).date()
    while True:
        morning = to_utc(datetime.combine(day, MORNING))
        fits = frequency is Frequency.DAILY or day.weekday() == MONDAY
        if morning > at and fits:
            return morning
        day += timedelta(days=1)
