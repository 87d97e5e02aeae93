"""GET one matter and POST its actions: who may do what now, one event each, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from tests.conftest import WORKFLOW, Clock
from tests.town import (
    C1,
    C2,
    C3,
    C4,
    CENTRES,
    OUTSIDE,
    PARKING,
    PASSWORD,
    RULES,
    Caller,
    caller,
)
from tests.web.asking import act, callers, details, events, fault, listed, read, reported
from tests.web.conftest import Town

IN_C4 = dict(zip(("lon", "lat"), CENTRES[C4], strict=True))
DOES, PUTS_RIGHT = {"start", "finish"}, {"move", "choose_cell", "recategorise", "amend", "comment"}
LEADS = {"close", "raise", "whistle"}
LEADERS = {"dispatch", "merge", "urge"}
DESK = {*LEADERS, "decline", "suspend", "extend", "lower", "supervise", "unsupervise"}
IN_C3 = dict(zip(("lon", "lat"), CENTRES[C3], strict=True))


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def done(who: Caller, number: str, name: str, **body: Any) -> dict[str, Any]:
    """The properties of a matter after an action that must work."""
    response = act(who, number, name, **body)
    assert response.status_code == 200, response.json
    return dict(response.json["properties"])


def test_one_matter_with_everything_about_it(seat: Caller) -> None:
    number = reported(seat, C1, description="路边有垃圾", accuracy_m=20.0)
    told = read(seat, number)
    event = told["events"][0]
    assert (event["seq"], event["kind"], event["at"]) == (1, "reported", "2026-11-20T06:30:00Z")
    assert event["actor"] == {"name": "指挥中心坐席", "kind": "seat", "post": None}
    assert event["data"]["words"][0]["text"] == "路边有垃圾"
    assert (told["photos"], told["why"]["sent"]["accuracy_m"]) == ([], 20.0)
    assert set(told["assignment"]) == {"owner", "handler", "informed", "notes"}


def test_what_cannot_be_seen_is_not_there(town: Town) -> None:
    for name in ("seat2", "wang", "water"):
        stranger = town.caller(name)
        hidden, missing = stranger.get(f"/issues/{town.number}"), stranger.get("/issues/990001-20261120-9999")
        assert fault(hidden) == fault(missing) == (404, "issue_not_found")
        assert fault(act(stranger, town.number, "comment", words="x")) == (404, "issue_not_found")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("seat", {*LEADS, *DESK, *DOES, *PUTS_RIGHT, "void", "forward", "erase", "self_fix"}),
        ("admin", {*LEADS, *DESK, *DOES, *PUTS_RIGHT, "void", "forward", "erase"}),
        ("li", {*LEADS, *LEADERS, *DOES, *PUTS_RIGHT, "self_fix", "return", "object"}),
        ("sun", {*DOES, *PUTS_RIGHT, "self_fix", "return", "object"}),
        ("head1", {*LEADS, *DESK, *PUTS_RIGHT}),
        ("dong", set()),
    ],
)  # fmt: skip
def test_the_actions_named_are_the_ones_that_work(town: Town, who: str, allowed: set[str]) -> None:
    person = town.caller(who)
    assert set(read(person, town.number)["actions"]) == allowed
    for name in set(WORKFLOW.actions) - allowed:
        assert act(person, town.number, name).status_code in (403, 409), name
    assert events(town.seat, town.number) == ["reported"]


def test_start_finish_close_reopen(seat: Caller, clock: Clock) -> None:
    number = reported(seat, C1)
    assert done(seat, number, "start")["status"] == "handling"
    assert done(seat, number, "finish")["status"] == "handled"
    clock.forward(hours=2)
    closed = done(seat, number, "close")
    assert (closed["status"], closed["closed_at"]) == ("closed", "2026-11-20T08:30:00Z")
    again = done(seat, number, "reopen")
    assert (again["status"], again["closed_at"]) == ("reported", None)
    assert events(seat, number) == ["reported", "start", "finish", "close", "reopen"]
    assert read(seat, number)["events"][3]["data"] == {"from": "handled", "to": "closed"}


def test_void_ends_it_and_reopening_brings_it_back(seat: Caller) -> None:
    number = reported(seat, C1)
    assert done(seat, number, "void", words="重复")["status"] == "void"
    assert listed(seat, status="open") == []
    assert done(seat, number, "reopen")["status"] == "reported"


def test_not_now_is_a_conflict_that_says_what_is_possible(seat: Caller) -> None:
    number = reported(seat, C1)
    done(seat, number, "close")
    response = act(seat, number, "start")
    assert fault(response) == (409, "action_not_now")
    assert details(response) == {
        "action": "start", "status": "closed", "allowed": ["reopen", "reopen_unsolved", "rate", "erase", "comment"],
    }  # fmt: skip
    assert events(seat, number) == ["reported", "close"]


def test_not_yours_is_forbidden_and_says_what_is(app: Flask, office: Office, seat: Caller) -> None:
    number, li = reported(seat, C1), caller(app, office, "li")
    response = act(li, number, "void")
    assert fault(response) == (403, "action_not_yours")
    assert details(response)["allowed"] == read(li, number)["actions"]


def test_moving_the_pin_assigns_anew_once(seat: Caller) -> None:
    number = reported(seat, C1)
    moved = done(seat, number, "move", **IN_C4)
    assert (moved["cell"]["code"], moved["owner"]["name"]) == (C4, "Wang Leads")
    assert moved["why"]["sent"] == {**IN_C4, "datum": "wgs84", "accuracy_m": None}
    assert events(seat, number) == ["reported", "move"]
    assert moved["events"][1]["data"]["cell"]["code"] == C4


def test_recategorising_changes_who_handles_it(seat: Caller) -> None:
    number = reported(seat, C1)
    changed = done(seat, number, "recategorise", category=PARKING)
    assert (changed["owner"]["name"], changed["category"]) == ("Li Leads", PARKING)
    assert (changed["handler"]["name"], changed["assignment"]["handler"]["how"]) == (
        "Police Zhao",
        "inherited",
    )
    assert events(seat, number) == ["reported", "recategorise"]
    assert changed["events"][1]["data"]["category"] == PARKING


def test_amending_both_is_one_event(seat: Caller) -> None:
    number = reported(seat, C1)
    changed = done(seat, number, "amend", category=PARKING, words="位置和类别都错了", **IN_C4)
    assert (changed["cell"]["code"], changed["category"]) == (C4, PARKING)
    assert events(seat, number) == ["reported", "amend"]
    told = changed["events"][1]["data"]
    assert (told["cell"]["code"], told["category"]) == (C4, PARKING)
    assert told["words"][0]["text"] == "位置和类别都错了"


def test_the_cell_is_chosen_among_the_candidates(app: Flask, office: Office) -> None:
    li = caller(app, office, "li")
    number = reported(li, (103.8099, 25.505), accuracy_m=50.0)
    refused = act(li, number, "choose_cell", cell=C4)
    assert fault(refused) == (422, "cell_not_offered")
    assert details(refused)["choices"] == [C1, C2]
    chosen = done(li, number, "choose_cell", cell=C2)
    assert (chosen["cell"]["code"], chosen["why"]["rule"]) == (C2, "chosen_by_person")
    assert events(li, number) == ["reported", "choose_cell"]


def test_a_seat_chooses_any_cell_in_its_scope(app: Flask, office: Office, seat: Caller) -> None:
    number = reported(seat, OUTSIDE)
    assert done(seat, number, "choose_cell", cell=C4)["in_triage"] is False
    assert read(seat, number)["owner"]["name"] == "Wang Leads"
    seat2 = caller(app, office, "seat2")
    other = reported(seat2, C3)
    for cell in (C1, "990001001001", "none"):
        assert fault(act(seat2, other, "choose_cell", cell=cell)) == (422, "cell_not_offered")


def test_a_forwarded_matter_is_the_units_and_no_others(app: Flask, office: Office, seat: Caller) -> None:
    add_account(office, None, NewAccount("power", "department", None, "power", PASSWORD), RULES)
    water, power = callers(app, office, "water", "power")
    number = reported(seat, C1)
    assert listed(water) == listed(power) == []
    done(seat, number, "forward", unit="water")
    assert (listed(water), listed(power)) == ([number], [])
    assert set(read(water, number)["actions"]) == {"start", "finish", "return", "comment", "object"}
    assert done(water, number, "start")["status"] == "handling"
    assert done(seat, number, "forward", unit="power")["unit"] == "power"
    assert (listed(water), listed(power)) == ([], [number])


def test_a_unit_learns_who_owns_and_handles_it_not_the_whole_staff(
    app: Flask, office: Office, seat: Caller
) -> None:
    number = reported(seat, C1)
    done(seat, number, "forward", unit="water")
    for who, informed in (
        (seat, ["Police Zhao", "Dong Dynamic"]),
        (caller(app, office, "water"), [None, None]),
    ):
        told = read(who, number)["assignment"]
        assert (told["owner"]["person"]["name"], told["handler"]["person"]["name"]) == (
            "Li Leads",
            "Sun Cleans",
        )
        assert [part["person"] and part["person"]["name"] for part in told["informed"]] == informed


def test_who_loses_sight_of_it_by_acting_is_told_what_holds(app: Flask, office: Office, seat: Caller) -> None:
    head, number = caller(app, office, "head1"), reported(seat, C1)
    response = act(head, number, "move", **IN_C3)
    assert response.status_code == 200
    assert response.json == {
        "type": "Feature", "id": number, "geometry": None, "properties": None, "gone": True,
        "status": "reported",
    }  # fmt: skip
    assert listed(head) == []


def test_erased_words_are_gone_and_the_chain_holds(office: Office, seat: Caller) -> None:
    number = reported(seat, C1, description="张三家门口")
    words = read(seat, number)["events"][0]["data"]["words"][0]
    told = done(seat, number, "erase", words_id=words["id"])
    assert told["description"] == ""
    assert told["events"][0]["data"]["words"][0] == {"id": words["id"], "text": None, "erased": True}
    assert told["events"][1]["data"]["erased"] == words["id"]
    assert "张三" not in str(read(seat, number)) + str(seat.get("/issues"))
    assert audit(office).faults == ()


def test_words_of_another_matter_are_not_erased(seat: Caller) -> None:
    number, other = reported(seat, C1, description="留着"), reported(seat, C1)
    words = read(seat, number)["events"][0]["data"]["words"][0]["id"]
    assert fault(act(seat, other, "erase", words_id=words)) == (404, "words_not_found")
    assert read(seat, number)["description"] == "留着"


def test_sent_twice_is_done_once(seat: Caller) -> None:
    number, key = reported(seat, C1), str(uuid4())
    for _ in range(2):
        assert done(seat, number, "comment", words="到现场了", client_id=key)["status"] == "reported"
    assert events(seat, number) == ["reported", "comment"]
    assert fault(act(seat, number, "comment", words="另一句", client_id=key)) == (409, "client_id_reused")
    assert fault(act(seat, number, "start", client_id=key)) == (409, "client_id_reused")


def test_an_act_sent_again_after_the_state_went_on_is_no_conflict(seat: Caller) -> None:
    number, key = reported(seat, C1), str(uuid4())
    done(seat, number, "start", client_id=key)
    done(seat, number, "close")
    assert done(seat, number, "start", client_id=key)["status"] == "closed"
    assert events(seat, number) == ["reported", "start", "close"]


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("move", {}, "field_missing"),
        ("move", {"lon": 103.8}, "field_missing"),
        ("move", {"lon": 25.5, "lat": 103.8}, "coordinates_swapped"),
        ("move", {"lon": 103.8, "lat": 25.5, "datum": "mars"}, "datum_unknown"),
        ("recategorise", {}, "field_missing"),
        ("recategorise", {"category": "01001"}, "category_ambiguous"),
        ("recategorise", {"category": "none"}, "category_unknown"),
        ("amend", {}, "field_missing"),
        ("choose_cell", {}, "field_missing"),
        ("forward", {}, "field_missing"),
        ("forward", {"unit": "nobody"}, "unit_unknown"),
        ("comment", {}, "field_missing"),
        ("comment", {"words": ""}, "field_missing"),
        ("erase", {}, "field_missing"),
        ("comment", {"words": "x", "word": "y"}, "invalid_input"),
    ],
)
def test_what_an_action_lacks_is_named_and_nothing_happens(
    town: Town, name: str, body: dict[str, Any], code: str
) -> None:
    before = read(town.seat, town.number)
    assert fault(act(town.seat, town.number, name, **body)) == (422, code)
    assert read(town.seat, town.number) == before


def test_an_unknown_action_names_the_known_ones(town: Town) -> None:
    response = act(town.seat, town.number, "fly")
    assert fault(response) == (404, "action_unknown")
    assert set(details(response)["choices"]) == set(WORKFLOW.actions)
