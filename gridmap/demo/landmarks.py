"""What maps show of the demo beside cells and buildings: roads, water, greens, fields and named places as one frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import geopandas as gpd
import shapely
from shapely import Point

from gridmap.demo.greens import PARK, Green
from gridmap.demo.lots import Lot
from gridmap.demo.plan import UNDERPASS
from gridmap.demo.plane import on_the_globe
from gridmap.demo.roads import Road
from gridmap.geo import crs

_PLACES = ("government", "station", "hospital", "mall", "market", "school", "square", "site", "village")


class Drawn(NamedTuple):
    """One landmark, its shape in metres of the drawing."""

    kind: str
    rank: str
    name: str
    shape: shapely.Geometry


def landmark_frame(
    roads: Sequence[Road],
    greens: Sequence[Green],
    lots: Sequence[Lot],
    pitches: Sequence[shapely.Polygon],
    outskirts: Sequence[shapely.Polygon],
) -> gpd.GeoDataFrame:
    """Columns kind, rank, name and geometry (WGS84), as `import_landmarks` takes them; `outskirts` are fields outside."""
    rows = [
        *(Drawn("field", "", "", shape) for shape in outskirts),
        *_of_lots(lots),
        *(Drawn("green" if g.kind == PARK else "water", g.kind, g.name, g.shape) for g in greens),
        *(Drawn("green", "pitch", "", pitch) for pitch in pitches),
        *(Drawn("road", road.kind, road.name, road.line) for road in roads),
        Drawn("place", "underpass", UNDERPASS[0], Point(UNDERPASS[1])),
    ]
    columns = {field: [getattr(row, field) for row in rows] for field in ("kind", "rank", "name")}
    return gpd.GeoDataFrame(columns, geometry=on_the_globe(row.shape for row in rows), crs=crs.WGS84)


def _of_lots(lots: Sequence[Lot]) -> Iterator[Drawn]:
    for lot in lots:
        if lot.use == "field":
            yield Drawn("field", "", "", lot.ground)
        elif lot.use in _PLACES:
            yield Drawn("place", lot.use, lot.name, lot.ground)
