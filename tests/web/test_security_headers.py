"""Headers and cookies on every answer: nothing from outside, nothing inline without its nonce, nothing kept."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from gridmap.actions.office import Office
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import C1, PASSWORD, RULES, caller
from tests.web.asking import fetch, picture, reported, send_photo, signed_in, submit
from tests.web.conftest import Town

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(response: TestResponse) -> dict[str, str]:
    """The directives of an answer's Content-Security-Policy."""
    parts = (part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] for part in parts}


def nonce(response: TestResponse) -> str:
    found = re.search(r"'nonce-([^']+)'", policy(response)["script-src"])
    assert found
    return found[1]


def every_answer(app: Flask, office: Office) -> dict[str, TestResponse]:
    """One of each kind."""
    client, seat = signed_in(app, "seat"), caller(app, office, "seat")
    photo = send_photo(seat, reported(seat, C1), picture()).json
    paths = ("/", "/map", "/sign-in", "/nothing", "/api/v1/me", "/api/v1/nothing", "/api/v1/issues?colour=red",
             "/api/openapi.json", "/healthz", "/static/css/base.css", "/api/v1/stream")  # fmt: skip
    answers = {path: client.get(path) for path in paths}
    answers["a photo"] = fetch(seat, photo["url"])
    answers["no csrf"] = client.post("/api/v1/issues")
    answers["anonymous"] = app.test_client().get("/map")
    for response in answers.values():
        response.close()
    return answers


def test_every_answer_carries_them(app: Flask, office: Office) -> None:
    for path, response in every_answer(app, office).items():
        assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS, path
        directives = policy(response)
        assert (directives["default-src"], directives["frame-ancestors"]) == ("'none'", "'none'"), path
        assert (directives["base-uri"], directives["form-action"]) == ("'none'", "'self'"), path
        assert "unsafe" not in response.headers["Content-Security-Policy"], path
        assert "http" not in response.headers["Content-Security-Policy"], path


def test_nothing_but_static_files_and_photos_is_kept(app: Flask, office: Office) -> None:
    kept = {
        path: response.headers["Cache-Control"]
        for path, response in every_answer(app, office).items()
        if response.headers.get("Cache-Control") not in ("no-store", "no-cache")
    }
    assert set(kept) == {"a photo", "/static/css/base.css"}
    assert kept["a photo"].startswith("private")


def test_scripts_of_a_page_carry_its_nonce_and_each_answer_its_own(town: Town) -> None:
    client = signed_in(town.app, "seat")
    first, second = client.get("/map"), client.get("/map")
    assert nonce(first) != nonce(second)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", first.text)
    assert len(inline) >= 2
    assert all(f'nonce="{nonce(first)}"' in attributes for attributes in inline)


def cookies(response: TestResponse) -> dict[str, str]:
    return {line.split("=", 1)[0]: line for line in response.headers.getlist("Set-Cookie")}


def test_cookies_are_not_for_scripts_nor_for_other_sites(town: Town) -> None:
    client = town.app.test_client()
    set_ = cookies(client.get("/sign-in?lang=en"))
    set_ |= cookies(submit(client, "/sign-in", username="seat", password=PASSWORD))
    assert set(set_) == {"session", "lang", "browser"}
    for line in set_.values():
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Secure" not in line, "plain HTTP was declared"


def test_over_tls_cookies_and_host_are_bound_to_it(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_SECURE_COOKIES="yes"), office, RULES)
    response = app.test_client().get("/sign-in?lang=en", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert len(cookies(response)) == 2
    assert all("Secure" in line for line in cookies(response).values())


def test_plain_http_promises_no_tls(town: Town) -> None:
    assert "Strict-Transport-Security" not in town.app.test_client().get("/sign-in").headers


def test_no_answer_may_be_read_by_another_site(town: Town) -> None:
    headers: dict[str, Any] = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method in ("GET", "OPTIONS"):
        response = signed_in(town.app, "seat").open("/api/v1/issues", method=method, headers=headers)
        assert not [name for name in dict(response.headers) if name.startswith("Access-Control")]
