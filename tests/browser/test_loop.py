"""The closed loop by the panel of the map: to a unit and back, standing still and going on, what is refused in words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Issue
from tests.browser.conftest import Visitor, axe_faults
from tests.browser.test_field import a_photo
from tests.conftest import Clock
from tests.town import C1, CENTRES, actor_named, report_at

ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)


@pytest.fixture
def number(office: Office) -> str:
    """A matter in C1."""
    return report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number


def opened(visitor: Visitor, who: str, number: str) -> Page:
    visitor.enter(who, f"/map#at=issue:{number}")
    visitor.page.wait_for_selector(".timeline")
    return visitor.page


def ask(page: Page, name: str) -> None:
    """Open the form of an action, wherever it is offered."""
    page.wait_for_selector(f"[data-action={name}]", state="attached")
    if not page.locator(f"[data-action={name}]").is_visible():
        page.click(".actions__more")
    page.click(f"[data-action={name}]")


def send(page: Page, words: str | None = None) -> None:
    if words is not None:
        page.fill(".act textarea", words)
    page.click(".act button[type=submit]")


def state(page: Page) -> object:
    return page.locator(".panel__title .tag")


@ONE_ENGINE
def test_to_a_unit_which_sends_it_back_and_then_to_somebody(
    office: Office, number: str, visitor: Visitor
) -> None:
    page = opened(visitor, "seat", number)
    ask(page, "dispatch")
    page.check(".act__choice:has-text('water') input")
    assert axe_faults(page) == []
    send(page)
    expect(state(page)).to_have_text("已派遣")
    act_on(office, actor_named(office, "water"), number, Act("return", words="不归我们"))
    expect(state(page)).to_have_text("待派遣")
    expect(page.locator(".timeline")).to_contain_text("water · “不归我们”")
    expect(page.locator(".clock__step")).to_contain_text("本环节：派遣")
    page.click(".actions__main")
    page.check(".act__choice:has-text('Dong Dynamic') input")
    send(page)
    expect(page.locator(".timeline")).to_contain_text("派给Dong Dynamic")
    expect(page.locator(".parts")).to_contain_text("由指挥人员指定")
    assert visitor.complaints == []


@ONE_ENGINE
def test_it_stands_still_with_a_reason_and_goes_on(number: str, visitor: Visitor) -> None:
    page = opened(visitor, "head1", number)
    ask(page, "suspend")
    send(page)
    expect(page.locator(".act")).to_be_visible()  # the browser asks for the reason
    send(page, "等产权单位")
    expect(state(page)).to_have_text("挂账")
    expect(page.locator(".clock")).to_contain_text("挂账，已停")
    expect(page.locator("[data-status=handled] b")).to_have_text("1")
    page.click("[data-status=handled]")
    expect(page.locator("#matters .row .word")).to_have_text("挂账")
    expect(page.locator(".mark-icon .mark--suspended").first).to_be_attached()
    page.click(".actions__main")
    send(page)
    expect(state(page)).to_have_text("待受理")
    expect(page.locator(".timeline")).to_contain_text(re.compile(r"恢复办理.*新时限 11-"))
    expect(page.locator("[data-status=reported] b")).to_have_text("1")


@ONE_ENGINE
def test_a_deadline_moves_in_its_range_and_not_once_it_has_passed(
    office: Office, clock: Clock, number: str, visitor: Visitor
) -> None:
    page = opened(visitor, "seat", number)
    ask(page, "extend")
    expect(page.locator(".act__place")).to_contain_text("最迟可延至")
    until = page.locator(".act input[type=datetime-local]")
    assert until.input_value() == until.get_attribute("max")
    send(page, "夜间施工")
    expect(page.locator(".timeline")).to_contain_text("延期")
    ask(page, "extend")
    page.wait_for_selector(".act__place")
    with office.work() as work:
        late = {"due_at": clock() - timedelta(hours=1)}
        work.session.query(Issue).filter_by(number=number).update(late)
    send(page, "再延")
    expect(page.locator(".act__error")).to_have_text("已超期，不能再延期；可以申请挂账、升级或吹哨。")


@ONE_ENGINE
def test_fixed_on_the_spot_at_the_desk_shows_before_and_after(
    office: Office, number: str, visitor: Visitor
) -> None:
    page = opened(visitor, "li", number)
    ask(page, "self_fix")
    for at in range(2):
        page.locator(".act__photo input").nth(at).set_input_files(a_photo(300 + at))
    send(page)
    expect(page.locator(".photo__pair img")).to_have_count(2)
    expect(page.locator(".photo__pair .photo__count")).to_have_text(["处置前", "处置后"])
    expect(state(page)).to_have_text("待核查")
    assert axe_faults(page) == []


@ONE_ENGINE
def test_what_cannot_be_done_is_not_offered_and_the_rest_stands_in_groups(
    office: Office, number: str, visitor: Visitor
) -> None:
    page = opened(visitor, "seat", number)
    page.click(".actions__more")
    expect(page.locator(".actions__menu h4")).to_have_text(["办理", "调整", "督查"])
    expect(page.locator("[data-action=unsupervise], [data-action=lower]")).to_have_count(0)
    assert axe_faults(page) == []
    page.click("[data-action=raise]")
    expect(page.locator(".tier--next")).to_contain_text("小事")
    send(page, "需社区协调")
    expect(page.locator(".timeline")).to_contain_text("微事 → 小事")
    ask(page, "supervise")
    send(page)
    expect(page.locator(".tag--supervised")).to_be_visible()
    visitor.keep("map-loop")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
