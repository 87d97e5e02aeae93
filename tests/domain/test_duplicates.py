"""How far apart two places may lie and still be of one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.duplicates import MOST_M, NEAR_M, radius_m

ACCURACIES = st.none() | st.floats(0, 1e6)


@pytest.mark.parametrize(
    ("own", "other", "radius"),
    [(None, None, 50), (3, 15, 50), (40, None, 75), (40, 35, 95), (15.5, 0, 50.5), (5000, 5000, 500)],
)
def test_the_radius_grows_by_what_each_accuracy_has_beyond_a_good_one(
    own: float | None, other: float | None, radius: float
) -> None:
    assert radius_m(own, other) == pytest.approx(radius)


@given(ACCURACIES, ACCURACIES)
def test_the_radius_is_the_same_from_both_sides_and_bounded(own: float | None, other: float | None) -> None:
    assert NEAR_M <= radius_m(own, other) == radius_m(other, own) <= MOST_M
