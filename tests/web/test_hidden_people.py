"""Names of people do not travel further than the scope of who asks."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from flask import Flask

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.files.places import BuildingColumns, building_frame
from gridmap.geo.crs import WGS84
from tests.town import C1, C3, C4, CENTRES, actor_named, caller, report_at


@pytest.fixture
def with_chiefs(office: Office) -> Office:
    columns = {"code": ["B1", "B3"], "chief": ["Chief of C1", "Chief of C3"]}
    points = [shapely.Point(CENTRES[C1]), shapely.Point(CENTRES[C3])]
    source = gpd.GeoDataFrame(columns, geometry=points, crs=WGS84)
    frame, findings = building_frame(source, BuildingColumns())
    import_buildings(office, frame, ImportFile("buildings", "1"), findings)
    return office


@pytest.mark.parametrize(
    ("username", "chiefs"),
    [("li", ["Chief of C1", None]), ("seat", ["Chief of C1", "Chief of C3"]), ("wall", [None, None])],
)
def test_a_chief_is_named_to_whose_area_it_is(
    app: Flask, with_chiefs: Office, username: str, chiefs: list[str | None]
) -> None:
    answer: Any = caller(app, with_chiefs, username).get("/buildings")
    assert [feature["properties"]["chief"] for feature in answer.json["features"]] == chiefs


def test_a_reporter_from_elsewhere_learns_who_is_in_charge_and_no_more(app: Flask, office: Office) -> None:
    number = report(office, actor_named(office, "wang"), report_at(*CENTRES[C1])).number
    told: Any = caller(app, office, "wang").get(f"/issues/{number}")
    assignment = told.json["properties"]["assignment"]
    assert assignment["owner"]["person"]["name"] == "Li Leads"
    assert assignment["informed"]
    assert not any(part["person"] for part in assignment["informed"])


def test_at_home_the_informed_are_named(app: Flask, office: Office) -> None:
    number = report(office, actor_named(office, "wang"), report_at(*CENTRES[C4])).number
    told: Any = caller(app, office, "wang").get(f"/issues/{number}")
    assert all(part["person"] for part in told.json["properties"]["assignment"]["informed"])
