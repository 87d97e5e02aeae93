"""What there is to choose from for an act, and what a matter then tells of the loop: tier, steps, whom it went to."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from tests.conftest import Clock
from tests.town import C1, OUTSIDE, Caller, caller
from tests.web.asking import act, callers, fault, picture, read, reported, send_photo


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def choices(who: Caller, number: str) -> dict[str, Any]:
    response: Any = who.get(f"/issues/{number}/choices")
    assert response.status_code == 200, response.json
    return dict(response.json)


def done(who: Caller, number: str, name: str, **body: Any) -> dict[str, Any]:
    """The properties after an act that goes well."""
    response: Any = act(who, number, name, **body)
    assert response.status_code == 200, response.json
    return dict(response.json["properties"])


def event(matter: dict[str, Any], kind: str) -> dict[str, Any]:
    return dict(next(one for one in matter["events"] if one["kind"] == kind)["data"])


def test_whoever_dispatches_is_told_of_units_and_of_people_nearest_first(seat: Caller) -> None:
    told = choices(seat, reported(seat, C1))
    assert told["units"] == ["water"]
    assert [one["code"] for one in told["people"]] == ["li", "dong", "sun", "head1", "zhao", "streethead"]
    li, sun = (next(one for one in told["people"] if one["code"] == code) for code in ("li", "sun"))
    assert (li["role_name"], li["area"]["code"], li["is_handler"], sun["is_handler"]) == ("网格长", C1, False, True)  # fmt: skip


def test_who_may_not_dispatch_is_told_of_nobody(app: Flask, office: Office, seat: Caller) -> None:
    sun, wang = callers(app, office, "sun", "wang")
    number = reported(seat, C1)
    assert choices(sun, number) == {
        "units": [],
        "people": [],
        "extension": None,
        "returned": [],
        "whistle": [],
    }
    assert fault(wang.get(f"/issues/{number}/choices")) == (404, "issue_not_found")


def test_a_matter_in_no_cell_has_nobody_along_its_path_but_units(seat: Caller) -> None:
    told = choices(seat, reported(seat, OUTSIDE))
    assert (told["units"], told["people"]) == (["water"], [])


def test_a_deadline_can_move_by_as_long_again_until_it_has_passed(seat: Caller, clock: Clock) -> None:
    number = reported(seat, C1, category="GBT47678:matter:06020")  # 2 urgent hours
    range_ = choices(seat, number)["extension"]
    assert range_ == {"due_at": "2026-11-20T08:30:00Z", "latest": "2026-11-20T10:30:00Z"}
    told = event(done(seat, number, "extend", until=range_["latest"], words="夜间施工"), "extend")
    assert (told["due_before"], told["due_at"]) == (range_["due_at"], range_["latest"])
    clock.forward(hours=5)
    assert choices(seat, number)["extension"] is None


def test_what_a_matter_tells_of_the_loop(seat: Caller) -> None:
    number, other = reported(seat, C1), reported(seat, C1)
    new = read(seat, number)
    assert (new["tier"], new["stage"], new["paused_at"], new["supervised_at"]) == (1, "handle", None, None)
    raised = done(seat, number, "raise", words="社区管不了")
    assert (raised["tier"], event(raised, "raise")["tier"]) == (2, {"from": 1, "to": 2})
    assert done(seat, number, "supervise")["supervised_at"] == "2026-11-20T06:30:00Z"
    assert done(seat, number, "suspend", words="等许可")["paused_at"] == "2026-11-20T06:30:00Z"
    merged = done(seat, number, "merge", into=other)
    assert (merged["merged_into"], event(merged, "merge")["into"]) == (other, other)
    assert event(read(seat, other), "merged_in")["number"] == number


def test_whom_it_went_to_and_who_sent_it_back(app: Flask, office: Office, seat: Caller) -> None:
    water, number = caller(app, office, "water"), reported(seat, C1)
    given = done(seat, number, "dispatch", person="dong")
    assert event(given, "dispatch")["handler"]["name"] == "Dong Dynamic"
    done(seat, number, "dispatch", unit="water")
    assert act(water, number, "return", words="不归我们").json["gone"] is True
    back = read(seat, number)
    assert (back["unit"], event(back, "return")["returned_by"], back["stage"]) == (None, "water", "dispatch")
    assert back["stage_due_at"] == "2026-11-20T06:45:00Z"


def test_who_has_just_given_it_back_is_told_where_it_is_passed_on(
    app: Flask, office: Office, seat: Caller, clock: Clock
) -> None:
    water, sun = callers(app, office, "water", "sun")
    number = reported(seat, C1)
    assert choices(seat, number)["returned"] == []
    done(sun, number, "return", words="不是我的片区")
    clock.forward(minutes=1)
    done(seat, number, "dispatch", unit="water")
    assert act(water, number, "return", words="不归我们").status_code == 200
    of_unit, of_person = choices(seat, number)["returned"]
    assert (of_unit["unit"], of_unit["words"], of_unit["is_last"]) == ("water", "不归我们", True)
    assert (of_person["person"], of_person["words"], of_person["is_last"]) == ("sun", "不是我的片区", False)
    assert of_unit["at"] == "2026-11-20T06:31:00Z"


def test_who_may_whistle_is_told_how_soon_each_level_must_be_answered(app: Flask, seat: Caller) -> None:
    limits = {(one["level"], one["kind"]): one for one in choices(seat, reported(seat, C1))["whistle"]}
    assert len(limits) == 12
    urgent = limits[4, "emergency"]
    assert (urgent["answer"]["text"], urgent["on_site"]["text"]) == ("5 分钟", "30 分钟")


def test_nobody_is_called_by_the_name_they_sign_in_with(app: Flask, office: Office, seat: Caller) -> None:
    water, sun = callers(app, office, "water", "sun")
    number = reported(seat, C1)
    done(seat, number, "whistle", units=["water"], kind="daily", level=1)
    done(sun, number, "comment", words="在办")
    done(seat, number, "dispatch", unit="water")
    done(water, number, "comment", words="来了")
    matter = read(seat, number)
    told = [(one["actor"]["name"], one["actor"]["post"]) for one in matter["events"]]
    assert told[0] == told[1] == told[3] == ("指挥中心坐席", None)
    assert told[2] == ("Sun Cleans", "环卫保洁人员")
    assert told[4] == ("water", None)  # the unit, which is called so here
    assert matter["whistles"][0]["caller"] == "指挥中心坐席"
    assert seat.get("/me").json["name"] == "指挥中心坐席"  # type: ignore[attr-defined]


def test_photos_say_what_they_show(seat: Caller) -> None:
    number = reported(seat, C1)
    send_photo(seat, number, picture(), "p-1")
    sent: Any = send_photo(seat, number, picture(colour="blue"), "p-2", kind="after")
    matter = read(seat, number)
    assert (sent.json["kind"], [photo["kind"] for photo in matter["photos"]]) == ("after", [None, "after"])
    assert [one["data"].get("photo_kind") for one in matter["events"][1:]] == [None, "after"]
