# ruff: noqa: DTZ001 - wall times have no zone, that is what is tested here

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kern import calendar
from kern.calendar import (
    LAND_NAMES,
    Land,
    NoSuchTime,
    add_working_hours,
    easter,
    format_by,
    format_day,
    format_deadline,
    format_minute,
    format_target,
    holidays,
    is_soon,
    is_working_day,
    release_target,
    time_left,
    time_left_changes,
    to_local,
    to_utc,
)

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday, 10:30 local time

instants = st.datetimes(
    datetime(1996, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)
)  # summer time has its present dates since 1996
wall_times = st.datetimes(datetime(1996, 1, 1), datetime(2099, 1, 1))


def local(*parts: int) -> datetime:
    return to_utc(datetime(*parts))  # type: ignore[arg-type]


def test_summer_and_winter_time_are_told_apart() -> None:
    assert to_utc(datetime(2026, 7, 1, 12)) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert to_utc(datetime(2026, 12, 1, 12)) == datetime(2026, 12, 1, 11, tzinfo=UTC)


@given(st.integers(0, 59))
def test_a_time_that_the_clocks_skip_is_refused(minute: int) -> None:
    with pytest.raises(NoSuchTime, match=r"29\. März 2026") as caught:
        to_utc(datetime(2026, 3, 29, 2, minute))
    assert caught.value.status == 422


@given(st.integers(0, 59))
def test_a_time_that_comes_twice_means_the_later(minute: int) -> None:
    assert to_utc(datetime(2026, 10, 25, 2, minute)) == datetime(
        2026, 10, 25, 1, minute, tzinfo=UTC
    )


def test_the_hours_around_the_skipped_and_the_double_one_follow_each_other() -> None:
    assert to_utc(datetime(2026, 3, 29, 3)) - to_utc(datetime(2026, 3, 29, 1)) == timedelta(hours=1)
    assert to_utc(datetime(2026, 10, 25, 3)) - to_utc(datetime(2026, 10, 25, 1, 59)) == timedelta(
        hours=2, minutes=1
    )


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_day_has_the_hours_it_has(day: date, hours: int) -> None:
    begin = calendar.end_of_day(day - timedelta(days=1))

    assert calendar.end_of_day(day) - begin == timedelta(hours=hours)


@given(wall_times)
def test_a_wall_time_comes_back_as_it_was_or_does_not_exist(wall: datetime) -> None:
    try:
        instant = to_utc(wall)
    except NoSuchTime:
        assert (wall.month, wall.hour, wall.isoweekday()) == (3, 2, 7)
        return
    assert to_local(instant).replace(tzinfo=None, fold=0) == wall


@given(instants)
def test_an_instant_comes_back_or_is_the_earlier_of_a_double_hour(instant: datetime) -> None:
    wall = to_local(instant)
    back = to_utc(wall.replace(tzinfo=None, fold=0))

    assert back - instant == timedelta(0) or (
        back - instant == timedelta(hours=1) and (wall.month, wall.hour, wall.fold) == (10, 2, 0)
    )


def test_times_without_or_with_a_zone_in_the_wrong_place_are_errors() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_utc(NOW)
    with pytest.raises(ValueError, match="naive"):
        to_local(datetime(2026, 1, 1))


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_at_the_end_of_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(NoSuchTime, match="Jahreszahl"):
        to_utc(datetime(year, 1, 1))
    with pytest.raises(NoSuchTime, match="Jahreszahl"):
        calendar.end_of_day(date(year, 12, 31))


def test_days_and_minutes_read_as_in_german() -> None:
    assert format_day(date(2026, 3, 1)) == "1. März 2026"
    assert format_day(datetime(2026, 12, 4, 23, 30, tzinfo=UTC)) == "5. Dezember 2026"
    assert format_minute(local(2026, 12, 5, 14, 30)) == "5. Dezember 2026, 14:30 Uhr"
    assert format_minute(local(2026, 12, 5, 9, 5)) == "5. Dezember 2026, 9:05 Uhr"
    assert format_minute(local(2026, 12, 5, 14)) == "5. Dezember 2026, 14 Uhr"
    assert format_minute(local(2026, 12, 5)) == "5. Dezember 2026, 0 Uhr"


def test_a_deadline_names_the_last_day() -> None:
    assert format_deadline(local(2026, 12, 6)) == "5. Dezember 2026, 24 Uhr"
    assert format_deadline(local(2027, 1, 1)) == "31. Dezember 2026, 24 Uhr"
    assert format_deadline(local(2026, 12, 6, 12)) == "6. Dezember 2026, 12 Uhr"
    assert format_deadline(local(2026, 12, 6, 0, 1)) == "6. Dezember 2026, 0:01 Uhr"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ((2026, 12, 6), "noch 12 Tage"),
        ((2026, 11, 26), "noch 2 Tage"),
        ((2026, 11, 25), "endet morgen um 24 Uhr"),
        ((2026, 11, 24, 12), "endet morgen um 12 Uhr"),
        ((2026, 11, 24), "endet heute um 24 Uhr"),
        ((2026, 11, 23, 18, 30), "endet heute um 18:30 Uhr"),
        ((2026, 11, 23, 13, 30), "noch 3 Stunden"),
        ((2026, 11, 23, 12), "noch eine Stunde"),
        ((2026, 11, 23, 11), "noch weniger als eine Stunde"),
        ((2026, 12, 29), "noch 5 Wochen"),
        ((2027, 5, 1), "noch 5 Monate"),
        ((2026, 11, 23, 10, 30), "beendet am 23. November"),
        ((2026, 11, 23), "beendet am 22. November"),
        ((2026, 1, 1), "beendet am 31. Dezember 2025"),
    ],
)
def test_the_time_left_is_told_in_words(until: tuple[int, ...], words: str) -> None:
    assert time_left(NOW, local(*until)) == words


@given(st.timedeltas(timedelta(days=-3), timedelta(days=40)), st.floats(0, 1))
def test_the_words_hold_until_they_are_said_to_change(left: timedelta, part: float) -> None:
    until = NOW + left
    changes = time_left_changes(NOW, until)
    between = NOW + (changes - NOW) * part

    assert changes > NOW
    if between < changes:
        assert time_left(between, until) == time_left(NOW, until)


def test_soon_is_a_week_and_not_over() -> None:
    assert is_soon(NOW, local(2026, 12, 1))
    assert not is_soon(NOW, local(2026, 12, 2))
    assert is_soon(NOW, NOW + timedelta(seconds=1))
    assert not is_soon(NOW, NOW)


def test_a_target_is_named_as_people_say_it() -> None:
    assert format_by(NOW, local(2026, 11, 23, 14)) == "bis heute, 14 Uhr"
    assert format_by(NOW, local(2026, 11, 24, 12)) == "bis morgen, 12 Uhr"
    assert format_by(NOW, local(2026, 12, 7, 12)) == "bis Montag, 7. Dezember, 12 Uhr"
    assert format_target(NOW, local(2026, 11, 23, 14)) == "heute um 14 Uhr"
    assert format_target(NOW, local(2026, 11, 24, 12)) == "morgen um 12 Uhr"
    assert format_target(NOW, local(2026, 12, 7, 12)) == "am Montag, 7. Dezember, um 12 Uhr"
    assert format_target(NOW, local(2027, 1, 4, 9)) == "am Montag, 4. Januar 2027, um 9 Uhr"


# Dates of Easter from the table in Meeus, Astronomical Algorithms, and of the coming years.
@pytest.mark.parametrize(
    "day",
    [(1818, 3, 22), (1943, 4, 25), (1954, 4, 18), (1991, 3, 31), (2000, 4, 23), (2024, 3, 31),
     (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2038, 4, 25), (2285, 3, 22)],
)  # fmt: skip
def test_easter_falls_on_its_day(day: tuple[int, int, int]) -> None:
    assert easter(day[0]) == date(*day)


@given(st.integers(1583, 4000))
def test_easter_is_a_sunday_in_spring(year: int) -> None:
    assert easter(year).isoweekday() == 7
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


EVERYWHERE = {
    date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14),
    date(2026, 5, 25), date(2026, 10, 3), date(2026, 12, 25), date(2026, 12, 26),
}  # fmt: skip
EPIPHANY, WOMEN, CORPUS = date(2026, 1, 6), date(2026, 3, 8), date(2026, 6, 4)
ASSUMPTION, CHILDREN = date(2026, 8, 15), date(2026, 9, 20)
REFORMATION, SAINTS, REPENTANCE = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 18)
SUNDAYS = {date(2026, 4, 5), date(2026, 5, 24)}


@pytest.mark.parametrize(
    ("land", "more"),
    [
        (Land.BW, {EPIPHANY, CORPUS, SAINTS}),
        (Land.BY, {EPIPHANY, CORPUS, SAINTS}),
        (Land.BE, {WOMEN}),
        (Land.BB, {REFORMATION, *SUNDAYS}),
        (Land.HB, {REFORMATION}),
        (Land.HH, {REFORMATION}),
        (Land.HE, {CORPUS}),
        (Land.MV, {WOMEN, REFORMATION}),
        (Land.NI, {REFORMATION}),
        (Land.NW, {CORPUS, SAINTS}),
        (Land.RP, {CORPUS, SAINTS}),
        (Land.SL, {CORPUS, ASSUMPTION, SAINTS}),
        (Land.SN, {REFORMATION, REPENTANCE}),
        (Land.ST, {EPIPHANY, REFORMATION}),
        (Land.SH, {REFORMATION}),
        (Land.TH, {CHILDREN, REFORMATION}),
    ],
)
def test_each_land_keeps_its_own_holidays(land: Land, more: set[date]) -> None:
    assert set(holidays(2026, land)) == EVERYWHERE | more


def test_each_land_has_a_name() -> None:
    assert set(LAND_NAMES) == set(Land)
    assert len(Land) == 16


@pytest.mark.parametrize(("year", "day"), [(2024, 20), (2025, 19), (2026, 18), (2028, 22)])
def test_repentance_day_is_the_wednesday_before_23_november(year: int, day: int) -> None:
    assert holidays(year, Land.SN)[date(year, 11, day)] == "Buß- und Bettag"


def test_working_days_are_those_of_the_land() -> None:
    assert is_working_day(date(2026, 6, 4), Land.BE)
    assert not is_working_day(date(2026, 6, 4), Land.NW)
    assert not is_working_day(date(2026, 11, 22), Land.NW)
    assert is_working_day(date(2026, 12, 24), Land.NW)


def test_office_hours_go_on_the_next_working_day() -> None:
    friday_afternoon = local(2026, 10, 2, 16)

    assert add_working_hours(friday_afternoon, 1, Land.NW) == local(2026, 10, 2, 17)
    assert add_working_hours(friday_afternoon, 2, Land.NW) == local(2026, 10, 5, 9)
    assert add_working_hours(local(2026, 12, 24, 16), 2, Land.NW) == local(2026, 12, 28, 9)


def test_office_hours_begin_when_the_office_opens() -> None:
    assert add_working_hours(local(2026, 11, 24, 3), 0, Land.NW) == local(2026, 11, 24, 8)
    assert add_working_hours(local(2026, 11, 22, 12), 4, Land.NW) == local(2026, 11, 23, 12)
    assert add_working_hours(local(2026, 11, 23, 20), 1, Land.NW, opens=9, closes=12) == local(
        2026, 11, 24, 10
    )


def test_the_change_of_the_clocks_costs_no_office_hour() -> None:
    assert add_working_hours(local(2026, 3, 27, 16), 2, Land.NW) == local(2026, 3, 30, 9)
    assert add_working_hours(local(2026, 10, 23, 16), 2, Land.NW) == local(2026, 10, 26, 9)


@given(instants, st.integers(0, 60), st.integers(0, 60), st.sampled_from(Land))
def test_office_hours_add_up(start: datetime, first: int, second: int, land: Land) -> None:
    there = add_working_hours(add_working_hours(start, first, land), second, land)
    end = to_local(add_working_hours(start, first + second, land))

    assert end == there or (end.hour, to_local(there).hour) == (17, 8)
    assert is_working_day(end.date(), land)
    assert 8 <= end.hour <= 17


@pytest.mark.parametrize(
    ("opens", "closes", "hours"), [(17, 8, 1), (8, 8, 1), (8, 25, 1), (8, 17, -1)]
)
def test_impossible_office_hours_are_an_error(opens: int, closes: int, hours: int) -> None:
    with pytest.raises(ValueError, match="office hours"):
        add_working_hours(NOW, hours, Land.NW, opens, closes)


def test_an_office_that_never_closes_counts_working_days() -> None:
    assert add_working_hours(local(2026, 11, 23), 48, Land.NW, 0, 24) == local(2026, 11, 25)


def test_the_target_is_a_full_hour() -> None:
    assert release_target(local(2026, 11, 23, 10, 17), 8, Land.NW) == local(2026, 11, 24, 10)
    assert release_target(local(2026, 11, 23, 10), 2, Land.NW) == local(2026, 11, 23, 12)
    assert release_target(local(2026, 11, 23, 10), 3, Land.NW, 9, 12) == local(2026, 11, 24, 10)
