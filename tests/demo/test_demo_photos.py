"""The pictures of the demo: drawn, marked, small, alike before and after."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from gridmap.demo.photos.album import SCENES, picture
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import LIGHTS, light_at, tone
from gridmap.demo.photos.mark import draw_mark

CORNER = (1060, 720, 1180, 785)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_is_a_small_marked_photo_that_changes_when_done(scene: str) -> None:
    before, after = (picture(scene, 5, "noon", is_done=is_done) for is_done in (False, True))
    assert len(before) < 120_000
    one, other = pixels(before), pixels(after)
    assert one.shape == (800, 1200, 3)
    differs = (np.abs(one - other).max(axis=2) > 24).mean()
    assert 0.004 < differs < 0.75
    left, top, right, bottom = CORNER
    marked = one[top:bottom, left:right].min(axis=2)
    assert (marked > 225).mean() > 0.05


def test_without_the_mark_the_check_of_it_fails() -> None:
    canvas = Canvas("night")
    left, top, right, bottom = CORNER
    assert (pixels(canvas.jpeg())[top:bottom, left:right] > 225).mean() == 0
    draw_mark(canvas)
    assert (pixels(canvas.jpeg())[top:bottom, left:right] > 225).mean() > 0.05


def test_the_same_seed_draws_the_same_and_another_one_another() -> None:
    assert picture("bins", 7, "noon") == picture("bins", 7, "noon") != picture("bins", 8, "noon")


def test_a_street_lamp_is_looked_at_by_night_and_rooms_are_lit() -> None:
    assert pixels(picture("lamp", 1, "noon")).mean() < 90
    assert pixels(picture("lift", 1, "night")).mean() > 100


def test_light_follows_the_hour() -> None:
    assert [light_at(hour) for hour in (3, 7, 12, 17, 21)] == ["night", "morning", "noon", "evening", "night"]
    assert set(LIGHTS) >= {light_at(hour) for hour in range(24)}
    assert (tone("#808080", 0.5), tone("#808080", 1.5), tone("#808080", 2)) == (
        "#404040",
        "#C0C0C0",
        "#FFFFFF",
    )
