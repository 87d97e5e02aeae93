"""Whether areas cover their parent as a partition: every fault as a finding, none passed over in silence.

Frames here are GeoDataFrames in WGS84 lon/lat with the columns `code`, `name`, `parent` and a geometry.

What is measured is held against two limits. Surfaces up to AREA_FLOOR_M2 are rounding, and not told.
Surfaces nowhere wider than SLIVER_WIDTH_M come from the same border drawn twice: they are told as
`sliver`, for information. The limit is the ±1.0 m a component of accuracy class B may be off, so nobody
could say on the spot which side of such a strip a manhole lies on.

| rule | severity | meaning |
|---|---|---|
| code_missing, code_duplicate | error | no code; one code on several rows |
| geometry_missing, geometry_empty, geometry_kind | error | no shape; one without points; one that is no surface |
| coordinates_out_of_range | error | not lon/lat: not finite, or beyond ±180 / ±90 |
| degrees_as_metres | error | not one cell reaches a square metre: degrees were read as metres |
| geometry_invalid | warning, error | the outline crosses or touches itself; error where mending changes it or fails |
| overlap, gap, outside_parent | warning | two cells share ground; ground without a cell; a cell reaches out of its parent |
| sliver | info | one of these three, or part of a cell, as thin as a drawing error |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmap.geo.crs import areas_m2, metres_per_degree

AREA_FLOOR_M2 = 1.0
SLIVER_WIDTH_M = 1.0
HARMLESS_CHANGE = 0.001

ERROR, WARNING, INFO = "error", "warning", "info"

Shapes = NDArray[np.object_]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Record = str | int | None

# A tenth of a metre: neighbours of a gap are found in spite of rounding.
_TOUCH_DEGREES = 1e-6


@dataclass(frozen=True)
class Finding:
    """One fault of one record.

    `record` is the code of the area it concerns, or where that is missing the position of its row in
    the frame, counted from 0; None means the whole frame. `geometry` (WGS84 lon/lat) is the place to
    look at, None where there is none to show. `details` holds plain JSON values, areas in m², shares 0–1.
    """

    rule: str
    severity: str
    record: Record
    details: Mapping[str, Any]
    geometry: shapely.Geometry | None = None

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON values, its geometry as GeoJSON or None."""
        shown = None if self.geometry is None else json.loads(shapely.to_geojson(self.geometry))
        return {
            "rule": self.rule,
            "severity": self.severity,
            "record": self.record,
            "details": dict(self.details),
            "geometry": shown,
        }


class _Cells(NamedTuple):
    """The rows of a frame that can be measured, side by side."""

    records: list[Record]
    parents: list[str | None]
    shapes: Shapes


class _Piece(NamedTuple):
    """A surface that should not be, with whom it belongs to and what to tell of it."""

    record: Record
    shape: shapely.Geometry
    details: dict[str, Any]
    whole: shapely.Geometry | None


def repair(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A copy of `frame` with self-crossing outlines mended, and a `geometry_invalid` for each.

    Mending is shapely's make_valid, of which the surfaces are kept and stray points and lines dropped.
    Where the area changes by less than HARMLESS_CHANGE (0.1 %) of what it was, the finding is a warning;
    beyond, an error: what the author meant is then a guess (a bow tie, a border running over itself).
    What cannot be mended into any surface stays as it was, and `check` tells it.
    """
    shapes, records = frame.geometry.to_numpy().copy(), _records(frame)
    findings = []
    for row in np.flatnonzero(_is_surface(shapes) & _is_on_earth(shapes) & ~shapely.is_valid(shapes)):
        mended = _surface(shapely.make_valid(shapes[row]))
        if mended.is_empty:
            continue
        before, after = float(shapely.area(shapes[row])), float(shapely.area(mended))
        change = abs(after - before) / max(after, before)
        details = {
            "reason": shapely.is_valid_reason(shapes[row]),
            "area_m2": _area(mended),
            "change": round(change, 6),
            "repaired": True,
        }
        severity = WARNING if change < HARMLESS_CHANGE else ERROR
        findings.append(Finding("geometry_invalid", severity, records[row], details, mended))
        shapes[row] = mended
    column = gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs, name=frame.geometry.name)
    return frame.set_geometry(column), findings


def check(frame: gpd.GeoDataFrame, parents: gpd.GeoDataFrame | None) -> list[Finding]:
    """Every fault of `frame`, by rule and then by row; the rules stand in the module's table.

    It tells nothing that `repair` told already, so the findings of both add up. `parents` (columns
    `code` and geometry) are the areas above; None means that they are not known. A cell whose parent
    is None or not among them is not held against one.

    A gap is ground of a parent that none of its cells covers; for cells without a known parent, a hole
    that they enclose together. It is told piece by piece, an overlap pair by pair.
    Rows without a sound surface are told and then left out of all measuring.
    """
    findings = [*_check_codes(frame), *_check_geometries(frame)]
    cells = _measurable(frame)
    if len(cells.shapes) and float(areas_m2(cells.shapes).max()) < AREA_FLOOR_M2:
        extent = [float(edge) for edge in shapely.total_bounds(cells.shapes)]
        return [*findings, Finding("degrees_as_metres", ERROR, None, {"bounds": extent})]
    outlines = _outlines(parents)
    return [
        *findings,
        *_graded("overlap", _overlaps(cells)),
        *_graded("gap", _gaps(cells, outlines)),
        *_graded("outside_parent", _outside(cells, outlines)),
        *_thin_parts(cells),
    ]


def _records(frame: gpd.GeoDataFrame) -> list[Record]:
    return [_code(value) or row for row, value in enumerate(frame["code"])]


def _code(value: Any) -> str | None:
    """A code as text; None for what stands for no code (None, NaN, blank)."""
    return None if pd.isna(value) else str(value).strip() or None


def _check_codes(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    rows_of: dict[str, list[int]] = {}
    for row, value in enumerate(frame["code"]):
        code = _code(value)
        if code is None:
            yield Finding("code_missing", ERROR, row, {"row": row})
        else:
            rows_of.setdefault(code, []).append(row)
    for code, rows in rows_of.items():
        if len(rows) > 1:
            yield Finding("code_duplicate", ERROR, code, {"rows": rows, "count": len(rows)})


def _check_geometries(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    shapes, records = frame.geometry.to_numpy(), _records(frame)
    is_missing, is_empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    is_surface, is_on_earth = _is_surface(shapes), _is_on_earth(shapes)
    is_broken = is_surface & is_on_earth & ~is_empty & ~shapely.is_valid(shapes)
    rules: list[tuple[str, Mask, Callable[[shapely.Geometry], dict[str, Any]]]] = [
        ("geometry_missing", is_missing, lambda shape: {}),
        ("geometry_empty", is_empty, lambda shape: {}),
        ("geometry_kind", ~is_surface & ~is_missing & ~is_empty, lambda shape: {"kind": shape.geom_type}),
        ("coordinates_out_of_range", ~is_on_earth, _range_details),
        ("geometry_invalid", is_broken, _broken_details),
    ]
    for rule, mask, describe in rules:
        for row in np.flatnonzero(mask):
            can_be_shown = is_on_earth[row] and not (is_missing[row] or is_empty[row])
            shown = shapes[row] if can_be_shown else None
            yield Finding(rule, ERROR, records[row], {"row": int(row), **describe(shapes[row])}, shown)


def _broken_details(shape: shapely.Geometry) -> dict[str, Any]:
    return {"reason": shapely.is_valid_reason(shape), "repaired": False}


def _range_details(shape: shapely.Geometry) -> dict[str, Any]:
    """The bounds (None for a side that is no number), and what the numbers look like."""
    xy = shapely.get_coordinates(shape)
    bounds = [float(edge) for edge in (*xy.min(axis=0), *xy.max(axis=0))]
    x, y = np.abs(xy).T
    looks_like = None
    if np.isfinite(xy).all():
        is_swapped = x.max() <= 90 and y.max() <= 180
        looks_like = "swapped" if is_swapped else "metres" if max(x.max(), y.max()) > 360 else None
    return {"bounds": [edge if np.isfinite(edge) else None for edge in bounds], "looks_like": looks_like}


def _is_surface(shapes: Shapes) -> Mask:
    kinds = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    return np.isin(shapely.get_type_id(shapes), kinds)


def _is_on_earth(shapes: Shapes) -> Mask:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    # Written so that NaN, of which no comparison is true, counts as out of range.
    is_fine = (np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90)
    found = np.ones(len(shapes), dtype=bool)
    found[owner[~is_fine]] = False
    return found


def _sound(shapes: Shapes) -> Rows:
    """The rows whose geometry can be measured."""
    return np.flatnonzero(
        _is_surface(shapes) & ~shapely.is_empty(shapes) & _is_on_earth(shapes) & shapely.is_valid(shapes)
    )


def _measurable(frame: gpd.GeoDataFrame) -> _Cells:
    shapes, records = frame.geometry.to_numpy(), _records(frame)
    parents = [_code(value) for value in frame["parent"]]
    rows = _sound(shapes)
    return _Cells([records[row] for row in rows], [parents[row] for row in rows], shapes[rows])


def _outlines(parents: gpd.GeoDataFrame | None) -> dict[str, shapely.Geometry]:
    if parents is None:
        return {}
    shapes, codes = parents.geometry.to_numpy(), [_code(value) for value in parents["code"]]
    return {code: shapes[row] for row in _sound(shapes) if (code := codes[row]) is not None}


def _overlaps(cells: _Cells) -> list[_Piece]:
    left, right = shapely.STRtree(cells.shapes).query(cells.shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    common = shapely.intersection(cells.shapes[left], cells.shapes[right])
    pieces = []
    for at in _worth_telling(common):
        i, j = sorted((int(left[at]), int(right[at])))
        smaller = min(cells.shapes[i], cells.shapes[j], key=shapely.area)
        details = {"other": cells.records[j]}
        pieces.append((i, j, _Piece(cells.records[i], common[at], details, smaller)))
    return [piece for _, _, piece in sorted(pieces, key=lambda found: found[:2])]


def _gaps(cells: _Cells, outlines: Mapping[str, shapely.Geometry]) -> list[_Piece]:
    rows_of: dict[str | None, list[int]] = {}
    for row, parent in enumerate(cells.parents):
        rows_of.setdefault(parent if parent in outlines else None, []).append(row)
    bare: list[tuple[str | None, shapely.Geometry]] = []
    for parent, rows in rows_of.items():
        covered = shapely.union_all(cells.shapes[rows])
        outline = _filled(covered) if parent is None else outlines[parent]
        bare += [(parent, part) for part in _parts(shapely.difference(outline, covered))]
    shapes = _array(part for _, part in bare)
    neighbours = _neighbours(cells, shapes)
    return [
        _Piece(bare[at][0], shapes[at], {"neighbours": neighbours[at]}, outlines.get(bare[at][0] or ""))
        for at in _worth_telling(shapes)
    ]


def _neighbours(cells: _Cells, shapes: Shapes) -> list[list[Record]]:
    around = shapely.buffer(shapes, _TOUCH_DEGREES, quad_segs=1)
    found: list[list[Record]] = [[] for _ in shapes]
    for at, row in sorted(shapely.STRtree(cells.shapes).query(around, predicate="intersects").T.tolist()):
        found[at].append(cells.records[row])
    return found


def _outside(cells: _Cells, outlines: Mapping[str, shapely.Geometry]) -> list[_Piece]:
    rows = [row for row, parent in enumerate(cells.parents) if parent in outlines]
    shapes = cells.shapes[rows]
    above = _array(outlines[str(cells.parents[row])] for row in rows)
    shapely.prepare(above)
    rest = np.full(len(rows), shapely.Polygon(), dtype=object)
    reaches_out = ~shapely.covers(above, shapes)
    rest[reaches_out] = shapely.difference(shapes[reaches_out], above[reaches_out])
    return [
        _Piece(cells.records[rows[at]], rest[at], {"parent": cells.parents[rows[at]]}, shapes[at])
        for at in _worth_telling(rest)
    ]


def _thin_parts(cells: _Cells) -> Iterator[Finding]:
    parts, owner = shapely.get_parts(cells.shapes, return_index=True)
    for at in np.flatnonzero(_is_sliver(parts)):
        details = {"kind": "part", "area_m2": _area(parts[at])}
        yield Finding("sliver", INFO, cells.records[owner[at]], details, parts[at])


def _graded(rule: str, pieces: list[_Piece]) -> Iterator[Finding]:
    """The findings of one rule, thin ones as `sliver` with the rule as its kind."""
    shapes = _array(_surface(piece.shape) for piece in pieces)
    for piece, shape, is_thin in zip(pieces, shapes, _is_sliver(shapes), strict=True):
        details = {**piece.details, "area_m2": _area(shape)}
        if piece.whole is not None:
            details["share"] = round(float(shapely.area(shape) / shapely.area(piece.whole)), 6)
        if is_thin:
            yield Finding("sliver", INFO, piece.record, {"kind": rule, **details}, shape)
        else:
            yield Finding(rule, WARNING, piece.record, details, shape)


def _worth_telling(shapes: Shapes) -> Rows:
    """Which surfaces are larger than the floor; measured roughly first, since most are nothing at all."""
    candidates = np.flatnonzero(shapely.area(_in_metres(shapes)) > AREA_FLOOR_M2 / 2)
    return candidates[areas_m2(shapes[candidates]) > AREA_FLOOR_M2]


def _is_sliver(shapes: Shapes) -> Mask:
    """Whether a surface is nowhere wider than SLIVER_WIDTH_M: shrunk by half of that, nothing is left.

    No surface is larger than its perimeter times half its greatest width, so the costly
    shrinking is spared for all whose area says that they are wider.
    """
    flat = _in_metres(shapes)
    found: Mask = shapely.area(flat) <= shapely.length(flat) * SLIVER_WIDTH_M
    found[found] = shapely.is_empty(shapely.buffer(flat[found], -SLIVER_WIDTH_M / 2))
    return found


def _in_metres(shapes: Shapes) -> Shapes:
    """Copies scaled from degrees to metres, each at the latitude of its own middle."""
    if not len(shapes):
        return shapes
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bounds = shapely.bounds(shapes)
    scale = np.column_stack(metres_per_degree((bounds[:, 1] + bounds[:, 3]) / 2))
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy * scale[owner]))


def _area(shape: shapely.Geometry) -> float:
    return round(float(areas_m2(_array([shape]))[0]), 2)


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons in a geometry, opened down to two levels; lines and points are left out."""
    parts = shapely.get_parts(shapely.get_parts([shape]))
    return [part for part in parts if part.geom_type == "Polygon"]


def _surface(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons in a geometry as one Polygon or MultiPolygon."""
    parts = _parts(shape)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _filled(shape: shapely.Geometry) -> shapely.Geometry:
    """The surface without its holes."""
    return shapely.union_all([shapely.Polygon(part.exterior) for part in _parts(shape)])


def _array(shapes: Iterable[shapely.Geometry]) -> Shapes:
    """An object array, also of none: numpy would take an empty list for floats."""
    listed = list(shapes)
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found
