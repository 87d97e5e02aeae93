"""Every route × every kind of account × inside and outside its area, held against one literal table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from flask import Flask
from shapely import box
from werkzeug.test import TestResponse

from gridmap.actions import accounts
from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from tests.town import (
    C1,
    C4,
    CENTRES,
    DISTRICT,
    PASSWORD,
    RIVERSIDE,
    RUBBISH,
    RULES,
    Caller,
    add_areas,
    caller,
)
from tests.web.asking import act, body_at, csrf_of, listed, picture, reported, send_photo
from tests.web.walked_roster import ROSTER_ROWS, Walked, staff_both

FAR_DISTRICT, FAR = "990002", "990002001001001"
FAR_CENTRE = (104.005, 25.505)
VIEW = {"near": "103.79,25.48,103.84,25.52", "far": "103.99,25.49,104.02,25.52"}
PLACE = {"near": CENTRES[C1], "far": FAR_CENTRE}
AREA = {"near": C1, "far": FAR}
CALLED = {"near": "water", "far": "fire"}

KINDS = ("admin", "chief", "seat", "seat2", "wall", "water", "li", "wang", "nobody", "revoked", "wrong")
"""admin: of everything; chief: administrator of the district; seat: of the district; seat2: of the other
community; wall: of the district; water: a department, to which the near matter was forwarded; li: leads
the near cell; wang: leads another one; nobody: says nothing; revoked, wrong: such a token."""

ALL, NONE = "200 200 200 200 200 200 200 200", "401 401 401"
READ = (
    f"200 200 200 404 403 200 200 404 {NONE}",
    f"200 404 404 404 403 404 404 404 {NONE}",
)
# Columns: admin chief seat seat2 wall water li wang nobody revoked wrong. Two rows: near, far; one: all the same.
TABLE: dict[str, tuple[str, ...]] = {
    "GET /": ("302 302 302 302 302 302 302 302 302 302 302",),
    "GET /account": (f"{ALL} 302 302 302",),
    "POST /account/password": (f"403 403 403 403 403 403 403 403 {NONE}",),  # without the old one
    "POST /account/sessions/<int(max=9007199254740991):token_id>/end": (  # near: one's own; far: somebody else's
        f"302 302 302 302 403 302 302 302 {NONE}",
        f"404 404 404 404 403 404 404 404 {NONE}",
    ),
    "POST /account/sessions/end-others": (f"302 302 302 302 403 302 302 302 {NONE}",),
    "GET /phone": ("404 404 404 404 404 404 404 404 404 404 404",),  # no address is stated
    "GET /map": ("200 200 200 200 403 200 200 200 302 302 302",),
    "GET /desk": ("200 200 200 200 403 403 403 403 302 302 302",),
    "GET /field": ("200 200 200 200 403 200 200 200 302 302 302",),
    "GET /roster": ("200 200 200 200 403 403 200 200 302 302 302",),
    "GET /field-worker.js": (f"{ALL} 200 200 200",),
    "GET /door": (f"{ALL} 200 200 200",),
    "GET /door/<string:code>": (f"{ALL} 200 200 200", f"{ALL} 200 200 200"),
    "GET /door/<string:code>/qr.svg": (
        "422 422 422 422 403 422 422 422 302 302 302",
    ),  # nobody said the address
    "GET /door/<string:code>/sheet": ("200 200 200 200 403 200 200 200 302 302 302",),
    "GET /track": (f"{ALL} 200 200 200",),
    "GET /wall": ("200 200 200 200 200 403 200 200 302 302 302",),
    "GET /set-password": ("302 302 302 302 302 302 302 302 302 302 302",),
    "POST /set-password": ("302 302 302 302 302 302 302 302 302 302 302",),
    "GET /sign-in": ("302 302 302 302 302 302 302 302 200 200 200",),
    "POST /sign-in": ("302 302 302 302 302 302 302 302 302 302 302",),
    "POST /sign-out": ("302 302 302 302 302 302 302 302 302 302 302",),
    "GET /healthz": (f"{ALL} 200 200 200",),
    "GET /static/<path:filename>": (f"{ALL} 200 200 200",),
    "GET /api/openapi.json": (f"{ALL} 200 200 200",),
    "GET /api/v1/accounts": (f"200 200 403 403 403 403 403 403 {NONE}",),
    "POST /api/v1/accounts": (
        f"201 201 403 403 403 403 403 403 {NONE}",
        f"201 403 403 403 403 403 403 403 {NONE}",
    ),
    "DELETE /api/v1/accounts/<string:username>": (
        f"200 200 403 403 403 403 403 403 {NONE}",
        f"200 404 403 403 403 403 403 403 {NONE}",
    ),
    "GET /api/v1/tokens": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "POST /api/v1/tokens": (f"201 201 201 201 403 201 201 201 {NONE}",),
    "DELETE /api/v1/tokens/<int:token_id>": (  # near: one's own; far: somebody else's
        f"200 200 200 200 403 200 200 200 {NONE}",
        f"404 404 404 404 403 404 404 404 {NONE}",
    ),
    "GET /matters/<string:number>": ("302 302 302 302 403 302 302 302 302 302 302",),
    "GET /api/v1/notices": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /lists/<string:name>": ("302 302 302 302 403 302 302 302 302 302 302",),
    "GET /api/v1/notices/lines": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "POST /api/v1/notices/read": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/notices/ways": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "POST /api/v1/notices/ways": (f"422 422 422 422 403 422 422 422 {NONE}",),  # none is declared here
    "DELETE /api/v1/notices/ways/<int:address_id>": (f"404 404 404 404 403 404 404 404 {NONE}",),
    "GET /api/v1/notices/lost": (f"200 200 403 403 403 403 403 403 {NONE}",),
    "GET /api/v1/issues": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "POST /api/v1/issues": (  # never refused for its place
        f"201 201 201 201 403 403 201 201 {NONE}",
        f"201 201 201 201 403 403 201 201 {NONE}",
    ),
    "GET /api/v1/issues/<string:number>": READ,
    "GET /api/v1/issues/<string:number>/duplicates": READ,
    "GET /evaluation": ("200 200 200 200 403 200 200 200 302 302 302",),
    "GET /api/v1/evaluation": (  # a cell's figures are for those who lead it
        f"403 403 403 404 403 403 200 404 {NONE}",
        f"403 404 404 404 403 403 404 404 {NONE}",
    ),
    "GET /api/v1/evaluation/matters": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/evaluation/export.xlsx": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/evaluation/people": (f"200 200 200 200 403 403 200 200 {NONE}",),
    "GET /api/v1/evaluation/people/<int:person_id>": (  # near: who leads the near cell; far: nobody's number
        f"404 404 404 404 403 403 200 404 {NONE}",
        f"404 404 404 404 403 403 404 404 {NONE}",
    ),
    "GET /api/v1/evaluation/people/<int:person_id>/matters": (
        f"404 404 404 404 403 403 200 404 {NONE}",
        f"404 404 404 404 403 403 404 404 {NONE}",
    ),
    "GET /api/v1/evaluation/objections": (f"200 200 200 200 403 403 200 200 {NONE}",),
    "POST /api/v1/evaluation/objections": (
        f"403 403 403 403 403 403 201 201 {NONE}",
    ),  # of one's own figures only
    "POST /api/v1/evaluation/objections/<int:objection_id>/answer": (
        f"404 404 404 404 403 403 404 404 {NONE}",
    ),
    "GET /api/v1/desk": (f"200 200 200 200 403 403 403 403 {NONE}",),
    "GET /api/v1/desk/<string:queue>": (f"200 200 200 200 403 403 403 403 {NONE}",),
    "POST /api/v1/desk": (f"200 200 200 200 403 403 403 403 {NONE}",),  # of each matter it is told by itself
    "GET /api/v1/issues/<string:number>/choices": READ,
    "POST /api/v1/issues/<string:number>/actions/<string:name>": READ,
    "POST /api/v1/issues/<string:number>/photos": (
        f"201 201 201 404 403 201 201 404 {NONE}",
        f"201 404 404 404 403 404 404 404 {NONE}",
    ),
    "GET /api/v1/issues/<string:number>/photos/<int:photo_id>": READ,
    "POST /api/v1/issues/<string:number>/contact": (  # whoever reported these left none
        f"404 404 404 404 403 403 403 403 {NONE}",
        f"404 404 404 404 403 403 403 403 {NONE}",
    ),
    # The door asks nobody who they are: what is sent here was never given out.
    "GET /api/v1/door/puzzle": (f"{ALL} 200 200 200",),
    "POST /api/v1/door": ("422 422 422 422 422 422 422 422 422 422 422",),
    "POST /api/v1/track": ("404 404 404 404 404 404 404 404 404 404 404",),
    "POST /api/v1/track/rating": ("404 404 404 404 404 404 404 404 404 404 404",),
    "POST /api/v1/track/return": ("404 404 404 404 404 404 404 404 404 404 404",),
    "POST /api/v1/track/photos": ("422 422 422 422 422 422 422 422 422 422 422",),
    "GET /api/v1/issues/<string:number>/photos/<int:photo_id>/small": READ,
    "GET /api/v1/whistles": (f"200 200 200 200 403 200 200 200 {NONE}",),
    # The one near calls water, and admin blew it; the steps are taken in this order.
    **dict.fromkeys(
        [f"POST /api/v1/whistles/<int:whistle_id>/{step}" for step in ("accept", "check-in", "finish")],
        (f"403 403 403 404 403 200 403 404 {NONE}", f"403 404 404 404 403 404 404 404 {NONE}"),
    ),
    "POST /api/v1/whistles/<int:whistle_id>/rate": (  # the second to rate comes too late
        f"200 409 409 404 403 403 403 404 {NONE}",
        f"409 404 404 404 403 404 404 404 {NONE}",
    ),
    "POST /api/v1/whistles/<int:whistle_id>/cancel": (  # the one near has ended by then
        f"409 409 409 404 403 403 403 404 {NONE}",
        f"200 404 404 404 403 404 404 404 {NONE}",
    ),
    "GET /api/v1/areas": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/areas/<string:code>": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/buildings": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/landmarks": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/locate": (
        f"200 200 200 200 403 200 200 200 {NONE}",
        f"200 200 200 200 403 200 200 200 {NONE}",
    ),
    "GET /api/v1/heat": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/heat/past": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/households": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/duty": (f"200 200 200 200 200 403 200 200 {NONE}",),
    "GET /api/v1/satisfaction": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/hotspots": (f"200 200 200 200 403 200 200 200 {NONE}",),
    "GET /api/v1/share": (f"200 200 200 200 403 404 200 200 {NONE}",),  # who answers for no area has no map
    "GET /api/v1/state": (f"{ALL} {NONE}", f"{ALL} {NONE}"),
    "GET /api/v1/wall": (f"{ALL} {NONE}",),
    "GET /api/v1/wall/ground": (f"{ALL} {NONE}",),
    "POST /api/v1/wall/scene": (
        f"200 200 200 404 403 403 403 403 {NONE}",
        f"200 404 404 404 403 403 403 403 {NONE}",
    ),
    **ROSTER_ROWS,
    "GET /api/v1/me": (f"{ALL} {NONE}",),
    "GET /api/v1/categories": (f"{ALL} {NONE}",),
    "GET /api/v1/stream": (f"{ALL} {NONE}",),
    "GET /tiles/<string:set_name>.json": (f"{ALL} {NONE}",),
    "GET /tiles/areas/<string:version>/index.json": (f"{ALL} {NONE}",),
    "GET /tiles/<string:set_name>/<string:version>/<int:z>/<int:x>/<int:y>.mvt": (f"{ALL} {NONE}",),
    # No base map is declared here; tests/web/test_basemaps.py has some.
    "GET /base/<string:map_id>/<int:z>/<int:x>/<int:y>": (f"404 404 404 404 404 404 404 404 {NONE}",),
}


@dataclass
class World:
    """The town, a second district, a matter with a photo in each, and somebody of every kind."""

    app: Flask
    people: dict[str, Caller]
    own_token: dict[str, int]
    number: dict[str, str] = field(default_factory=dict)
    photo: dict[str, int] = field(default_factory=dict)
    whistle: dict[str, int] = field(default_factory=dict)
    fresh: Iterator[int] = field(default_factory=count)
    areas: str = ""
    roster: Walked | None = None


@pytest.fixture
def world(app: Flask, office: Office) -> World:
    add_areas(office, "district", [(FAR_DISTRICT, "邻区", box(104.0, 25.5, 104.01, 25.51))])
    add_areas(office, "grid", [(FAR, "邻区第1网格", box(104.0, 25.5, 104.01, 25.51))])
    chief = accounts.NewAccount("chief", "administrator", DISTRICT)
    accounts.add_account(office, None, chief, RULES)
    made = World(app, *_people(app, office))
    admin = made.people["admin"]
    for place in ("near", "far"):
        made.number[place] = reported(admin, PLACE[place])
        made.photo[place] = send_photo(admin, made.number[place], picture()).json["id"]
        for kind in KINDS:
            new = accounts.NewAccount(f"{place}-{kind}", "seat", AREA[place])
            accounts.add_account(office, None, new, RULES)
    assert act(admin, made.number["near"], "forward", unit="water").status_code == 200
    accounts.add_account(office, None, accounts.NewAccount("fire", "department", unit="fire"), RULES)
    for place, unit in CALLED.items():
        told: Any = act(admin, made.number[place], "whistle", units=[unit], kind="emergency")
        made.whistle[place] = told.json["properties"]["whistles"][0]["id"]
    made.roster = staff_both(office, FAR, made.number)
    made.areas = bake_all(office)["areas"]
    return made


def _people(app: Flask, office: Office) -> tuple[dict[str, Caller], dict[str, int]]:
    people = {kind: caller(app, office, kind) for kind in KINDS[:8]}
    people["nobody"] = Caller(app.test_client(), None)
    people["wrong"] = Caller(app.test_client(), "never-given-out")
    admin = people["admin"]
    revoked: Any = admin.post("/tokens", {"label": "revoked"})
    admin.delete(f"/tokens/{revoked.json['id']}")
    people["revoked"] = Caller(app.test_client(), revoked.json["token"])
    own = {kind: _own_token(office, kind) for kind in KINDS[:8]}
    return people, own | dict.fromkeys(("nobody", "revoked", "wrong"), own["admin"])


def _own_token(office: Office, username: str) -> int:
    with office.database.reading() as session:
        account = accounts.accounts.by_name(session, username)
        assert account is not None
        account_id = account.id
    return accounts.make_token(office, account_id, "spare")[0]


def ask(world: World, kind: str, key: str, place: str) -> int:
    """The status of one real request."""
    method, rule = key.split(" ", 1)
    who = Caller(world.app.test_client(), world.people[kind].token)
    if method == "POST" and not rule.startswith("/api/"):
        response = _submit(who, _address(world, kind, rule, place))
    elif rule.endswith("<string:number>/photos"):
        response = send_photo(who, world.number[place], picture(), f"p-{next(world.fresh)}")
    else:
        address = _address(world, kind, rule, place) + (_query(rule, place) if method == "GET" else "")
        response = _send(who, method, address, rule, world, place)
    response.close()
    return int(response.status_code)


def _send(who: Caller, method: str, address: str, rule: str, world: World, place: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    body = _body(rule, world, place) if method in ("POST", "PUT") else None
    return who.client.open(address, method=method, json=body, headers=headers)


def _submit(who: Caller, rule: str) -> TestResponse:
    form = {"csrf_token": csrf_of(who.client), "username": "seat", "password": PASSWORD}
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    return who.client.post(rule, data=form, headers=headers)


def _address(world: World, kind: str, rule: str, place: str) -> str:
    other = {"near": world.own_token[kind], "far": world.own_token["li" if kind != "li" else "wang"]}
    rule = world.roster.address(rule, place) if world.roster else rule
    return (
        rule.replace("<string:number>", world.number[place])
        .replace("<string:name>", "comment")
        .replace("<string:queue>", "accept")
        .replace("<int:whistle_id>", str(world.whistle[place]))
        .replace("<int:photo_id>", str(world.photo[place]))
        .replace("<int:token_id>", str(other[place]))
        .replace("<int(max=9007199254740991):token_id>", str(other[place]))
        .replace("<string:username>", f"{place}-{kind}")
        .replace("<string:code>", AREA[place])
        .replace("<int:address_id>", "1")
        .replace("<int:person_id>", {"near": "1", "far": "999"}[place])
        .replace("<int:objection_id>", "1")
        .replace("<path:filename>", "css/base.css")
        .replace("<string:set_name>", "areas")
        .replace("<string:version>", world.areas)
        .replace("<string:map_id>", "own")
        .replace("<int:z>/<int:x>/<int:y>", "8/201/109")
    )


def _query(rule: str, place: str) -> str:
    lon, lat = PLACE[place]
    return {
        "/api/v1/issues": f"?area={AREA[place]}",
        "/api/v1/areas": f"?under={AREA[place]}",
        "/api/v1/state": f"?area={AREA[place]}",
        "/api/v1/roster": f"?area={AREA[place]}",
        "/api/v1/evaluation": f"?by=month&area={AREA[place]}",
        "/api/v1/evaluation/matters": "?by=month&indicator=closed_share",
        "/api/v1/evaluation/people/<int:person_id>/matters": "?indicator=handled_share",
        "/api/v1/buildings": f"?bbox={VIEW[place]}",
        "/api/v1/landmarks": f"?bbox={VIEW[place]}&zoom=15",
        "/api/v1/heat": f"?bbox={VIEW[place]}&zoom=14",
        "/api/v1/heat/past": f"?bbox={VIEW[place]}",
        "/api/v1/locate": f"?lon={lon}&lat={lat}&accuracy_m=30",
    }.get(rule, "")


def _body(rule: str, world: World, place: str) -> dict[str, Any]:
    if rule.endswith("/actions/<string:name>"):
        return {"words": "looked at it"}
    if world.roster and (told := world.roster.body(rule, place)) is not None:
        return told
    lon, lat = PLACE[place]
    unknown = {"secret": "0" * 16}
    return {
        "/api/v1/issues/<string:number>/contact": {},
        "/api/v1/door": {"puzzle": "0" * 42, "answer": "0", "category": RUBBISH, "cell": C1},
        "/api/v1/track": unknown,
        "/api/v1/track/rating": unknown | {"solved": 2, "satisfaction": 2},
        "/api/v1/track/return": unknown | {"words": "looked at it"},
        "/api/v1/track/photos": unknown,
        "/api/v1/whistles/<int:whistle_id>/accept": {},
        "/api/v1/whistles/<int:whistle_id>/check-in": {"lon": lon, "lat": lat},
        "/api/v1/whistles/<int:whistle_id>/finish": {"words": "done"},
        "/api/v1/whistles/<int:whistle_id>/rate": {"unit": CALLED[place], "rating": 2},
        "/api/v1/whistles/<int:whistle_id>/cancel": {"words": "solved"},
        "/api/v1/issues": body_at(PLACE[place]),
        "/api/v1/tokens": {"label": "walk"},
        "/api/v1/desk": {"action": "comment", "numbers": [world.number[place]], "words": "looked"},
        "/api/v1/notices/read": {"until": 1},
        "/api/v1/evaluation/objections": {
            "month": "2026-11",
            "indicator": "handled_share",
            "words": "not so",
        },
        "/api/v1/evaluation/objections/<int:objection_id>/answer": {"accepted": True, "words": "so"},
        "/api/v1/notices/ways": {"way": "sms", "address": "13900000000"},
        "/api/v1/wall/scene": {"scene": "heat", "area": AREA[place]},
        "/api/v1/accounts": {"username": f"new{next(world.fresh)}", "kind": "seat", "area": AREA[place]},
    }[rule]


def routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def differences(world: World, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Where the application answers otherwise than the table says."""
    found = []
    for key, rows in table.items():
        for place, row in zip(("near", "far"), rows, strict=False):
            for kind, expected in zip(KINDS, row.split(), strict=True):
                status = ask(world, kind, key, place)
                if status != int(expected):
                    found.append(f"{key} {kind} {place}: {status}, not {expected}")
    return found


def test_the_table_has_every_route_and_no_other(app: Flask) -> None:
    assert routes(app) == set(TABLE)


def test_a_route_that_is_not_in_the_table_shows(app: Flask) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "")
    assert routes(app) - set(TABLE) == {"GET /api/v1/forgotten"}


def test_a_view_that_does_not_say_who_may_have_it_is_nobodys(app: Flask, office: Office) -> None:
    app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "")
    response: Any = caller(app, office, "admin").get("/forgotten")
    assert response.status_code == 403


def test_everybody_gets_what_the_table_says(world: World) -> None:
    assert differences(world, TABLE) == []


def test_a_wrong_answer_shows(world: World) -> None:
    wrong = {"GET /api/v1/me": (f"{ALL} 200 401 401",)}
    assert differences(world, wrong) == ["GET /api/v1/me nobody near: 401, not 200"]


def test_asking_for_less_than_the_answer_is_guarded_alike(app: Flask, world: World) -> None:
    rules = [key.split(" ", 1)[1] for key in TABLE if key.startswith("GET /api/v1/") and "/door/" not in key]
    for rule in rules:
        for method in ("HEAD", "OPTIONS"):
            response = app.test_client().open(_address(world, "nobody", rule, "near"), method=method)
            assert response.status_code == 401, (method, rule)


def test_lists_hold_what_is_inside_and_nothing_else(world: World) -> None:
    near, far = world.number["near"], world.number["far"]
    expected = {"admin": {near, far}, "seat2": set(), "wang": set()}
    for kind in KINDS[:8]:
        found = set(listed(world.people[kind]))
        assert found == expected.get(kind, {near}), kind


def test_heat_and_counts_stay_inside(world: World) -> None:
    for kind, inside in (("seat", 1), ("li", 1), ("water", 1), ("wall", 0), ("seat2", 0), ("wang", 0)):
        for place, number in (("near", inside), ("far", 0)):
            response: Any = world.people[kind].get("/heat", bbox=VIEW[place], zoom=14)
            assert response.json["count"] == number, (kind, place)  # a wall is not told of single ones
            state: Any = world.people[kind].get("/state", area=AREA[place])
            seen = 1 if (kind, place) == ("wall", "near") else number
            assert (state.json["totals"]["open"], len(state.json["cells"])) == (seen, seen), (kind, place)


def test_figures_and_staff_of_an_area_are_told_inside_only(world: World) -> None:
    told = {
        (kind, code) for kind in KINDS[:8] for code in (C1, C4, RIVERSIDE, FAR) if _figures(world, kind, code)
    }
    everything = {(kind, code) for kind in ("admin", "chief", "seat", "wall") for code in (C1, C4, RIVERSIDE)}
    assert told == everything | {("admin", FAR), ("li", C1), ("wang", C4)}


def _figures(world: World, kind: str, code: str) -> bool:
    response: Any = world.people[kind].get(f"/areas/{code}")
    told = response.json["properties"]
    is_told = told["counts"] is not None
    assert (told["open"] is not None) == is_told
    assert (told["staff"] is not None) == (is_told and kind != "wall")
    return is_told
