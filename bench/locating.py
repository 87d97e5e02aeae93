"""Points located in memory by our net, beside geopandas.sjoin of the same points and cells."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from bench.district import points
from bench.run import Bench, step
from bench.table import Row
from gridmap.geo.crs import WGS84, areas_m2
from gridmap.geo.locate import Cell
from gridmap.geo.net import Net, Spots
from gridmap.geo.squares import Pairs

BORDER_SHARE = 0.001
"""So many points lie exactly on a corner of cells: the covering set has to be the same there too."""
ACCURACY_M = 10.0

Answer = TypeVar("Answer")


@dataclass
class _Took:
    """Seconds, a list of rounds for each thing that was done."""

    rounds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, work: Callable[[], Answer]) -> Answer:
        begun = time.perf_counter()
        done = work()
        self.rounds.setdefault(name, []).append(time.perf_counter() - begun)
        return done

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])


def measure(bench: Bench) -> list[Row]:
    """Which cells cover each point, with the build and once built; for information what more of an answer costs."""
    cells, took = bench.district.cells, _Took()
    lon, lat = _points(bench, cells).T.copy()
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    known, shapes = as_cells(cells), shapely.to_wkb(cells.geometry.to_numpy())
    for _ in range(bench.size.rounds):
        with step(f"{len(lon)} points in {len(cells)} cells, ours and theirs"):
            joined = _join(cells, shapes, frame, took)
            net = _cover(known, shapes, lon, lat, joined, took)
            _answer(net, lon, lat, joined, took)
    with step("sjoin within, for information"):
        _within(cells, lon, lat, took)
    return [*_promised(took, len(lon), len(cells)), *_more(took, net, lon, lat)]


def _points(bench: Bench, cells: gpd.GeoDataFrame) -> np.ndarray:
    lon_lat = points(bench.size.points)
    rng = np.random.default_rng(5)
    on_border = rng.random(len(lon_lat)) < BORDER_SHARE
    corners = shapely.get_coordinates(cells.geometry.to_numpy())
    lon_lat[on_border] = corners[rng.integers(0, len(corners), on_border.sum())]
    return lon_lat


def as_cells(cells: gpd.GeoDataFrame) -> list[Cell]:
    """The cells as our net takes them."""
    sizes = areas_m2(cells.geometry.to_numpy())
    listed = zip(cells["code"], cells["name"], sizes, cells.geometry, strict=True)
    return [
        Cell(n, code, name, 1, f"{code}/", float(m2), shape)
        for n, (code, name, m2, shape) in enumerate(listed)
    ]


def _join(cells: gpd.GeoDataFrame, shapes: np.ndarray, frame: gpd.GeoDataFrame, took: _Took) -> Pairs:
    # New objects: nothing prepared or indexed in the round before. The tree then stays with the frame.
    fresh = gpd.GeoDataFrame({"code": cells["code"]}, geometry=shapely.from_wkb(shapes), crs=WGS84)
    took.note("sjoin_built_too", lambda: frame.sjoin(fresh, predicate="covered_by"))
    joined = took.note("sjoin", lambda: frame.sjoin(fresh, predicate="covered_by"))
    return _sorted(joined.index.to_numpy(), joined["index_right"].to_numpy())


def _cover(
    known: list[Cell], shapes: np.ndarray, lon: np.ndarray, lat: np.ndarray, joined: Pairs, took: _Took
) -> Net:
    """A net that has answered. Raises AssertionError where it does not find the cells that sjoin finds."""
    fresh = [
        replace(cell, geometry=shape) for cell, shape in zip(known, shapely.from_wkb(shapes), strict=True)
    ]

    def from_nothing() -> tuple[Net, Pairs]:
        net = Net(fresh)
        return net, net.covering(lon, lat)

    net, pairs = took.note("cover_built_too", from_nothing)
    again = took.note("cover", lambda: net.covering(lon, lat))
    for found in (_sorted(*pairs), _sorted(*again)):
        if not (np.array_equal(found.point, joined.point) and np.array_equal(found.cell, joined.cell)):
            raise AssertionError("answers differ from those of sjoin")
    return net


def _answer(net: Net, lon: np.ndarray, lat: np.ndarray, joined: Pairs, took: _Took) -> None:
    """Whole answers. Raises AssertionError where they name other cells than those that cover the point."""
    nothing = np.full(len(lon), np.nan)
    net.spot(lon, lat, nothing)  # lays out every border
    spots: Spots = took.note("spot", lambda: net.spot(lon, lat, nothing))
    took.note("places", lambda: net.locate_many(lon, lat))
    plain = np.flatnonzero(spots.cell >= 0)
    told = [(n, c.cell.id) for n, place in spots.places.items() for c in place.candidates if c.cell]
    rest = np.array(told, dtype=np.int64).reshape(-1, 2)
    found = _sorted(np.append(plain, rest[:, 0]), np.append(spots.cell[plain], rest[:, 1]))
    if not (np.array_equal(found.point, joined.point) and np.array_equal(found.cell, joined.cell)):
        raise AssertionError("whole answers differ from those of sjoin")


def _sorted(point: np.ndarray, cell: np.ndarray) -> Pairs:
    order = np.lexsort((cell, point))
    return Pairs(point[order], cell[order])


def _within(cells: gpd.GeoDataFrame, lon: np.ndarray, lat: np.ndarray, took: _Took) -> None:
    """Two calls with `within`, which indexes the points and loses those on a border."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    for name in ("within_built_too", "within"):
        took.note(name, lambda: frame.sjoin(cells[["code", "geometry"]], predicate="within"))


def _promised(took: _Took, count: int, cells: int) -> list[Row]:
    return [
        _against(took, "_built_too", "Located in memory, the build included, against geopandas.sjoin", 2.5,
                 f"{count:,} points, {cells:,} cells; the same cells for every point, corners included"),
        _against(took, "", "Located in memory, once built, against geopandas.sjoin", 5.0,
                 "the second call of both on the same frames: sjoin keeps its tree with the cells"),
    ]  # fmt: skip


def _against(took: _Took, which: str, name: str, at_least: float, notes: str) -> Row:
    ours, theirs, within = (took.median(f"{way}{which}") for way in ("cover", "sjoin", "within"))
    said = f"{notes}; sjoin within, which loses points on borders, {within:.2f} s"
    figures: dict[str, Any] = {"ours_s": ours, "theirs_s": theirs, "within_s": within}
    return Row(name, f"{ours:.2f} s", f"{theirs:.2f} s", theirs / ours, at_least, said, figures)


def _more(took: _Took, net: Net, lon: np.ndarray, lat: np.ndarray) -> list[Row]:
    """For information: the whole answer as columns, as objects, and with an accuracy."""
    part = slice(0, max(100, len(lon) // 20))
    radii = np.full(len(lon[part]), ACCURACY_M)
    with step(f"{len(radii)} points with {ACCURACY_M:.0f} m accuracy"):
        took.note("shares", lambda: net.spot(lon[part], lat[part], radii))
    theirs = took.median("sjoin")
    rows = []
    for way, count, name in (
        ("spot", len(lon), "Located and told how far from the border (columns), once built"),
        ("places", len(lon), "The same as one object a point (locate_many), once built"),
        ("shares", len(radii), f"The same with {ACCURACY_M:.0f} m accuracy: shares of the cells around"),
    ):
        ours = took.median(way)
        is_like = count == len(lon)
        said, ratio = (f"{theirs:.2f} s", theirs / ours) if is_like else ("–", None)
        notes = f"{count:,} points" + ("; sjoin names the cell only" if is_like else "")
        rows.append(Row(name, f"{ours:.2f} s ({count / ours:,.0f}/s)", said, ratio, notes=notes))
    return rows
