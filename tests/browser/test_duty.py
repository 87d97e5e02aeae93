"""Duty and absence as people meet them: the form on one's account page, the panel of a cell, the panel of a matter."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.rostering import Leave, note_absence
from tests.browser.conftest import Visitor
from tests.town import C1, CENTRES, actor_named, report_at

ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
"""What only the page does is the same over either store."""


def seen(page: Page, name: str) -> None:
    """A picture for whoever wants to look."""
    if folder := os.environ.get("LOOK_INTO"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@ONE_ENGINE
def test_an_absence_is_noted_and_shows_where_others_look(office: Office, visitor: Visitor) -> None:
    visitor.enter("sun", "/account")
    page = visitor.page
    begin = office.clock().astimezone(office.zone)
    page.fill("#begins", f"{begin:%Y-%m-%dT%H:%M}")
    page.fill("#ends", f"{begin + timedelta(days=2):%Y-%m-%dT%H:%M}")
    page.select_option("#deputy", "dong")
    page.click("#duty .button--main")
    expect(page.locator("#duty .held")).to_contain_text("由Dong Dynamic代理")
    seen(page, "account")
    assert visitor.complaints == []


@ONE_ENGINE
def test_panels_say_who_is_there_and_for_whom_somebody_stands_in(office: Office, visitor: Visitor) -> None:
    now = office.clock()
    seat = actor_named(office, "seat")
    note_absence(office, seat, Leave(now, now + timedelta(days=1), "dong", "sun"))
    number = report(office, seat, report_at(*CENTRES[C1])).number
    visitor.enter("seat", f"/map#at=area:{C1}")
    page = visitor.page
    panel = page.locator(".panel")
    expect(panel.locator(".leader .duty").first).to_have_text("在岗")
    expect(panel.locator(".five .duty--away")).to_contain_text("由Dong Dynamic代理")
    seen(page, "cell")
    page.goto("about:blank")
    page.goto(f"{visitor.address}/map#at=issue:{number}")
    expect(page.locator(".parts")).to_contain_text("离岗代理 · 代Sun Cleans")
    seen(page, "matter")
    assert visitor.complaints == []
