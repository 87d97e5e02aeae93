"""Whether areas cover their parent as a partition: every fault as a finding, none passed over in silence.

Frames here are GeoDataFrames in WGS84 lon/lat with the columns `code`, `name`, `parent` and a geometry; a column
`row` says where in the file each stood, counted from 0 (without it: the position in the frame).

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
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.geo.crs import areas_m2
from gridmap.geo.surfaces import (
    AREA_FLOOR_M2,
    Mask,
    Rows,
    Shapes,
    area_of,
    array_of,
    filled,
    is_sliver,
    parts_of,
    surface_of,
    worth_telling,
)

HARMLESS_CHANGE = 0.001

ERROR, WARNING, INFO = "error", "warning", "info"

Record = str | int | None

_SPOT = re.compile(r"\[(\S+) (\S+?)\]")

# A tenth of a metre: neighbours of a gap are found in spite of rounding.
_TOUCH_DEGREES = 1e-6


@dataclass(frozen=True)
class Finding:
    """One fault of one record.

    `record` is the code of the area it concerns, or where that is missing the position of its row in
    the file, counted from 0; None means the whole file. `geometry` (WGS84 lon/lat) is the place to
    look at, None where there is none to show. `details` holds plain JSON values, areas in m², shares 0–1;
    `row`, `other_row` and `rows` are positions in the file, counted from 0; `kind` tells apart what one
    rule can mean.
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
    names: list[str | None]
    rows: list[int]
    parents: list[str | None]
    shapes: Shapes

    def about(self, at: int) -> dict[str, Any]:
        """What every finding tells of one of them beside its code."""
        return {"row": self.rows[at], "name": self.names[at]}


class _Parent(NamedTuple):
    """An area above, as far as it can be measured."""

    name: str | None
    shape: shapely.Geometry


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
    shapes, records, rows = frame.geometry.to_numpy().copy(), _records(frame), rows_of(frame)
    findings = []
    for row in np.flatnonzero(_is_surface(shapes) & _is_on_earth(shapes) & ~shapely.is_valid(shapes)):
        mended = surface_of(shapely.make_valid(shapes[row]))
        if mended.is_empty:
            continue
        before, after = float(shapely.area(shapes[row])), float(shapely.area(mended))
        change = abs(after - before) / max(after, before)
        is_harmless = change < HARMLESS_CHANGE
        details = {
            "row": rows[row],
            "kind": "mended" if is_harmless else "changed",
            "reason": shapely.is_valid_reason(shapes[row]),
            "area_m2": area_of(mended),
            "change": round(change, 6),
            "repaired": True,
        }
        severity = WARNING if is_harmless else ERROR
        findings.append(
            Finding("geometry_invalid", severity, records[row], details, _spot(details["reason"]))
        )
        shapes[row] = mended
    column = gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs, name=frame.geometry.name)
    return frame.set_geometry(column), findings


def _spot(reason: str) -> shapely.Point | None:
    """The place that a reason of GEOS names in brackets: where the outline meets itself."""
    found = _SPOT.search(reason)
    return shapely.Point(float(found[1]), float(found[2])) if found else None


def check(frame: gpd.GeoDataFrame, parents: gpd.GeoDataFrame | None) -> list[Finding]:
    """Every fault of `frame`, by rule and then by row; the rules stand in the module's table.

    It tells nothing that `repair` told already, so the findings of both add up. `parents` (columns
    `code` and geometry) are the areas above; None means that they are not known. A cell whose parent
    is None or not among them is not held against one.

    A gap is ground of a parent that none of its cells covers; for cells without a known parent, a hole
    that they enclose together. It is told piece by piece, an overlap pair by pair.
    Rows without a sound surface are told and then left out of all measuring.
    """
    findings = [*_check_codes(frame), *check_geometries(frame)]
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


def rows_of(frame: gpd.GeoDataFrame) -> list[int]:
    """Where in the file each row stood, counted from 0."""
    return [int(row) for row in frame["row"]] if "row" in frame else list(range(len(frame)))


def _records(frame: gpd.GeoDataFrame) -> list[Record]:
    return [_code(value) or row for row, value in zip(rows_of(frame), frame["code"], strict=True)]


def _code(value: Any) -> str | None:
    """A code as text; None for what stands for no code (None, NaN, blank)."""
    return None if pd.isna(value) else str(value).strip() or None


def _check_codes(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    by_code: dict[str, list[int]] = {}
    for row, value in zip(rows_of(frame), frame["code"], strict=True):
        code = _code(value)
        if code is None:
            yield Finding("code_missing", ERROR, row, {"row": row})
        else:
            by_code.setdefault(code, []).append(row)
    for code, rows in by_code.items():
        if len(rows) > 1:
            yield Finding("code_duplicate", ERROR, code, {"rows": rows, "count": len(rows)})


def check_geometries(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    """The errors of each single geometry: the part of `check` that needs no neighbours."""
    shapes, records, rows = frame.geometry.to_numpy(), _records(frame), rows_of(frame)
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
            yield Finding(rule, ERROR, records[row], {"row": rows[row], **describe(shapes[row])}, shown)


def _broken_details(shape: shapely.Geometry) -> dict[str, Any]:
    return {"kind": "broken", "reason": shapely.is_valid_reason(shape), "repaired": False}


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


def sound(shapes: Shapes) -> Rows:
    """The rows whose geometry can be measured."""
    return np.flatnonzero(
        _is_surface(shapes) & ~shapely.is_empty(shapes) & _is_on_earth(shapes) & shapely.is_valid(shapes)
    )


def _measurable(frame: gpd.GeoDataFrame) -> _Cells:
    shapes = frame.geometry.to_numpy()
    rows = sound(shapes)
    names, parents = ([_code(value) for value in frame[column]] for column in ("name", "parent"))
    records, places = _records(frame), rows_of(frame)
    return _Cells(
        [records[row] for row in rows],
        [names[row] for row in rows],
        [places[row] for row in rows],
        [parents[row] for row in rows],
        shapes[rows],
    )


def _outlines(parents: gpd.GeoDataFrame | None) -> dict[str, _Parent]:
    if parents is None:
        return {}
    shapes, codes = parents.geometry.to_numpy(), [_code(value) for value in parents["code"]]
    names = [_code(value) for value in parents["name"]]
    rows = sound(shapes)
    return {code: _Parent(names[row], shapes[row]) for row in rows if (code := codes[row]) is not None}


def _overlaps(cells: _Cells) -> list[_Piece]:
    left, right = shapely.STRtree(cells.shapes).query(cells.shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    common = shapely.intersection(cells.shapes[left], cells.shapes[right])
    pieces = []
    for at in worth_telling(common):
        i, j = sorted((int(left[at]), int(right[at])))
        smaller = min(cells.shapes[i], cells.shapes[j], key=shapely.area)
        other = {f"other_{field}": value for field, value in cells.about(j).items()}
        details = {**cells.about(i), "other": cells.records[j], **other}
        pieces.append((i, j, _Piece(cells.records[i], common[at], details, smaller)))
    return [piece for _, _, piece in sorted(pieces, key=lambda found: found[:2])]


def _gaps(cells: _Cells, outlines: Mapping[str, _Parent]) -> list[_Piece]:
    children: dict[str | None, list[int]] = {}
    for at, parent in enumerate(cells.parents):
        children.setdefault(parent if parent in outlines else None, []).append(at)
    bare: list[tuple[str | None, shapely.Geometry]] = []
    for parent, rows in children.items():
        covered = shapely.union_all(cells.shapes[rows])
        outline = filled(covered) if parent is None else outlines[parent].shape
        bare += [(parent, part) for part in parts_of(shapely.difference(outline, covered))]
    shapes = array_of(part for _, part in bare)
    neighbours = _neighbours(cells, shapes)
    pieces = []
    for at in worth_telling(shapes):
        above = outlines.get(bare[at][0] or "")
        details = {
            "name": above and above.name,
            "neighbours": [cells.records[row] for row in neighbours[at]],
            "neighbour_names": [cells.names[row] for row in neighbours[at]],
        }
        pieces.append(_Piece(bare[at][0], shapes[at], details, above and above.shape))
    return pieces


def _neighbours(cells: _Cells, shapes: Shapes) -> list[list[int]]:
    around = shapely.buffer(shapes, _TOUCH_DEGREES, quad_segs=1)
    found: list[list[int]] = [[] for _ in shapes]
    for at, row in sorted(shapely.STRtree(cells.shapes).query(around, predicate="intersects").T.tolist()):
        found[at].append(row)
    return found


def _outside(cells: _Cells, outlines: Mapping[str, _Parent]) -> list[_Piece]:
    rows = [row for row, parent in enumerate(cells.parents) if parent in outlines]
    shapes = cells.shapes[rows]
    parents = [str(cells.parents[row]) for row in rows]
    above = array_of(outlines[parent].shape for parent in parents)
    shapely.prepare(above)
    rest = np.full(len(rows), shapely.Polygon(), dtype=object)
    reaches_out = ~shapely.covers(above, shapes)
    rest[reaches_out] = shapely.difference(shapes[reaches_out], above[reaches_out])
    pieces = []
    for at in worth_telling(rest):
        about = {"parent": parents[at], "parent_name": outlines[parents[at]].name}
        details = {**cells.about(rows[at]), **about}
        pieces.append(_Piece(cells.records[rows[at]], rest[at], details, shapes[at]))
    return pieces


def _thin_parts(cells: _Cells) -> Iterator[Finding]:
    parts, owner = shapely.get_parts(cells.shapes, return_index=True)
    for at in np.flatnonzero(is_sliver(parts)):
        details = {**cells.about(int(owner[at])), "kind": "part", "area_m2": area_of(parts[at])}
        yield Finding("sliver", INFO, cells.records[owner[at]], details, parts[at])


def _graded(rule: str, pieces: list[_Piece]) -> Iterator[Finding]:
    """The findings of one rule, thin ones as `sliver` with the rule as its kind."""
    shapes = array_of(surface_of(piece.shape) for piece in pieces)
    for piece, shape, is_thin in zip(pieces, shapes, is_sliver(shapes), strict=True):
        details = {**piece.details, "area_m2": area_of(shape)}
        if piece.whole is not None:
            details["share"] = round(float(shapely.area(shape) / shapely.area(piece.whole)), 6)
        if is_thin:
            yield Finding("sliver", INFO, piece.record, {"kind": rule, **details}, shape)
        else:
            yield Finding(rule, WARNING, piece.record, details, shape)
