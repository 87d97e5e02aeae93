"""The whole path over the three pages: reported on a phone, seen on map and wall, acted on, gone from all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import DESK, PHONE, Browsers, Place, Visitor
from tests.browser.test_field import IN_C1, Phone
from tests.town import C1, CENTRES, actor_named, report_at

SECOND = 1_000
TABS = 7
"""One more than the connections a browser opens to one host."""


@pytest.fixture
def screens(browsers: Browsers, address: str) -> Iterator[tuple[Phone, Visitor, Visitor]]:
    """A phone, a desk and a wall, each a browser of its own at its size."""
    with (
        browsers.lend(Phone, PHONE) as phone,
        browsers.lend(Visitor, DESK) as desk,
        browsers.lend(Visitor, DESK) as wall,
    ):
        wall.page.set_viewport_size({"width": 1920, "height": 1080})
        yield phone, desk, wall


def open_matters(visitor: Visitor) -> Locator:
    """The first figure of the leader's rail."""
    return visitor.page.locator("[data-part=figures] dd").first


def newest(visitor: Visitor) -> Locator:
    """The wall's newest reports."""
    return visitor.page.locator("[data-panel=newest] [data-number]")


def test_from_the_phone_to_map_and_wall_and_away_again(
    screens: tuple[Phone, Visitor, Visitor], place: Place
) -> None:
    phone, desk, wall = screens
    phone.stand_at(IN_C1)
    phone.sign_in("sun")
    desk.sign_in("head1")
    wall.sign_in("wall")
    expect(open_matters(desk)).to_have_text(re.compile("^0"))
    expect(wall.page.locator("body")).to_have_attribute("data-figures", "shown")
    place.is_heard(wall.page, streams=3)
    phone.report_words("桶外垃圾")
    expect(open_matters(desk)).to_have_text(re.compile("^1"))
    expect(newest(wall)).to_have_count(1)
    assert "桶外垃圾" not in wall.page.content()
    desk.page.click("[data-mode=heat]")
    expect(desk.page.locator("[data-part=legend]")).to_contain_text("视野内 1 件")
    desk.page.locator("#matters .row").first.click()
    close_it(desk)
    expect(open_matters(desk)).to_have_text(re.compile("^0"))
    expect(desk.page.locator("[data-part=legend]")).to_contain_text("没有可统计")
    for name, visitor in zip(("phone", "desk", "wall"), screens, strict=True):
        visitor.keep(f"path-{name}")
        assert visitor.complaints == [], name


def close_it(desk: Visitor) -> None:
    """Close the matter whose panel is open."""
    desk.page.click("[data-action=close] >> visible=true")
    desk.page.click(".act button[type=submit]")


@pytest.mark.parametrize("engine", ["spatialite"])
def test_seven_tabs_of_one_browser_all_hear_of_it(office: Office, visitor: Visitor) -> None:
    visitor.sign_in("head1")
    expect(open_matters(visitor)).to_have_text(re.compile("^0"))
    tabs = [visitor]
    for _ in range(TABS - 1):
        tabs.append(Visitor(visitor.page.context.new_page(), visitor.address))
        tabs[-1].page.goto(f"{visitor.address}/map", timeout=10 * SECOND)
        expect(open_matters(tabs[-1])).to_have_text(re.compile("^0"))
    report(office, actor_named(office, "dong"), report_at(*CENTRES[C1]))
    for tab in tabs:
        expect(open_matters(tab)).to_have_text(re.compile("^1"))
