"""A round of scenes: read as it is written, refused with what is wrong."""

from __future__ import annotations

import pytest

from gridmap.domain.scenes import Scene, read_round


def test_nothing_is_the_overview_alone() -> None:
    assert read_round("") == read_round("  ") == (Scene("overview"),)


def test_kind_area_and_seconds() -> None:
    assert read_round("overview:60, areas:20 heat,late@990001001:5") == (
        Scene("overview", None, 60),
        Scene("areas", None, 20),
        Scene("heat", None, 30),
        Scene("late", "990001001", 5),
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("overveiw:60", "'overveiw:60' is no scene"),
        ("heat:4", "5 to 1800 seconds"),
        ("heat:99999", "5 to 1800 seconds"),
        ("heat@:10", "is no scene"),
        ("heat:ten", "is no scene"),
        ("areas@990001:10", "found by themselves"),
    ],
)
def test_what_is_no_scene_is_refused(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_round(f"overview,{written}")
