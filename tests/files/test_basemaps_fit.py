"""A base map drawn in a shifted datum fits: its own pixels tell where they lie, and a mark shows at its true place."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridmap.files.basemaps.declared import BaseMap, BaseMaps
from gridmap.files.basemaps.shelf import Shelf
from gridmap.files.basemaps.templates import Template
from gridmap.geo.crs import from_wgs84_array
from tests.foreign import SLOPE, Foreign, foreign_server, plain, telling, wave

QILIN, TEDA = (103.7941388, 25.4929994), (117.698, 39.033)
ABROAD = (13.4, 52.5)
# In GCJ-02 and BD-09 by the published algorithms: numbers of others, not ours.
THERE = {
    ("gcj02", QILIN): (103.79616499, 25.48999997),
    ("gcj02", TEDA): (117.70425777, 39.0338962),
    ("bd09", QILIN): (103.80259976, 25.49630749),
    ("bd09", TEDA): (117.71069683, 39.04014217),
}
EQUATOR_M = 40_075_016.7


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    with foreign_server() as server:
        yield server


def shelf_of(foreign: Foreign, folder: Path, datum: str, size: int = 256) -> Shelf:
    one = BaseMap(
        "one", "一", "one", datum, "来源", (Template(foreign.template),), max_zoom=20, tile_size=size
    )
    return Shelf(BaseMaps((one,), keep_days=0), folder)


def plane(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Column and row in tiles, in Web Mercator."""
    x = (lon + 180) / 360 * 2**zoom
    return x, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)


def degrees_of(zoom: int, x: int, y: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The true place of the middle of each pixel of a tile."""
    steps = (np.arange(size) + 0.5) / size
    column, row = np.meshgrid(x + steps, y + steps)
    return column / 2**zoom * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / 2**zoom))))


def off_by_pixels(data: bytes, zoom: int, x: int, y: int, datum: str, size: int = 256) -> float:
    """The largest distance between where the pixels of a served tile say they come from and where they should."""
    lon, lat = from_wgs84_array(*degrees_of(zoom, x, y, size), datum)
    column = (lon + 180) / 360 * 2**zoom * size - 0.5
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom * size - 0.5
    shown, worst = pixels(data), 0.0
    for channel, at in ((0, column), (1, row)):
        wanted = wave(at)
        is_straight = (wanted > 4 * SLOPE) & (wanted < 255 - 4 * SLOPE)  # at its turns the wave tells less
        worst = max(worst, float(np.abs(shown[..., channel] - wanted)[is_straight].max()) / SLOPE)
    return worst


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("place", [QILIN, TEDA], ids=["qilin", "teda"])
@pytest.mark.parametrize("zoom", [10, 12, 14, 16, 17, 18])
def test_every_pixel_lies_within_a_metre_or_half_a_pixel(
    foreign: Foreign, tmp_path: Path, datum: str, place: tuple[float, float], zoom: int
) -> None:
    foreign.answer = lambda z, x, y: (200, {}, telling(z, x, y))
    x, y = (int(part) for part in plane(*place, zoom))
    off = off_by_pixels(shelf_of(foreign, tmp_path, datum).tile("one", zoom, x, y).data, zoom, x, y, datum)
    pixel_m = EQUATOR_M * math.cos(math.radians(place[1])) / 256 / 2**zoom
    # The grades are whole numbers: an eighth of a pixel is what rounding them may seem to be off.
    assert off - 0.5 / SLOPE <= max(0.5, 1 / pixel_m)
    assert off < 0.5
    assert len(foreign.asked) <= 9


@pytest.mark.parametrize(("datum", "place"), THERE, ids=str)
@pytest.mark.parametrize("zoom", [14, 18])
def test_a_mark_shows_at_its_true_place(
    foreign: Foreign, tmp_path: Path, datum: str, place: tuple[float, float], zoom: int
) -> None:
    column, row = plane(*THERE[datum, place], zoom)

    def marked(z: int, x: int, y: int) -> tuple[int, dict[str, str], bytes]:
        image = Image.open(io.BytesIO(plain((255, 255, 255))))
        middle = ((column - x) * 256, (row - y) * 256)
        image.paste((0, 0, 0), tuple(round(at + by) for by in (-3, 3) for at in middle))
        out = io.BytesIO()
        image.save(out, "PNG")
        return 200, {}, out.getvalue()

    foreign.answer = marked
    true_column, true_row = plane(*place, zoom)
    tile = shelf_of(foreign, tmp_path, datum).tile("one", zoom, int(true_column), int(true_row))
    dark = 255 - pixels(tile.data).mean(axis=-1)
    rows, columns = np.indices(dark.shape)
    found = [float((at * dark).sum() / dark.sum()) + 0.5 for at in (columns, rows)]
    wanted = [true_column % 1 * 256, true_row % 1 * 256]
    assert found == pytest.approx(wanted, abs=0.75)  # the mark itself is set on whole pixels


@pytest.mark.parametrize(("datum", "place"), [("gcj02", ABROAD), ("wgs84", QILIN), ("cgcs2000", TEDA)])
def test_where_nothing_is_shifted_the_picture_is_the_one_that_came(
    foreign: Foreign, tmp_path: Path, datum: str, place: tuple[float, float]
) -> None:
    foreign.answer = lambda z, x, y: (200, {}, telling(z, x, y))
    x, y = (int(part) for part in plane(*place, 15))
    found = shelf_of(foreign, tmp_path, datum).tile("one", 15, x, y)
    assert np.abs(pixels(found.data) - pixels(telling(15, x, y))).max() <= 1
    assert foreign.asked == [f"/t/15/{x}/{y}"]


def test_tiles_side_by_side_go_on_where_the_other_ends(foreign: Foreign, tmp_path: Path) -> None:
    foreign.answer = lambda z, x, y: (200, {}, telling(z, x, y, 512))
    shelf, (x, y) = shelf_of(foreign, tmp_path, "gcj02", 512), (int(part) for part in plane(*QILIN, 16))
    west, east = (pixels(shelf.tile("one", 16, x + n, y).data) for n in (0, 1))
    steps = np.abs(np.abs(west[:, -1, 0] - east[:, 0, 0]))
    assert np.median(steps) == pytest.approx(SLOPE, abs=1)
    assert off_by_pixels(shelf.tile("one", 16, x, y).data, 16, x, y, "gcj02", 512) < 0.5


def test_without_the_shift_it_would_be_seen(foreign: Foreign, tmp_path: Path) -> None:
    foreign.answer = lambda z, x, y: (200, {}, telling(z, x, y))
    x, y = (int(part) for part in plane(*QILIN, 17))
    plain_tile = shelf_of(foreign, tmp_path, "wgs84").tile("one", 17, x, y)
    assert off_by_pixels(plain_tile.data, 17, x, y, "gcj02") > 5
