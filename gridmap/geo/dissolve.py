"""Rows that share a code become one area: the level above, drawn out of the one below.

| rule | severity | meaning |
|---|---|---|
| dissolve_differs | error | rows of one code name different names or parents |
| dissolve_overlap | warning | rows of one code share ground |
| sliver (dissolve_overlap, dissolve_gap) | info | the same, as thin as a drawing error; a gap as thin was closed |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.geo.coverage import ERROR, INFO, WARNING, Finding, check_geometries, rows_of, sound
from gridmap.geo.surfaces import (
    Shapes,
    area_of,
    array_of,
    filled,
    is_sliver,
    parts_of,
    surface_of,
    worth_telling,
)


def dissolve(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One row for each code of `frame` (code, name, parent, geometry in WGS84), in the order of their first rows.

    Shared borders vanish: rows that fit edge to edge are united as a coverage, others as surfaces, and
    gaps inside that are nowhere wider than SLIVER_WIDTH_M are closed. `row` is the first row's. Rows
    without a sound surface are told as `check` would, and left out; rows without a code stay as they are.
    """
    frame = frame.assign(row=rows_of(frame)).reset_index(drop=True)
    findings = list(_differences(frame))
    faults = list(check_geometries(frame))
    findings += faults
    frame = frame.iloc[sound(frame.geometry.to_numpy())]
    kept, shapes = [], []
    for code, group in frame.groupby(_keys(frame), sort=False):
        united, found = _united(group, str(code)) if len(group) > 1 else (group.geometry.iloc[0], [])
        kept.append(group.index[0])
        shapes.append(united)
        findings += found
    whole = frame.loc[kept].reset_index(drop=True)
    return whole.set_geometry(gpd.GeoSeries(array_of(shapes), crs=frame.crs)), findings


def _keys(frame: gpd.GeoDataFrame) -> pd.Series:
    """The code, or for a row without one something that no other row has."""
    has_none = frame["code"].isna() | (frame["code"] == "")
    return frame["code"].where(~has_none, "\0" + frame["row"].astype(str))


def _differences(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    for code, group in frame[frame["code"].astype(bool)].groupby("code", sort=False):
        for field in ("name", "parent"):
            first = group.drop_duplicates(field)
            if len(first) > 1:
                values = [None if pd.isna(value) else value for value in first[field]]
                details = {"kind": field, "values": values, "rows": [int(row) for row in first["row"]]}
                yield Finding("dissolve_differs", ERROR, str(code), details, _outline(group))


def _outline(group: gpd.GeoDataFrame) -> shapely.Geometry | None:
    shapes = group.geometry.to_numpy()
    shown = shapes[sound(shapes)]
    return shapely.MultiPolygon([part for shape in shown for part in parts_of(shape)]) if len(shown) else None


def _united(group: gpd.GeoDataFrame, code: str) -> tuple[shapely.Geometry, list[Finding]]:
    shapes, rows = group.geometry.to_numpy(), [int(row) for row in group["row"]]
    if bool(shapely.coverage_is_valid(shapes)):
        united, overlaps = shapely.coverage_union_all(shapes), []
    else:
        united, overlaps = shapely.union_all(shapes), list(_overlaps(shapes, rows, code))
    gaps = _thin_gaps(united)
    about = {"row": rows[0], "name": str(group["name"].iloc[0])}
    told = [
        Finding("sliver", INFO, code, {**about, "kind": "dissolve_gap", "area_m2": area_of(gap)}, gap)
        for gap in gaps[worth_telling(gaps)]
    ]
    closed = shapely.union_all([united, *gaps]) if len(gaps) else united
    return surface_of(closed), [*overlaps, *told]


def _overlaps(shapes: Shapes, rows: list[int], code: str) -> Iterator[Finding]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    common = array_of(surface_of(shape) for shape in shapely.intersection(shapes[left], shapes[right]))
    thin = is_sliver(common)
    for at in worth_telling(common):
        details: dict[str, Any] = {"row": rows[left[at]], "other_row": rows[right[at]]}
        details["area_m2"] = area_of(common[at])
        if thin[at]:
            details["kind"] = "dissolve_overlap"
        yield Finding(
            "sliver" if thin[at] else "dissolve_overlap",
            INFO if thin[at] else WARNING,
            code,
            details,
            common[at],
        )


def _thin_gaps(united: shapely.Geometry) -> Shapes:
    """The holes that are nowhere wider than SLIVER_WIDTH_M: nobody draws such a hole on purpose."""
    holes = array_of(parts_of(shapely.difference(filled(united), united)))
    return holes[is_sliver(holes)] if len(holes) else np.empty(0, dtype=object)
