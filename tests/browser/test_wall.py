"""The wall as a room sees it: a report arriving, scenes, a seat that steers, whatever is lost coming back."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from gridmap.actions.accounts import reset_account
from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.steering import Wish, steer
from gridmap.web import build
from tests.browser.conftest import DESK, Browsers, Place, Visitor, bake_town, serving
from tests.conftest import free_port, settings_for
from tests.town import (
    C1,
    C3,
    CENTRES,
    DISTRICT,
    EASTGATE,
    PARKING,
    PASSWORD,
    RULES,
    actor_named,
    add_areas,
    report_at,
    square,
)

SECOND = 1_000
FIGURES = "**/api/v1/wall"
one_engine = pytest.mark.parametrize("engine", ["spatialite"])
"""For what happens in the page alone."""


@pytest.fixture
def visitor(browsers: Browsers, address: str) -> Iterator[Visitor]:
    """At a desk at which things move."""
    with browsers.lend(Visitor, DESK) as found:
        yield found


@pytest.fixture
def timed(browser: Browser, address: str) -> Iterator[Visitor]:
    """A visitor whose clock the test holds; at a browser of their own, which would keep that clock."""
    context = browser.new_context(locale="zh-CN")
    visitor = Visitor(context.new_page(), address)
    visitor.watch()
    visitor.page.clock.install()
    yield visitor
    context.close()


def wall(visitor: Visitor, language: str = "zh-CN") -> Page:
    """The wall's own page, its picture drawn; at a quarter of its pixels, which are drawn sooner."""
    page = visitor.page
    show_at(page, 960, 540)
    visitor.enter("wall", language=language)
    page.wait_for_url("**/wall*")
    is_drawn(page)
    return page


def is_drawn(page: Page) -> None:
    expect(page.locator("body[data-drawn=all]")).to_be_attached(timeout=60 * SECOND)


def show_at(page: Page, width: int, height: int = 1080) -> None:
    page.set_viewport_size({"width": width, "height": height})


def new_matter(office: Office, place: str, category: str = PARKING) -> str:
    return report(office, actor_named(office, "dong"), report_at(*CENTRES[place], category=category)).number


def test_a_report_pulses_on_the_wall_within_a_second(office: Office, visitor: Visitor, place: Place) -> None:
    for cell in (C1, C1, C3):
        new_matter(office, cell)
    page = wall(visitor)
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("3")
    place.is_heard(page)
    number = new_matter(office, C3)
    row = page.locator(f"[data-panel=newest] [data-number='{number}']")
    expect(row).to_have_class("is-new")
    expect(page.locator(f"[data-part=links] [data-number='{number}'] .pin")).to_be_attached()
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("4")
    visitor.keep("wall-pulse")
    show_at(page, 1920)
    visitor.keep("wall-16x9")
    assert visitor.complaints == []


@one_engine
def test_it_says_how_old_it_is_and_comes_back_by_itself(office: Office, timed: Visitor) -> None:
    new_matter(office, C1)
    page = wall(timed)
    page.route(FIGURES, lambda route: route.abort())
    page.clock.fast_forward(120 * SECOND)
    expect(page.locator("[data-part=state]")).to_have_text(re.compile("数据延迟 2 分钟"))
    page.clock.fast_forward(10 * SECOND)
    expect(page.locator("[data-part=cut]")).to_contain_text(
        re.compile("连接中断.*画面停在该时刻.*正在重试，第 [2-9] 次")
    )
    expect(page.locator(".is-stale")).to_have_count(10)
    show_at(page, 1920)
    timed.keep("wall-stale")
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
    expect(page.locator("[data-panel=categories] .bars li")).to_have_count(1)
    expect(page.locator(".is-faulty")).to_have_count(0)
    reset_account(office, None, "wall", RULES)
    expect(page.locator("[data-part=ended]")).to_contain_text("signed out")


TINTED = (18, 58, 88)
"""Of cells with five to nine reports."""


def tinted(page: Page) -> int:
    """How many pixels of the map have that colour."""
    shown = Image.open(io.BytesIO(page.locator(".ground").screenshot())).convert("RGB")
    colours = shown.getcolors(1_000_000) or []
    return sum(
        number
        for number, colour in colours
        if max(abs(a - b) for a, b in zip(colour, TINTED, strict=True)) < 8  # type: ignore[arg-type]
    )


def lose_graphics(page: Page) -> None:
    """What a driver's reset does; the old canvas is gone with it."""
    page.evaluate("""() => {
        const canvas = document.querySelector(".ground__map canvas");
        canvas.dataset.old = "1";
        document.body.dataset.drawn = "";
        canvas.getContext("webgl2").getExtension("WEBGL_lose_context").loseContext();
    }""")
    expect(page.locator(".ground__map canvas[data-old]")).to_have_count(0)


@one_engine
def test_the_map_waits_for_its_tiles_and_keeps_its_tints_over_new_ones_and_a_lost_context(
    office: Office, visitor: Visitor
) -> None:
    for _ in range(5):
        new_matter(office, C3)
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/tiles/areas.json", lambda route: route.fulfill(status=503, json={}))
    show_at(page, 960, 540)
    visitor.enter("wall")
    expect(page.locator(".ground__wait")).to_contain_text("地图正在生成")
    expect(page.locator(".kpi--reported .kpi__number")).to_have_text("5")
    page.unroute("**/tiles/areas.json")
    is_drawn(page)
    steer(office, actor_named(office, "seat"), Wish("reports", None, 600))
    expect(page.locator("body[data-scene=reports]")).to_be_attached()
    page.wait_for_timeout(1.5 * SECOND)
    before = tinted(page)
    assert before > 500
    add_areas(office, "grid", [(C1, "另一个名字", square(C1))])
    version = bake_all(office)["areas"]
    for _ in range(30):
        if any(f"/tiles/areas/{version}/" in url and url.endswith(".mvt") for url in asked):
            break
        page.wait_for_timeout(0.1 * SECOND)
    else:
        pytest.fail("the new tiles were not asked for")
    for _ in range(5):
        assert tinted(page) == pytest.approx(before, rel=0.05)
    lose_graphics(page)
    is_drawn(page)
    expect(page.locator(".ground__map canvas")).to_have_count(1)
    page.wait_for_timeout(SECOND)
    assert tinted(page) == pytest.approx(before, rel=0.05)


def seen_from_afar(route: Route) -> None:
    told = route.fetch().json()
    assert told["far"]["level"] == "community"
    route.fulfill(json={**told, "far": {**told["far"], "below": 22}})


@one_engine
def test_from_afar_communities_stand_for_cells_and_no_cell_is_asked_for(
    office: Office, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridmap.geo.far.FEW_CELLS", 5)
    monkeypatch.setattr("gridmap.geo.far.NARROWEST_PX", 1e9)
    bake_all(office, is_forced=True)
    visitor.page.route("**/tiles/areas.json", seen_from_afar)  # so small a town is never far
    for place, copies in ((C1, 3), (C3, 2)):
        for _ in range(copies):
            new_matter(office, place)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    page = wall(visitor)
    expect(page.locator(".key--tint")).to_contain_text("社区近 7 日上报")
    tiles = [url for url in asked if "/tiles/areas/" in url]
    assert any(".mvt" in url for url in tiles)
    assert all(url.endswith("?cells=0") for url in tiles)
    steer(office, actor_named(office, "seat"), Wish("overview", C3, 600))
    expect(page.locator("[data-part=scene]")).to_be_visible()
    assert any(url.endswith("/index.json") for url in asked)
    visitor.keep("wall-far")


def with_scenes(app: Flask, scenes: str) -> None:
    parts = app.extensions["gridmap"]
    app.extensions["gridmap"] = replace(parts, settings=replace(parts.settings, wall_scenes=scenes))


@one_engine
def test_scenes_go_round_and_a_seats_wish_comes_before_them_for_a_while(
    app: Flask, office: Office, timed: Visitor
) -> None:
    with_scenes(app, "overview:20,heat:20,late@990001001002:20,overview@990002:20")
    page = wall(timed)
    title = page.locator("[data-part=scene]")
    expect(title).to_contain_text("总览")
    for said in ("在办密度", "东门社区 · 超期事件", "总览", "在办密度"):  # 990002 is nowhere
        page.clock.fast_forward(20 * SECOND)
        expect(title).to_contain_text(said)
        expect(title).not_to_contain_text("调度")
    steer(office, actor_named(office, "seat2"), Wish("overview", None, 600))  # not for this wall
    steer(office, actor_named(office, "seat"), Wish("reports", EASTGATE, 600))
    expect(title).to_contain_text(re.compile("由 指挥中心 调度.*东门社区 · 网格上报", re.DOTALL))
    timed.keep("wall-steered")
    page.clock.fast_forward(600 * SECOND)
    expect(title).to_contain_text("东门社区 · 超期事件")
    expect(page.locator("[data-fact=duty]")).to_have_text("在岗 7 / 7 人")
    steer(office, actor_named(office, "seat"), Wish("duty", DISTRICT, 600))
    expect(title).to_contain_text("在岗力量")
    timed.keep("wall-duty")


@one_engine
def test_a_seat_steers_and_sees_it_itself(visitor: Visitor) -> None:
    page = visitor.page
    show_at(page, 1280, 720)
    page.goto(f"{visitor.address}/wall?steer=1&lang=zh-CN")
    page.fill("#username", "seat")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")  # and back to where one was
    page.select_option("#steer-area", label="东门社区")
    page.click("[data-scene=heat]")
    expect(page.locator(".steer__said")).to_contain_text("已送往大屏")
    title = page.locator("[data-part=scene]")
    expect(title).to_contain_text("东门社区 · 在办密度", timeout=10 * SECOND)
    visitor.keep("wall-steering")
    page.click("button[data-scene=round]")
    expect(title).to_be_hidden(timeout=3 * SECOND)
    assert visitor.complaints == []


@contextmanager
def served(office: Office, port: int) -> Iterator[None]:
    """The application on a port, and away again with all its streams."""
    app = build(settings_for(office), office, RULES)
    with serving(app, port):
        yield
        app.extensions["gridmap"].live.stop()


@one_engine
def test_a_server_gone_for_half_a_minute_is_missed_and_nothing_else_is(
    office: Office, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bake_town(office, tmp_path_factory)
    port, context = free_port(), browser.new_context(locale="zh-CN")
    visitor = Visitor(context.new_page(), f"http://127.0.0.1:{port}")
    visitor.page.clock.install()
    with served(office, port):
        page = wall(visitor)
    new_matter(office, C1)
    page.clock.fast_forward(30 * SECOND)
    expect(page.locator("[data-part=cut]")).to_contain_text("连接中断", timeout=10 * SECOND)
    new_matter(office, C3)
    with served(office, port):
        page.clock.fast_forward(10 * SECOND)
        expect(page.locator("[data-part=cut]")).to_be_hidden(timeout=10 * SECOND)
        expect(page.locator("[data-panel=newest] [data-number]")).to_have_count(2)
        page.clock.fast_forward(10 * SECOND)
        new_matter(office, C3)
        expect(page.locator("[data-panel=newest] [data-number]")).to_have_count(3)
        context.close()
