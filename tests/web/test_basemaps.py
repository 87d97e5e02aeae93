"""The route of base maps: for those signed in, in one shape, from our own address, without a key in anything."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from gridmap.app import create_app
from gridmap.errors import InvalidInputError
from gridmap.web import build
from gridmap.web.server import run
from tests.conftest import Clock, Templates, free_port, make_office, settings_for
from tests.foreign import KEY, Foreign, declared, foreign_server, plain
from tests.town import PASSWORD, RULES, caller
from tests.web.asking import csrf_of

DECLARED = """
wall = "ours"
keep_days = {days}

[maps.ours]
kind = "xyz"
name = "影像"
name_en = "Imagery"
datum = "wgs84"
attribution = "审图号 GS(2026)0001号"
url = "{url}?tk={{key}}"
key = "{key}"
headers = {{ Authorization = "Basic {key}" }}

[maps.gone]
kind = "xyz"
name = "断"
datum = "gcj02"
attribution = "无"
url = "http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}"
"""
ONCE = ("seat", "wall", "li", "water")


@pytest.fixture(scope="module")
def foreign() -> Iterator[Foreign]:
    with foreign_server() as server:
        yield server


def words(foreign: Foreign, days: int = 7) -> str:
    return DECLARED.format(url=foreign.template, key=KEY, days=days, port=free_port())


@pytest.fixture(scope="module")
def app(foreign: Foreign, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """What is asked of the store is who asks, and that both engines answer elsewhere."""
    folder = tmp_path_factory.mktemp("base")
    office = make_office(templates.copy("spatialite", True, folder), folder, Clock())
    file = declared(folder, words(foreign))
    made = build(settings_for(office, GRIDMAP_BASE_MAPS=file), office, RULES)
    yield made
    made.extensions["gridmap"].live.stop()
    made.extensions["gridmap_base"].close()
    office.database.dispose()


@pytest.fixture(autouse=True)
def whole(foreign: Foreign) -> None:
    foreign.gives(plain())
    foreign.asked.clear()


def ask(app: Flask, path: str, username: str | None = "seat") -> Any:
    who = caller(app, app.extensions["gridmap"].office, username)
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    return app.test_client().get(f"/base/{path}", headers=headers)


@pytest.mark.parametrize("username", ONCE)
def test_everybody_who_reads_gets_the_picture(app: Flask, username: str) -> None:
    response = ask(app, "ours/3/2/1", username)
    assert (response.status_code, response.mimetype, response.data) == (200, "image/png", plain())
    assert response.headers["Cache-Control"] == "private, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "img-src 'self' data: blob:" in response.headers["Content-Security-Policy"]


def test_nobody_gets_nothing(app: Flask, foreign: Foreign) -> None:
    response = ask(app, "ours/4/0/0", None)
    assert (response.status_code, response.json["error"]["code"]) == (401, "not_signed_in")
    assert foreign.asked == []


def test_what_may_not_be_kept_is_not_kept_by_browsers_either(
    foreign: Foreign, app: Flask, tmp_path: Path
) -> None:
    office = app.extensions["gridmap"].office
    file = declared(tmp_path, words(foreign, days=0))
    other = build(settings_for(office, GRIDMAP_BASE_MAPS=file), office, RULES)
    assert ask(other, "ours/5/1/1").headers["Cache-Control"] == "no-store"
    other.extensions["gridmap"].live.stop()


@pytest.mark.parametrize(
    "path",
    ["none/3/2/1", "ours/3/8/0", "ours/99/0/0", "ours/3/-1/0", "ours/3/..%2F..%2Fetc/0", "ours/3/2/1.png", "../ours/3/2/1",
     "ours/3/2/1/", "OURS/3/2/1", "ours%00/3/2/1", "ours/3/0x1/1", "x" * 99 + "/3/2/1", "ours/3/2"],
)  # fmt: skip
def test_what_is_no_tile_is_refused_and_never_asked_for(app: Flask, foreign: Foreign, path: str) -> None:
    response = ask(app, path)
    assert response.status_code in (404, 422)
    assert set(response.json["error"]) == {"code", "message", "details"}
    assert foreign.asked == []


@pytest.mark.parametrize(
    ("column", "status", "data", "expected"),
    [(0, 500, b"", (502, "base_map_failed")), (1, 200, b"<html>", (502, "base_map_failed")), (2, 302, b"", (502, "base_map_failed"))],
)  # fmt: skip
def test_a_source_that_fails_is_told_in_the_one_shape(
    app: Flask, foreign: Foreign, column: int, status: int, data: bytes, expected: tuple[int, str]
) -> None:
    foreign.gives(data, status, Location="http://169.254.169.254/")
    response = ask(app, f"ours/6/{column}/0")
    error = response.json["error"]
    assert (response.status_code, error["code"]) == expected
    assert "底图“ours”" in error["message"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_source_that_is_silent_is_told_so(app: Flask) -> None:
    response = ask(app, "gone/6/50/25")
    assert (response.status_code, response.json["error"]["code"]) == (504, "base_map_silent")


def test_no_key_is_in_any_answer_page_or_log(
    app: Flask, foreign: Foreign, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    foreign.gives(f"{KEY} is not valid".encode(), 403)
    answers = [ask(app, path) for path in ("ours/7/1/1", "gone/7/1/1", "none/1/1/1", "ours/9/9999/1")]
    for username, pages in (("chief", ("/map", "/field", "/wall")), ("wall", ("/wall",))):
        client = app.test_client()
        client.post(
            "/sign-in",
            data={
                "csrf_token": csrf_of(client),
                "username": username.replace("chief", "seat"),
                "password": PASSWORD,
            },
        )
        answers += [client.get(page) for page in pages]
    said = "".join(f"{answer.headers}{answer.get_data(as_text=True)}" for answer in answers) + caplog.text
    assert [answer.status_code for answer in answers] == [502, 504, 404, 404, 200, 200, 200, 200]
    assert "审图号 GS(2026)0001号" in said
    for secret in (KEY, foreign.address, "Basic", "127.0.0.1:"):
        assert secret not in said.replace(f"127.0.0.1:{foreign.address}", "")
    assert repr(app.extensions["gridmap_base"].declared).count(KEY) == 0


def test_the_source_gets_the_key(app: Flask, foreign: Foreign) -> None:
    ask(app, "ours/8/1/1")
    assert foreign.asked == [f"/t/8/1/1?tk={KEY}"]
    assert foreign.headers[-1]["Authorization"] == f"Basic {KEY}"


def test_a_wrong_declaration_is_told_before_anything_is_served(app: Flask, tmp_path: Path) -> None:
    file = declared(tmp_path, "[maps.a]\nkind = 'x'\n")
    settings = settings_for(app.extensions["gridmap"].office, GRIDMAP_BASE_MAPS=file)
    with pytest.raises(InvalidInputError, match="base_map_field_wrong"):
        create_app(settings)
    with pytest.raises(InvalidInputError, match="base_map_field_wrong"):
        run(create_app, settings, "127.0.0.1", free_port())


def test_without_a_declaration_there_is_none(app: Flask) -> None:
    office = app.extensions["gridmap"].office
    none = build(settings_for(office), office, RULES)
    response = ask(none, "ours/3/2/1")
    assert (response.status_code, response.json["error"]["code"]) == (404, "base_map_not_found")
    none.extensions["gridmap"].live.stop()
