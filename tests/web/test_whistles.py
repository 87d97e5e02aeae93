"""Whistles over HTTP: what a matter and a list tell of them, each step, and who may not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.actions.whistling import raise_silent
from tests.actions.whistled import add_unit, photograph
from tests.conftest import Clock
from tests.town import C1, C3, CENTRES, Caller, caller
from tests.web.asking import act, callers, details, events, fault, listed, read, reported
from tests.web.conftest import Town

SITE = dict(zip(("lon", "lat"), CENTRES[C1], strict=True)) | {"accuracy_m": 12.0}


@pytest.fixture
def people(app: Flask, office: Office) -> tuple[Caller, Caller, Caller]:
    """A leader, a department, a seat."""
    li, water, seat = callers(app, office, "li", "water", "seat")
    return li, water, seat


def blown(who: Caller, number: str, *units: str, **more: Any) -> dict[str, Any]:
    """The last whistle of a matter after one was blown."""
    body = {"units": list(units or ("water",)), "kind": "emergency", **more}
    response = act(who, number, "whistle", **body)
    assert response.status_code == 200, response.json
    return dict(response.json["properties"]["whistles"][-1])


def step(who: Caller, whistle: dict[str, Any], name: str, **body: Any) -> Any:
    return who.post(f"/whistles/{whistle['id']}/{name}", body)


def done(who: Caller, whistle: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    """The whistle after a step that must work."""
    response = step(who, whistle, name, **body)
    assert response.status_code == 200, response.json
    return next(one for one in response.json["properties"]["whistles"] if one["id"] == whistle["id"])


def test_a_matter_tells_of_its_whistle_step_by_step(
    people: tuple[Caller, Caller, Caller], office: Office, clock: Clock
) -> None:
    li, water, seat = people
    number = reported(seat, C1)
    assert (read(li, number)["whistles"], read(li, number)["whistle_level"]) == ([], 1)
    whistle = blown(li, number, words="地下室进水")
    assert {k: whistle[k] for k in ("level", "kind", "status", "caller", "raised")} == {
        "level": 1, "kind": "emergency", "status": "blown", "caller": "Li Leads", "raised": 0,
    }  # fmt: skip
    assert (whistle["answer_by"], whistle["may"]) == ("2026-11-20T06:40:00Z", ["cancel"])
    assert read(water, number)["whistles"][0]["may"] == ["accept"]
    clock.forward(minutes=1)
    assert done(water, whistle, "accept")["may"] == ["check_in"]
    clock.forward(minutes=10)
    call = done(water, whistle, "check-in", **SITE)["calls"][0]
    assert (call["distance_m"], call["accuracy_m"], call["own"]) == (0.0, 12.0, True)
    photo = photograph(office, number, "water")
    finished = done(water, whistle, "finish", words="已排水")
    assert finished["status"] == "done"
    call = finished["calls"][0]
    assert ([one["id"] for one in call["photos"]], call["words"][0]["text"]) == ([photo], "已排水")
    assert read(li, number)["whistles"][0]["may"] == ["rate"]
    rated = done(li, whistle, "rate", unit="water", rating=2)
    assert (rated["status"], rated["calls"][0]["rating"], rated["may"]) == ("closed", 2, [])


def test_what_its_caller_wrote_and_why_it_was_taken_back_stand_with_the_whistle(
    people: tuple[Caller, Caller, Caller],
) -> None:
    li, water, seat = people
    number = reported(seat, C1)
    first = blown(li, number, words="地下室进水，请带泵")
    done(li, first, "cancel", words="已自行解决")
    silent = blown(li, number)
    told = {one["id"]: one for one in read(water, number)["whistles"]}
    assert [said["text"] for said in told[first["id"]]["words"]] == ["地下室进水，请带泵"]
    assert [said["text"] for said in told[first["id"]]["taken_back"]] == ["已自行解决"]
    assert (told[silent["id"]]["words"], told[silent["id"]]["taken_back"]) == ([], [])
    listed_: Any = li.get("/whistles", mine="true")
    assert [len(one["words"]) for one in listed_.json["whistles"]] == [0, 1]


def test_the_steps_are_events_with_what_they_decided(people: tuple[Caller, Caller, Caller]) -> None:
    li, water, seat = people
    number = reported(seat, C1)
    whistle = blown(li, number)
    done(water, whistle, "accept")
    done(water, whistle, "check-in", lon=103.805, lat=25.506)
    told = read(seat, number)["events"]
    assert told[1]["data"]["units"] == ["water"]
    assert (told[1]["data"]["level"], told[1]["data"]["kind"]) == (1, "emergency")
    assert told[3]["data"] | {"distance_m": None} == {
        "whistle": whistle["id"], "level": 1, "kind": "emergency", "unit": "water", "distance_m": None,
        "accuracy_m": None,
    }  # fmt: skip
    assert told[3]["data"]["distance_m"] == pytest.approx(110.8, abs=0.1)


def test_an_open_whistle_takes_the_actions_away_that_would_end_the_matter(
    people: tuple[Caller, Caller, Caller],
) -> None:
    li, _, seat = people
    number = reported(seat, C1)
    whistle = blown(li, number)
    ending = {"finish", "close", "void", "merge", "decline", "self_fix"}
    assert ending.isdisjoint(read(seat, number)["actions"])
    response = act(seat, number, "close")
    assert (fault(response), details(response)["units"]) == ((409, "whistle_open"), ["water"])
    assert "办结" in response.json["error"]["message"]
    done(li, whistle, "cancel", words="不用了")
    assert {"finish", "close", "void"} <= set(read(seat, number)["actions"])


def test_the_last_step_may_take_the_matter_out_of_sight(people: tuple[Caller, Caller, Caller]) -> None:
    li, water, seat = people
    number, key = reported(seat, C1), str(uuid4())
    whistle = blown(li, number)
    done(water, whistle, "accept", client_id=key)
    done(li, whistle, "cancel", words="不用了")
    assert fault(water.get(f"/issues/{number}")) == (404, "issue_not_found")
    again = step(water, whistle, "accept", client_id=key)
    assert (again.status_code, again.json["gone"]) == (200, True)
    assert events(seat, number).count("whistle_accepted") == 1


def test_the_list_is_ones_own(app: Flask, office: Office, people: tuple[Caller, Caller, Caller]) -> None:
    li, water, seat = people
    add_unit(office, "power")
    here, there = reported(seat, C1), reported(seat, C3)
    first, second = blown(li, here), blown(seat, there, "power", level=4)
    assert listed_whistles(seat) == [second["id"], first["id"]]
    assert listed_whistles(water, open=1) == listed_whistles(li) == [first["id"]]
    assert listed_whistles(caller(app, office, "power")) == [second["id"]]
    assert listed_whistles(seat, mine=1) == [second["id"]]
    assert listed_whistles(caller(app, office, "wang")) == []
    done(li, first, "cancel", words="x")
    assert (listed_whistles(seat, open=1), listed_whistles(water)) == ([second["id"]], [])
    page: Any = seat.get("/whistles", limit=1)
    assert [one["number"] for one in page.json["whistles"]] == [there]
    rest: Any = seat.get("/whistles", limit=1, cursor=page.json["next"])
    assert ([one["id"] for one in rest.json["whistles"]], rest.json["next"]) == ([first["id"]], None)


def listed_whistles(who: Caller, **query: Any) -> list[int]:
    response: Any = who.get("/whistles", **query)
    assert response.status_code == 200, response.json
    return [one["id"] for one in response.json["whistles"]]


def test_a_called_unit_finds_the_matter_in_its_list(people: tuple[Caller, Caller, Caller]) -> None:
    li, water, seat = people
    number = reported(seat, C1)
    assert listed(water) == []
    blown(li, number)
    assert listed(water) == listed(water, status="open") == [number]
    state: Any = water.get("/state")
    assert state.json["totals"]["open"] == 1


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("accept", {}, (403, "call_not_yours")),
        ("check-in", SITE, (403, "call_not_yours")),
        ("finish", {"words": "x"}, (403, "call_not_yours")),
        ("rate", {"unit": "water", "rating": 2}, (409, "call_not_done")),
        ("rate", {"unit": "gas", "rating": 2}, (422, "unit_not_called")),
        ("rate", {"unit": "water", "rating": 3}, (422, "invalid_input")),
        ("cancel", {}, (422, "invalid_input")),
        ("cancel", {"words": " "}, (422, "field_missing")),
        ("check-in", {"lon": 103.8}, (422, "invalid_input")),
        ("accept", {"colour": "red"}, (422, "invalid_input")),
    ],
)
def test_what_a_seat_may_not_do(town: Town, name: str, body: dict[str, Any], expected: object) -> None:
    whistle = _standing(town)
    assert fault(step(town.seat, whistle, name, **body)) == expected


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("check-in", SITE, (409, "call_not_now")),
        ("finish", {"words": "x"}, (409, "call_not_now")),
        ("rate", {"unit": "water", "rating": 2}, (403, "whistle_not_yours")),
        ("cancel", {"words": "x"}, (403, "whistle_not_yours")),
    ],
)
def test_what_a_unit_may_not_do(town: Town, name: str, body: dict[str, Any], expected: object) -> None:
    whistle = _standing(town)
    assert fault(step(town.caller("water"), whistle, name, **body)) == expected
    for stranger in ("wang", "seat2"):
        assert fault(step(town.caller(stranger), whistle, name, **body)) == (404, "whistle_not_found")


def _standing(town: Town) -> dict[str, Any]:
    """The one whistle of a town that tests of refusals share."""
    found = read(town.seat, town.number)["whistles"]
    return found[0] if found else blown(town.seat, town.number, level=1)


def test_a_rise_is_seen(people: tuple[Caller, Caller, Caller], office: Office, clock: Clock) -> None:
    li, _, seat = people
    number = reported(seat, C1)
    blown(li, number)
    clock.forward(minutes=10)
    raise_silent(office)
    told = read(seat, number)
    assert (told["whistles"][0]["level"], told["whistles"][0]["raised"]) == (2, 1)
    assert (told["events"][-1]["kind"], told["events"][-1]["actor"]) == ("whistle_raised", None)
