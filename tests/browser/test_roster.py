"""The roster and re-checks on their page: a week at a glance, an absence with a deputy, shifts, a post handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.rechecking import draw_rechecks
from gridmap.actions.reporting import report
from gridmap.actions.rostering import Leave, note_absence
from tests.browser.conftest import Visitor, axe_faults, fits
from tests.conftest import Clock
from tests.town import C1, CENTRES, actor_named, report_at

ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("tr[data-post]", has_text=name)


def open_post(visitor: Visitor, name: str, way: str) -> Locator:
    row(visitor, name).first.locator(".who").click()
    form = visitor.page.locator(f"[data-way={way}]")
    form.locator("summary").click()
    return form


@ONE_ENGINE
def test_a_head_sees_the_week_and_enters_an_absence_with_a_deputy(office: Office, visitor: Visitor) -> None:
    visitor.enter("head1", "/roster")
    page = visitor.page
    expect(row(visitor, "Sun Cleans").locator(".duty")).to_have_text("在岗")
    form = open_post(visitor, "Sun Cleans", "absence")
    begin = office.clock().astimezone(office.zone)
    form.locator("[name=begins]").fill(f"{begin:%Y-%m-%dT%H:%M}")
    form.locator("[name=ends]").fill(f"{begin + timedelta(days=1):%Y-%m-%dT%H:%M}")
    form.locator("[name=deputy]").fill("dong")
    form.locator("button[type=submit]").click()
    expect(page.locator("[data-part=drawer] [role=status]")).to_have_text("离岗已登记。")
    expect(row(visitor, "Sun Cleans")).to_contain_text("由Dong Dynamic代理")
    assert row(visitor, "Sun Cleans").locator(".day__away").count() == 2
    visitor.keep("roster-absence")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=drawer]")).to_be_hidden()
    expect(row(visitor, "Sun Cleans").locator(".who")).to_be_focused()
    page.locator("[data-duty=away]").click()
    expect(page.locator("tr[data-post]")).to_have_count(1)
    assert visitor.complaints == []


@ONE_ENGINE
def test_shifts_are_set_and_a_fault_is_told_beside_them(visitor: Visitor) -> None:
    visitor.enter("seat", "/roster?duty=all")
    form = open_post(visitor, "Sun Cleans", "shifts")
    form.get_by_role("button", name="添加班次").click()
    for _ in range(5):
        form.locator(".shift__day input:checked").first.uncheck()
    form.locator("button[type=submit]").click()
    expect(form.locator("[role=alert]")).to_be_visible()
    form.get_by_label("周五").check()
    form.get_by_label("开始").fill("22:00")
    form.get_by_label("结束").fill("06:00")
    form.locator("button[type=submit]").click()
    expect(visitor.page.locator("[data-part=drawer]")).to_contain_text("周五 22:00–06:00 （次日）")
    expect(row(visitor, "Sun Cleans").locator(".duty")).to_have_text("不在班")
    visitor.keep("roster-shifts")


@ONE_ENGINE
def test_a_post_is_handed_over_with_what_hangs_on_it(office: Office, visitor: Visitor) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    visitor.enter("seat", "/roster?duty=all")
    form = open_post(visitor, "Sun Cleans", "hand_over")
    form.locator("[name=successor]").fill("dong")
    form.locator("button[type=submit]").click()
    expect(visitor.page.locator(".roster__said")).to_have_text("岗位已交接，1 件在办事件随之转交。")
    expect(row(visitor, "环卫保洁人员").locator(".who__name b")).to_have_text("Dong Dynamic")
    assert visitor.complaints == []


@ONE_ENGINE
def test_who_does_not_lead_may_look_on_a_phone_and_in_english(office: Office, visitor: Visitor) -> None:
    now = office.clock()
    note_absence(office, actor_named(office, "seat"), Leave(now, now + timedelta(days=1), "li", "dong"))
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.enter("sun", "/roster?lang=en", "en")
    expect(row(visitor, "Dong Dynamic").locator(".duty")).to_have_text("Away")
    assert fits(visitor.page)
    row(visitor, "Head One").locator(".who").click()
    expect(visitor.page.locator("[data-part=drawer]")).to_contain_text("you can only look")
    visitor.keep("roster-phone-en")
    assert axe_faults(visitor.page) == []
    assert visitor.complaints == []


@ONE_ENGINE
def test_what_was_drawn_is_looked_at_again(office: Office, clock: Clock, visitor: Visitor) -> None:
    seat = actor_named(office, "seat")
    for _ in range(2):
        number = report(office, seat, report_at(*CENTRES[C1])).number
        for who, name in (("sun", "finish"), ("li", "close")):
            act_on(office, actor_named(office, who), number, Act(name))
    clock.forward(days=12)
    assert draw_rechecks(office, 100) == 2
    visitor.enter("head1", "/roster?tab=rechecks")
    page = visitor.page
    rows = page.locator(".recheck")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button", name="合格", exact=False).first.click()
    expect(rows).to_have_count(1)
    page.locator("[aria-expanded=false]", has_text="不合格").click()
    page.locator(".recheck__form textarea").fill("垃圾又堆起来了")
    page.get_by_role("button", name="不合格，重新办理").click()
    expect(page.locator("[role=status].tally")).to_contain_text("已复查 2 件 · 合格 1 件（合格率 50.0%）")
    visitor.keep("roster-rechecks")
    assert axe_faults(page) == []
    assert visitor.complaints == []
