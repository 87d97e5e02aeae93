"""Signing in as people meet it: a ready sign-in, another language, another password, a session that ended meanwhile.

On one engine: what the pages ask of the store is asked on both in tests/web.
"""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from gridmap.actions.office import Office
from gridmap.db.models import Meta
from tests.browser.conftest import Visitor, axe_faults, fits
from tests.conftest import Clock
from tests.town import PASSWORD
from tests.web.asking import signed_in

NEW = "Quite-another-2"
ROLES = ("li", "sun", "head1", "streethead", "seat", "wall", "admin")
pytestmark = pytest.mark.parametrize("engine", ["spatialite"])


@pytest.fixture
def demo(office: Office) -> Office:
    """The town, with ready sign-ins as a demo states them."""
    listed = [{"username": name, "password": PASSWORD, "title": name, "title_en": name} for name in ROLES]
    with office.work() as work:
        work.session.add(Meta(name="demo_accounts", value=json.dumps(listed)))
    return office


def look(visitor: Visitor, name: str) -> None:
    """Keep the page in both sizes; nothing sticks out of either, and nobody is kept out."""
    for size, width, height in (("desk", 1440, 900), ("phone", 390, 844), ("narrow", 360, 640)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        assert fits(visitor.page), (name, size)
        if size != "narrow":
            visitor.keep(f"{name}-{size}")
    assert axe_faults(visitor.page) == []
    visitor.page.set_viewport_size({"width": 1440, "height": 900})


def test_one_tap_another_language_another_password(demo: Office, app: Flask, visitor: Visitor) -> None:
    page, other = visitor.page, signed_in(app, "seat")
    page.goto(visitor.address)
    expect(page.locator("button.role")).to_have_count(len(ROLES))
    look(visitor, "sign-in-demo")
    page.locator("button.role", has_text="坐席").click()
    expect(page.locator("[data-part=figures] dd").first).to_be_visible()
    page.wait_for_timeout(500)  # what the map asks for at first has been answered
    page.goto(f"{visitor.address}/account")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    look(visitor, "account-en")
    page.get_by_role("link", name="中文").click()
    page.fill("#old_password", PASSWORD)
    page.fill("#new_password", NEW[:5])
    expect(page.locator("[data-rule=length].is-met")).to_have_count(0)
    page.fill("#new_password", NEW)
    page.fill("#again", NEW)
    expect(page.locator("[data-rule].is-met")).to_have_count(4)
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_role("status")).to_contain_text("密码已修改")
    assert other.get("/api/v1/me").status_code == 401
    assert visitor.complaints == []


def test_a_session_that_ended_leads_back_to_where_one_was(visitor: Visitor, clock: Clock) -> None:
    page = visitor.page
    visitor.enter("seat")
    expect(page.locator("[data-part=figures] dd").first).to_be_visible()
    page.wait_for_timeout(500)  # what the map asks for at first has been answered
    clock.forward(minutes=31)
    page.evaluate("void import('/static/js/api.js').then((api) => api.get('/me').catch(() => {}))")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=(%2F|/)map.*why=session_idle"))
    expect(page.locator(".alert--note")).to_contain_text("30 分钟未操作")
    look(visitor, "sign-in")
    page.fill("#username", "seat")
    page.fill("#password", PASSWORD)
    page.click(".entrance__form button[type=submit]")
    expect(page).to_have_url(re.compile("/map"))
    expect(page.locator("[data-part=figures] dd").first).to_be_visible()
