"""One error shape everywhere, in the reader's language; and nothing anybody sends is an internal fault."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules
from gridmap.config import read_settings
from gridmap.texts import LANGUAGES, catalogue
from gridmap.web import build
from tests.conftest import Clock, make_office
from tests.town import C1, RUBBISH, Caller, caller
from tests.web.asking import act, body_at, details, fault, listed, submit
from tests.web.conftest import Town

GOOD = {"lon": 103.805, "lat": 25.505, "category": RUBBISH}


def sent(who: Caller, data: bytes | str, path: str = "/issues", kind: str | None = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {who.token}"}
    return who.client.post(f"/api/v1{path}", data=data, content_type=kind, headers=headers)


def got(who: Caller, path: str, method: str = "GET", **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}"} | headers
    return who.client.open(f"/api/v1{path}", method=method, headers=headers)


REFUSALS: list[tuple[int, str, Callable[[Town], Any]]] = [
    (401, "token_invalid", lambda town: got(town.seat, "/me", Authorization="Bearer x")),
    (403, "forbidden", lambda town: got(town.seat, "/accounts")),
    (403, "action_not_yours", lambda town: act(town.caller("dong"), town.number, "start")),
    (404, "issue_not_found", lambda town: got(town.seat, "/issues/none")),
    (404, "not_found", lambda town: got(town.seat, "/nothing")),
    (405, "method_not_allowed", lambda town: got(town.seat, "/issues", "PUT")),
    (409, "action_not_now", lambda town: act(town.seat, town.number, "reopen")),
    (413, "too_large", lambda town: sent(town.seat, "x" * 200_001)),
    (422, "body_not_json", lambda town: sent(town.seat, "lon=1", kind="application/x-www-form-urlencoded")),
    (422, "invalid_input", lambda town: got(town.seat, "/issues?colour=red")),
]


@pytest.mark.parametrize(("status", "code", "ask"), REFUSALS, ids=[f"{s}-{c}" for s, c, _ in REFUSALS])
def test_every_refusal_has_the_one_shape(
    town: Town, status: int, code: str, ask: Callable[[Town], Any]
) -> None:
    response = ask(town)
    assert fault(response) == (status, code)
    assert response.mimetype == "application/json"
    template = catalogue("zh-CN")[f"error.{code}"].split("{")[0].split("“")[0]
    assert response.json["error"]["message"].startswith(template)


def test_the_message_is_in_the_readers_language(town: Town) -> None:
    for language, headers in (
        ("zh-CN", {}),
        ("en", {"Accept-Language": "en-GB,en;q=0.9"}),
        ("zh-CN", {"Accept-Language": "fr"}),
    ):
        response = got(town.seat, "/nothing", **headers)
        assert response.json["error"]["message"] == catalogue(language)["error.not_found"]
    assert got(town.seat, "/nothing?lang=en").json["error"]["message"] == catalogue("en")["error.not_found"]


def test_every_code_has_a_text_in_both_languages() -> None:
    for language in LANGUAGES:
        keys = {key for key in catalogue(language) if key.startswith("error.")}
        assert {f"error.{code}" for _, code, _ in REFUSALS} <= keys
        assert {"error.control_character", "error.query_repeated", "error.unavailable"} <= keys


def test_choices_are_listed_as_people_write_them(town: Town) -> None:
    chinese, english = got(town.seat, "/areas?level=x"), got(town.seat, "/areas?level=x&lang=en")
    assert "district、street、community、grid" in chinese.json["error"]["message"]
    assert "district, street, community, grid" in english.json["error"]["message"]
    assert details(chinese)["choices"] == ["district", "street", "community", "grid"]


def test_pages_say_it_to_people(town: Town) -> None:
    client = town.app.test_client()
    for path, method, status in (("/nothing", "GET", 404), ("/map", "POST", 405), ("/sign-in", "POST", 403)):
        response = client.open(path, method=method, headers={"Accept": "application/json"})
        assert (response.status_code, response.mimetype) == (status, "text/html"), path
    english = client.get("/nothing?lang=en").text
    assert "Not found." in english
    assert 'lang="en"' in english


def test_a_method_that_is_not_taken_names_those_that_are(town: Town) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        response = got(town.seat, "/issues", method)
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


BODIES = {
    "no JSON": "{", "an array": "[]", "a string": '"x"', "null": "null", "nothing": "", "a number": "1",
    "not UTF-8": b'{"category": "\xff"}', "deep objects": '{"a":' * 30_000 + "1" + "}" * 30_000,
    "deep arrays": '{"a":' + "[" * 90_000 + "]" * 90_000 + "}", "a number without end": '{"lon":' + "9" * 5000 + "}",
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_json_object(town: Town, body: str | bytes) -> None:
    for path in ("/issues", "/issues/x/actions/comment", "/tokens"):
        assert fault(sent(town.seat, body, path)) == (422, "body_not_json")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/geo+json", None]
)
def test_a_body_of_another_kind(town: Town, kind: str | None) -> None:
    assert fault(sent(town.seat, json.dumps(GOOD), kind=kind)) == (422, "body_not_json")


@pytest.mark.parametrize("size", [200_001, 13_000_000])
def test_a_body_over_the_limit(town: Town, size: int) -> None:
    response = sent(town.seat, "x" * size)
    assert fault(response) == (413, "too_large")
    assert details(response) == {"limit": 200_000}


def test_a_body_that_does_not_say_its_length_is_counted(town: Town) -> None:
    response = town.seat.client.post(
        "/api/v1/issues",
        input_stream=io.BytesIO(b" " * 200_001),
        content_type="application/json",
        headers={"Authorization": f"Bearer {town.seat.token}", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert fault(response) == (413, "too_large")


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "NaN": ({"lon": float("nan")}, "lon"),
    "Infinity": ({"lat": float("-inf")}, "lat"),
    "text for a number": ({"lon": "103.8"}, "lon"),
    "yes for a number": ({"lat": True}, "lat"),
    "a huge number": ({"lon": 10**400}, "lon"),
    "nothing for a number": ({"lon": None}, "lon"),
    "a list for a number": ({"lon": [103.8]}, "lon"),
    "a negative accuracy": ({"accuracy_m": -1}, "accuracy_m"),
    "text for an accuracy": ({"accuracy_m": "5"}, "accuracy_m"),
    "an unknown field": ({"area": C1}, "area"),
    "an object for a category": ({"category": {}}, "category"),
    "an empty category": ({"category": ""}, "category"),
    "a long category": ({"category": "x" * 121}, "category"),
    "long words": ({"description": "x" * 4001}, "description"),
    "half a character": ({"description": "a\ud800b"}, "description"),
    "no UUID": ({"client_id": "1"}, "client_id"),
    "a time without a zone": ({"occurred_at": "2026-11-20T08:00:00"}, "occurred_at"),
    "a time as a number": ({"occurred_at": 1700000000}, "occurred_at"),
    "a time before time": ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
    "a time after time": ({"occurred_at": "9999-12-31T23:59:59-12:00"}, "occurred_at"),
}


@pytest.mark.parametrize(("change", "field"), FIELDS.values(), ids=FIELDS.keys())
def test_a_field_that_cannot_be_is_named(town: Town, change: dict[str, Any], field: str) -> None:
    response = sent(town.seat, json.dumps(GOOD | change))
    assert fault(response) == (422, "invalid_input")
    assert [entry["field"] for entry in details(response)["fields"]] == [field]
    assert listed(town.seat) == [town.number]


def test_many_unknown_fields_are_not_all_told(town: Town) -> None:
    response = sent(town.seat, json.dumps(GOOD | {f"f{n}": n for n in range(12_000)}))
    assert fault(response) == (422, "invalid_input")
    assert len(details(response)["fields"]) == 50
    assert fault(sent(town.seat, json.dumps({f"f{n}": n for n in range(100_000)}))) == (413, "too_large")


@pytest.mark.parametrize("text", ["a\0b", "a\x07b", "\x1b[2J", "a\x7fb"])
def test_control_characters_are_refused_by_name(town: Town, text: str) -> None:
    number = town.number
    for response, field in (
        (sent(town.seat, json.dumps(GOOD | {"description": text})), "description"),
        (sent(town.seat, json.dumps(GOOD | {"category": text})), "category"),
        (act(town.seat, number, "comment", words=text), "words"),
        (act(town.seat, number, "forward", unit=text), "unit"),
        (act(town.seat, number, "choose_cell", cell=text), "cell"),
        (town.seat.post("/tokens", {"label": text}), "label"),
        (town.seat.get("/issues", q=text), "q"),
        (town.seat.get("/issues", area=text), "area"),
        (town.seat.get("/issues", category=text), "category"),
    ):
        assert fault(response) == (422, "control_character")
        assert details(response) == {"field": field}


def test_words_keep_their_lines_and_their_script(app: Flask, office: Office) -> None:
    words = "第一行\n第二行\t完\r\n😀 Ü é \u2028 \u202e"
    response: Any = caller(app, office, "seat").post("/issues", body_at(C1, description=words))
    assert response.json["properties"]["description"] == words


PATHS = (
    "/issues/%00", "/areas/%00", "/areas?cursor=AA", "/areas?level=%00", "/issues?since=0001-01-01T00:00:00%2B14:00",
    "/issues?until=9999-12-31T23:59:59-14:00", "/issues/" + "x" * 8000, "/areas/" + "9" * 8000, "/areas/a%2Fb",
    "/areas/..%2F..%2Fetc%2Fpasswd", "/issues/%2e%2e", "/areas/%F0%9F%98%80", "/areas/%FF%FE", "/areas/%ED%A0%80",
    "/issues/x/photos/" + "9" * 30, "/issues/x/photos/" + "9" * 5000, "/issues/x/photos/%D9%A3", "/issues/x/photos/-1",
    "/issues?limit=" + "9" * 30, "/issues?limit=1e3", "/issues?bbox=" + ",".join(["1e308"] * 4), "/issues?cursor=%E4",
    "/issues?cursor=" + "A" * 201, "/issues?area=" + "x" * 65, "/issues?category=" + "," * 400, "/issues?status=,",
    "/heat?bbox=103,25,104,26&zoom=nan", "/heat?bbox=103,25,104,26&zoom=-1", "/heat?bbox=-180,-90,180,90&zoom=24",
    "/heat?bbox=103,25,103.0000001,25.0000001&zoom=0", "/locate?lon=1e400&lat=1", "/locate?lon=a&lat=1",
    "/locate?lon=181&lat=0", "/locate?lon=0&lat=0&accuracy_m=-1", "/locate?lon=0&lat=0&datum=" + "x" * 50,
    "/stream?last_event_id=-1", "/stream?last_event_id=" + "9" * 40, "/buildings?limit=0", "/buildings?cursor=LTE",
    "/accounts?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", "/nothing", "/issues/", "/issues/x/actions", "/%20",
)  # fmt: skip


def test_no_address_is_an_internal_fault(town: Town) -> None:
    for path in PATHS:
        status, _ = fault(got(town.seat, path))
        assert status in (403, 404, 422), (path, status)


def test_odd_but_possible_addresses_answer(town: Town) -> None:
    for path in ("/locate?lon=180&lat=90&accuracy_m=5000", "/locate?lon=-180&lat=-90", "/issues?q=%25",
                 "/locate?lon=103.805&lat=25.505&accuracy_m=1e300", "/issues?bbox=-180,-90,180,90"):  # fmt: skip
        assert got(town.seat, path).status_code == 200, path


@pytest.mark.parametrize("header", ["abc", "-1", "1.5", "9" * 17, "１", "0x10"])
def test_a_last_event_id_that_is_no_number(town: Town, header: str) -> None:
    response = got(town.seat, "/stream", **{"Last-Event-ID": header.encode().decode("latin-1")})
    assert fault(response) == (422, "last_event_id_invalid")


@pytest.mark.parametrize(
    "username", ["a\0b", "ü" * 200, "\u202egro.live", "'; DROP TABLE accounts; --", "x" * 100_000]
)
def test_any_name_can_be_tried_at_the_door(town: Town, username: str) -> None:
    response = submit(town.app.test_client(), "/sign-in", username=username, password="\0" * 300)
    assert response.status_code == 401


def test_a_form_over_the_limit_is_refused_as_a_page(town: Town) -> None:
    kind = "application/x-www-form-urlencoded"
    response = town.app.test_client().post("/sign-in", data=b"x" * 12_000_001, content_type=kind)
    assert (response.status_code, response.mimetype) == (413, "text/html")


def unavailable(client: FlaskClient, code: str) -> None:
    """Everything says 503 in its own way."""
    api = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert fault(api) == (503, code)
    assert int(api.headers["Retry-After"]) > 0
    page = client.post(
        "/sign-in", headers={"Authorization": "Bearer x"}, data={"username": "a", "password": "b"}
    )
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert page.headers["Retry-After"]


def application(url: str, folder: Path, clock: Clock) -> Flask:
    settings = read_settings({"GRIDMAP_DATABASE_URL": url, "GRIDMAP_DATA_DIR": str(folder)})
    return build(settings, make_office(url, folder, clock), SignInRules())


def test_a_store_that_was_never_initialised(empty_url: str, tmp_path: Path, clock: Clock) -> None:
    app = application(empty_url, tmp_path, clock)
    unavailable(app.test_client(), "not_initialised")
    app.extensions["gridmap"].office.database.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////no/such/folder/x.db"]
)
def test_a_store_that_is_gone(url: str, tmp_path: Path, clock: Clock) -> None:
    client = application(url, tmp_path, clock).test_client()
    unavailable(client, "database_gone")
    assert fault(client.get("/healthz")) == (503, "database_gone")


def test_an_internal_fault_tells_nothing_of_itself(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("gridmap.web.api.me.describe_me", broken)
    response: Any = caller(app, office, "seat").get("/me")
    assert fault(response) == (500, "internal")
    assert "secret" not in response.text
