"""Days and times as an office types them, and as the instants they mean."""

from datetime import date, datetime, time

from kern.calendar import NoSuchTime, end_of_day, to_local, to_utc
from kern.errors import Invalid


def start_of(day: date | None, clock: time | None, field: str) -> datetime | None:
    """Without a time the day begins at midnight."""
    if day is None:
        return None
    return _utc(datetime.combine(day, clock or time()), field)


def end_of(day: date | None, clock: time | None, field: str) -> datetime | None:
    """Exclusive; without a time the whole day counts."""
    if day is None:
        return None
    return end_of_day(day) if clock is None else _utc(datetime.combine(day, clock), field)


def shown_end(closes_at: datetime) -> tuple[date, time | None]:
    """`end_of` backwards."""
    local = to_local(closes_at)
    if local.time() == time():
        return date.fromordinal(local.toordinal() - 1), None
    return local.date(), local.time()


def _utc(local: datetime, field: str) -> datetime:
    try:
        return to_utc(local)
    except NoSuchTime as error:
        raise Invalid(error.message, field=field, **error.params) from error
