"""POST /issues: kept once, its category resolved, its place found in any datum and explained."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pyproj
import pytest
from flask import Flask
from shapely import box

from gridmap.actions.office import Office
from tests.town import C1, C2, C3, CENTRES, OUTSIDE, RUBBISH, Caller, add_areas, caller
from tests.web.asking import body_at, details, fault, listed, read, reported
from tests.web.conftest import Town

QILIN = {
    # domain.md 4: one place in four datums, longitude first
    "wgs84": (103.7941388, 25.4929994),
    "cgcs2000": (103.7941388, 25.4929994),
    "gcj02": (103.79616499, 25.48999997),
    "bd09": (103.80259976, 25.49630749),
}
METRES_WEST = 103.8 + 1e-4
"""About ten metres inside the western border of C1."""


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def post(who: Caller, place: str | tuple[float, float], **more: Any) -> Any:
    return who.post("/issues", body_at(place, **more))


def why(who: Caller, place: str | tuple[float, float], **more: Any) -> dict[str, Any]:
    response = post(who, place, **more)
    assert response.status_code == 201, response.json
    return dict(response.json["properties"]["why"])


def test_a_new_report_answers_with_the_whole_matter(seat: Caller) -> None:
    response = post(seat, C1, description="袋装垃圾堆在路边", occurred_at="2026-11-20T08:00:00+08:00")
    told = response.json["properties"]
    assert (response.status_code, told["status"], told["source"]) == (201, "reported", "seat")
    assert response.headers["Location"] == f"/api/v1/issues/{told['number']}"
    assert told["number"] == "990001-20261120-0001"
    assert (told["occurred_at"], told["reported_at"]) == ("2026-11-20T00:00:00Z", "2026-11-20T06:30:00Z")
    assert (told["category"], told["category_name"]) == (RUBBISH, "暴露垃圾")
    assert (told["description"], told["cell"]["code"]) == ("袋装垃圾堆在路边", C1)
    assert told["due_at"] == "2026-11-23T00:30:00Z"  # 4 hours of work from Friday 14:30: Monday 08:30
    assert told["events"][0]["data"]["due_at"] == told["due_at"]
    assert read(seat, told["number"]) == told


def test_it_says_who_it_went_to_and_how_they_were_found(seat: Caller) -> None:
    told = post(seat, C1).json["properties"]
    parts = told["assignment"]
    assert (told["owner"]["name"], told["handler"]["name"]) == ("Li Leads", "Sun Cleans")
    assert (parts["owner"]["how"], parts["handler"]["how"]) == ("cell", "inherited")
    assert parts["handler"]["role_name"] == "环卫保洁人员"
    assert [part["person"]["name"] for part in parts["informed"]] == ["Police Zhao", "Dong Dynamic"]


def test_the_same_again_is_the_same_matter(seat: Caller) -> None:
    key = str(uuid4())
    first, again = post(seat, C1, client_id=key), post(seat, C1, client_id=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert listed(seat) == [first.json["id"]]


def test_the_same_key_with_another_body_is_refused(seat: Caller) -> None:
    key = str(uuid4())
    first = post(seat, C1, client_id=key).json["id"]
    for change in ({"lon": 103.8051}, {"description": "x"}, {"accuracy_m": 9.0}, {"category": "09009"}):
        again: Any = seat.post("/issues", body_at(C1, client_id=key) | change)
        assert fault(again) == (409, "client_id_reused"), change
        assert details(again) == {"client_id": key, "number": first}
    assert listed(seat) == [first]


def test_a_key_is_its_senders_own(app: Flask, office: Office, seat: Caller) -> None:
    key = str(uuid4())
    assert reported(seat, C1, client_id=key) != reported(caller(app, office, "li"), C1, client_id=key)


def test_a_category_by_key_or_by_what_only_one_is_called(seat: Caller) -> None:
    for wish in (RUBBISH, "06010", "暴露垃圾"):
        assert post(seat, C1, category=wish).json["properties"]["category"] == RUBBISH


def test_a_short_code_of_several_categories_is_asked_back(seat: Caller) -> None:
    response = post(seat, C1, category="01001")
    assert fault(response) == (422, "category_ambiguous")
    assert details(response)["choices"] == ["GBT47678:component:01001", "GBT47678:matter:01001"]
    chosen = details(response)["choices"][1]
    assert post(seat, C1, category=chosen).json["properties"]["category"] == chosen


@pytest.mark.parametrize("wish", ["99999", "GBT47678:matter:99999", "nobody:knows:this", ":::", " "])
def test_an_unknown_category_is_refused_and_nothing_kept(town: Town, wish: str) -> None:
    assert fault(post(town.seat, C1, category=wish)) == (422, "category_unknown")
    assert listed(town.seat) == [town.number]


@pytest.fixture
def surveyor(app: Flask, office: Office) -> Caller:
    """Sees everything, in a town with one more cell, 100 metres wide, around the place of the vectors."""
    add_areas(office, "grid", [("QILIN", "曲靖一格", box(103.7936, 25.4925, 103.7946, 25.4935))])
    return caller(app, office, "admin")


def test_every_datum_arrives_in_wgs84(surveyor: Caller) -> None:
    for datum, (lon, lat) in QILIN.items():
        told = post(surveyor, (lon, lat), datum=datum).json
        assert told["geometry"]["coordinates"] == pytest.approx(QILIN["wgs84"], rel=0, abs=1e-7), datum
        explained = told["properties"]["why"]
        assert explained["cell"]["code"] == "QILIN", datum
        assert explained["lon_lat_wgs84"] == told["geometry"]["coordinates"]
        assert explained["sent"] == {"lon": lon, "lat": lat, "datum": datum, "accuracy_m": None}


def test_a_datum_that_was_not_said_would_be_another_cell(surveyor: Caller) -> None:
    for datum in ("gcj02", "bd09"):
        assert (why(surveyor, QILIN[datum])["cell"] or {}).get("code") != "QILIN"


def test_why_has_the_contracts_keys(seat: Caller) -> None:
    keys = {"status", "cell", "margin_m", "candidates", "rule", "lon_lat_wgs84", "nearest", "sent"}
    for place, accuracy_m in ((C1, None), (C1, 30.0), (OUTSIDE, None), ((103.8, 25.5), 50.0)):
        assert set(why(seat, place, accuracy_m=accuracy_m)) == keys


def test_without_an_accuracy_there_is_inside_and_outside(seat: Caller) -> None:
    inside, outside = why(seat, (METRES_WEST, 25.505)), why(seat, (103.8 - 1e-4, 25.505))
    assert (inside["status"], inside["cell"]["code"], inside["rule"]) == ("inside", C1, "covered_by_one")
    assert inside["candidates"] == [{"code": C1, "name": "河滨第1网格", "share": 1.0}]
    assert inside["nearest"] is None
    assert (outside["status"], outside["cell"], outside["margin_m"]) == ("outside", None, None)
    assert (outside["candidates"], outside["nearest"]["code"]) == ([], C1)
    assert outside["nearest"]["distance_m"] == pytest.approx(inside["margin_m"], abs=0.01)


def test_the_margin_is_the_distance_to_the_nearest_border(seat: Caller) -> None:
    metres = pyproj.Geod(ellps="WGS84").inv(METRES_WEST, 25.505, 103.8, 25.505)[2]
    assert why(seat, (METRES_WEST, 25.505))["margin_m"] == pytest.approx(metres, abs=0.01)


def test_well_inside_with_an_accuracy_it_is_sure(seat: Caller) -> None:
    told = why(seat, C1, accuracy_m=30.0)
    assert told["status"] == "inside"
    assert [(c["code"], c["share"]) for c in told["candidates"]] == [(C1, 1.0), (None, 0.0)]


def test_near_a_border_it_is_assigned_and_asked(seat: Caller) -> None:
    for lon, other in ((METRES_WEST, None), (103.8099, C2)):
        told = why(seat, (lon, 25.505), accuracy_m=50.0)
        shares = {c["code"]: c["share"] for c in told["candidates"]}
        assert (told["status"], told["cell"]["code"]) == ("ambiguous", C1)
        assert told["candidates"][0]["code"] == C1
        assert shares[C1] > 0.5 > shares[other] >= 0.1
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


def test_outside_within_reach_goes_to_triage_with_candidates(seat: Caller) -> None:
    response = post(seat, (103.8 - 1e-4, 25.505), accuracy_m=50.0)
    told = response.json["properties"]
    shares = {c["code"]: c["share"] for c in told["why"]["candidates"]}
    assert (told["why"]["status"], told["cell"], told["in_triage"]) == ("near", None, True)
    assert shares[None] > 0.5 > shares[C1] > 0
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
    assert told["why"]["nearest"]["code"] == C1


def test_far_outside_goes_to_triage_with_the_nearest_cell_named(seat: Caller) -> None:
    told = post(seat, OUTSIDE, accuracy_m=50.0).json["properties"]
    assert (told["why"]["status"], told["in_triage"], told["cell"]) == ("outside", True, None)
    assert told["why"]["nearest"]["code"] == C3
    assert told["why"]["nearest"]["distance_m"] == pytest.approx(12_200, rel=0.05)
    assert [(c["code"], c["share"]) for c in told["why"]["candidates"]] == [(None, 1.0)]


def test_on_a_shared_border_one_wins_by_the_stated_rule(seat: Caller) -> None:
    told = why(seat, (103.81, 25.505))
    assert told["rule"] == "covered_by_several_smaller_area_wins"
    winner, loser = told["candidates"]
    assert {winner["code"], loser["code"]} == {C1, C2}
    assert (told["cell"]["code"], winner["share"]) == (winner["code"], 1.0)
    assert (loser["share"], loser["overlap"]) == (0.0, True)


def test_locate_gives_the_same_explanation_and_keeps_nothing(seat: Caller) -> None:
    places = (CENTRES[C1], OUTSIDE, (103.8099, 25.505))
    located: list[Any] = [seat.get("/locate", lon=lon, lat=lat, accuracy_m=40.0) for lon, lat in places]
    assert listed(seat) == []
    assert [response.json for response in located] == [why(seat, place, accuracy_m=40.0) for place in places]


def test_nothing_happens_after_it_was_reported(seat: Caller) -> None:
    told = post(seat, C1, occurred_at="2027-01-01T00:00:00Z").json["properties"]
    assert told["occurred_at"] == told["reported_at"]


@pytest.mark.parametrize(
    ("place", "code"),
    [((25.5, 103.8), "coordinates_swapped"), ((25.5, 203.8), "coordinates_invalid")],
)
def test_what_can_be_no_place_is_refused_not_moved(town: Town, place: tuple[float, float], code: str) -> None:
    assert fault(post(town.seat, place)) == (422, code)


def test_an_unknown_datum_names_the_known_ones(town: Town) -> None:
    response = post(town.seat, C1, datum="wgs72")
    assert fault(response) == (422, "datum_unknown")
    assert details(response)["choices"] == ["wgs84", "gcj02", "bd09", "cgcs2000"]


@pytest.mark.parametrize("who", ["admin", "seat", "li", "head1", "zhao"])
@pytest.mark.parametrize(
    "extra", [{}, {"description": "井盖破损"}, {"accuracy_m": 3000.0}], ids=["plain", "words", "unsure"]
)
@pytest.mark.parametrize("place", [C1, C3, OUTSIDE], ids=["here", "there", "nowhere"])
def test_the_answer_to_a_report_is_what_reading_it_answers(
    app: Flask, office: Office, who: str, extra: dict[str, Any], place: Any
) -> None:
    someone = caller(app, office, who)
    sent: Any = someone.post("/issues", body_at(place, **extra))
    assert sent.status_code == 201
    read_again: Any = someone.get(f"/issues/{sent.json['id']}")
    assert read_again.json == sent.json
