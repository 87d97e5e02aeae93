"""The map as one file: everything inside it, words that stay words, borders that still meet."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pytest
import shapely

from gridmap.geo import crs
from gridmap.maps import layers, styles
from gridmap.maps.share import SharedMap, shared_map
from gridmap.maps.veil import Veil
from gridmap.resources import PACKAGE
from gridmap.texts import catalogue

BOUNDS = (103.80, 25.49, 103.82, 25.50)
VENDOR = PACKAGE / "static" / "vendor"


def shared(cells: gpd.GeoDataFrame, outline: gpd.GeoDataFrame | None = None) -> SharedMap:
    return shared_map(cells, outline, bounds=BOUNDS, texts=catalogue("zh-CN"), vendor=VENDOR)


def test_nothing_is_loaded_when_it_is_opened(two_cells: gpd.GeoDataFrame) -> None:
    pieces = shared(two_cells, two_cells.dissolve()[["geometry"]])
    assert not re.search(r"""(?:src|href)=|url\((?!data:|#)|@import""", pieces.styles + pieces.body)
    assert "L.map(" in pieces.scripts
    assert "leaflet" in pieces.scripts[:400].lower()


def test_a_name_cannot_leave_its_string(two_cells: gpd.GeoDataFrame) -> None:
    hostile = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'\""
    pieces = shared(two_cells.assign(name=hostile))
    assert "<img src=x" not in pieces.scripts
    assert "</script" not in pieces.scripts


def test_cells_in_another_crs_land_at_the_same_place(two_cells: gpd.GeoDataFrame) -> None:
    there = layers.feature_collection(two_cells.to_crs(crs.WEB_MERCATOR))
    here = layers.feature_collection(two_cells)
    assert there == here


def test_missing_values_become_null_and_whole_numbers_stay_whole(two_cells: gpd.GeoDataFrame) -> None:
    features = layers.feature_collection(two_cells)["features"]
    assert json.dumps([f["properties"]["open"] for f in features]) == "[3, null]"


def test_a_frame_without_crs_is_refused(two_cells: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValueError, match="naive"):
        shared(two_cells.set_crs(None, allow_override=True))


def test_the_veil_leaves_ones_own_area_open(two_cells: gpd.GeoDataFrame) -> None:
    veil = layers.own_area_layers(two_cells)["outside"].data["features"][0]["geometry"]
    shape = shapely.geometry.shape(veil)
    assert not shape.contains(shapely.Point(103.805, 25.495))
    assert shape.contains(shapely.Point(103.79, 25.495))


def test_the_number_of_a_bent_cell_is_written_inside_it() -> None:
    bent = shapely.Polygon([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)])
    records = {"code": ["990001003012001"], "name": ["弯"], "level": ["grid"], "open": [1]}
    cells = gpd.GeoDataFrame(records, geometry=[bent], crs=crs.WGS84)
    layer = layers.cells_layer(cells, styles.classify([1]), name="cells", veil=Veil())
    assert bent.contains(shapely.Point(layer.data["features"][0]["properties"]["label"]))
