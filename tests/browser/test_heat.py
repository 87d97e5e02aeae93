"""The heat on the map: many colours, a moment that is played back and stands in the address, hot spots, no motion for who wants none."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bench.browsing import wait_for_mark
from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import DESK, Browsers, Visitor, axe_faults
from tests.browser.test_leader import ONE_ENGINE
from tests.conftest import Clock
from tests.town import C1, C2, C5, C6, CENTRES, actor_named, report_at

SECOND = 1_000
RAMP = ("#FFF3B2", "#FED976", "#FDAE50", "#F47730", "#D63420", "#8A0620")


@pytest.fixture
def visitor(browsers: Browsers, address: str) -> Iterator[Visitor]:
    """At a desk at which things move."""
    with browsers.lend(Visitor, DESK) as found:
        yield found


def heaps(office: Office, *places: tuple[str, int]) -> list[str]:
    """So many matters around the middle of each cell; their numbers."""
    seat, random, numbers = actor_named(office, "seat"), np.random.default_rng(5), []
    for place, number in places:
        for dx, dy in random.normal(0, 0.0008, (number, 2)):
            lon, lat = CENTRES[place]
            numbers.append(report(office, seat, report_at(lon + dx, lat + dy)).number)
    return numbers


def drawn_shares(page: Page) -> dict[str, float]:
    """Of the map's pixels, the share near each colour of the ramp."""
    picture = Image.open(io.BytesIO(page.locator(".stage").screenshot())).convert("RGB")
    pixels = np.asarray(picture, int)[60:560].reshape(-1, 3)
    wanted = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in RAMP])
    away = np.abs(pixels[:, np.newaxis] - wanted).max(axis=2)
    near = Counter(away.argmin(axis=1)[away.min(axis=1) < 24].tolist())
    return {colour: near[n] / len(pixels) for n, colour in enumerate(RAMP)}


def open_heat(visitor: Visitor, more: str = "") -> Page:
    visitor.enter("seat", f"/map#mode=heat{more}")
    expect(visitor.page.locator(".heat-bar__ends")).to_contain_text("现在")
    return visitor.page


@ONE_ENGINE
def test_heat_is_not_one_colour_and_most_of_the_ground_stays_bare(office: Office, visitor: Visitor) -> None:
    heaps(office, (C1, 60), (C5, 15), (C6, 4))
    page = open_heat(visitor)
    expect(page.locator(".legend .ramp--breaks li")).to_have_count(7)
    expect(page.locator(".legend")).to_contain_text("带宽")
    wait_for_mark(page)
    visitor.keep("map-heat-density")
    shares = drawn_shares(page)
    assert sum(share > 0.0005 for share in shares.values()) >= 5, shares
    assert 0.02 < sum(shares.values()) < 0.7, shares
    assert shares[RAMP[5]] < 0.2 * sum(shares.values()), shares
    assert visitor.complaints == []


@ONE_ENGINE
def test_an_earlier_moment_is_said_kept_in_the_address_and_left_again(
    office: Office, clock: Clock, visitor: Visitor
) -> None:
    first = heaps(office, (C1, 6))
    clock.forward(hours=30)
    for number in first[:4]:
        act_on(office, actor_named(office, "seat"), number, Act("close"))
    heaps(office, (C2, 3))
    page = open_heat(visitor)
    expect(page.locator(".legend__head span")).to_contain_text("5 件")
    slider = page.locator(".heat-bar__slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".heat-bar__then")).to_contain_text(
        "热力为 11月21日 00:00 时的情况；列表和数字仍为现在"
    )
    expect(page.locator(".heat-bar__moment")).to_contain_text("当时未办结 6 件")
    expect(page.locator(".legend__head span")).to_contain_text("6 件")
    expect(page.locator("[data-part=figures] dd").first).to_have_text("5")
    assert re.search(r"then=2026-11-20T16:00:00Z", page.url)
    page.reload()
    expect(page.locator(".heat-bar__moment")).to_contain_text("11月21日 00:00")
    expect(slider).to_have_attribute("aria-valuetext", "11月21日 00:00")
    assert axe_faults(page) == []
    visitor.keep("map-heat-then")
    page.click(".heat-bar__back")
    expect(page.locator(".heat-bar__then")).to_have_text("")
    expect(page.locator(".legend__head span")).to_contain_text("5 件")
    assert "then=" not in page.url


@ONE_ENGINE
def test_it_plays_to_now_and_can_be_stopped(office: Office, clock: Clock, visitor: Visitor) -> None:
    clock.forward(days=-2)
    heaps(office, (C1, 5))
    clock.forward(days=2)
    page = open_heat(visitor, "&then=2026-11-17T16:00:00Z")
    page.click(".heat-bar__play")
    expect(page.locator(".heat-bar__play")).to_have_attribute("aria-label", "暂停")
    expect(page.locator(".heat-bar__moment b")).to_have_text("现在", timeout=15 * SECOND)
    expect(page.locator(".heat-bar__play")).to_have_attribute("aria-label", "播放近 30 天")
    page.click(".heat-bar__play")
    page.click(".heat-bar__play")
    said = page.locator(".heat-bar__moment b").inner_text()
    page.wait_for_timeout(2 * SECOND)
    assert page.locator(".heat-bar__moment b").inner_text() == said != "现在"
    assert visitor.complaints == []


@ONE_ENGINE
def test_where_motion_is_not_wanted_each_press_is_one_step(office: Office, visitor: Visitor) -> None:
    heaps(office, (C1, 5))
    visitor.page.emulate_media(reduced_motion="reduce")
    page = open_heat(visitor, "&then=2026-11-15T16:00:00Z")
    play = page.locator(".heat-bar__play")
    expect(play).to_have_attribute("aria-label", "下一步")
    play.click()
    expect(page.locator(".heat-bar__moment b")).to_have_text("11月17日 00:00")
    page.wait_for_timeout(2 * SECOND)
    expect(page.locator(".heat-bar__moment b")).to_have_text("11月17日 00:00")


@ONE_ENGINE
def test_unit_weight_and_hot_spots_stand_in_the_address_and_say_what_they_mean(
    office: Office, visitor: Visitor
) -> None:
    heaps(office, (C1, 8))
    page = open_heat(visitor)
    page.select_option("[data-choice=weight]", "urgent")
    expect(page.locator(".legend")).to_contain_text("权重：每件 1")
    page.select_option("[data-choice=per]", "households")
    expect(page.locator(".legend")).to_contain_text("没有住户数据")
    page.select_option("[data-choice=heatKind]", "spots")
    expect(page.locator(".legend")).to_contain_text("热点与冷点（Gi*，p<0.05）")
    expect(page.locator(".legend")).to_contain_text("不作热点判断")
    assert re.search(r"heat=spots&per=households&weight=urgent", page.url)
    page.reload()
    expect(page.locator("[data-choice=heatKind]")).to_have_value("spots")
    page.click("[data-status=handling]")
    expect(page.locator(".heat-bar__then")).to_contain_text("按“处置中”筛选时不能回看")
    expect(page.locator(".heat-bar__slider")).to_be_disabled()
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["en"])
@ONE_ENGINE
def test_it_speaks_english(office: Office, visitor: Visitor, language: str) -> None:
    heaps(office, (C1, 8))
    visitor.enter("seat", language=language)
    visitor.page.click("[data-mode=heat]")
    expect(visitor.page.locator(".legend")).to_contain_text("matters/km²")
    expect(visitor.page.locator(".heat-bar__moment")).to_have_text("Now")
    visitor.keep("map-heat-en")
