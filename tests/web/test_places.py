"""Areas with their staff and figures, buildings, categories, and who is asking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import geopandas as gpd
import pytest
from flask import Flask
from shapely import Point, box

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.office import Office
from gridmap.geo.crs import WGS84
from tests.conftest import Clock
from tests.town import (
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    CENTRES,
    DISTRICT,
    EASTGATE,
    OUTSIDE,
    PARKING,
    RIVERSIDE,
    STREET,
    Caller,
    add_areas,
    caller,
    square,
)
from tests.web.asking import act, callers, details, fault, reported
from tests.web.conftest import Town

CODES = [DISTRICT, STREET, RIVERSIDE, C1, C2, C4, C5, EASTGATE, C3, C6]


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


@pytest.fixture
def houses(office: Office) -> None:
    """A block of flats with a footprint in C1, a hut known by its point in C3."""
    lon, lat = CENTRES[C1]
    frame = gpd.GeoDataFrame(
        {"code": ["B1", "B2"], "name": ["1幢", "门房"], "address": ["河滨路1号", "东门路2号"],
         "floors": [6, None], "households": [24, None], "chief": ["Lou Zhang", None]},
        geometry=[box(lon, lat, lon + 0.0005, lat + 0.0003), Point(CENTRES[C3])], crs=WGS84,
    )  # fmt: skip
    import_buildings(office, frame, ImportFile("houses", "3"))


def areas(who: Caller, **query: Any) -> dict[str, Any]:
    """The properties of listed areas, by code."""
    response: Any = who.get("/areas", **query)
    assert response.status_code == 200, response.json
    return {feature["id"]: feature["properties"] for feature in response.json["features"]}


def area(who: Caller, code: str) -> dict[str, Any]:
    response: Any = who.get(f"/areas/{code}")
    assert response.status_code == 200, response.json
    return dict(response.json["properties"])


def members(staff: dict[str, Any], slot: str) -> list[tuple[str, str | None, bool]]:
    return [(m["role"], m["person"] and m["person"]["name"], m["inherited"]) for m in staff[slot]]


def test_areas_in_the_order_of_their_codes(town: Town) -> None:
    found = areas(town.seat)
    assert list(found) == CODES
    assert found[C1] == {
        "code": C1, "name": "河滨第1网格", "level": "grid", "version": 1, "valid_from": "2026-11-20T06:30:00Z",
        "area_m2": pytest.approx(1_113_000, rel=0.01), "parent": RIVERSIDE,
        "label": pytest.approx(list(CENTRES[C1])), "open": 1,
    }  # fmt: skip


def test_areas_narrowed(town: Town) -> None:
    assert list(areas(town.seat, level="community")) == [RIVERSIDE, EASTGATE]
    assert list(areas(town.seat, parent=EASTGATE)) == [C3, C6]
    assert list(areas(town.seat, under=EASTGATE)) == [EASTGATE, C3, C6]
    assert list(areas(town.seat, level="grid", bbox="103.801,25.501,103.802,25.502")) == [C1]
    assert areas(town.seat, level="grid", bbox="104.5,25,104.6,26") == {}


def test_areas_by_a_part_of_their_name_or_code(town: Town) -> None:
    assert list(areas(town.seat, q="河滨第")) == [C1, C2, C4, C5]
    assert list(areas(town.seat, q="东门", level="community")) == [EASTGATE]
    assert list(areas(town.seat, q=EASTGATE, limit=2)) == [EASTGATE, C3]
    assert areas(town.seat, q="%") == areas(town.seat, q="西门") == {}


def test_areas_with_and_without_their_shapes(town: Town) -> None:
    for wanted, kind in (("1", "MultiPolygon"), ("0", None)):
        response: Any = town.seat.get("/areas", level="grid", geometry=wanted)
        shapes = {(feature["geometry"] or {}).get("type") for feature in response.json["features"]}
        assert shapes == {kind}


def test_areas_page_by_page(town: Town) -> None:
    found: list[str] = []
    query: dict[str, Any] = {"limit": 3, "geometry": 0}
    while True:
        response: Any = town.seat.get("/areas", **query)
        found += [feature["id"] for feature in response.json["features"]]
        query["cursor"] = response.json["next"]
        if query["cursor"] is None:
            break
    assert found == CODES


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": "galaxy"}, (422, "level_unknown")),
        ({"under": "123"}, (404, "area_not_found")),
        ({"parent": "123"}, (404, "area_not_found")),
        ({"bbox": "1,2"}, (422, "bbox_invalid")),
        ({"cursor": "*"}, (422, "cursor_invalid")),
        ({"size": "1"}, (422, "invalid_input")),
    ],
)
def test_areas_refuse_what_they_do_not_know(
    town: Town, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert fault(town.seat.get("/areas", **query)) == expected


def test_open_matters_are_counted_upward_and_only_in_scope(app: Flask, office: Office, seat: Caller) -> None:
    for place in (C1, C1, C4, C3, OUTSIDE):
        reported(seat, place)
    act(seat, reported(seat, C1), "close")
    counts = {code: told["open"] for code, told in areas(seat).items()}
    assert counts == {
        DISTRICT: 5, STREET: 4, RIVERSIDE: 3, C1: 2, C2: 0, C4: 1, C5: 0, EASTGATE: 1, C3: 1, C6: 0,
    }  # fmt: skip
    li = {code: told["open"] for code, told in areas(caller(app, office, "li")).items()}
    assert li == dict.fromkeys(CODES) | {C1: 2, C2: 0}


def test_an_area_knows_the_way_to_it(town: Town) -> None:
    told = area(town.seat, C1)
    assert [(step["code"], step["level"]) for step in told["breadcrumb"]] == [
        (DISTRICT, "district"), (STREET, "street"), (RIVERSIDE, "community"), (C1, "grid"),
    ]  # fmt: skip
    assert fault(town.seat.get("/areas/990009")) == (404, "area_not_found")


def test_staff_as_one_five_and_n(town: Town) -> None:
    staff = area(town.seat, C1)["staff"]
    assert members(staff, "1") == [("leader", "Li Leads", False)]
    assert members(staff, "5") == [
        ("police", "Police Zhao", True), ("community_worker", None, False),
        ("urban_management", None, False), ("market_supervision", None, False),
        ("sanitation", "Sun Cleans", True),
    ]  # fmt: skip
    assert members(staff, "N") == [("dynamic", "Dong Dynamic", False)]
    assert [m["vacant"] for m in staff["5"]] == [False, True, True, True, False]
    assert staff["5"][0]["held_at"] == {"code": STREET, "name": "白石街道", "level": "street"}
    assert staff["1"][0]["role_name"] == "网格长"


def test_a_vacant_leader_is_said_to_be_vacant(town: Town) -> None:
    assert area(town.seat, C5)["staff"]["1"] == [
        {"role": "leader", "role_name": "网格长", "person": None, "held_at": None, "inherited": False,
         "vacant": True, "since": None, "duty": None, "on_duty_from": None, "deputy": None}
    ]  # fmt: skip


def test_an_areas_figures(seat: Caller, houses: None) -> None:
    reported(seat, C1, category=PARKING)
    act(seat, reported(seat, C1), "start")
    act(seat, reported(seat, C1), "close")
    counts = area(seat, RIVERSIDE)["counts"]
    assert counts == {
        "open": 2, "closed": 1, "overdue": 0, "due_today": 0, "buildings": 1, "households": 24,
        "by_status": {"reported": 1, "handling": 1, "closed": 1}, "by_category": counts["by_category"],
    }  # fmt: skip
    assert {entry["name"]: entry["open"] for entry in counts["by_category"]} == {
        "暴露垃圾": 1,
        "机动车乱停放": 1,
    }


def test_an_unread_hut_has_no_households_rather_than_none(seat: Caller, houses: None) -> None:
    counts = area(seat, EASTGATE)["counts"]
    assert (counts["buildings"], counts["households"]) == (1, None)


def test_a_redrawn_area_answers_with_its_new_version(office: Office, seat: Caller, clock: Clock) -> None:
    old = reported(seat, C1)
    clock.forward(days=1)
    add_areas(office, "grid", [(C1, "河滨新一网格", square(C1))], parent_code=RIVERSIDE)
    told = area(seat, C1)
    assert (told["version"], told["name"]) == (2, "河滨新一网格")
    assert told["valid_from"] == (clock.now).isoformat().replace("+00:00", "Z")
    new = reported(seat, C1)
    versions = {n: seat.get(f"/issues/{n}").json["properties"]["cell"]["version"] for n in (old, new)}  # type: ignore[attr-defined]
    assert versions == {old: 1, new: 2}
    assert clock.now - timedelta(days=1) < clock.now


def test_buildings_with_footprint_or_point(seat: Caller, houses: None) -> None:
    response: Any = seat.get("/buildings")
    flats, hut = response.json["features"]
    assert (flats["geometry"]["type"], hut["geometry"]["type"]) == ("MultiPolygon", "Point")
    assert flats["properties"] == {
        "code": "B1", "name": "1幢", "address": "河滨路1号", "floors": 6, "households": 24,
        "chief": "Lou Zhang", "cell": C1,
    }  # fmt: skip
    assert (hut["properties"]["floors"], hut["properties"]["cell"]) == (None, C3)


def test_buildings_in_a_box_and_page_by_page(seat: Caller, houses: None) -> None:
    east: Any = seat.get("/buildings", bbox="103.82,25.49,103.83,25.51")
    assert [feature["properties"]["code"] for feature in east.json["features"]] == ["B2"]
    first: Any = seat.get("/buildings", limit=1)
    rest: Any = seat.get("/buildings", limit=1, cursor=first.json["next"])
    codes = [f["properties"]["code"] for f in first.json["features"] + rest.json["features"]]
    assert (codes, rest.json["next"]) == (["B1", "B2"], None)


def test_buildings_by_a_part_of_name_address_or_code(seat: Caller, houses: None) -> None:
    for words, codes in (
        ("1幢", ["B1"]), ("路2号", ["B2"]), ("b2", ["B2"]), ("B", ["B1", "B2"]), ("_", []), ("Lou", []),
    ):  # fmt: skip
        response: Any = seat.get("/buildings", q=words)
        assert [feature["properties"]["code"] for feature in response.json["features"]] == codes, words


def test_a_buildings_chief_is_a_person_and_for_staff_to_know(
    app: Flask, office: Office, houses: None
) -> None:
    for name, chief in (("li", "Lou Zhang"), ("wang", None), ("water", None), ("wall", None)):
        response: Any = caller(app, office, name).get("/buildings")
        assert response.json["features"][0]["properties"]["chief"] == chief


def test_categories_with_their_role(town: Town) -> None:
    response: Any = town.seat.get("/categories")
    found = {entry["id"]: entry for entry in response.json["categories"]}
    assert found["GBT47678:matter:06010"] == {
        "id": "GBT47678:matter:06010", "standard": "GBT47678", "kind": "matter", "code": "06010",
        "name": "暴露垃圾", "group": "市容环境", "role": "sanitation", "role_name": "环卫保洁人员",
        "limit": {"amount": 4, "unit": "working_hours", "text": "4 工作时"},
        "also": ["垃圾", "脏", "臭", "rubbish", "garbage", "litter"], "in_force": True,
    }  # fmt: skip
    english: Any = town.seat.get("/categories", lang="en")
    assert {e["id"]: e for e in english.json["categories"]}["own:matter:A01"][
        "name"
    ] == "Dispute between residents"
    assert {e["id"]: e for e in english.json["categories"]}["GBT47678:matter:06010"]["group"] == (
        "Urban appearance and environment"
    )


def test_me_by_kind(app: Flask, office: Office) -> None:
    li, seat, water, wall = (
        who.get("/me").json for who in callers(app, office, "li", "seat", "water", "wall")
    )  # type: ignore[attr-defined]
    assert (li["kind"], li["name"], li["username"]) == ("staff", "Li Leads", "li")
    assert [(post["role_name"], post["area"]["code"]) for post in li["posts"]] == [
        ("网格长", C1),
        ("网格长", C2),
    ]
    assert [entry["code"] for entry in seat["areas"]] == [DISTRICT]
    assert (seat["posts"], seat["person_id"], seat["sees_everything"]) == ([], None, False)
    assert (water["unit"], water["areas"], wall["kind"]) == ("water", [], "wall")


def test_refusals_name_the_field(town: Town) -> None:
    assert details(town.seat.get("/locate", lon=103.8))["fields"] == [{"field": "lat", "reason": "missing"}]
