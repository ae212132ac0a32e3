"""Time for people: Europe/Berlin on the page, UTC below, German words, working days by Land.

A deadline is an exclusive UTC instant. "Bis zum 5. Dezember" is stored as 6 December 0:00 local
time and shown as "5. Dezember, 24 Uhr".
"""

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kern.errors import Invalid
from kern.i18n import _ as gettext
from kern.i18n import _l, spoken

_: Callable[..., str] = gettext

BERLIN = ZoneInfo("Europe/Berlin")
SOON_DAYS = 7
HOURS_SHOWN = 4  # from here on "noch 3 Stunden" says more than "endet heute um 24 Uhr"
WEEKS_SHOWN = 28  # days
MONTHS_SHOWN = 120  # days

_TICK = timedelta(microseconds=1)  # the database's resolution
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

_MONTHS = (
    _l("Januar"), _l("Februar"), _l("März"), _l("April"), _l("Mai"), _l("Juni"),
    _l("Juli"), _l("August"), _l("September"), _l("Oktober"), _l("November"), _l("Dezember"),
)  # fmt: skip
_WEEKDAYS = (
    _l("Montag"), _l("Dienstag"), _l("Mittwoch"), _l("Donnerstag"),
    _l("Freitag"), _l("Samstag"), _l("Sonntag"),
)  # fmt: skip


class NoSuchTime(Invalid):
    """A wall time that the clocks skip when summer time begins, or of a year out of reach."""


# Between the clock on the wall and the database


def to_utc(local: datetime) -> datetime:
    """The instant of a naive wall time in Germany; of two, in the night in October, the later."""
    if local.tzinfo is not None:
        raise ValueError("a wall time has no zone")
    _require_year(local.year)
    instant = local.replace(tzinfo=BERLIN, fold=1).astimezone(UTC)
    if instant.astimezone(BERLIN).replace(tzinfo=None) != local.replace(fold=0):
        raise NoSuchTime(
            "Diese Uhrzeit gibt es am %(day)s nicht, weil die Uhren auf Sommerzeit vorgestellt"
            " werden. Bitte wählen Sie eine andere.",
            day=format_day(local.date()),
        )
    return instant


def to_local(utc: datetime) -> datetime:
    """The wall time in Germany, with its zone."""
    if utc.tzinfo is None:
        raise ValueError("naive datetime")
    return utc.astimezone(BERLIN)


def end_of_day(day: date) -> datetime:
    """The exclusive end, in UTC, of a deadline that counts the whole day."""
    _require_year(day.year)
    return to_utc(datetime.combine(day + _DAY, time()))


def _require_year(year: int) -> None:
    if not MINYEAR < year < MAXYEAR:  # at the ends the zone leads out of the calendar
        raise NoSuchTime("Bitte prüfen Sie die Jahreszahl.")


# In words


def format_day(at: date) -> str:
    """ "5. Dezember 2026", of an instant or of a day of the calendar."""
    day = _day_of(at)
    return _(
        "%(day)s. %(month)s %(year)s", day=day.day, month=_MONTHS[day.month - 1], year=day.year
    )


def format_month(at: date) -> str:
    """ "Dezember 2026"."""
    day = _day_of(at)
    return _("%(month)s %(year)s", month=_MONTHS[day.month - 1], year=day.year)


def format_day_of_year(at: date, now: datetime) -> str:
    """ "5. Dezember", with the year when it is not the present one."""
    day = _day_of(at)
    if day.year != to_local(now).year:
        return format_day(day)
    return _("%(day)s. %(month)s", day=day.day, month=_MONTHS[day.month - 1])


def format_minute(at: datetime) -> str:
    """ "5. Dezember 2026, 14:30 Uhr"."""
    local = to_local(at)
    return _("%(day)s, %(time)s", day=format_day(local), time=_clock(local.hour, local.minute))


class Stamp(NamedTuple):
    """An instant as pages show it: for machines, to the minute, as a day."""

    iso: str
    minute: str
    day: str


def stamp(at: datetime) -> Stamp:
    """The words of `format_minute` and `format_day`: a page shows many instants, of few days."""
    local, language = to_local(at), spoken()
    day = _words_of_day(local.date(), language)
    time = _words_of_time(local.hour, local.minute, language)
    return Stamp(at.isoformat(), _("%(day)s, %(time)s", day=day, time=time), day)


@lru_cache(maxsize=4096)
def _words_of_day(day: date, _language: str) -> str:
    return format_day(day)


@lru_cache(maxsize=4096)
def _words_of_time(hour: int, minute: int, _language: str) -> str:
    return _clock(hour, minute)


def format_deadline(until: datetime) -> str:
    """ "5. Dezember 2026, 24 Uhr" for the exclusive end 6 December 0:00."""
    return _("%(day)s, %(time)s", day=format_day(_last_day(until)), time=_clock_of_end(until))


def format_target(now: datetime, at: datetime) -> str:
    """When something is due: "heute um 14 Uhr", "morgen um 12 Uhr", "am Montag, 7. Dezember..."."""
    local = to_local(at)
    clock = _clock(local.hour, local.minute)
    days = (local.date() - to_local(now).date()).days
    if days == 0:
        return _("heute um %(time)s", time=clock)
    if days == 1:
        return _("morgen um %(time)s", time=clock)
    weekday = _WEEKDAYS[local.weekday()]
    day = format_day_of_year(local, now)
    return _("am %(weekday)s, %(day)s, um %(time)s", weekday=weekday, day=day, time=clock)


def format_by(now: datetime, at: datetime) -> str:
    """By when something is meant to be done: "bis heute, 14 Uhr", "bis morgen, 12 Uhr"."""
    local = to_local(at)
    clock = _clock(local.hour, local.minute)
    days = (local.date() - to_local(now).date()).days
    if days == 0:
        return _("bis heute, %(time)s", time=clock)
    if days == 1:
        return _("bis morgen, %(time)s", time=clock)
    weekday, day = _WEEKDAYS[local.weekday()], format_day_of_year(local, now)
    return _("bis %(weekday)s, %(day)s, %(time)s", weekday=weekday, day=day, time=clock)


def time_left(now: datetime, until: datetime) -> str:
    """How long something stays open, in words; good until `time_left_changes`."""
    if now >= until:
        return _("beendet am %(day)s", day=format_day_of_year(_last_day(until), now))
    days = _days_left(now, until)
    if days >= MONTHS_SHOWN:
        return _("noch %(n)s Monate", n=days // 30)
    if days >= WEEKS_SHOWN:
        return _("noch %(n)s Wochen", n=days // 7)
    if days > 1:
        return _("noch %(n)s Tage", n=days)
    if days == 1:
        return _("endet morgen um %(time)s", time=_clock_of_end(until))
    return _hours_left(until - now, until)


def time_left_changes(now: datetime, until: datetime) -> datetime:
    """The instant from which `time_left` may say something else, for caches to expire."""
    if now >= until:
        return to_utc(datetime(to_local(now).year + 1, 1, 1))  # noqa: DTZ001 - a wall time
    if _days_left(now, until) > 0:
        return end_of_day(to_local(now).date())
    hours = (until - now) // _HOUR
    return until - min(hours, HOURS_SHOWN) * _HOUR + _TICK if hours else until


def is_soon(now: datetime, until: datetime) -> bool:
    """Whether it is still open and ends within a week."""
    return now < until and _days_left(now, until) <= SOON_DAYS


def _hours_left(left: timedelta, until: datetime) -> str:
    hours = left // _HOUR
    if left > HOURS_SHOWN * _HOUR:
        return _("endet heute um %(time)s", time=_clock_of_end(until))
    if hours > 1:
        return _("noch %(n)s Stunden", n=hours)
    return _("noch eine Stunde") if hours else _("noch weniger als eine Stunde")


def _clock(hour: int, minute: int) -> str:
    if minute:
        return _("%(hour)s:%(minute)s Uhr", hour=hour, minute=f"{minute:02}")
    return _("%(hour)s Uhr", hour=hour)


def _clock_of_end(until: datetime) -> str:
    local = to_local(until)
    return _clock(local.hour or (0 if local.minute else 24), local.minute)


def _day_of(at: date) -> date:
    return to_local(at).date() if isinstance(at, datetime) else at


def _last_day(until: datetime) -> date:
    return to_local(until - _TICK).date()


def _days_left(now: datetime, until: datetime) -> int:
    return (_last_day(until) - to_local(now).date()).days


# Working days


class Land(StrEnum):
    """The sixteen Länder by their codes in ISO 3166-2:DE."""

    BW = "BW"
    BY = "BY"
    BE = "BE"
    BB = "BB"
    HB = "HB"
    HH = "HH"
    HE = "HE"
    MV = "MV"
    NI = "NI"
    NW = "NW"
    RP = "RP"
    SL = "SL"
    SN = "SN"
    ST = "ST"
    SH = "SH"
    TH = "TH"


LAND_NAMES: Mapping[Land, str] = {
    Land.BW: "Baden-Württemberg",
    Land.BY: "Bayern",
    Land.BE: "Berlin",
    Land.BB: "Brandenburg",
    Land.HB: "Bremen",
    Land.HH: "Hamburg",
    Land.HE: "Hessen",
    Land.MV: "Mecklenburg-Vorpommern",
    Land.NI: "Niedersachsen",
    Land.NW: "Nordrhein-Westfalen",
    Land.RP: "Rheinland-Pfalz",
    Land.SL: "Saarland",
    Land.SN: "Sachsen",
    Land.ST: "Sachsen-Anhalt",
    Land.SH: "Schleswig-Holstein",
    Land.TH: "Thüringen",
}

_ALL = frozenset(Land)
_EPIPHANY = frozenset({Land.BW, Land.BY, Land.ST})
_CORPUS_CHRISTI = frozenset({Land.BW, Land.BY, Land.HE, Land.NW, Land.RP, Land.SL})
_ALL_SAINTS = _CORPUS_CHRISTI - {Land.HE}
_REFORMATION = _ALL - _CORPUS_CHRISTI - {Land.BE}

# The holiday laws of the Länder as they stand since 2023, only what holds in the whole Land: not
# Augsburg's Friedensfest, nor Mariä Himmelfahrt in Bavaria, nor Fronleichnam in Saxony and
# Thuringia, which hold in some municipalities.
_FIXED = (
    (1, 1, "Neujahr", _ALL),
    (1, 6, "Heilige Drei Könige", _EPIPHANY),
    (3, 8, "Internationaler Frauentag", {Land.BE, Land.MV}),
    (5, 1, "Tag der Arbeit", _ALL),
    (8, 15, "Mariä Himmelfahrt", {Land.SL}),
    (9, 20, "Weltkindertag", {Land.TH}),
    (10, 3, "Tag der Deutschen Einheit", _ALL),
    (10, 31, "Reformationstag", _REFORMATION),
    (11, 1, "Allerheiligen", _ALL_SAINTS),
    (12, 25, "1. Weihnachtstag", _ALL),
    (12, 26, "2. Weihnachtstag", _ALL),
)
# Days after Easter Sunday.
_BY_EASTER = (
    (-2, "Karfreitag", _ALL),
    (0, "Ostersonntag", {Land.BB}),
    (1, "Ostermontag", _ALL),
    (39, "Christi Himmelfahrt", _ALL),
    (49, "Pfingstsonntag", {Land.BB}),
    (50, "Pfingstmontag", _ALL),
    (60, "Fronleichnam", _CORPUS_CHRISTI),
)
# Berlin's law names single days.
_ONCE = (
    (date(2025, 5, 8), "80. Jahrestag der Befreiung", Land.BE),
    (date(2028, 6, 17), "75. Jahrestag des Aufstands vom 17. Juni 1953", Land.BE),
)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Jean Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, odd = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - shift + 15) % 30
    quarter, remainder = divmod(rest, 4)
    weekday = (32 + 2 * odd + 2 * quarter - epact - remainder) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int, land: Land) -> Mapping[date, str]:
    """The legal holidays of the whole Land with their names."""
    sunday = easter(year)
    found = {date(year, month, day): name for month, day, name, lands in _FIXED if land in lands}
    found |= {sunday + days * _DAY: name for days, name, lands in _BY_EASTER if land in lands}
    found |= {day: name for day, name, where in _ONCE if day.year == year and where == land}
    if land is Land.SN:
        found[_repentance_day(year)] = "Buß- und Bettag"
    return found


def _repentance_day(year: int) -> date:
    """The Wednesday before 23 November."""
    last = date(year, 11, 22)
    return last - (last.weekday() - 2) % 7 * _DAY


def is_working_day(day: date, land: Land) -> bool:
    """Monday to Friday without the holidays; 24 and 31 December are working days by law."""
    saturday = 5
    return day.weekday() < saturday and day not in holidays(day.year, land)


def add_working_hours(
    start: datetime, hours: float, land: Land, opens: int = 8, closes: int = 17
) -> datetime:
    """The instant when so many office hours have passed; `opens` and `closes` are local hours."""
    if not 0 <= opens < closes <= 24 or hours < 0:  # noqa: PLR2004 - hours of a day
        raise ValueError(f"no office hours: {opens} to {closes}, {hours} of them")
    left = timedelta(hours=hours)
    day = to_local(start).date()
    while True:
        if is_working_day(day, land):
            begin = max(start, _at(day, opens))
            span = _at(day, closes) - begin
            if left <= span:
                return begin + left
            left -= max(span, timedelta())
        day += _DAY


def release_target(
    now: datetime, hours: float, land: Land, opens: int = 8, closes: int = 17
) -> datetime:
    """When a waiting text should be decided: after office hours, up to the next full hour."""
    due = add_working_hours(now, hours, land, opens, closes)
    over = timedelta(minutes=due.minute, seconds=due.second, microseconds=due.microsecond)
    return due - over + _HOUR if over else due


@lru_cache(maxsize=1024)
def _at(day: date, hour: int) -> datetime:
    return to_utc(datetime.combine(day, time()) + hour * _HOUR)
