"""The wall as a room sees it: first picture, a report arriving, the server gone and back, one panel's fault."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from gridmap.actions.accounts import reset_account
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import Visitor
from tests.town import C1, C3, CENTRES, PARKING, RULES, actor_named, report_at

SECOND = 1_000
FIGURES = "**/api/v1/wall"
one_engine = pytest.mark.parametrize("engine", ["spatialite"])
"""For what happens in the page alone."""


def wall(visitor: Visitor, language: str = "zh-CN") -> Page:
    """The wall's own page, its picture drawn; at a quarter of its pixels, which are drawn sooner."""
    page = visitor.page
    show_at(page, 960, 540)
    visitor.sign_in("wall", language)
    page.wait_for_url("**/wall*")
    expect(page.locator("body[data-drawn=all]")).to_be_attached(timeout=60 * SECOND)
    return page


def show_at(page: Page, width: int, height: int = 1080) -> None:
    page.set_viewport_size({"width": width, "height": height})


def new_matter(office: Office, place: str, category: str = PARKING) -> str:
    return report(office, actor_named(office, "dong"), report_at(*CENTRES[place], category=category)).number


def test_a_report_pulses_on_the_wall_within_a_second(office: Office, visitor: Visitor) -> None:
    for place in (C1, C1, C3):
        new_matter(office, place)
    page = wall(visitor)
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("3")
    page.wait_for_timeout(SECOND)
    number = new_matter(office, C3)
    row = page.locator(f"[data-panel=newest] [data-number='{number}']")
    expect(row).to_have_class("is-new", timeout=3 * SECOND)
    expect(page.locator(f"[data-part=links] [data-number='{number}'] .pin")).to_be_attached()
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("4")
    visitor.keep("wall-pulse")
    show_at(page, 1920)
    visitor.keep("wall-16x9")
    assert visitor.complaints == []


@one_engine
def test_it_says_how_old_it_is_and_comes_back_by_itself(office: Office, visitor: Visitor) -> None:
    new_matter(office, C1)
    visitor.page.clock.install()
    page = wall(visitor)
    page.route(FIGURES, lambda route: route.abort())
    page.clock.fast_forward(120 * SECOND)
    expect(page.locator("[data-part=state]")).to_have_text(re.compile("数据延迟 2 分钟"))
    page.clock.fast_forward(10 * SECOND)
    expect(page.locator("[data-part=cut]")).to_contain_text(
        re.compile("连接中断.*画面停在该时刻.*正在重试，第 [2-9] 次")
    )
    expect(page.locator(".is-stale")).to_have_count(9)
    show_at(page, 1920)
    visitor.keep("wall-stale")
    page.unroute(FIGURES)
    page.clock.fast_forward(10 * SECOND)
    expect(page.locator("[data-part=cut]")).to_be_hidden()
    expect(page.locator(".is-stale")).to_have_count(0)
    expect(page.locator("[data-part=state]")).to_have_text(re.compile("^实时"))


def without_categories(route: Route) -> None:
    """The answer as it is, but for one panel's part of it."""
    answer = route.fetch()
    route.fulfill(response=answer, body=json.dumps({**answer.json(), "categories": None}))


@one_engine
def test_one_panels_fault_leaves_the_others_alive(office: Office, visitor: Visitor) -> None:
    new_matter(office, C1)
    visitor.page.route(FIGURES, without_categories)
    page = wall(visitor, "en")
    expect(page.locator("[data-panel=categories]")).to_contain_text("This panel failed")
    expect(page.locator(".is-faulty")).to_have_count(1)
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("1")
    show_at(page, 3840)
    expect(page.locator("[data-panel=week]")).to_contain_text("Seven days")
    visitor.keep("wall-32x9-en")
    page.unroute(FIGURES)
    new_matter(office, C3)
    expect(page.locator("[data-panel=categories] .bars li")).to_have_count(1, timeout=2 * SECOND)
    expect(page.locator(".is-faulty")).to_have_count(0)
    reset_account(office, None, "wall", RULES)
    expect(page.locator("[data-part=ended]")).to_contain_text("signed out", timeout=3 * SECOND)
