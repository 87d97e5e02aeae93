"""The roster over HTTP: who is on duty, absences, shifts, posts handed over; what a panel and a matter tell of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.actions.rechecking import draw_rechecks
from tests.conftest import START, Clock
from tests.town import C1, C3, RIVERSIDE, STREET, Caller, caller
from tests.web.asking import act, csrf_of, fault, read, reported, signed_in
from tests.web.conftest import Town


@pytest.fixture
def town(app: Flask, office: Office) -> Town:
    """A town of one's own: people go away and come back in it."""
    return Town(app, office, caller(app, office, "seat"), "")


NIGHT = {"weekdays": "1-5", "begins": "22:00", "ends": "06:00"}
"""It is half past two in the afternoon there, a Friday."""


def moment(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def put(who: Caller, path: str, body: object) -> Any:
    headers = {"Authorization": f"Bearer {who.token}"}
    return who.client.put(f"/api/v1{path}", json=body, headers=headers)


def on_roster(who: Caller, code: str, area: str = RIVERSIDE) -> dict[str, Any]:
    """What the roster of an area says of somebody's (first) post."""
    response: Any = who.get("/roster", area=area)
    assert response.status_code == 200, response.json
    return next(dict(post) for post in response.json["posts"] if post["person"]["code"] == code)


def away(who: Caller, hours: float = 8, **more: Any) -> int:
    response: Any = who.post("/absences", {"begins": moment(0), "ends": moment(hours), **more})
    assert response.status_code == 201, response.json
    return int(response.json["id"])


def night_shift(town: Town, code: str, area: str = RIVERSIDE) -> None:
    post = on_roster(town.seat, code, area)["post_id"]
    assert put(town.seat, f"/posts/{post}/shifts", {"shifts": [NIGHT]}).json == {"status": "set"}


def test_the_roster_says_who_is_there_and_when_the_others_come(town: Town) -> None:
    assert on_roster(town.seat, "sun")["duty"] == "on"
    night_shift(town, "sun")
    told = on_roster(town.seat, "sun")
    assert (told["duty"], told["on_duty_from"]) == ("off", "2026-11-20T14:00:00Z")
    assert told["shifts"] == [{"weekdays": "1,2,3,4,5", "begins": "22:00", "ends": "06:00"}]
    away(town.seat, person="head1", deputy="dong")
    told = on_roster(town.seat, "head1")
    assert (told["duty"], told["away"][0]["deputy"]["name"]) == ("away", "Dong Dynamic")
    assert (told["on_duty_from"], set(told["away"][0])) == (
        "2026-11-20T14:30:00Z",
        {"id", "begins", "ends", "deputy"},
    )


def test_the_roster_comes_in_pages_and_of_ones_own_areas(town: Town) -> None:
    li = town.caller("li")
    first: Any = li.get("/roster", limit=1)
    rest: Any = li.get("/roster", cursor=first.json["next"])
    posts = [*first.json["posts"], *rest.json["posts"]]
    assert [(post["person"]["code"], post["role"]) for post in posts] == [
        ("li", "leader"),
        ("li", "leader"),
        ("dong", "dynamic"),
    ]
    assert rest.json["next"] is None


@pytest.mark.parametrize(
    "shift",
    [
        NIGHT | {"weekdays": "8"},
        NIGHT | {"weekdays": ""},
        NIGHT | {"begins": "25:00"},
        NIGHT | {"ends": "6"},
        {},
    ],
)
def test_shifts_that_cannot_be_read_are_refused(town: Town, shift: dict[str, str]) -> None:
    post = on_roster(town.seat, "sun")["post_id"]
    assert fault(put(town.seat, f"/posts/{post}/shifts", {"shifts": [shift]})) == (422, "invalid_input")


def test_a_panel_tells_who_is_there_and_who_stands_in(town: Town) -> None:
    night_shift(town, "zhao", STREET)
    away(town.seat, person="sun", deputy="dong")
    response: Any = town.caller("li").get(f"/areas/{C1}")
    staff = response.json["properties"]["staff"]
    five = {member["role"]: (member["duty"], (member["deputy"] or {}).get("name")) for member in staff["5"]}
    assert staff["1"][0]["duty"] == "on"
    assert (five["police"], five["sanitation"]) == (("off", None), ("away", "Dong Dynamic"))
    assert five["market_supervision"] == (None, None)


def test_a_matter_says_for_whom_it_is_handled_as_soon_as_it_is_reported(town: Town) -> None:
    away(town.caller("sun"), deputy="dong")
    response: Any = town.seat.post(
        "/issues", {"lon": 103.805, "lat": 25.505, "category": "GBT47678:matter:06010"}
    )
    told = response.json["properties"]["assignment"]["handler"]
    assert (told["how"], told["person"]["name"], told["for_person"]["name"]) == (
        "deputy",
        "Dong Dynamic",
        "Sun Cleans",
    )
    assert read(town.seat, response.json["id"])["assignment"]["handler"] == told


def test_who_does_not_know_the_staff_does_not_learn_who_is_away(town: Town) -> None:
    away(town.caller("sun"), deputy="dong")
    number = reported(town.seat, C1)
    assert act(town.seat, number, "forward", unit="water").status_code == 200
    handler = read(town.caller("water"), number)["assignment"]["handler"]
    assert (handler["person"]["name"], handler["for_person"]) == ("Dong Dynamic", None)


def test_an_absence_is_ended_over_http(town: Town) -> None:
    sun = town.caller("sun")
    key = away(sun)
    assert fault(sun.post("/absences", {"begins": moment(1), "ends": moment(2)})) == (409, "absence_overlaps")
    assert sun.delete(f"/absences/{key}").json == {"status": "ended"}  # type: ignore[attr-defined]
    assert on_roster(town.seat, "sun")["duty"] == "on"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"begins": moment(2), "ends": moment(1)}, (422, "absence_invalid")),
        ({"begins": moment(0), "ends": "2026-11-21"}, (422, "invalid_input")),
        ({"begins": moment(0), "ends": moment(1), "reason": "ill"}, (422, "invalid_input")),
        ({"begins": moment(0), "ends": moment(1), "deputy": "nobody"}, (422, "deputy_unknown")),
        ({"begins": moment(0), "ends": moment(1), "person": "head1"}, (403, "not_above_the_person")),
    ],
)
def test_absences_that_are_refused(town: Town, body: dict[str, str], expected: tuple[int, str]) -> None:
    assert fault(town.caller("dong").post("/absences", body)) in (expected, (404, "staff_not_found"))


def test_handing_over_a_post_moves_its_matters(town: Town) -> None:
    number = reported(town.seat, C1)
    post = on_roster(town.seat, "sun")["post_id"]
    response: Any = town.caller("head1").post(f"/posts/{post}/hand-over", {"person": "dong"})
    assert (response.status_code, response.json["matters"]) == (200, 1)
    told = read(town.seat, number)
    handler, event = told["assignment"]["handler"], told["events"][-1]
    assert (handler["how"], handler["for_person"]["name"], told["handler"]["name"]) == (
        "handed_over",
        "Sun Cleans",
        "Dong Dynamic",
    )
    assert (event["kind"], event["data"]["reason"], event["data"]["handler"]["name"]) == (
        "handed_over",
        "post",
        "Dong Dynamic",
    )


def submit(town: Town, who: Caller, path: str, **form: str) -> Any:
    """A form of the account page."""
    headers = {"Authorization": f"Bearer {who.token}"}
    form = {"csrf_token": csrf_of(who.client), **form}
    return who.client.post(f"/account/absences{path}", data=form, headers=headers, follow_redirects=True)


def test_ones_own_absence_is_noted_on_the_account_page(town: Town) -> None:
    sun = town.caller("sun")
    page = submit(town, sun, "", begins="2026-11-20T15:00", ends="2026-11-22T08:00", deputy="dong")
    told = on_roster(town.seat, "sun")["away"][0]
    assert (told["begins"], told["ends"], told["deputy"]["code"]) == (
        "2026-11-20T07:00:00Z",
        "2026-11-22T00:00:00Z",
        "dong",
    )
    assert "Dong Dynamic" in page.text
    submit(town, sun, f"/{told['id']}/end")
    assert on_roster(town.seat, "sun")["away"] == []


@pytest.mark.parametrize("ends", ["", "soon", "2026-11-19T08:00", "2026-13-01T00:00"])
def test_a_form_that_cannot_be_meant_says_so_on_the_page(town: Town, ends: str) -> None:
    page = submit(town, town.caller("sun"), "", begins="2026-11-20T15:00", ends=ends)
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)
    assert on_roster(town.seat, "sun")["away"] == []


def test_only_who_holds_a_post_is_offered_the_form_and_only_colleagues_as_deputies(town: Town) -> None:
    def page(who: str) -> str:
        one = town.caller(who)
        return str(one.client.get("/account", headers={"Authorization": f"Bearer {one.token}"}).text)

    assert ["/account/absences" in page(who) for who in ("sun", "seat", "water", "wall")] == [
        True,
        False,
        False,
        False,
    ]
    options = page("sun")
    assert [
        'option value="dong"' in options,
        'option value="sun"' in options,
        'option value="streethead"' in options,
    ] == [
        True,
        False,
        False,
    ]


def test_deputies_stand_by_role_and_are_not_called_by_the_name_they_sign_in_with(town: Town) -> None:
    sun = town.caller("sun")
    page = str(sun.client.get("/account", headers={"Authorization": f"Bearer {sun.token}"}).text)
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page)
    assert [title for title, _ in groups] == ["网格长", "动态网格员", "社区负责人"]
    said = [words for _, rows in groups for words in re.findall(r">([^<]+)</option>", rows)]
    assert "Dong Dynamic · 河滨第1网格" in said
    assert not any("dong" in words for words in said)


def test_rechecks_are_listed_for_those_who_look(town: Town, clock: Clock) -> None:
    for cell in (C1, C3):
        assert act(town.seat, reported(town.seat, cell), "close").status_code == 200
    clock.now = START + timedelta(days=20)
    assert draw_rechecks(town.office, 100) == 2
    listed = {
        who: town.caller(who).get("/rechecks").json["rechecks"]
        for who in ("admin", "streethead", "head1", "li")
    }  # type: ignore[attr-defined]
    assert [len(found) for found in listed.values()] == [2, 2, 1, 0]
    (drawn,) = listed["head1"]
    head = town.caller("head1")
    said: Any = head.post(f"/rechecks/{drawn['id']}", {"well": False, "words": "still there"})
    assert said.json == {"number": drawn["number"], "status": "reported"}
    done: Any = head.get("/rechecks", done=True, month="2026-11")
    assert [one["well"] for one in done.json["rechecks"]] == [False]
    assert fault(head.post(f"/rechecks/{drawn['id']}", {"well": True})) == (409, "recheck_done")


def test_the_roster_is_searched_counted_and_narrowed_to_who_is_away(town: Town) -> None:
    away(town.seat, person="sun", deputy="dong")
    night_shift(town, "head1")
    told: Any = town.seat.get("/roster", area=RIVERSIDE, count="true", duty="away")
    assert [post["person"]["code"] for post in told.json["posts"]] == ["sun"]
    assert told.json["tally"] == {"on": 4, "off": 1, "away": 1}
    for words, expected in (("Cleans", ["sun"]), ("head", ["head1"]), ("nobody", [])):
        found: Any = town.seat.get("/roster", area=RIVERSIDE, q=words)
        assert [post["person"]["code"] for post in found.json["posts"]] == expected
        assert found.json["tally"] is None


def test_who_is_on_duty_comes_in_pages_too(town: Town) -> None:
    first: Any = town.seat.get("/roster", area=RIVERSIDE, duty="on", limit=4)
    rest: Any = town.seat.get("/roster", area=RIVERSIDE, duty="on", limit=4, cursor=first.json["next"])
    keys = [post["post_id"] for post in [*first.json["posts"], *rest.json["posts"]]]
    assert (len(keys), len(set(keys)), rest.json["next"]) == (6, 6, None)


def test_a_week_shows_absences_that_are_over_where_they_are_asked_for(town: Town, clock: Clock) -> None:
    away(town.seat, 2, person="sun")
    clock.forward(hours=5)
    assert on_roster(town.seat, "sun")["away"] == []
    response: Any = town.seat.get("/roster", area=RIVERSIDE, q="sun", since=moment(-24))
    assert [one["ends"] for one in response.json["posts"][0]["away"]] == ["2026-11-20T08:30:00Z"]


def test_it_says_whose_shifts_are_the_readers_to_set(town: Town) -> None:
    assert on_roster(town.seat, "sun")["may"] is True
    assert on_roster(town.caller("head1"), "sun")["may"] is True
    assert on_roster(town.caller("head1"), "head1")["may"] is False
    assert on_roster(town.caller("li"), "dong", C1)["may"] is True
    assert on_roster(town.caller("li"), "li", C1)["may"] is False


def page_data(town: Town, name: str) -> dict[str, Any]:
    page = signed_in(town.app, name).get("/roster")
    assert page.status_code == 200
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_the_page_offers_ones_own_areas_and_re_checks_to_heads_and_seats(town: Town) -> None:
    told = {name: page_data(town, name) for name in ("seat", "head1", "li")}
    assert [area["level"] for area in told["seat"]["areas"]] == [
        "district",
        "street",
        "community",
        "community",
    ]
    assert [area["code"] for area in told["head1"]["areas"]] == [RIVERSIDE]
    assert told["li"]["areas"] == []
    assert [told[name]["may"]["recheck"] for name in told] == [True, True, False]
    assert signed_in(town.app, "water").get("/roster").status_code == 403


def test_re_checks_are_counted(town: Town, office: Office, clock: Clock) -> None:
    number = reported(town.seat, C1)
    act(town.caller("sun"), number, "finish")
    act(town.seat, number, "close")
    clock.forward(days=12)
    assert draw_rechecks(office, 100) == 1
    told: Any = town.caller("head1").get("/rechecks", month="2026-11")
    assert told.json["tally"] == {"drawn": 1, "done": 0, "well": 0}
    key = told.json["rechecks"][0]["id"]
    answer: Any = town.caller("head1").post(f"/rechecks/{key}", {"well": True})
    assert answer.status_code == 200, answer.json
    again: Any = town.caller("head1").get("/rechecks", done="false")
    assert (again.json["rechecks"], again.json["tally"]) == ([], {"drawn": 1, "done": 1, "well": 1})
