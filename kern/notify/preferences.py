"""How often each kind of notice comes as a mail, and when the next one is due."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from kern.calendar import to_local, to_utc
from kern.db import Quick, among, db
from kern.notify.models import Frequency, Notice, NoticeKind, Preference

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
    rows = _WISHES.typed(_Wish, {"ids": ids, "kind": str(kind)}, flush=True)
    return found | {row.party_id: Frequency(row.frequency) for row in rows}


class _Wish(NamedTuple):
    party_id: int
    frequency: str


_WISHES = Quick(
    select(Preference.party_id, Preference.frequency).where(
        among(Preference.party_id, "ids"), Preference.kind == bindparam("kind")
    )
)


def frequency_of(party_id: int, kind: NoticeKind) -> Frequency:
    return frequencies_of([party_id], kind)[party_id]


def morning_of(day: date) -> datetime:
    """When the digests of this day leave."""
    return to_utc(datetime.combine(day, MORNING))


def next_due(frequency: Frequency, at: datetime) -> datetime | None:
    """The next local morning after `at`, of a Monday for what comes weekly; None: no digest."""
    if frequency not in {Frequency.DAILY, Frequency.WEEKLY}:
        return None
    day = to_local(at).date()
    while morning_of(day) <= at or (frequency is Frequency.WEEKLY and day.weekday() != MONDAY):
        day += timedelta(days=1)
    return morning_of(day)


def choose(party_id: int, wanted: Mapping[NoticeKind, Frequency], at: datetime) -> None:
    """Keep the choice; what already waits for a mail follows it. Kinds that are fixed stay."""
    for kind, frequency in wanted.items():
        if kind in FIXED:
            continue
        row = db.session.get(Preference, (party_id, kind))
        if row is None:
            db.session.add(Preference(party_id=party_id, kind=kind, frequency=frequency))
        else:
            row.frequency = frequency
        waiting = update(Notice).where(
            Notice.party_id == party_id, Notice.kind == kind, Notice.due_at.is_not(None)
        )
        # Who wants it at once from now on has what is older by the next morning.
        soon = Frequency.DAILY if frequency is Frequency.AT_ONCE else frequency
        db.session.execute(waiting.values(due_at=next_due(soon, at)))
    db.session.flush()


def chosen_by(party_id: int) -> dict[NoticeKind, Frequency]:
    """Of every kind, in their order."""
    query = select(Preference.kind, Preference.frequency).where(Preference.party_id == party_id)
    kept = {NoticeKind(row.kind): Frequency(row.frequency) for row in db.session.execute(query)}
    return {
        kind: default if kind in FIXED else kept.get(kind, default)
        for kind, default in DEFAULTS.items()
    }
