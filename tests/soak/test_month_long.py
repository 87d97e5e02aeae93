"""Ten thousand matters through every path of the loop: they end or wait for somebody, and their histories tell all."""

from __future__ import annotations

import pytest

from gridmap.actions.office import Office
from tests.conftest import Clock
from tests.loop.month import Month
from tests.loop.test_month import check_midway, settle_and_check

MATTERS = 10_000


@pytest.mark.timeout(3600)
def test_ten_thousand_matters(office: Office, clock: Clock) -> None:
    month = Month(office, clock, seed=2)
    month.run(MATTERS)
    check_midway(month)
    settle_and_check(month)
