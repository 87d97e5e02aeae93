"""The roster: when a shift runs, who is away, who stands in, when somebody comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.roster import (
    Absence,
    Post,
    Roster,
    Shift,
    check_shift,
    minute_text,
    read_minute,
    read_weekdays,
    weekdays_text,
)
from gridmap.errors import InvalidInputError

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, tzinfo=SHANGHAI)
WORKDAYS = read_weekdays("1-5")
DAY, NIGHT = Shift(WORKDAYS, 8 * 60, 18 * 60), Shift(WORKDAYS, 22 * 60, 6 * 60)
LONG_AGO = FRIDAY - timedelta(days=900)
MINE, DEPUTYS = Post(1, 101, "leader", "990001/", LONG_AGO), Post(2, 102, "leader", "990001/", LONG_AGO)


def at(hours: float, days: int = 0) -> datetime:
    """A local time of that Friday, or of a day after it, in UTC."""
    return (FRIDAY + timedelta(days=days, hours=hours)).astimezone(UTC)


@pytest.mark.parametrize(
    ("shift", "hours", "days", "is_on"),
    [
        (DAY, 7.99, 0, False),
        (DAY, 8, 0, True),
        (DAY, 17.99, 0, True),
        (DAY, 18, 0, False),
        (DAY, 12, 1, False),  # Saturday
        (NIGHT, 21.99, 0, False),
        (NIGHT, 23, 0, True),
        (NIGHT, 5, 1, True),  # begun on Friday
        (NIGHT, 23, 1, False),
        (NIGHT, 5, 3, False),  # Monday: would have begun on Sunday
        (NIGHT, 6, 1, False),
        (Shift(WORKDAYS, 0, 0), 0, 0, True),
        (Shift(WORKDAYS, 0, 0), 23.99, 0, True),
        (Shift(WORKDAYS, 0, 0), 0, 1, False),
        (Shift(WORKDAYS, 480, 480), 7.9, 1, True),  # a day and a night from eight
    ],
)
def test_a_shift_runs_on_its_weekdays_in_local_time_and_past_midnight(shift, hours, days, is_on):
    roster = Roster({1: (shift,)}, zone=SHANGHAI)
    assert roster.is_on_duty(MINE, at(hours, days)) is is_on


def test_a_post_without_shifts_is_always_on_duty_and_of_several_shifts_one_is_enough():
    assert Roster().is_on_duty(MINE, at(3))
    both = Roster({1: (DAY, NIGHT)}, zone=SHANGHAI)
    assert [both.is_on_duty(MINE, at(hour)) for hour in (9, 20, 23)] == [True, False, True]


def test_who_is_away_is_not_on_duty_whatever_their_shift():
    away = Absence(at(10), at(12))
    roster = Roster({1: (DAY,)}, {101: (away,)}, zone=SHANGHAI)
    assert [roster.duty(MINE, at(h)) for h in (9, 10, 11.9, 12, 20)] == ["on", "away", "away", "on", "off"]


def test_a_clock_set_back_finds_the_roster_as_it_was_then():
    roster = Roster({1: (DAY,)}, {101: (Absence(at(10), at(12)),)}, zone=SHANGHAI)
    assert [roster.duty(MINE, at(hour)) for hour in (11, 9, 11)] == ["away", "on", "away"]


def test_a_deputy_stands_in_only_while_they_are_there_themselves():
    mine = Absence(at(8), at(18), 102)
    assert Roster(absences={101: (mine,)}).deputy_of(101, at(9)) == 102
    assert Roster(absences={101: (mine,)}).deputy_of(101, at(7)) is None
    both = {101: (mine,), 102: (Absence(at(8), at(10), 103),)}
    assert Roster(absences=both).deputy_of(101, at(9)) is None  # a deputy has no deputy
    off = Roster({2: (NIGHT,)}, {101: (mine,)}, {102: (2,)}, zone=SHANGHAI)
    assert off.deputy_of(101, at(9)) is None
    assert Roster({2: (NIGHT,)}, {101: (mine,)}, {102: (2, 3)}, zone=SHANGHAI).deputy_of(101, at(9)) == 102


@pytest.mark.parametrize(
    ("now", "comes"),
    [(at(9), at(9)), (at(7), at(8)), (at(19), at(8, 3)), (at(12, 1), at(8, 3))],
    ids=["now", "in an hour", "over the weekend", "on saturday"],
)
def test_when_somebody_comes_next(now, comes):
    assert Roster({1: (DAY,)}, zone=SHANGHAI).on_duty_from(MINE, now) == comes


def test_who_is_away_comes_with_the_first_shift_after():
    away = (Absence(at(7), at(12, 3)), Absence(at(12, 3), at(20, 3)))
    assert Roster({1: (DAY,)}, {101: away}, zone=SHANGHAI).on_duty_from(MINE, at(9)) == at(8, 4)


def test_of_who_is_away_again_and_again_no_day_is_known():
    away = tuple(Absence(at(0, n), at(0, n + 1)) for n in range(60))
    assert Roster(absences={101: away}).on_duty_from(MINE, at(9)) is None


SHIFTS = st.builds(Shift, st.integers(1, 127), st.integers(0, 1439), st.integers(0, 1439))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(shifts=st.lists(SHIFTS, min_size=1, max_size=3).map(tuple), now=MOMENTS)
def test_whoever_comes_next_is_on_duty_then_and_not_a_minute_before(shifts, now):
    roster = Roster({1: shifts}, zone=SHANGHAI)
    comes = roster.on_duty_from(MINE, now)
    assert comes is not None
    assert roster.is_on_duty(MINE, comes)
    assert (
        comes == now
        or not roster.is_on_duty(MINE, comes - timedelta(minutes=1))
        or comes - now < timedelta(minutes=1)
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1-5", "1,2,3,4,5"),
        ("6-7", "6,7"),
        ("1,3,5", "1,3,5"),
        ("1-5、7", "1,2,3,4,5,7"),
        ("6-2", "1,2,6,7"),
        ("周", None),
    ],
)
def test_weekdays_as_people_write_them(text, days):
    if days is None:
        with pytest.raises(InvalidInputError, match="weekdays_invalid"):
            read_weekdays(text)
    else:
        assert weekdays_text(read_weekdays(text)) == days


@given(mask=st.integers(1, 127), minute=st.integers(0, 1439))
def test_what_is_written_out_is_read_back(mask, minute):
    assert read_weekdays(weekdays_text(mask)) == mask
    assert read_minute(minute_text(minute)) == minute


@pytest.mark.parametrize("text", ["", "25:00", "24:01", "8", "08:60", "８:００x", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(InvalidInputError, match="clock_time_invalid"):
        read_minute(text)
    assert (read_minute("24:00"), read_minute("8:05"), read_minute("08：05")) == (0, 485, 485)


@pytest.mark.parametrize("shift", [Shift(0, 0, 1), Shift(128, 0, 1), Shift(1, -1, 1), Shift(1, 0, 1440)])
def test_a_shift_that_no_day_has_is_refused(shift):
    with pytest.raises(InvalidInputError, match="shift_invalid"):
        check_shift(shift)
