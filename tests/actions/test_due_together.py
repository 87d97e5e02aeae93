"""Deadlines worked out together are those that each matter has alone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from math import floor
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.actions.due_together import due_by_each
from gridmap.domain.deadlines import MINUTES, UNITS, Deadlines, Limit
from gridmap.domain.worktime import WorkingTime

HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))
TIME = WorkingTime(HOURS, lambda day: day.weekday() < 5, ZoneInfo("Asia/Shanghai"))
LIMITS = st.builds(Limit, st.integers(1, 999), st.sampled_from((*UNITS, MINUTES)))
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(LIMITS, st.lists(MOMENTS, min_size=1))
@settings(deadline=None)
def test_each_is_due_as_it_is_alone(limit: Limit, starts: list[datetime]) -> None:
    deadlines = Deadlines(TIME)
    seconds = np.array([floor(start.timestamp()) for start in starts])
    found = due_by_each(deadlines, limit, seconds)
    alone = [deadlines.due_by(limit, start) for start in starts]
    assert found is not None
    assert [datetime.fromtimestamp(end, UTC) for end in found.tolist()] == alone


@pytest.mark.parametrize(
    ("deadlines", "limit"), [(Deadlines(), Limit(1, "urgent_hours")), (Deadlines(TIME), None)]
)
def test_without_a_limit_there_is_none(deadlines: Deadlines, limit: Limit | None) -> None:
    assert due_by_each(deadlines, limit, np.array([0])) is None
