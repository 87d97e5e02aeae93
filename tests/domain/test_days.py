"""Local days as moments: midnight is where people live, and days may have 23 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.days import day_of, last_days

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def test_a_day_begins_at_local_midnight() -> None:
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert day_of(midnight, SHANGHAI).day == date(2026, 11, 21)
    assert day_of(midnight - timedelta(seconds=1), SHANGHAI) == (
        date(2026, 11, 20), midnight - timedelta(days=1), midnight,
    )  # fmt: skip


def test_the_last_days_end_today() -> None:
    days = last_days(datetime(2026, 3, 2, tzinfo=UTC), SHANGHAI, 3)
    assert [day.day.isoformat() for day in days] == ["2026-02-28", "2026-03-01", "2026-03-02"]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), st.integers(1, 40))
def test_days_follow_each_other_without_a_gap(now: datetime, count: int) -> None:
    days = last_days(now, BERLIN, count)
    assert len(days) == count
    assert days[-1].begin <= now < days[-1].end
    assert all(one.end == next_.begin for one, next_ in pairwise(days))
