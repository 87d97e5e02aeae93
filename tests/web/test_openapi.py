"""The OpenAPI document: valid, complete, and what real answers are held against."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from gridmap.actions.office import Office
from gridmap.db.queues import QUEUES
from tests.town import C1, C3, CENTRES, OUTSIDE, caller
from tests.web.asking import act, body_at, callers, picture, reported, send_photo
from tests.web.conftest import Town

ERRORS = {"401", "403", "404", "422", "503"}
VIEW = {"bbox": "103.79,25.48,103.84,25.52"}


@pytest.fixture
def document(town: Town) -> dict[str, Any]:
    response = town.app.test_client().get("/api/openapi.json")
    assert response.status_code == 200
    return dict(response.json)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_has_every_route_of_the_api_and_no_other(town: Town, document: dict[str, Any]) -> None:
    rules = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in town.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/v1/", "/tiles/", "/base/")) or rule.rule == "/healthz"
    }
    assert {(method, path) for method, path, _ in operations(document)} == rules


def test_every_operation_says_who_may_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if path == "/healthz":
            assert operation["security"] == []
            continue
        is_open = path.startswith(("/api/v1/door", "/api/v1/track"))
        assert operation["security"] == ([] if is_open else [{"bearer": []}, {"session": []}]), path
        expected = ERRORS | ({"409", "413"} if method == "POST" else set())
        assert expected <= set(operation["responses"]), (method, path)
        assert operation["summary"], (method, path)
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert answer["content"] == {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                }, (method, path, status)
    assert set(document["components"]["securitySchemes"]) == {"bearer", "session"}


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert {"report_issue", "list_issues", "act_on_issue", "read_area"} <= set(names)


def test_what_is_sent_and_answered_other_than_json(document: dict[str, Any]) -> None:
    paths = document["paths"]
    photos = paths["/api/v1/issues/{number}/photos"]["post"]["requestBody"]
    assert photos["required"] is True
    assert set(photos["content"]["multipart/form-data"]["schema"]["required"]) == {"client_id", "photo"}
    picture_at = paths["/api/v1/issues/{number}/photos/{photo_id}"]["get"]["responses"]["200"]
    assert set(picture_at["content"]) == {"image/jpeg"}
    assert set(paths["/api/v1/stream"]["get"]["responses"]["200"]["content"]) == {"text/event-stream"}


def test_no_two_answers_have_one_name() -> None:
    """The document knows one schema of a name: of two models the second would be shown as the first."""
    models = [model for model in all_below(BaseModel) if model.__module__.startswith("gridmap.web")]
    names = Counter(model.__name__ for model in models)
    assert [name for name, number in names.items() if number > 1] == []


def all_below(kind: type[Any]) -> set[type[Any]]:
    return {below for one in kind.__subclasses__() for below in ({one} | all_below(one))}


def test_no_query_parameter_can_be_null(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert "null" not in str(parameter["schema"]), (path, parameter["name"])
            assert parameter["required"] or "default" not in parameter["schema"] or (
                parameter["schema"]["default"] is not None
            )  # fmt: skip


def test_what_is_not_documented_is_refused(town: Town, document: dict[str, Any]) -> None:
    admin = town.caller("admin")
    for method, path, operation in operations(document):
        if path == "/healthz":
            continue
        address = re.sub(r"\{\w+\}", "1", path)
        sent = {"json": {}} if "requestBody" in operation else {}
        headers = {"Authorization": f"Bearer {admin.token}"}
        response = town.app.test_client().open(
            f"{address}?colour=red", method=method, headers=headers, **sent
        )  # type: ignore[arg-type]
        assert response.status_code == 422, (method, path)
        unknown = {"field": "colour", "reason": "extra_forbidden"}
        assert unknown in response.json["error"]["details"]["fields"], (method, path)


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with schemas that take no property they do not name."""
    strict = copy.deepcopy(document)
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return strict


def faults(document: dict[str, Any], method: str, path: str, response: Any) -> list[str]:
    """What does not fit the documented schema of a real answer."""
    answers = document["paths"][path][method.lower()]["responses"]
    if str(response.status_code) not in answers:
        return [f"{method} {path}: {response.status_code} is not documented"]
    schema = answers[str(response.status_code)]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [
        f"{method} {path} {list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(response.json)
    ]


def reads(app: Flask, office: Office, number: str) -> Iterator[tuple[str, str, Any]]:
    """Real answers of every GET, to those who get them in different shapes."""
    admin, li, wall, water = callers(app, office, "admin", "li", "wall", "water")
    lon, lat = CENTRES[C1]
    for who in (admin, li, wall, water):
        for path, query in (
            ("/issues", {}), ("/areas", {}), ("/state", {}), ("/buildings", {}), ("/heat", VIEW), ("/categories", {}), ("/me", {}),
            ("/wall", {}), ("/wall/ground", {}), ("/heat/past", VIEW), ("/hotspots", {}), ("/households", {}), ("/duty", {}), ("/satisfaction", {}),
        ):  # fmt: skip
            yield "GET", path, who.get(path, **query)
        yield "GET", "/areas/{code}", who.get(f"/areas/{C1}")
    for who in (admin, li):
        for query in ({}, {"accuracy_m": 3000}, {"lon": 99.0}):
            yield "GET", "/locate", who.get("/locate", **{"lon": lon, "lat": lat} | query)
        yield "GET", "/issues/{number}", who.get(f"/issues/{number}")
        yield "GET", "/issues/{number}/choices", who.get(f"/issues/{number}/choices")
        yield "GET", "/issues/{number}/duplicates", who.get(f"/issues/{number}/duplicates")
        yield "GET", "/whistles", who.get("/whistles")
        yield "GET", "/tokens", who.get("/tokens")
        yield "GET", "/roster", who.get("/roster")
        yield "GET", "/rechecks", who.get("/rechecks")
        yield "GET", "/notices", who.get("/notices")
        yield "GET", "/notices/lines", who.get("/notices/lines")
        yield "GET", "/notices/ways", who.get("/notices/ways")
    yield "GET", "/accounts", admin.get("/accounts")
    yield "GET", "/desk", admin.get("/desk")
    for by in ("street", "unit", "category", "month"):
        yield "GET", "/evaluation", admin.get("/evaluation", by=by)
    yield "GET", "/evaluation", li.get("/evaluation", by="cell")
    yield "GET", "/evaluation/matters", admin.get("/evaluation/matters", indicator="opened_share")
    yield "GET", "/evaluation/people", li.get("/evaluation/people")
    yield "GET", "/evaluation/people/{person_id}", li.get("/evaluation/people/1")
    yield (
        "GET",
        "/evaluation/people/{person_id}/matters",
        li.get("/evaluation/people/1/matters", indicator="solved"),
    )
    for queue in QUEUES:
        yield "GET", "/desk/{queue}", admin.get(f"/desk/{queue}")
    yield "GET", "/notices/lost", admin.get("/notices/lost")


def writes(app: Flask, office: Office, number: str) -> Iterator[tuple[str, str, Any]]:
    """Real answers of every POST and DELETE that goes well."""
    admin, head = callers(app, office, "admin", "head1")
    key, acting = str(uuid4()), "/issues/{number}/actions/{name}"
    for _ in range(2):
        yield "POST", "/issues", admin.post("/issues", body_at(C1, client_id=key, description="x"))
        yield "POST", "/issues/{number}/photos", send_photo(admin, number, picture())
    yield "POST", "/issues", admin.post("/issues", body_at(OUTSIDE, accuracy_m=10.0))
    yield "POST", acting, act(admin, number, "comment", words="x")
    lon, lat = CENTRES[C3]
    yield "POST", acting, act(head, number, "move", lon=lon, lat=lat)
    many = {"action": "comment", "numbers": [number, "none"], "words": "x"}
    yield "POST", "/desk", admin.post("/desk", many)
    yield "POST", "/notices/read", admin.post("/notices/read", {"until": 1})
    made: Any = admin.post("/tokens", {"label": "x", "days": 1})
    yield "POST", "/tokens", made
    yield "DELETE", "/tokens/{token_id}", admin.delete(f"/tokens/{made.json['id']}")
    yield "POST", "/accounts", admin.post("/accounts", {"username": "new", "kind": "department", "unit": "u"})
    yield "DELETE", "/accounts/{username}", admin.delete("/accounts/new")
    yield from whistled(app, office, reported(admin, C1))
    yield from rostered(app, office)
    yield "POST", "/wall/scene", admin.post("/wall/scene", {"scene": "heat", "area": C1})


def rostered(app: Flask, office: Office) -> Iterator[tuple[str, str, Any]]:
    """Real answers about somebody who works at night, is away, comes back, hands over their post."""
    (seat,) = callers(app, office, "seat")
    told: Any = seat.get("/roster", area=C1)
    post_id = next(post["post_id"] for post in told.json["posts"] if post["person"]["code"] == "dong")
    headers = {"Authorization": f"Bearer {seat.token}"}
    night = {"shifts": [{"weekdays": "1-5", "begins": "22:00", "ends": "06:00"}]}
    address, path = f"/api/v1/posts/{post_id}/shifts", "/posts/{post_id}/shifts"
    yield "PUT", path, seat.client.put(address, json=night, headers=headers)
    leave = {"person": "dong", "begins": "2026-11-20T06:00:00Z", "ends": "2026-12-01T06:00:00Z"}
    noted: Any = seat.post("/absences", leave | {"deputy": "li"})
    yield "POST", "/absences", noted
    yield "GET", "/roster", seat.get("/roster", area=C1)
    yield "GET", "/areas/{code}", seat.get(f"/areas/{C1}")
    yield "DELETE", "/absences/{absence_id}", seat.delete(f"/absences/{noted.json['id']}")
    yield "POST", "/posts/{post_id}/hand-over", seat.post(f"/posts/{post_id}/hand-over", {"person": "wang"})


def whistled(app: Flask, office: Office, number: str) -> Iterator[tuple[str, str, Any]]:
    """Real answers from the blowing of a whistle to its end, and of one that is taken back."""
    seat, water = callers(app, office, "seat", "water")
    lon, lat = CENTRES[C1]
    for last, body in (("rate", {"unit": "water", "rating": 2}), ("cancel", {"words": "x"})):
        told: Any = act(seat, number, "whistle", units=["water"], kind="daily", words="x")
        yield "POST", "/issues/{number}/actions/{name}", told
        key = told.json["properties"]["whistles"][-1]["id"]
        steps = {"accept": {}, "check-in": {"lon": lon, "lat": lat}, "finish": {"words": "done"}}
        for step, sent in steps.items() if last == "rate" else ():
            path = "/whistles/{whistle_id}/" + step
            yield "POST", path, water.post(f"/whistles/{key}/{step}", sent)
        yield "POST", "/whistles/{whistle_id}/" + last, seat.post(f"/whistles/{key}/{last}", body)
        yield "GET", "/whistles", seat.get("/whistles", open=1)
    head, li = callers(app, office, "head1", "li")
    said = {"month": "2026-11", "indicator": "handled_share", "words": "not so"}
    made: Any = li.post("/evaluation/objections", said)
    yield "POST", "/evaluation/objections", made
    yield "GET", "/evaluation/objections", li.get("/evaluation/objections")
    path = "/evaluation/objections/{objection_id}/answer"
    yield (
        "POST",
        path,
        head.post(path.format(objection_id=made.json["id"]), {"accepted": False, "words": "so"}),
    )
    yield "GET", "/evaluation/objections", head.get("/evaluation/objections")


def refusals(app: Flask, office: Office, number: str) -> Iterator[tuple[str, str, Any]]:
    """Real answers of every status there is for refusing."""
    admin, seat, wall, nobody = *callers(app, office, "admin", "seat", "wall"), caller(app, office, None)
    yield "GET", "/issues", nobody.get("/issues")
    yield "GET", "/issues/{number}", wall.get(f"/issues/{number}")
    yield "GET", "/issues/{number}", seat.get("/issues/none")
    yield "GET", "/issues", seat.get("/issues", bbox="x")
    yield "POST", "/issues", seat.post("/issues", {"lon": "x"})
    yield "POST", "/issues", seat.post("/issues", {"x" * 200_001: 1})
    yield "POST", "/issues/{number}/actions/{name}", act(seat, number, "reopen")
    yield "POST", "/issues/{number}/photos", send_photo(seat, number, b"no photo")
    yield "DELETE", "/accounts/{username}", admin.delete("/accounts/admin")


@pytest.mark.parametrize("kind", [reads, writes, refusals])
def test_real_answers_are_as_documented(app: Flask, office: Office, kind: Any) -> None:
    strict, seat = closed(app.test_client().get("/api/openapi.json").json), caller(app, office, "seat")
    number = reported(seat, C1, description="路边", accuracy_m=25.0)
    send_photo(seat, number, picture(), "p-0")
    reported(seat, OUTSIDE)
    found = [
        fault
        for method, path, response in kind(app, office, number)
        for fault in faults(strict, method, f"/api/v1{path}", response)
    ]
    assert found == []


def test_an_answer_that_differs_shows(town: Town, document: dict[str, Any]) -> None:
    strict, me = closed(document), town.seat.get("/me")
    strict["components"]["schemas"]["Me"]["properties"]["username"] = {"type": "integer"}
    del strict["components"]["schemas"]["Me"]["properties"]["unit"]
    assert len(faults(strict, "GET", "/api/v1/me", me)) == 2


def test_health_answers_as_documented(town: Town, document: dict[str, Any]) -> None:
    response = town.app.test_client().get("/healthz")
    assert faults(closed(document), "GET", "/healthz", response) == []
