"""What each set of tiles holds: areas with their labels, buildings, ground; layer by layer, zoom by zoom."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import shapely

from gridmap.domain.codes import LEVELS
from gridmap.domain.landmarks import left_out_at
from gridmap.geo.bake import FarView, Recipe, feature_line
from gridmap.geo.crs import metres_per_degree
from gridmap.geo.far import far_of

DRAWING = 2
"""Counted up whenever what is drawn here, or how, changes: every set is then baked anew."""

AREAS = Recipe(
    "areas",
    8,
    14,
    (
        # A corner where three areas meet, or where a smaller one meets a larger one's border, is never
        # simplified away, and what lies between two of them is simplified alike on both sides.
        "--no-simplification-of-shared-nodes",
        "--no-tiny-polygon-reduction",
        "--full-detail=14",
        # A cell of eight metres still is a surface at zoom 8; simplified as if it were drawn on 4096.
        "--low-detail=14",
        "--simplification=4",
        "--simplification-at-maximum-zoom=1",
    ),
)
BUILDINGS = Recipe(
    "buildings",
    11,
    15,
    (
        "--low-detail=11",
        "--tiny-polygon-size=4",  # dust from afar: as much of it as all of it covers
        "--feature-filter="
        + json.dumps(
            {
                "building": [
                    "all",
                    *(["attribute-filter", name, [">=", "$zoom", 14]] for name in ("code", "name")),
                ]
            }
        ),
    ),
)
GROUND = Recipe("ground", 8, 15, ())
RECIPES = {recipe.name: recipe for recipe in (AREAS, BUILDINGS, GROUND)}
LAYERS = {"areas": (*LEVELS, "label"), "buildings": ("building",), "ground": ("ground", "name")}
"""The layers of each set."""

_LABELS_FROM = dict(zip(LEVELS, (8, 8, 10, 12), strict=True))
"""The zoom from which a level's labels are in the tiles; the index has all of them."""
_INDEX_DEG = 1_000_000


class AreaRow(Protocol):
    """An area as it is drawn: `label_lon`, `label_lat` in WGS84, `wkb` its shape."""

    code: str
    name: str
    level: str
    path: str
    parent_path: str
    label_lon: float
    label_lat: float
    wkb: bytes


class BuildingRow(Protocol):
    """A building as it is drawn: its point, and its footprint where that is known, as WKB."""

    code: str
    name: str
    floors: int | None
    point: bytes
    footprint: bytes | None


class LandmarkRow(Protocol):
    """A landmark as it is drawn: its shape as WKB."""

    kind: str
    rank: str
    name: str
    wkb: bytes


def area_lines(rows: Sequence[AreaRow]) -> Iterator[str]:
    """A surface and a label for each area."""
    shapes = shapely.to_geojson(shapely.from_wkb([row.wkb for row in rows]))
    for row, shape in zip(rows, shapes, strict=True):
        named = {"code": row.code, "name": row.name}
        yield feature_line(row.level, named, shape)
        first = _LABELS_FROM[row.level]
        label = f'{{"type":"Point","coordinates":[{row.label_lon!r},{row.label_lat!r}]}}'
        yield feature_line("label", {**named, "level": row.level}, label, (first, AREAS.max_zoom))


def building_lines(rows: Sequence[BuildingRow]) -> Iterator[str]:
    """Each building's footprint, or its point where none is known."""
    shapes = shapely.to_geojson(shapely.from_wkb([row.footprint or row.point for row in rows]))
    for row, shape in zip(rows, shapes, strict=True):
        yield feature_line("building", {"code": row.code, "name": row.name, "floors": row.floors}, shape)


def ground_lines(rows: Sequence[LandmarkRow]) -> Iterator[str]:
    """Each landmark from the zoom its rank is worth drawing; of a named surface also a point that bears the name."""
    shapes = shapely.from_wkb([row.wkb for row in rows])
    is_surface = shapely.get_dimensions(shapes) == 2
    for row, shape, surface in zip(rows, shapes, is_surface, strict=True):
        plain = {"kind": row.kind, "rank": row.rank}
        zooms = (_first_zoom(row.kind, row.rank), GROUND.max_zoom)
        name = {"name": row.name} if row.name else {}
        yield feature_line("ground", plain if surface else plain | name, shapely.to_geojson(shape), zooms)
        if surface and name:
            inside = shapely.to_geojson(shapely.point_on_surface(shape))
            yield feature_line("name", plain | name | _extent_m(shape), inside, zooms)


def _first_zoom(kind: str, rank: str) -> int:
    zooms = range(GROUND.min_zoom, GROUND.max_zoom + 1)
    return next((zoom for zoom in zooms if (kind, rank) not in left_out_at(zoom)), GROUND.max_zoom)


def _extent_m(shape: shapely.Geometry) -> dict[str, int]:
    """Width and height of a shape's box in metres."""
    west, south, east, north = shapely.bounds(shape)
    x_m, y_m = metres_per_degree((south + north) / 2)
    return {"w": round((east - west) * x_m), "h": round((north - south) * y_m)}


def area_index(rows: Sequence[AreaRow], version: str) -> bytes:
    """All areas in one gzipped JSON, in the order they come, parents before their own.

    `level` is a place in `levels`, `parent` one in `codes` (-1: none); `label` (lon, lat) and `box`
    (west, south, east, north) are integers of 1e-6 degree, one area after the other.
    """
    place = {row.path: at for at, row in enumerate(rows)}
    boxes = shapely.bounds(shapely.from_wkb([row.wkb for row in rows])) if rows else np.empty((0, 4))
    told = {
        "version": version,
        "levels": list(LEVELS),
        "codes": [row.code for row in rows],
        "names": [row.name for row in rows],
        "level": [LEVELS.index(row.level) for row in rows],
        "parent": [place.get(row.parent_path, -1) for row in rows],
        "label": _whole(row_part for row in rows for row_part in (row.label_lon, row.label_lat)),
        "box": _whole(boxes.ravel().tolist()),
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def far_view(rows: Sequence[AreaRow], version: str) -> FarView | None:
    """What of the areas is drawn from afar: all but cells; None where cells are drawn at every zoom."""
    far = far_of(rows, (AREAS.min_zoom, AREAS.max_zoom))
    if far is None:
        return None
    shown = LEVELS[: LEVELS.index(far.level) + 1]
    return FarView(far, "grid", area_index([row for row in rows if row.level in shown], version))


def _whole(degrees: Iterable[float]) -> list[int]:
    return [round(degree * _INDEX_DEG) for degree in degrees]
