"""The pieces of the leader's map: nothing foreign, a nonce on every script, data that stays data."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pytest
import shapely

from gridmap.geo import crs
from gridmap.maps import layers, styles
from gridmap.maps.page import LeaderMap, leader_map, page_texts
from gridmap.maps.veil import Veil
from gridmap.texts import catalogue

BOUNDS = (103.80, 25.49, 103.82, 25.50)


def drawn(cells: gpd.GeoDataFrame | None, outline: gpd.GeoDataFrame | None = None) -> LeaderMap:
    return leader_map(cells, outline, bounds=BOUNDS, texts=catalogue("zh-CN"), nonce="n0nce")


def whole(map_: LeaderMap) -> str:
    return map_.head + map_.body + map_.script


def test_nothing_is_loaded_from_outside(two_cells: gpd.GeoDataFrame) -> None:
    html = whole(drawn(two_cells, two_cells.dissolve()[["geometry"]]))
    assert not re.search(r"https?://|//cdn", html)
    assert html.count('"/static/vendor/') == 4


def test_every_inline_script_has_the_nonce_and_nothing_has_a_style_attribute(
    two_cells: gpd.GeoDataFrame,
) -> None:
    html = whole(drawn(two_cells, two_cells))
    assert re.findall(r"<script(?![^>]*src)[^>]*>", html) == ['<script nonce="n0nce">']
    assert "style=" not in html
    assert "<style" not in html


def test_a_name_cannot_leave_its_string(two_cells: gpd.GeoDataFrame) -> None:
    hostile = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'\""
    html = whole(drawn(two_cells.assign(name=hostile)))
    assert "<img" not in html
    assert html.count("</script>") == whole(drawn(two_cells)).count("</script>")


def test_without_cells_and_outline_there_is_still_a_map() -> None:
    script = drawn(None).script
    assert "L.map(" in script
    assert '"maxZoom": 20' in script
    assert "legend: null" in script


def test_an_empty_frame_draws_nothing(two_cells: gpd.GeoDataFrame) -> None:
    assert "geo_json_cells" not in drawn(two_cells.iloc[:0]).script


def test_cells_in_another_crs_land_at_the_same_place(two_cells: gpd.GeoDataFrame) -> None:
    there = layers.feature_collection(two_cells.to_crs(crs.WEB_MERCATOR))
    here = layers.feature_collection(two_cells)
    assert there == here


def test_missing_values_become_null_and_whole_numbers_stay_whole(two_cells: gpd.GeoDataFrame) -> None:
    features = layers.feature_collection(two_cells)["features"]
    assert json.dumps([f["properties"]["open"] for f in features]) == "[3, null]"


def test_a_frame_without_crs_is_refused(two_cells: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValueError, match="naive"):
        drawn(two_cells.set_crs(None, allow_override=True))


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


def test_pages_get_the_texts_of_their_sections_only() -> None:
    texts = page_texts({"map.title": "网格地图", "cli.serve": "运行"})
    assert texts == {"map.title": "网格地图"}
