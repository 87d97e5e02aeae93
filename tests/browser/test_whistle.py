"""吹哨报到 on the pages: a leader blows, a department accepts, checks in where it stands, finishes with a photo, is rated."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.whistling import raise_silent
from tests.actions.whistled import accept, add_unit, arrive, blow, call_row, finish, photograph, whistle_row
from tests.browser.conftest import PHONE, Browsers, Visitor, axe_faults, fits
from tests.conftest import Clock
from tests.town import C1, CENTRES, actor_named, report_at
from tests.web.asking import picture

SECOND = 1_000
ON_SITE = {"longitude": CENTRES[C1][0] + 0.0004, "latitude": CENTRES[C1][1], "accuracy": 9}
ODD = "供电 <b>“&”</b> 所"
pytestmark = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)


@pytest.fixture
def phone(browsers: Browsers, address: str) -> Iterator[Visitor]:
    """The phone of somebody of a department, which may say where it is."""
    with browsers.lend(Visitor, PHONE) as found:
        found.page.context.grant_permissions(["geolocation"])
        found.page.context.set_geolocation(ON_SITE)
        yield found


def open_matter(visitor: Visitor, number: str) -> Page:
    visitor.page.goto("about:blank")
    visitor.page.goto(f"{visitor.address}/map#at=issue:{number}")
    expect(visitor.page.locator(".panel__title")).to_be_visible()
    return visitor.page


def test_from_the_whistle_to_the_rating(office: Office, visitor: Visitor, phone: Visitor) -> None:
    add_unit(office, ODD, "power")
    number = report(
        office, actor_named(office, "dong"), report_at(*CENTRES[C1], description="地下室进水")
    ).number
    phone.enter("water")
    expect(phone.page.locator("#matters .row")).to_have_count(0)
    phone.keep("whistle-phone-empty")
    visitor.enter("li")
    leader = open_matter(visitor, number)
    leader.click("[data-action=whistle] >> visible=true")
    expect(leader.locator("input[name=level]:checked")).to_have_value("1")
    expect(leader.locator("input[name=level]:disabled")).to_have_count(3)
    leader.check("input[value=water]")
    leader.check("input[value=emergency]")
    leader.fill(".act textarea", "地下室进水，请带泵")
    visitor.keep("whistle-form")
    leader.click(".act button[type=submit]")
    expect(leader.locator(".whistle .tag").first).to_have_text("已吹哨")
    visitor.keep("whistle-blown")

    row = phone.page.locator(f"#matters [data-number='{number}']")
    expect(row).to_have_count(1)  # the department is told at once
    phone.keep("whistle-phone-called")
    page = open_matter(phone, number)
    page.click("[data-step=accept]")
    expect(page.locator(".steps .is-done")).to_have_count(2)
    page.click("[data-step=check_in]")
    expect(page.locator(".whistle__place")).to_have_text(re.compile(r"^距事件 4\d m，定位精度 ±9 m"))
    phone.keep("whistle-phone-on-site")
    page.click("[data-step=finish]")
    page.fill(".whistle__form textarea", "已抽水，更换闸阀")
    page.set_input_files(
        ".whistle__form input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.locator(".whistle__strip img")).to_have_count(1)
    phone.keep("whistle-phone-finish")
    assert fits(page)
    page.click(".whistle__form button[type=submit]")
    expect(page.locator(".steps .is-done")).to_have_count(4)
    expect(page.locator(".whistle__photos img")).to_have_count(1)
    phone.keep("whistle-phone-done")

    expect(leader.locator(".whistle .tag").first).to_have_text("已办毕")
    leader.click(".whistle__rate--2")
    expect(leader.locator(".whistle__verdict")).to_have_text("满意")
    expect(leader.locator(".timeline")).to_contain_text("呼叫water")
    visitor.keep("whistle-rated")
    expect(page.locator(".panel")).to_contain_text("看不到了")
    assert whistle_row(office, 1).status == "closed"
    assert visitor.complaints == []
    assert [said for said in phone.complaints if "404" not in said] == []


def test_two_units_silence_and_odd_names(office: Office, clock: Clock, visitor: Visitor) -> None:
    add_unit(office, ODD, "power")
    number = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number
    whistle = blow(office, number, "water", ODD, words="请带泵")
    for step in (accept, arrive):
        step(office, whistle)
    photograph(office, number, "water")
    finish(office, whistle)
    clock.forward(minutes=10)
    raise_silent(office)
    visitor.enter("li")
    page = open_matter(visitor, number)
    expect(page.locator(".whistle__raised")).to_have_text("无人应哨，已自动升级 1 次")
    expect(page.locator(".whistle__bar")).to_contain_text("社区党委书记哨 · 应急哨")
    expect(page.locator(".whistle__call b").nth(4 + 1)).to_have_text(ODD)
    expect(page.locator(".whistle__hold")).to_contain_text(ODD)
    expect(page.locator(".timeline")).to_contain_text(f"未应：{ODD}")
    visitor.keep("whistle-raised")
    page.click("[data-step=cancel]")
    page.fill(".whistle__form textarea", "已自行解决")
    page.click(".whistle__form button[type=submit]")
    expect(page.locator(".whistle .tag").first).to_have_text("已撤回")
    assert axe_faults(page) == []
    assert visitor.complaints == []


def test_a_phone_that_says_no_place_says_why_and_what_was_begun_stays(
    office: Office, visitor: Visitor
) -> None:
    number = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number
    whistle = blow(office, number)
    accept(office, whistle)
    visitor.enter("water")
    expect(visitor.page.locator("#matters .row")).to_have_count(1)
    visitor.keep("whistle-department")
    page = open_matter(visitor, number)
    visitor.keep("whistle-department-matter")
    page.click("[data-step=check_in]")
    expect(page.locator(".whistle .act__error")).to_contain_text("未获准定位")
    assert call_row(office, whistle).status == "accepted"
    arrive(office, whistle)
    expect(page.locator("[data-step=finish]")).to_be_visible(timeout=5 * SECOND)
    page.click("[data-step=finish]")
    page.fill(".whistle__form textarea", "正在排水")
    photograph(office, number, "seat")
    expect(page.locator(".photo")).to_be_visible(timeout=5 * SECOND)
    expect(page.locator(".whistle__form textarea")).to_have_value("正在排水")
    expect(page.locator(".whistle__form textarea")).to_be_focused()
    finish(office, whistle)  # a colleague was faster
    expect(page.locator(".steps .is-done")).to_have_count(4)
    expect(page.locator(".whistle__form")).to_have_count(0)
