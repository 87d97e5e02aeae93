"""The path as its users see it: sign in, see one's area, watch a report arrive, see it leave."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import report
from tests.browser.conftest import DESK, Browsers, Place, Visitor
from tests.town import C1, C3, CENTRES, OUTSIDE, actor_named, report_at

ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)


@pytest.fixture
def visitor(browsers: Browsers, address: str) -> Iterator[Visitor]:
    """At a desk at which things move."""
    with browsers.lend(Visitor, DESK) as found:
        yield found


def open_figure(visitor: Visitor) -> object:
    return visitor.page.locator("[data-part=figures] dd").first


def test_a_report_appears_on_the_leaders_map_within_a_second(
    office: Office, visitor: Visitor, place: Place
) -> None:
    report(office, actor_named(office, "dong"), report_at(*CENTRES[C1], description="桶外垃圾"))
    visitor.enter("head1")
    expect(open_figure(visitor)).to_have_text(re.compile("^1"))
    place.is_heard(visitor.page)
    number = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number
    expect(open_figure(visitor)).to_have_text(re.compile("^2"))
    expect(visitor.page.locator("#matters .row")).to_have_count(2)
    act_on(office, actor_named(office, "li"), number, Act("close"))
    expect(open_figure(visitor)).to_have_text(re.compile("^1"))
    assert visitor.complaints == []


@ONE_ENGINE
def test_a_matter_that_moved_away_leaves_the_screen(office: Office, visitor: Visitor, place: Place) -> None:
    number = report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).number
    visitor.enter("head1")
    expect(visitor.page.locator("#matters .row")).to_have_count(1)
    place.is_heard(visitor.page)
    act_on(office, actor_named(office, "seat"), number, Act("move", sent=Sent(*CENTRES[C3], "wgs84", None)))
    expect(visitor.page.locator("#matters .row")).to_have_count(0)


@ONE_ENGINE
def test_the_seat_sees_cells_heat_triage_and_why(office: Office, visitor: Visitor) -> None:
    for place in (CENTRES[C1], CENTRES[C3], OUTSIDE):
        report(office, actor_named(office, "seat"), report_at(*place, accuracy_m=30.0))
    visitor.enter("seat")
    expect(open_figure(visitor)).to_have_text(re.compile("^3"))
    expect(visitor.page.get_by_text("待定网格").first).to_be_visible()
    visitor.page.click("[data-mode=heat]")
    expect(visitor.page.locator("[data-part=legend]")).to_contain_text("件/km²")
    visitor.keep("map-heat")
    visitor.page.click("[data-mode=classes]")
    visitor.page.locator("#matters .row").last.click()
    expect(visitor.page.locator("[data-part=panel]")).to_contain_text("为什么是这个网格")
    visitor.keep("map-matter")
    assert visitor.complaints == []


@ONE_ENGINE
def test_a_wrong_password_says_so_in_the_readers_language(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.address}/sign-in?lang=en")
    visitor.page.fill("#username", "seat")
    visitor.page.fill("#password", "wrong")
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("[role=alert]")).to_have_text("Name or password is wrong.")


@ONE_ENGINE
def test_signing_out_ends_it(visitor: Visitor) -> None:
    visitor.sign_in("seat")
    visitor.page.wait_for_url("**/map*")
    visitor.page.locator("form[action='/sign-out'] button").click()
    visitor.page.wait_for_url("**/sign-in*")
    visitor.page.goto(f"{visitor.address}/map")
    expect(visitor.page).to_have_url(re.compile(r"/sign-in\?next=/map"))
