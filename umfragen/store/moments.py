"""Dates and times as numbers, so that they are counted like numbers. Pure.

A day is its proleptic Gregorian ordinal, a time of day its minutes since midnight, both together
the minutes since the beginning of day 0.
"""

from datetime import datetime, time

MINUTES = 24 * 60


def number_of(said: object) -> float | None:
    """As it is stored („2026-05-04“, „14:30“, „2026-05-04T14:30“); None for anything else."""
    if not isinstance(said, str):
        return None
    try:
        if "-" not in said:
            return float(minutes_of(time.fromisoformat(said)))
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    day = moment.toordinal()
    return float(day * MINUTES + minutes_of(moment.time()) if "T" in said else day)


def minutes_of(at: time) -> int:
    return 60 * at.hour + at.minute
