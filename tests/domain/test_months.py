"""Local months as moments."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gridmap.domain.months import last_months, month_named, month_of, months_between, span_of
from gridmap.errors import InvalidInputError

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def test_a_month_begins_at_local_midnight() -> None:
    november = month_named("2026-11", SHANGHAI)
    assert november.begin == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert november.end == month_named("2026-12", SHANGHAI).begin
    assert month_of(november.begin, SHANGHAI) == november
    assert month_of(november.end, SHANGHAI).name == "2026-12"


def test_a_month_in_which_the_clock_is_changed_keeps_its_midnights() -> None:
    october = month_named("2026-10", BERLIN)
    assert (october.begin.hour, october.end.hour) == (22, 23)


def test_months_between_cross_a_year() -> None:
    found = months_between("2026-11", "2027-02", SHANGHAI)
    assert [month.name for month in found] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert span_of(found) == (found[0].begin, found[-1].end)
    assert all(one.end == other.begin for one, other in pairwise(found))
    assert last_months(found[-1].begin, SHANGHAI, 4) == found


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-1", "26-11", "2026-11-01", "1889-01", "2026-00", "２０２６-11"]
)
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="month_invalid"):
        month_named(name, SHANGHAI)


@pytest.mark.parametrize(("first", "last"), [("2026-11", "2026-10"), ("2020-01", "2026-01")])
def test_a_span_turned_round_or_too_long_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidInputError, match="months_invalid"):
        months_between(first, last, SHANGHAI)
