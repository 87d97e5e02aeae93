"""Evaluation in a real browser: figures open their matters, a person objects, the leader answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from gridmap.actions.office import Office
from gridmap.web import build
from tests.browser.conftest import DESK, Browsers, Visitor
from tests.conftest import Clock, settings_for
from tests.lives import Lives
from tests.town import RULES

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def app(office: Office, clock: Clock) -> Iterator[Flask]:
    """The application in December, after lives of matters, where one case is enough to be told of a person."""
    Lives(office, clock, seed=6).live(matters=40, acts=7)
    yield build(settings_for(office, GRIDMAP_MIN_CASES="1"), office, RULES)


@pytest.fixture
def leader(browsers: Browsers, address: str) -> Iterator[Visitor]:
    """At a browser of their own."""
    with browsers.lend(Visitor, DESK) as found:
        yield found


def month_of(clock: Clock) -> str:
    return f"{clock.now:%Y-%m}"


@pytest.mark.parametrize("engine", ["spatialite"])
def test_a_figure_opens_its_matters(visitor: Visitor, clock: Clock) -> None:
    visitor.enter("seat", f"/evaluation?by=community&span=3&month={month_of(clock)}")
    page = visitor.page
    cell = page.locator("tbody tr").first.locator("td button.figure").first
    numbers = cell.locator("small").inner_text()
    cell.click()
    drawer = page.locator("[data-part=drawer]")
    expect(drawer.locator("[aria-pressed=true]")).to_contain_text(numbers.split("/")[0])
    expect(drawer.locator(".matters li, .state").first).to_be_visible()
    drawer.locator(".segments button").nth(1).click()
    expect(drawer.locator(".matters li").first).to_be_visible()
    for width in (1440, 1920):  # the page makes way: nothing of the table is covered
        page.set_viewport_size({"width": width, "height": 900})
        table, over = page.locator(".table").bounding_box(), drawer.bounding_box()
        assert table and over and table["x"] + table["width"] <= over["x"]
    visitor.keep("evaluation-matters")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(cell).to_be_focused()
    assert visitor.complaints == []


@pytest.mark.parametrize("engine", ["spatialite"])
def test_columns_sort_and_choose_the_trend(visitor: Visitor, clock: Clock) -> None:
    visitor.enter("head1", f"/evaluation?by=community&span=3&month={month_of(clock)}&theme=handling", "en")
    page = visitor.page
    head = page.locator("thead th").nth(2)
    for order in ("descending", "ascending"):
        head.locator("button").click()
        expect(head).to_have_attribute("aria-sort", order)
    expect(page.locator(".trend small")).to_contain_text("Handled on time")
    expect(page.locator(".trend__body svg")).to_be_visible()
    page.locator(".segments button[data-value=scores]").click()
    expect(page.locator(".grade").first).to_have_text(re.compile("^[A-E]$"))
    visitor.keep("evaluation-scores")
    page.locator(".segments button[data-value=cell]").click()  # cells are not ranked
    page.locator("thead th").nth(2).locator("button").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator("thead [aria-sort]")).to_have_count(0)
    expect(page.locator(".segments button[data-value=scores]")).to_have_count(0)
    assert visitor.complaints == []


@pytest.mark.parametrize("engine", ["spatialite"])
def test_a_person_objects_and_the_leader_answers(visitor: Visitor, leader: Visitor, clock: Clock) -> None:
    person, page = visitor, visitor.page
    person.admit("sun")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{person.address}/evaluation?tab=mine&month={month_of(clock)}")
    page.locator(".personal__list .button").first.click()
    page.fill("textarea", "那天不是我当班。")
    page.locator(".objection__form button[type=submit]").click()
    expect(page.locator(".alert--done")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    person.keep("evaluation-phone")
    leader.enter("head1", "/evaluation?tab=objections")
    leader.page.fill("textarea", "核对过排班，属实。")
    leader.page.locator(".objection__form button[type=submit]").click()
    expect(leader.page.locator("blockquote")).to_contain_text("属实")
    leader.keep("evaluation-objections")
    page.get_by_role("tab", name="异议").click()
    expect(page.locator("blockquote")).to_contain_text("Head One")
    assert [*person.complaints, *leader.complaints] == []
