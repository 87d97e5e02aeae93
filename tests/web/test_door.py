"""The residents' door over HTTP: no account, no cookie; a puzzle opens it, a secret follows, and nothing is to be guessed."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.db.loop_models import DoorPass, Tracking
from gridmap.db.models import Issue, Words
from gridmap.domain.door import DoorRules
from gridmap.files.photos import MAX_BYTES
from gridmap.web import build
from gridmap.web.door import CALLS_PER_MINUTE, Door
from gridmap.web.pace import BURST_MINUTES
from tests.conftest import Clock, settings_for
from tests.db.looking import count
from tests.knocking import EASY, solved
from tests.town import (
    C1,
    C4,
    CENTRES,
    CORNERS,
    OUTSIDE,
    RUBBISH,
    RULES,
    actor_named,
    add_areas,
    caller,
    square,
)
from tests.web.asking import fault, picture, read

PHONE = "王女士 13812341234"


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody's browser, at a door whose puzzles cost nothing."""
    return at_door(app)


def at_door(app: Flask, address: str = "203.0.113.7", **rules: Any) -> FlaskClient:
    kept: Door = app.extensions["gridmap_door"]
    easy = replace(kept.rules, bits=EASY.bits, **rules)
    app.extensions["gridmap_door"] = replace(kept, rules=easy)
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def rules_of(client: FlaskClient) -> DoorRules:
    found: Door = client.application.extensions["gridmap_door"]
    return found.rules


def knocked(client: FlaskClient) -> dict[str, str]:
    """A puzzle of the server's with its answer."""
    puzzle = client.get("/api/v1/door/puzzle").json["puzzle"]
    return {"puzzle": puzzle, "answer": solved(rules_of(client), puzzle)}


def send(client: FlaskClient, knock: dict[str, str] | None = None, **more: Any) -> Any:
    body = {"category": RUBBISH, "cell": C1, "words": "没人清", **(knock or knocked(client)), **more}
    return client.post("/api/v1/door", json=body)


def ask(client: FlaskClient, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/track{path}", json=body)


def send_photo(client: FlaskClient, secret: str, photo: bytes) -> Any:
    file = FileStorage(io.BytesIO(photo), "photo.jpg", content_type="image/jpeg")
    boundary, form = encode_multipart(MultiDict([("secret", secret), ("photo", file)]))
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post("/api/v1/track/photos", data=form, content_type=kind)


def close(office: Office, number: str) -> None:
    act_on(office, actor_named(office, "seat"), number, Act("close"))


def test_a_report_from_a_notice_board_lies_in_its_cell_and_is_followed(
    office: Office, app: Flask, visitor: FlaskClient
) -> None:
    done = send(visitor, contact=PHONE)
    assert done.status_code == 201
    assert done.json["link"] == f"http://localhost/track#{done.json['secret']}"
    assert done.json["qr"].startswith("data:image/svg+xml")
    told = ask(visitor, "", secret=done.json["secret"]).json
    assert (told["number"], told["category"], told["cell"]) == (
        done.json["number"],
        "垃圾没人清",
        "河滨第1网格",
    )
    assert [step["step"] for step in told["steps"]] == ["received", "accepted"]
    seen = read(caller(app, office, "seat"), done.json["number"])
    assert (seen["source"], seen["reported_by_me"], seen["description"]) == ("resident", False, "没人清")
    assert visitor.get_cookie("session") is None


def test_a_phone_says_where_it_is_and_no_place_is_refused(office: Office, visitor: FlaskClient) -> None:
    lon, lat = CENTRES[C4]
    for place in ({"lon": lon, "lat": lat, "accuracy_m": 12}, {"lon": OUTSIDE[0], "lat": OUTSIDE[1]}):
        assert send(visitor, cell=None, **place).status_code == 201
    with office.database.reading() as session:
        inside, outside = session.scalars(select(Issue).order_by(Issue.id))
        assert (inside.path.endswith(f"{C4}/"), inside.accuracy_m, outside.is_triage) == (True, 12, True)
    assert fault(send(visitor, cell=None)) == (422, "door_place_missing")
    assert fault(send(visitor, cell="990001001001999")) == (404, "area_not_found")


def test_a_board_outlives_the_redrawing_of_its_cell(office: Office, visitor: FlaskClient) -> None:
    others = [(code, f"网格{code[-3:]}", square(code)) for code in CORNERS if code != C1]
    add_areas(office, "grid", [("990001001001008", "河滨第8网格", square(C1)), *others], is_replacing=True)
    done = send(visitor)
    assert done.status_code == 201
    assert ask(visitor, "", secret=done.json["secret"]).json["cell"] == "河滨第8网格"
    assert visitor.get(f"/door/{C1}").status_code == 200


def test_sent_again_it_is_the_same_and_a_used_puzzle_opens_nothing_else(
    office: Office, visitor: FlaskClient
) -> None:
    once = knocked(visitor)
    first, again = send(visitor, once), send(visitor, once)
    assert (again.status_code, again.json["number"]) == (200, first.json["number"])
    assert again.json["secret"] == first.json["secret"]
    assert fault(send(visitor, once, words="另一件")) == (409, "door_puzzle_used")
    assert [count(office, table) for table in (Issue, Tracking, DoorPass)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"answer": "x"}, (422, "door_puzzle_wrong")),
        ({"puzzle": "0" * 42}, (422, "door_puzzle_wrong")),
        ({"website": "http://buy.example"}, (422, "door_not_accepted")),
        ({"category": "GBT47678:matter:06001"}, (422, "door_category_unknown")),
        ({"words": "字" * 1001}, (422, "invalid_input")),
        ({"contact": "1" * 61}, (422, "invalid_input")),
        ({"words": "\x00"}, (422, "control_character")),
        ({"account_id": 1}, (422, "invalid_input")),
        ({"lon": "east"}, (422, "invalid_input")),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_the_puzzle_unused(
    office: Office, visitor: FlaskClient, wrong: dict[str, Any], expected: tuple[int, str]
) -> None:
    once = knocked(visitor)
    assert fault(send(visitor, once | wrong)) == expected
    assert [count(office, table) for table in (Issue, Words, DoorPass)] == [0, 0, 0]
    assert send(visitor, once).status_code == 201


def test_a_puzzle_holds_for_half_an_hour(clock: Clock, visitor: FlaskClient) -> None:
    early = knocked(visitor)
    clock.forward(minutes=30)
    assert fault(send(visitor, early)) == (422, "door_puzzle_stale")


def test_its_price_is_what_is_said(app: Flask) -> None:
    rules: DoorRules = app.extensions["gridmap_door"].rules
    told = app.test_client().get("/api/v1/door/puzzle").json
    assert (told["bits"], rules.bits) == (17, 17)


def test_an_address_and_a_cell_have_a_pace_that_a_header_does_not_change(app: Flask) -> None:
    client = at_door(app, per_address=2, per_cell=3)
    assert [send(client).status_code for _ in "abc"] == [201, 201, 429]
    forged = {"X-Forwarded-For": "198.51.100.1"}
    body = {"category": RUBBISH, "cell": C1, **knocked(client)}
    answer = client.post("/api/v1/door", json=body, headers=forged)
    assert (fault(answer), answer.headers["Retry-After"]) == ((429, "door_too_many"), "3600")
    other = at_door(app, "203.0.113.8", per_address=2, per_cell=3)
    assert [fault(send(other)) if n else send(other).status_code for n in range(2)] == [
        201,
        (429, "door_cell_full"),
    ]


def test_behind_a_trusted_proxy_each_client_has_its_own_pace(office: Office) -> None:
    app = build(
        settings_for(office, GRIDMAP_TRUSTED_PROXIES="1", GRIDMAP_DOOR_PER_ADDRESS="1"), office, RULES
    )
    client = at_door(app, "10.0.0.1")
    for address, status in (("198.51.100.1", 201), ("198.51.100.1", 429), ("198.51.100.2", 201)):
        body = {"category": RUBBISH, "cell": C1, **knocked(client)}
        sent = client.post("/api/v1/door", json=body, headers={"X-Forwarded-For": address})
        assert sent.status_code == status, address
    app.extensions["gridmap"].live.stop()


def test_guessing_secrets_is_slow_and_tells_nothing(visitor: FlaskClient) -> None:
    number = send(visitor).json["number"]
    answers = [ask(visitor, "", secret=wrong) for wrong in (number, "0" * 16, "x")]
    assert {fault(answer) for answer in answers} == {(404, "tracking_unknown")}
    assert {answer.text for answer in answers} == {answers[0].text}
    rest = [ask(visitor, "", secret="0" * 16).status_code for _ in range(CALLS_PER_MINUTE * BURST_MINUTES)]
    assert rest[-1] == 429


def test_it_is_rated_once_and_sent_back_once(office: Office, visitor: FlaskClient) -> None:
    done = send(visitor).json
    secret, good = done["secret"], {"solved": 0, "satisfaction": 1}
    assert fault(ask(visitor, "/rating", secret=secret, **good)) == (409, "action_not_now")
    close(office, done["number"])
    assert ask(visitor, "", secret=secret).json["may_rate"]
    told = ask(visitor, "/rating", secret=secret, **good).json
    assert (told["rated"], told["may_rate"], told["may_send_back"]) == (good, False, True)
    assert fault(ask(visitor, "/rating", secret=secret, **good)) == (409, "action_not_now")
    back = ask(visitor, "/return", secret=secret, words="还在").json
    assert [step["step"] for step in back["steps"]][-2:] == ["reopened", "accepted"]
    close(office, done["number"])
    ask(visitor, "/rating", secret=secret, **good)
    assert fault(ask(visitor, "/return", secret=secret, words="还在")) == (409, "door_not_again")
    assert not audit(office).faults


def test_a_rating_is_whole(visitor: FlaskClient) -> None:
    secret = send(visitor).json["secret"]
    for wrong in ({"solved": 3, "satisfaction": 1}, {"solved": 1}, {"solved": "well", "satisfaction": 1}):
        assert fault(ask(visitor, "/rating", secret=secret, **wrong)) == (422, "invalid_input")


def test_photos_are_redrawn_and_bounded(office: Office, visitor: FlaskClient) -> None:
    secret = send(visitor).json["secret"]
    assert send_photo(visitor, secret, picture(with_gps=True)).json == {"photos": 1}
    assert fault(send_photo(visitor, secret, b"no picture")) == (422, "photo_unreadable")
    assert fault(send_photo(visitor, secret, b"\xff" * (MAX_BYTES + 1))) == (413, "photo_too_large")
    assert fault(send_photo(visitor, "0" * 16, picture())) == (404, "tracking_unknown")
    assert fault(visitor.post("/api/v1/track/photos", data={"secret": secret})) == (422, "field_missing")
    for colour, status in (("green", 201), ("blue", 201), ("blue", 200), ("black", 409)):
        assert send_photo(visitor, secret, picture(colour=colour)).status_code == status, colour
    [kept] = {file.read_bytes()[:4] for file in office.data_dir.glob("photos/*/*/*.jpg")}
    assert kept == b"\xff\xd8\xff\xe0"


def test_a_contact_is_told_to_a_seat_masked_then_whole_and_to_nobody_else(
    office: Office, app: Flask, visitor: FlaskClient
) -> None:
    number = send(visitor, contact=PHONE).json["number"]
    told = {name: caller(app, office, name).get(f"/issues/{number}") for name in ("seat", "li", "head1")}
    assert told["seat"].json["properties"]["contact"] == "王** 138****1234"
    # Not any four digits: the digests of a history may hold those by chance.
    assert all("****1234" not in answer.text for name, answer in told.items() if name != "seat")
    assert all(PHONE not in answer.text for name, answer in told.items() if name != "seat")
    seat = caller(app, office, "seat")
    assert seat.post(f"/issues/{number}/contact").json == {"contact": PHONE}
    assert fault(caller(app, office, "li").post(f"/issues/{number}/contact")) == (403, "forbidden")
    kinds = [event["kind"] for event in read(seat, number)["events"]]
    assert kinds == ["reported", "contact_seen"]
    assert PHONE not in seat.get("/issues").text


def test_lists_and_exports_live_with_a_reporter_without_an_account(
    office: Office, app: Flask, visitor: FlaskClient
) -> None:
    number = send(visitor).json["number"]
    for name in ("admin", "seat", "li", "sun", "wall"):
        who = caller(app, office, name)
        assert who.get("/issues").json["features"][0]["id"] == number, name
        assert who.get("/state").status_code == 200
    assert caller(app, office, "seat").get("/share", bbox="103.79,25.48,103.84,25.52").status_code == 200
    assert caller(app, office, "dong").get("/issues", mine="true").json["features"] == []


def test_pages_keep_nothing_in_a_browser_and_speak_both_languages(app: Flask) -> None:
    client = app.test_client()
    for path, zh, en in (
        (f"/door/{C1}", "您在 河滨第1网格", "You are in 河滨第1网格"),
        ("/door", "在哪里", "Where"),
        ("/track", "查询码", "Code"),
    ):
        assert zh in client.get(path).text
        answer = client.get(f"{path}?lang=en")
        assert en in answer.text
        assert "Set-Cookie" not in answer.headers, path
    assert client.get("/door/990001001001999").status_code == 404


def test_a_door_that_is_shut_is_not_there(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_DOOR="off"), office, RULES)
    client = app.test_client()
    for path in ("/door", f"/door/{C1}", "/track", "/api/v1/door/puzzle"):
        assert client.get(path).status_code == 404, path
    body = {"puzzle": "0" * 42, "answer": "0", "category": RUBBISH, "cell": C1}
    assert client.post("/api/v1/door", json=body).status_code == 404
    assert ask(client, "", secret="0" * 16).status_code == 404
    app.extensions["gridmap"].live.stop()


def test_leaders_print_the_board_of_a_cell(office: Office, app: Flask) -> None:
    headers = {"Authorization": f"Bearer {caller(app, office, 'li').token}"}
    public = build(settings_for(office, GRIDMAP_PUBLIC_URL="https://town.example"), office, RULES)
    client = public.test_client()
    code = client.get(f"/door/{C1}/qr.svg", headers=headers)
    assert ET.fromstring(code.data).tag == "{http://www.w3.org/2000/svg}svg"
    sheet = client.get(f"/door/{C1}/sheet", headers={**headers, "Host": "elsewhere.example"}).text
    assert "河滨第1网格" in sheet
    assert f"https://town.example/door/{C1}" in sheet
    assert "样张" not in sheet
    assert "Li Leads" not in sheet
    public.extensions["gridmap"].live.stop()


def test_without_a_public_address_a_board_is_a_specimen_and_its_code_is_not_made(
    office: Office, app: Flask
) -> None:
    headers = {"Authorization": f"Bearer {caller(app, office, 'li').token}", "Host": "elsewhere.example"}
    client = app.test_client()
    assert "样张，请勿张贴" in client.get(f"/door/{C1}/sheet", headers=headers).text
    refused = client.get(f"/door/{C1}/qr.svg", headers=headers)
    assert (refused.status_code, "GRIDMAP_PUBLIC_URL" in refused.text) == (422, True)
