"""The leader's map taken along: a picture whose lines, colours and words are those of the screen, and a link that says whether it was copied."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from bench.browsing import wait_for_mark
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import Visitor, until
from tests.browser.test_leader import ONE_ENGINE
from tests.conftest import Clock
from tests.town import C1, C2, C3, CENTRES, actor_named, report_at

SECOND = 1_000
LISTEN = """() => {
  const own = CanvasRenderingContext2D.prototype.fillText;
  window.said = [];
  CanvasRenderingContext2D.prototype.fillText = function (words, ...at) { window.said.push(words); return own.call(this, words, ...at); };
}"""
NO_CLIPBOARD = """() => {
  window.answer = true;
  document.execCommand = () => window.answer;
  Object.defineProperty(navigator, 'clipboard', { value: undefined });
}"""
Pixels = NDArray[np.int_]


@pytest.fixture
def leader(office: Office, clock: Clock, visitor: Visitor) -> Iterator[Page]:
    """The page of a seat who has signed in, with open matters in three cells: late ones, and one with an accuracy circle."""
    clock.forward(days=-9)
    for place in (C1, C1, C1, C3):
        report(office, actor_named(office, "dong"), report_at(*CENTRES[place]))
    clock.forward(days=9)
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C2], accuracy_m=150.0))
    visitor.admit("seat")
    yield visitor.page
    assert visitor.complaints == []


def opened(page: Page, address: str, fragment: str) -> None:
    page.goto(f"{address}/map#{fragment}")
    expect(page.locator(".legend__head").first).to_be_visible()
    page.evaluate(LISTEN)
    wait_for_mark(page)


def picture(page: Page) -> tuple[str, Pixels]:
    """The name and the pixels of the picture of the map, of the size they have on the screen."""
    page.locator("[data-part=sharing] > button").click()
    with page.expect_download() as download:
        page.locator("[data-share=picture]").click()
    found = Image.open(download.value.path()).convert("RGB")
    half = found.resize((found.width // 2, found.height // 2), Image.Resampling.BOX)
    return download.value.suggested_filename, np.asarray(half, int)


def screen(page: Page) -> Pixels:
    taken = page.locator("#map, .leaflet-container").first.screenshot()
    return np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"), int)


def around(page: Page, node: Locator, more: int = 12) -> tuple[slice, slice]:
    """Rows and columns of the map's pixels a node takes."""
    stage, box = page.locator(".leaflet-container").bounding_box(), node.bounding_box()
    assert stage is not None
    assert box is not None
    left, top = int(box["x"] - stage["x"]), int(box["y"] - stage["y"])
    return slice(top - more, top + int(box["height"]) + more), slice(
        left - more, left + int(box["width"]) + more
    )


def is_at_rest(page: Page, node: Locator) -> None:
    """Waits until the map, and what lies on it, moves no more."""
    seen: list[object] = []

    def stays() -> bool:
        seen.append(node.bounding_box())
        return len(seen) > 6 and all(one == seen[-1] for one in seen[-6:])

    until(page, stays)


def blue(pixels: Pixels) -> NDArray[np.bool_]:
    return np.abs(pixels - (0x1D, 0x5A, 0x9E)).max(axis=-1) < 60


def words(page: Page) -> str:
    """What was written on canvases since the page was opened: names on the ground, and the foot."""
    return " ".join(page.evaluate("window.said"))


@ONE_ENGINE
def test_a_chosen_matter_lies_in_the_picture_where_it_lies_on_the_screen(
    leader: Page, visitor: Visitor
) -> None:
    leader.goto(visitor.address)
    leader.locator("[data-number*='-20261120-']").first.click()
    circle = leader.locator(".leaflet-selected-pane path[fill-opacity='0.14']")
    circle.wait_for()
    wait_for_mark(leader)
    is_at_rest(leader, circle)
    where = around(leader, circle)
    seen = blue(screen(leader)[where])
    visitor.keep("map-chosen")
    drawn = blue(picture(leader)[1][where])
    assert seen.sum() > 200
    assert (seen & drawn).sum() > 0.7 * (seen | drawn).sum()


@ONE_ENGINE
def test_the_legend_below_has_the_colours_of_the_map(leader: Page, address: str) -> None:
    opened(leader, address, "mode=classes&hide=names,buildings,borders,ground")
    cell = leader.locator(".ramp li").last.locator("rect")
    _, pixels = picture(leader)
    on_map, foot = pixels[:-90].reshape(-1, 3), pixels[-90:].reshape(-1, 3)
    fill, opacity = cell.get_attribute("fill") or "", float(cell.get_attribute("fill-opacity") or 1)
    ground = np.array((0xF4, 0xF3, 0xEF))
    expected = ground * (1 - opacity) + np.array([int(fill[n : n + 2], 16) for n in (1, 3, 5)]) * opacity
    for part in (on_map, foot):
        assert (np.abs(part - expected).max(axis=1) < 3).sum() > 200


@ONE_ENGINE
def test_the_foot_names_measure_filters_and_the_moment_here(leader: Page, address: str) -> None:
    opened(leader, address, "mode=classes&level=community&by=late&status=reported&time=week")
    name, _ = picture(leader)
    said = words(leader)
    assert "超期事件（件 / 社区）" in said
    assert "仅统计：待办 · 近 7 天" in said
    assert "截至 2026-11-20 14:3" in said
    assert re.fullmatch(r"gridmap-20261120-143\d\.png", name)


@ONE_ENGINE
def test_a_past_moment_is_named_as_such(leader: Page, address: str) -> None:
    opened(leader, address, "mode=heat&then=2026-11-19T16:00:00Z")
    picture(leader)
    said = words(leader)
    assert "热力为 2026-11-20 00:00:00 时的情况 · 出图 2026-11-20 14:3" in said
    assert "截至 2026-11-20 14:3" not in said


@ONE_ENGINE
def test_heat_is_no_page_to_take_along_and_the_menu_says_so(leader: Page, address: str) -> None:
    opened(leader, address, "mode=heat")
    leader.locator("[data-part=sharing] > button").click()
    file = leader.locator(".sharing a")
    expect(file).to_have_attribute("aria-disabled", "true")
    expect(file).to_contain_text("热力图请存为图片")
    leader.locator("[data-mode=classes]").click()
    leader.locator("[data-part=sharing] > button").click()
    expect(file).to_have_attribute("href", re.compile("measure=open"))


@ONE_ENGINE
@pytest.mark.parametrize("measure", ["open", "late"])
def test_the_page_to_take_along_says_what_the_legend_says(leader: Page, address: str, measure: str) -> None:
    opened(leader, address, f"mode=classes&by={measure}")
    legend = leader.locator(".legend")
    total = legend.locator(".legend__head span").first.inner_text()
    ranges = legend.locator(".ramp b").all_inner_texts()
    leader.locator("[data-part=sharing] > button").click()
    href = leader.locator(".sharing a").get_attribute("href") or ""
    page = leader.request.get(leader.url.split("/map")[0] + href).text()
    assert f" · {total}</p>" in page
    assert re.findall(r"</svg>([^<]+)<br>", page) == ranges
    fills = [rect.get_attribute("fill") for rect in legend.locator(".ramp rect").all()]
    assert re.findall(r'height="100%" fill="(#\w+)"', page) == fills


@ONE_ENGINE
def test_a_link_is_said_to_be_copied_only_when_it_is(leader: Page, address: str) -> None:
    leader.goto(address)
    said, link = leader.locator(".sharing__said"), leader.locator(".sharing input")
    leader.evaluate(NO_CLIPBOARD)
    leader.locator("[data-part=sharing] > button").click()
    leader.locator("[data-share=copy_link]").click()
    expect(said).to_have_text("链接已复制")
    expect(said).to_be_hidden(timeout=4 * SECOND)
    leader.evaluate("window.answer = false")
    leader.locator("[data-part=sharing] > button").click()
    leader.locator("[data-share=copy_link]").click()
    expect(said).to_have_text("复制不了，请手工复制")
    expect(link).to_have_value(leader.url)
    assert leader.evaluate("getSelection().toString() || document.activeElement.selectionEnd > 10")
