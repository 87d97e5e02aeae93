"""The folium layers of a map, drawn from frames: cells by open matters, one's own area, what lies outside."""

from __future__ import annotations

from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from gridmap.geo import crs
from gridmap.maps import styles
from gridmap.maps.veil import Veil

DECIMALS = 6
"""Of a degree, in what is sent to the page: about 0.1 m, finer than any border is known."""

WORLD = (-180.0, -85.0, 180.0, 85.0)
"""As much of the world as a Web Mercator map shows."""

OUTSIDE_PANE, OWN_AREA_PANE = "outside", "own-area"


def feature_collection(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """A frame as GeoJSON in WGS84 lon/lat: its other columns become the properties, missing values null.

    Raises ValueError where the frame has no CRS.
    """
    columns = [name for name in frame.columns if name != frame.geometry.name]
    records = [
        {name: plain(value) for name, value in row.items()} for row in frame[columns].to_dict("records")
    ]
    shapes = shapely.transform(frame.to_crs(crs.WGS84).geometry.array, lambda xy: xy.round(DECIMALS))
    features = [
        {"type": "Feature", "id": str(index), "properties": record, "geometry": mapping(shape)}
        for index, (record, shape) in enumerate(zip(records, shapes, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features}


def open_counts(cells: gpd.GeoDataFrame) -> list[int | None]:
    """The number of open matters of each cell, in the frame's order; None where it is not known."""
    return [plain(value) for value in cells["open"]]


def cells_layer(cells: gpd.GeoDataFrame, classes: styles.Classes, *, name: str, veil: Veil) -> folium.GeoJson:
    """Cells (columns code, name, level, open, geometry) filled by their number of open matters.

    `open` null means that the count is not the reader's business: such a cell is hatched. Their
    words are hidden in `veil`, which reveals them in the finished script.
    """

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        fill = classes.fill_of(feature["properties"]["open"])
        return {**styles.CELL_BORDER, "fillColor": fill, "fillOpacity": 1}

    data = feature_collection(cells)
    for feature, label in zip(data["features"], _label_points(cells), strict=True):
        told = {key: veil.hide(value) for key, value in feature["properties"].items()}
        feature["properties"] = {**told, "label": label}
    layer = folium.GeoJson(data, style_function=style, name=name, smooth_factor=0)
    layer._id = "cells"
    return layer


def _label_points(cells: gpd.GeoDataFrame) -> list[list[float]]:
    """Where each cell's number is written, lon/lat: its middle, or where that lies outside, a point inside."""
    shapes = cells.to_crs(crs.WGS84).geometry.array
    middles = shapely.centroid(shapes)
    inside = np.where(shapely.contains(shapes, middles), middles, shapely.point_on_surface(shapes))
    return [[round(point.x, DECIMALS), round(point.y, DECIMALS)] for point in inside]


def own_area_layers(outline: gpd.GeoDataFrame) -> dict[str, folium.GeoJson]:
    """One's own area as a line on a white casing, and a veil over all that lies outside it."""
    own = shapely.union_all(outline.to_crs(crs.WGS84).geometry.array)
    outside = shapely.difference(shapely.box(*WORLD), own)
    veil = {"fillColor": styles.GROUND, "fillOpacity": styles.VEIL_OPACITY, "stroke": False}
    return {
        "outside": _still(outside, veil, "outside", OUTSIDE_PANE),
        "casing": _still(own, styles.OWN_AREA_CASING, "casing", OWN_AREA_PANE),
        "own_area": _still(own, styles.OWN_AREA_LINE, "own_area", OWN_AREA_PANE),
    }


def _still(shape: Any, style: dict[str, Any], element_id: str, pane: str) -> folium.GeoJson:
    """A shape that is only looked at: it takes no clicks away from the cells below."""
    frame = gpd.GeoDataFrame({"part": [element_id]}, geometry=[shape], crs=crs.WGS84)
    layer = folium.GeoJson(
        feature_collection(frame),
        style_function=lambda _: style,
        control=False,
        smooth_factor=0,
        interactive=False,
        pane=pane,
    )
    layer._id = element_id
    return layer


def plain(value: Any) -> Any:
    """A cell of a frame as JSON can carry it: numpy numbers as Python's, every kind of missing as None."""
    if pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
