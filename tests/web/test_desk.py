"""The desk over HTTP: queues that are counted as they are listed, hints at duplicates, one action on many matters."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.queues import QUEUES
from tests.conftest import Clock
from tests.town import C1, C2, C3, CENTRES, OUTSIDE, PARKING, Caller, actor_named, caller, report_at
from tests.web.asking import (
    act,
    callers,
    details,
    events,
    fault,
    picture,
    read,
    reported,
    send_photo,
    signed_in,
)

LON, LAT = CENTRES[C1]
METRE = 1 / 111_000
"""Degrees of latitude in about a metre."""


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def by_residents(office: Office, *places: tuple[float, float], **more: Any) -> list[str]:
    """Matters that wait to be accepted."""
    accepting, who = (
        dataclasses.replace(office, acceptance=frozenset({"resident"})),
        actor_named(office, "admin"),
    )
    return [report(accepting, who, report_at(*place, source="resident", **more)).number for place in places]


def counts(who: Caller) -> dict[str, tuple[int, int]]:
    response: Any = who.get("/desk")
    assert response.status_code == 200, response.json
    return {one["name"]: (one["count"], one["late"]) for one in response.json["queues"]}


def queue(who: Caller, name: str, **query: Any) -> list[dict[str, Any]]:
    """The properties of all matters in a queue, read page by page."""
    found: list[dict[str, Any]] = []
    while True:
        response: Any = who.get(f"/desk/{name}", **query)
        assert response.status_code == 200, response.json
        found += [feature["properties"] for feature in response.json["features"]]
        if response.json["next"] is None:
            return found
        query["cursor"] = response.json["next"]


def numbers(who: Caller, name: str, **query: Any) -> list[str]:
    return [p["number"] for p in queue(who, name, **query)]


def twins(who: Caller, number: str) -> list[tuple[str, float, int]]:
    response: Any = who.get(f"/issues/{number}/duplicates")
    assert response.status_code == 200, response.json
    found = [feature["properties"] for feature in response.json["features"]]
    return [(p["number"], p["distance_m"], p["apart_s"]) for p in found]


def bulk(who: Caller, action: str, wanted: list[str], **body: Any) -> dict[str, Any]:
    response: Any = who.post("/desk", {"action": action, "numbers": wanted, **body})
    assert response.status_code == 200, response.json
    return dict(response.json)


def test_a_matter_goes_through_the_queues_of_the_loop(seat: Caller, office: Office) -> None:
    (number,) = by_residents(office, CENTRES[C1])
    li = caller(seat.client.application, office, "li")
    way = [
        ("accept", seat, "accept"),
        ("dispatch", seat, "dispatch"),
        (None, li, "start"),
        (None, li, "finish"),
    ]
    way += [("verify", seat, "verify"), ("close", seat, "close")]
    for name, who, action in way:
        assert {q for q, (count, _) in counts(seat).items() if count} == ({name} if name else set())
        if name:
            assert numbers(seat, name) == [number]
        assert act(who, number, action).status_code == 200
    assert set(counts(seat).values()) == {(0, 0)}


def test_what_its_reporter_sends_back_stands_at_the_desk_until_somebody_has_it(
    app: Flask, office: Office, seat: Caller
) -> None:
    li, sun = callers(app, office, "li", "sun")
    number = reported(li, C1)
    for who, action in ((sun, "finish"), (seat, "close")):
        assert act(who, number, action).status_code == 200
    assert counts(seat)["reopened"] == (0, 0)
    assert act(li, number, "rate", solved=0, satisfaction=0).status_code == 200
    assert act(li, number, "reopen_unsolved", words="还是满的").status_code == 200
    assert counts(seat)["reopened"] == (1, 0)
    (row,) = queue(seat, "reopened")
    assert (row["number"], row["reopened_at"]) == (number, "2026-11-20T06:30:00Z")
    assert act(seat, number, "dispatch", unit="water").status_code == 200
    assert counts(seat)["reopened"] == (0, 0)


def test_what_a_seat_takes_up_again_is_no_complaint(app: Flask, office: Office, seat: Caller) -> None:
    li, sun = callers(app, office, "li", "sun")
    number = reported(li, C1)
    for who, action in ((sun, "finish"), (seat, "close")):
        assert act(who, number, action).status_code == 200
    assert act(li, number, "reopen_unsolved", words="还是满的").status_code == 200
    for action in ("close", "reopen"):
        assert act(seat, number, action).status_code == 200
    assert counts(seat)["reopened"] == (0, 0)


def test_a_queue_is_narrowed_by_how_its_clocks_press(seat: Caller, office: Office, clock: Clock) -> None:
    by_residents(office, CENTRES[C1])
    for minutes, words in ((0, []), (11, ["warning"]), (5, ["late"]), (15, ["late", "very_late"])):
        clock.forward(minutes=minutes)
        found = [word for word in ("warning", "late", "very_late") if numbers(seat, "accept", due=word)]
        assert found == words, clock()
    assert fault(seat.get("/desk/accept", due="today")) == (422, "invalid_input")


def test_a_row_names_the_post_of_who_has_it(seat: Caller, office: Office) -> None:
    reported(seat, C1)
    by_residents(office, CENTRES[C1])
    (row,) = queue(seat, "accept")
    assert (row["handler"]["name"], row["handler_post"]) == ("Sun Cleans", "环卫保洁人员")


def test_a_matter_that_waits_to_be_verified_can_be_merged(app: Flask, office: Office, seat: Caller) -> None:
    sun = caller(app, office, "sun")
    first, other = reported(seat, C1), reported(seat, C1)
    assert act(sun, other, "finish").status_code == 200
    assert [one for one, *_ in twins(seat, other)] == [first]
    assert act(seat, other, "merge", into=first).status_code == 200
    assert numbers(seat, "verify") == []


def test_counts_are_those_of_the_lists_for_everybody(
    app: Flask, office: Office, seat: Caller, clock: Clock
) -> None:
    made = by_residents(office, CENTRES[C1], CENTRES[C1], CENTRES[C3], OUTSIDE)
    reported(seat, C3, category=PARKING)
    for action, number in (
        ("accept", made[0]),
        ("supervise", made[1]),
        ("accept", made[2]),
        ("suspend", made[2]),
    ):
        assert act(seat, number, action, words="稍等").status_code == 200
    clock.forward(minutes=15)
    for who in callers(app, office, "seat", "seat2", "admin"):
        told = {
            name: (len(rows), sum(_is_late(row, clock) for row in rows))
            for name in QUEUES
            for rows in [queue(who, name)]
        }
        assert counts(who) == told
    assert counts(seat)["accept"] == (2, 2)
    assert counts(caller(app, office, "admin"))["triage"] == (1, 1)


def _is_late(row: dict[str, Any], clock: Clock) -> bool:
    return row["runs_until"] is not None and row["runs_until"] <= f"{clock():%Y-%m-%dT%H:%M:%SZ}"


def test_a_queue_is_read_page_by_page_most_urgent_first(seat: Caller, office: Office, clock: Clock) -> None:
    first = by_residents(office, *[CENTRES[C1]] * 3)
    clock.forward(minutes=1)
    second = by_residents(office, *[CENTRES[C3]] * 2)
    assert numbers(seat, "accept", limit=2) == first + second
    assert numbers(seat, "accept", limit=2, area=C3) == second
    assert numbers(seat, "accept", category=PARKING) == []
    assert numbers(seat, "accept", q=second[0]) == second[:1]


def test_a_row_has_all_that_the_desk_shows(seat: Caller, office: Office) -> None:
    (number,) = by_residents(office, CENTRES[C1], description="井盖松动", accuracy_m=12.0)
    send_photo(seat, number, picture())
    (row,) = queue(seat, "accept")
    assert (row["description"], row["source"], row["photos"], row["stage"]) == (
        "井盖松动",
        "resident",
        1,
        "accept",
    )
    assert row["runs_until"] == row["stage_due_at"] == "2026-11-20T06:45:00Z"
    assert (row["tier"], row["supervised_at"], row["answer_by"]) == (1, None, None)
    assert row["cell"]["code"] == C1
    assert {"accept", "dispatch", "merge"} <= set(row["actions"]) == set(read(seat, number)["actions"])


def test_the_desk_is_only_for_those_who_dispatch(app: Flask, office: Office) -> None:
    (number,) = by_residents(office, CENTRES[C1])
    body = {"action": "accept", "numbers": [number]}
    for who in callers(app, office, "li", "water", "wall"):
        answers = (who.get("/desk"), who.get("/desk/accept"), who.post("/desk", body))
        assert [fault(answer) for answer in answers] == [(403, "forbidden")] * 3
    nobody = caller(app, office, None)
    assert {nobody.get(path).status_code for path in ("/desk", "/desk/accept")} == {401}
    assert counts(caller(app, office, "seat2"))["accept"] == (0, 0)


def test_an_unknown_queue_or_cursor_is_refused(seat: Caller) -> None:
    response: Any = seat.get("/desk/lunch")
    assert fault(response) == (404, "queue_unknown")
    assert details(response)["choices"] == list(QUEUES)
    assert fault(seat.get("/desk/accept", cursor="abc")) == (422, "cursor_invalid")
    assert fault(seat.get("/desk/accept", limit=501)) == (422, "invalid_input")


def test_a_duplicate_is_near_soon_and_of_one_category(seat: Caller, office: Office, clock: Clock) -> None:
    clock.forward(hours=-20)
    (early,) = by_residents(office, (LON, LAT + 30 * METRE))
    clock.forward(hours=-5)
    by_residents(office, (LON, LAT))
    clock.forward(hours=25)
    (number,) = by_residents(office, (LON, LAT))
    (near,) = by_residents(office, (LON, LAT + 10 * METRE))
    by_residents(office, (LON, LAT + 60 * METRE))
    by_residents(office, (LON, LAT), category=PARKING)
    found = twins(seat, number)
    assert [(one, apart) for one, _, apart in found] == [(near, 0), (early, -20 * 3600)]
    assert [round(distance) for _, distance, _ in found] == [10, 30]


@pytest.mark.parametrize(
    ("own_m", "other_m", "apart_m", "is_hint"),
    [
        (15.0, 15.0, 60, False),
        (40.0, 15.0, 60, True),
        (40.0, 40.0, 95, True),
        (40.0, None, 95, False),
        (9000.0, None, 490, True),
        (9000.0, None, 520, False),
    ],
)
def test_the_radius_grows_with_both_accuracies(
    seat: Caller, office: Office, own_m: float, other_m: float | None, apart_m: int, is_hint: bool
) -> None:
    (number,) = by_residents(office, (LON, LAT), accuracy_m=own_m)
    (other,) = by_residents(office, (LON, LAT - apart_m * METRE), accuracy_m=other_m)
    assert [one for one, *_ in twins(seat, number)] == ([other] if is_hint else [])


def test_a_duplicate_nobody_may_see_is_no_hint(app: Flask, office: Office, seat: Caller) -> None:
    border = (103.82, 25.505)
    west, east = by_residents(
        office, (border[0] - 10 * METRE, border[1]), (border[0] + 10 * METRE, border[1])
    )
    assert [one for one, *_ in twins(seat, east)] == [west]
    seat2 = caller(app, office, "seat2")
    assert twins(seat2, east) == []
    assert fault(seat2.get(f"/issues/{west}/duplicates")) == (404, "issue_not_found")
    assert act(seat, west, "merge", into=east).status_code == 200
    assert twins(seat, east) == []  # what went on in another is open no more


def test_many_are_accepted_and_what_cannot_be_is_told(seat: Caller, office: Office) -> None:
    made = by_residents(office, *[CENTRES[C1]] * 3)
    assert act(seat, made[1], "accept").status_code == 200
    told = bulk(seat, "accept", [made[0], made[1], "990001-20261120-9999", made[2]])
    assert (told["done"], told["failed"]) == (2, 2)
    assert [one["number"] for one in told["results"]] == [made[0], made[1], "990001-20261120-9999", made[2]]
    assert [one.get("status") for one in told["results"]] == ["accepted", None, None, "accepted"]
    late, unknown = (one["error"] for one in told["results"][1:3])
    assert (late["code"], late["details"]["status"]) == ("action_not_now", "accepted")
    assert unknown["code"] == "issue_not_found"
    assert late["message"]


def test_sent_twice_nothing_happens_twice(seat: Caller, office: Office) -> None:
    made, sent = by_residents(office, *[CENTRES[C1]] * 2), {"client_id": str(uuid4()), "words": "已电话核实"}
    first = bulk(seat, "comment", made[:1], **sent)
    again = bulk(seat, "comment", [*made, made[0]], **sent)
    assert first["done"] == 1
    assert [one["number"] for one in again["results"]] == made
    assert [events(seat, number).count("comment") for number in made] == [1, 1]
    other = bulk(seat, "comment", made, **sent | {"words": "另一句"})
    assert {one["error"]["code"] for one in other["results"]} == {"client_id_reused"}


def test_of_many_those_somebody_else_decided_about_meanwhile_are_left_alone(
    app: Flask, office: Office, seat: Caller
) -> None:
    made = by_residents(office, CENTRES[C1], CENTRES[C1])
    shown = {p["number"]: p["seq"] for p in queue(seat, "accept")}
    admin = caller(app, office, "admin")
    assert act(admin, made[0], "move", lon=CENTRES[C2][0], lat=CENTRES[C2][1]).status_code == 200
    told = bulk(seat, "accept", made, seen=shown)
    error, done = told["results"][0]["error"], told["results"][1]
    assert (error["code"], error["details"]["happened"], error["details"]["seq"]) == (
        "changed_meanwhile",
        ["move"],
        2,
    )
    assert (told["failed"], done["status"], numbers(seat, "accept")) == (1, "accepted", made[:1])
    assert bulk(seat, "accept", made[:1], seen={made[0]: 2})["done"] == 1


def test_others_matters_are_left_alone(app: Flask, office: Office, seat: Caller) -> None:
    made = by_residents(office, CENTRES[C1], CENTRES[C3])
    told = bulk(caller(app, office, "seat2"), "accept", made)
    assert [one.get("error", {}).get("code") for one in told["results"]] == ["issue_not_found", None]
    assert numbers(seat, "accept") == made[:1]


def test_what_makes_no_sense_for_many_is_refused_as_a_whole(seat: Caller) -> None:
    number = reported(seat, C1)
    for body, expected in (
        ({"action": "dance", "numbers": [number]}, (404, "action_unknown")),
        ({"action": "comment", "numbers": []}, (422, "invalid_input")),
        ({"action": "comment", "numbers": [number] * 101}, (422, "invalid_input")),
        ({"numbers": [number]}, (422, "invalid_input")),
    ):
        assert fault(seat.post("/desk", body)) == expected
    assert events(seat, number) == ["reported"]


def test_a_missing_field_is_told_for_each(seat: Caller) -> None:
    made = [reported(seat, C1) for _ in range(2)]
    told = bulk(seat, "decline", made)
    assert [one["error"]["code"] for one in told["results"]] == ["field_missing"] * 2


def test_the_page_is_a_seats_and_offers_the_map(app: Flask) -> None:
    assert signed_in(app, "li").get("/desk").status_code == 403
    page = signed_in(app, "seat").get("/desk").text
    assert 'data-part="queues"' in page
    assert 'href="/map" data-part="to-map"' in page
    assert 'href="/desk" data-part="to-desk"' in signed_in(app, "seat").get("/map").text
    assert "to-desk" not in signed_in(app, "li").get("/map").text
