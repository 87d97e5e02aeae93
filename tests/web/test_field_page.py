"""What the page in the field is given, who may open it, and the worker that opens it without a network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from gridmap.actions.office import Office
from gridmap.maps import assets
from gridmap.resources import PACKAGE
from tests.guards.source import REPO
from tests.town import C1, caller
from tests.web.asking import reported, signed_in


def page_data(client: FlaskClient) -> dict[str, Any]:
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', client.get("/field").text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_it_is_for_those_who_report_and_for_units_that_are_called(app: Flask) -> None:
    for name, status in (("dong", 200), ("li", 200), ("seat", 200), ("wall", 403), ("water", 200)):
        assert signed_in(app, name).get("/field").status_code == status, name
    assert app.test_client().get("/field").headers["Location"] == "/sign-in?next=/field"


def test_it_is_given_who_asks_the_limits_and_its_own_texts(app: Flask) -> None:
    data = page_data(signed_in(app, "dong"))
    assert (data["me"]["username"], data["limits"]["photos"], data["limits"]["words"]) == ("dong", 9, 4000)
    assert data["csrf"]
    sections = {key.split(".")[0] for key in data["texts"]}
    assert sections == {"field", "page", "status", "time", "rule", "panel", "act", "whistle"}


def test_a_unit_is_told_that_it_reports_nothing(app: Flask) -> None:
    may = {name: page_data(signed_in(app, name))["may"] for name in ("water", "dong")}
    assert (may["water"], may["dong"]["report"]) == ({"report": False, "act": True, "read": True}, True)


def test_nothing_of_a_matter_is_written_into_it(app: Flask, office: Office) -> None:
    number = reported(caller(app, office, "dong"), C1, description="门口的垃圾")
    page = signed_in(app, "dong").get("/field").text
    assert number not in page
    assert "门口的垃圾" not in page


def test_a_list_says_which_matters_one_reported(app: Flask, office: Office) -> None:
    reported(caller(app, office, "dong"), C1)
    for name, is_mine in (("dong", True), ("li", False)):
        [feature] = caller(app, office, name).get("/issues").json["features"]  # type: ignore[attr-defined]
        assert feature["properties"]["reported_by_me"] is is_mine


def test_the_worker_comes_from_the_root_and_keeps_nothing_of_the_api(app: Flask) -> None:
    answer = app.test_client().get("/field-worker.js")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "text/javascript",
        "no-cache",
    )
    kept = re.findall(r'"(/[^"]*)"', answer.text.split("const OURS")[1].split(";")[0])
    assert all(path.startswith("/static/") for path in kept)
    answer.close()


def test_what_it_loads_was_vendored_in_the_version_that_is_pinned() -> None:
    pinned = json.loads((REPO / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for folder in (assets.IDB, assets.LEAFLET):
        name, version = folder.rsplit("-", 1)
        assert pinned[name] == version
    vendor = Path(PACKAGE) / "static" / "vendor"
    assert (vendor / assets.IDB / "index.js").is_file()
