"""The phone at night, words people say for a category, a photo with a comment, more time asked for; the head of the map in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.actions.whistled import accept, arrive, blow, new_matter
from tests.browser.conftest import FORGETFUL, Browsers, Visitor, axe_faults
from tests.browser.test_field import IN_C1, SECOND, Phone, a_photo, history
from tests.town import C1, CENTRES, actor_named, report_at

pytestmark = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
LIGHTNESS = """(selector) => {
  const [r, g, b] = getComputedStyle(document.querySelector(selector)).backgroundColor.match(/[0-9.]+/g).map(Number);
  return (r + g + b) / 765;
}"""
OVERLAPS = """() => {
  const bar = document.querySelector(".rail__bar");
  const boxes = [...bar.children].map((node) => node.getBoundingClientRect()).filter(({ width }) => width);
  const end = bar.getBoundingClientRect().right;
  const brand = bar.querySelector(".brand span");
  return [boxes.some(({ right }) => right > end + 0.5), boxes.slice(1).some(({ left }, n) => left < boxes[n].right - 0.5), brand.scrollWidth > brand.clientWidth];
}"""


@pytest.fixture
def phone(browsers: Browsers, address: str) -> Iterator[Phone]:
    with browsers.lend(Phone, FORGETFUL) as found:
        found.page.context.grant_permissions(["geolocation"])
        found.page.context.set_geolocation(IN_C1)  # type: ignore[arg-type]
        yield found


def test_at_night_the_page_is_dark_and_can_be_read(office: Office, phone: Phone) -> None:
    whistle = blow(office, report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1])).number)
    accept(office, whistle)
    phone.page.emulate_media(color_scheme="dark")
    phone.open("sun")
    assert phone.page.evaluate(LIGHTNESS, ".phone") < 0.2
    for place in ("home", "tasks", "mine", "queue"):
        phone.page.goto(f"{phone.address}/field#/{place}")
        phone.page.wait_for_timeout(SECOND / 2)
        phone.look(f"dark-{place}")
    phone.page.goto(f"{phone.address}/field#/tasks")
    phone.page.locator("a.task").first.click()
    expect(phone.page.locator(".call")).to_be_visible()
    phone.look("dark-task")


def test_a_category_is_found_by_what_people_call_it(phone: Phone) -> None:
    phone.open("dong")
    phone.begin(None)
    phone.to_card("类别")
    for typed, wanted in (("桶", "垃圾箱"), ("下水道", "污水"), ("违停", "机动车乱停放")):
        phone.page.fill("input[type=search]", typed)
        expect(phone.page.locator(".found").first).to_contain_text(wanted)


def test_a_comment_takes_a_photo_and_more_time_is_asked_for_by_a_tap(office: Office, phone: Phone) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    phone.open("sun")
    phone.page.locator(".home .task").click()
    phone.page.get_by_role("button", name="申请延期").click()
    expect(phone.page.locator("textarea")).to_have_value("申请延期：")
    phone.page.fill("textarea", "申请延期：等配件")
    with phone.page.expect_file_chooser() as camera:
        phone.page.locator(".look__add").click()
    camera.value.set_files(a_photo(800))
    expect(phone.page.locator(".look__more")).to_have_count(1)
    phone.page.locator(".act").click()
    expect(phone.page.locator(".story")).to_contain_text("等配件", timeout=10 * SECOND)
    assert history(office) == ["reported", "photo", "comment"]


def test_the_form_of_a_called_unit_stands_on_its_own_ground(office: Office, phone: Phone) -> None:
    number = new_matter(office)
    whistle = blow(office, number)
    accept(office, whistle)
    arrive(office, whistle)
    phone.enter("water", f"/map#at=issue:{number}")
    phone.page.click("[data-step=finish]")
    buttons = phone.page.locator(".whistle__form .act__buttons")
    expect(buttons).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert axe_faults(phone.page) == []


def test_the_head_of_the_map_has_room_for_english(visitor: Visitor) -> None:
    visitor.enter("seat", "/map?lang=en", "en")
    expect(visitor.page.locator(".bell__button")).to_be_visible()
    for width, height in ((1440, 900), (1366, 768), (1280, 720)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        assert visitor.page.evaluate(OVERLAPS) == [False, False, False], width
        menu = visitor.page.locator("[data-part=pages]")
        menu.locator("summary").click()
        expect(menu.get_by_role("link", name="Duty")).to_be_visible()
        visitor.page.keyboard.press("Escape")
        expect(menu.get_by_role("link", name="Duty")).to_be_hidden()
        expect(menu.locator("summary")).to_be_focused()
