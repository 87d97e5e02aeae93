"""The map from afar: communities stand for cells, which come in by themselves where they are near; counts stay true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import LocatorAssertions, Page, expect

from bench.browsing import wait_for_mark
from gridmap.actions.acts import Act
from gridmap.actions.baking import bake_all
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import Visitor
from tests.town import C1, C2, C3, C4, CENTRES, actor_named, report_at

ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
FAR, NEAR = "14,103.815,25.5", "16,103.815,25.502"


@pytest.fixture
def visitor_of_many(visitor: Visitor, office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """Six cells are many here, and too small to be seen below zoom 15 of the map."""
    monkeypatch.setattr("gridmap.geo.far.FEW_CELLS", 5)
    monkeypatch.setattr("gridmap.geo.far.NARROWEST_PX", 200.0)
    bake_all(office, is_forced=True)
    for place, copies in ((C1, 2), (C2, 1), (C3, 1)):
        for _ in range(copies):
            report(office, actor_named(office, "seat"), report_at(*CENTRES[place]))
    yield visitor
    assert visitor.complaints == []


def go(visitor: Visitor, view: str, more: str = "") -> Page:
    visitor.page.goto(f"{visitor.address}/map#view={view}{more}")
    expect(visitor.page.locator("[data-part=figures] dd").first).not_to_have_text("—")
    return visitor.page


def asked(page: Page) -> list[str]:
    """What was asked for since the list was begun; begins it."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url.split("/", 3)[3]))
    return found


def view(page: Page, to: str) -> None:
    zoom, lon, lat = to.split(",")
    page.evaluate(f"window.gridmapMap.map.setView([{lat}, {lon}], {zoom}, {{animate: false}})")


def total(page: Page) -> LocatorAssertions:
    return expect(page.locator(".legend__head span").first)


def rings(page: Page, numbers: set[str]) -> None:
    """Waits until the rings on the map say these, in any order."""
    for number in numbers:
        expect(page.locator(f".ring__count:text-is('{number}')")).to_have_count(1)
    expect(page.locator(".ring__count")).to_have_count(len(numbers))


def chosen(page: Page) -> LocatorAssertions:
    return expect(page.locator("[data-part=levels] [aria-pressed=true]").first)


@ONE_ENGINE
def test_from_afar_communities_are_coloured_and_no_cell_is_asked_for(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("seat")
    requests = asked(visitor_of_many.page)
    page = go(visitor_of_many, FAR)
    total(page).to_contain_text("2 社区 · 4 件")
    chosen(page).to_have_text("自动 · 社区")
    rings(page, {"3", "1"})
    assert any("state?by=community" in one for one in requests)
    tiles = [one for one in requests if one.startswith("tiles/areas/")]
    assert tiles and all(one.endswith("?cells=0") for one in tiles)
    wait_for_mark(page)
    visitor_of_many.keep("map-far")


@ONE_ENGINE
def test_zooming_in_brings_the_cells_and_zooming_out_takes_them_away(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("seat")
    page = go(visitor_of_many, FAR)
    total(page).to_contain_text("2 社区 · 4 件")
    view(page, NEAR)
    total(page).to_contain_text("6 网格 · 4 件")
    chosen(page).to_have_text("自动 · 网格")
    expect(page.locator(".map-label--cell span").first).to_be_visible()
    view(page, FAR)
    total(page).to_contain_text("2 社区 · 4 件")
    visitor_of_many.keep("map-far-again")


@ONE_ENGINE
@pytest.mark.parametrize("at", [FAR, NEAR])
def test_a_new_report_and_a_closed_one_change_the_counts_by_themselves(
    office: Office, visitor_of_many: Visitor, at: str
) -> None:
    visitor_of_many.admit("seat")
    page = go(visitor_of_many, at)
    total(page).to_contain_text("4 件")
    new = report(office, actor_named(office, "seat"), report_at(*CENTRES[C4])).number
    total(page).to_contain_text("5 件")
    view(page, FAR)
    rings(page, {"4", "1"})
    page.reload()
    rings(page, {"4", "1"})
    act_on(office, actor_named(office, "seat"), new, Act("close"))
    rings(page, {"3", "1"})


@ONE_ENGINE
def test_a_level_chosen_by_hand_stands_in_the_address_and_holds(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("seat")
    page = go(visitor_of_many, FAR)
    page.click("[data-choice=grid]")
    total(page).to_contain_text("6 网格 · 4 件")
    assert "level=grid" in page.url
    page.reload()
    total(page).to_contain_text("6 网格 · 4 件")
    page.click("[data-choice=community]")
    view(page, NEAR)
    page.wait_for_timeout(1000)
    total(page).to_contain_text("2 社区 · 4 件")
    page.click("[data-choice=auto]")
    total(page).to_contain_text("6 网格 · 4 件")
    assert "level=" not in page.url


@ONE_ENGINE
def test_who_has_few_cells_sees_them_at_once(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("li")
    page = go(visitor_of_many, FAR)
    total(page).to_contain_text("2 网格 · 3 件")
    assert page.locator("[data-choice=auto]").count() == 0


@ONE_ENGINE
def test_a_cell_is_found_from_afar_and_shown_near(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("seat")
    page = go(visitor_of_many, FAR)
    total(page).to_contain_text("2 社区")
    page.fill("[data-part=search] input", C3[-6:])
    page.locator(f"[role=option]:has-text('{C3[-3:]}')").first.click()
    total(page).to_contain_text("6 网格 · 4 件")
    assert f"at=area:{C3}" in page.url


@ONE_ENGINE
def test_hot_spots_are_cells_and_bring_them_in_from_afar(visitor_of_many: Visitor) -> None:
    visitor_of_many.admit("seat")
    requests = asked(visitor_of_many.page)
    page = go(visitor_of_many, FAR, "&mode=heat&heat=spots")
    wait_for_mark(page)
    assert any(one.endswith(".mvt") and "areas" in one for one in requests)
