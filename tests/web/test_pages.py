"""The pages' Flask side: what the map page is given, whose language it speaks, what an installation states."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.office import Office
from gridmap.db.models import Meta
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import C1, C2, C4, DISTRICT, EASTGATE, PASSWORD, RULES, caller
from tests.web.asking import reported, signed_in


def page_data(client: FlaskClient, path: str = "/map") -> dict[str, Any]:
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', client.get(path).text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def state(office: Office, name: str, value: str) -> None:
    with office.work() as work:
        work.session.add(Meta(name=name, value=value))


def test_the_map_is_given_who_asks_and_where_to_ask(app: Flask) -> None:
    data = page_data(signed_in(app, "seat"))
    assert (data["me"]["username"], data["me"]["areas"][0]["code"]) == ("seat", DISTRICT)
    assert data["endpoints"] == {"api": "/api/v1", "stream": "/api/v1/stream"}
    assert data["bounds"] == pytest.approx([103.80, 25.49, 103.83, 25.51])
    assert (data["timezone"], data["now"]) == ("Asia/Shanghai", "2026-11-20T06:30:00Z")
    assert data["texts"]["map.title"]


def test_the_map_is_given_ones_own_areas_and_no_cell_of_anybody(app: Flask, office: Office) -> None:
    for name, roots in (("admin", None), ("seat2", [EASTGATE]), ("li", [C1, C2])):
        client = signed_in(app, name)
        assert page_data(client)["roots"] == roots
        assert C4 not in client.get("/map").text


def test_nothing_of_a_matter_is_written_into_the_page(app: Flask, office: Office) -> None:
    number = reported(caller(app, office, "seat"), C1, description="门口的垃圾")
    page = signed_in(app, "seat").get("/map").text
    assert number not in page
    assert "门口的垃圾" not in page


def test_who_answers_for_no_area_gets_a_map_too(app: Flask) -> None:
    data = page_data(signed_in(app, "water"))
    assert data["me"]["areas"] == []
    assert data["bounds"] == pytest.approx([103.80, 25.49, 103.83, 25.51])


def test_a_map_without_any_area_opens(empty_office: Office) -> None:
    add_account(empty_office, None, NewAccount("first", "administrator", None, None, PASSWORD), RULES)
    app = build(settings_for(empty_office), empty_office, RULES)
    assert page_data(signed_in(app, "first"))["bounds"] == [73.0, 18.0, 135.0, 54.0]


def test_ones_account_names_ones_posts(app: Flask) -> None:
    page = signed_in(app, "li").get("/account").text
    assert "Li Leads" in page
    assert page.count("网格长") >= 2


def test_an_installation_states_its_notice_on_every_page(app: Flask, office: Office) -> None:
    assert "示例" not in app.test_client().get("/sign-in").text
    state(office, "notice", "示例·示意图，非行政区划界线")
    assert "示例·示意图" in app.test_client().get("/sign-in").text
    assert "示例·示意图" in signed_in(app, "seat").get("/map").text


def test_demo_accounts_are_offered_only_where_they_are_stated(app: Flask, office: Office) -> None:
    assert "data-password" not in app.test_client().get("/sign-in").text
    one = {"username": "seat", "password": "示例-1", "title": "坐席", "title_en": "A seat"}
    state(office, "demo_accounts", json.dumps([one]))
    assert "坐席" in app.test_client().get("/sign-in").text
    assert "Seat" in app.test_client().get("/sign-in?lang=en").text


def test_the_language_asked_for_is_kept(app: Flask) -> None:
    client = app.test_client()
    assert 'lang="zh-CN"' in client.get("/sign-in").text
    assert "Sign in" in client.get("/sign-in?lang=en").text
    assert "Sign in" in client.get("/sign-in").text
    assert "登录" in client.get("/sign-in?lang=zh-CN").text
    assert "登录" in client.get("/sign-in", headers={"Accept-Language": "en"}).text, (
        "what was chosen goes first"
    )


def test_an_unknown_language_changes_nothing(app: Flask) -> None:
    client = app.test_client()
    response = client.get("/sign-in?lang=xx")
    assert 'lang="zh-CN"' in response.text
    assert client.get_cookie("lang") is None


def test_an_installation_may_have_a_language(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_LANGUAGE="en"), office, RULES)
    assert 'lang="en"' in app.test_client().get("/sign-in", headers={"Accept-Language": "zh"}).text


def test_who_is_signed_in_is_led_back_to_the_map_from_a_wrong_address(app: Flask) -> None:
    lost, stranger = signed_in(app, "seat").get("/nothing"), app.test_client().get("/nothing")
    assert (lost.status_code, stranger.status_code) == (404, 404)
    assert 'href="/map"' in lost.text
    assert 'href="/map"' not in stranger.text
