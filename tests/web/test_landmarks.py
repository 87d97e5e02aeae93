"""GET /api/v1/landmarks: what lies in a box, as much as a zoom can show, kept by whoever asks again."""

from __future__ import annotations

import geopandas as gpd
import pytest
from flask import Flask
from shapely import LineString, Point, box

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_landmarks import import_landmarks
from gridmap.actions.office import Office
from gridmap.geo.crs import WGS84
from tests.town import C1, CENTRES, Caller, caller

LON, LAT = CENTRES[C1]
ROWS = (
    ("road", "main", "建设路", LineString([(LON, LAT), (LON + 0.01, LAT)])),
    ("road", "lane", "水井巷", LineString([(LON, LAT), (LON, LAT + 0.001)])),
    ("water", "lake", "南湖", box(LON, LAT, LON + 0.002, LAT + 0.002)),
    ("place", "school", "育才小学", Point(LON + 0.5, LAT)),
)


def take_in(office: Office, rows: tuple[tuple[str, str, str, object], ...]) -> None:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("kind", "rank", "name"))}
    frame = gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=WGS84)
    import_landmarks(office, frame, ImportFile("l", "0"))


@pytest.fixture
def wall(app: Flask, office: Office) -> Caller:
    take_in(office, ROWS)
    return caller(app, office, "wall")


def names(answer: object) -> list[str]:
    return [feature["properties"]["name"] for feature in answer.json["features"]]


def test_all_of_them_with_kind_rank_and_name(wall: Caller) -> None:
    answer = wall.get("/landmarks")
    assert names(answer) == ["建设路", "水井巷", "南湖", "育才小学"]
    first = answer.json["features"][0]
    assert first["properties"] == {"kind": "road", "rank": "main", "name": "建设路"}
    assert first["geometry"]["type"] == "LineString"
    assert answer.json["next"] is None


def test_a_box_and_kinds_narrow_it(wall: Caller) -> None:
    near = f"{LON - 0.01},{LAT - 0.01},{LON + 0.02},{LAT + 0.01}"
    assert names(wall.get("/landmarks", bbox=near)) == ["建设路", "水井巷", "南湖"]
    assert names(wall.get("/landmarks", kind="water,place")) == ["南湖", "育才小学"]


@pytest.mark.parametrize(
    ("zoom", "shown"), [(11, ["建设路", "南湖"]), (13, ["建设路", "南湖", "育才小学"]), (15, 4)]
)
def test_a_small_zoom_leaves_out_the_small(wall: Caller, zoom: int, shown: object) -> None:
    found = names(wall.get("/landmarks", zoom=zoom))
    assert found == shown or len(found) == shown


def test_pages_follow_one_another(wall: Caller) -> None:
    first = wall.get("/landmarks", limit=3)
    rest = wall.get("/landmarks", limit=3, cursor=first.json["next"])
    assert names(first) + names(rest) == [row[2] for row in ROWS]


def test_shapes_are_rounded_to_a_tenth_of_a_metre_and_simplified_by_zoom(app: Flask, office: Office) -> None:
    wiggle = LineString([(LON + n / 1e5, LAT + (n % 2) / 1e6 + 1e-9) for n in range(50)])
    take_in(office, (("road", "main", "路", wiggle),))
    reader = caller(app, office, "wall")
    whole, coarse = (
        reader.get("/landmarks", **asked).json["features"][0]["geometry"]["coordinates"]
        for asked in ({}, {"zoom": 12})
    )
    assert (len(whole), len(coarse)) == (50, 2)
    assert all(abs(part * 1e6 - round(part * 1e6)) < 1e-4 for point in whole for part in point)


def test_who_has_it_is_told_so_until_something_was_taken_in(wall: Caller, office: Office) -> None:
    first = wall.get("/landmarks", zoom=14)
    asked = {"If-None-Match": first.headers["ETag"], "Authorization": f"Bearer {wall.token}"}
    again = wall.client.get("/api/v1/landmarks?zoom=14", headers=asked)
    assert (again.status_code, again.data) == (304, b"")
    assert "private" in first.headers["Cache-Control"]
    assert wall.client.get("/api/v1/landmarks?zoom=15", headers=asked).status_code == 200
    take_in(office, (("green", "", "公园", box(LON, LAT, LON + 0.001, LAT + 0.001)),))
    assert wall.client.get("/api/v1/landmarks?zoom=14", headers=asked).status_code == 200


def test_a_kind_nobody_knows_is_refused(wall: Caller) -> None:
    answer = wall.get("/landmarks", kind="road,moon")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "landmark_kind_unknown")
