"""The demo district, drawn once for all its tests."""

from __future__ import annotations

import pytest

from gridmap.demo.district import DemoDistrict, draw_district


@pytest.fixture(scope="session")
def district() -> DemoDistrict:
    return draw_district()
