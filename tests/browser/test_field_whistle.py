"""吹哨报到 on the phone in the field: called, accepted, checked in where one stands, done with a photo; who blew it looks on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gridmap.actions.office import Office
from gridmap.db.loop_models import Whistle
from tests.actions.whistled import accept, add_unit, arrive, blow, call_row, finish, new_matter, whistle_row
from tests.browser.conftest import FORGETFUL, Browsers, Place
from tests.browser.test_field import IN_C1, SECOND, Phone, a_photo, with_its_worker
from tests.db.looking import rows_of
from tests.town import actor_named

pytestmark = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)


@pytest.fixture
def phone(browsers: Browsers, address: str, request: pytest.FixtureRequest) -> Iterator[Phone]:
    with browsers.lend(Phone, getattr(request, "param", FORGETFUL)) as found:
        found.page.context.grant_permissions(["geolocation"])
        found.page.context.set_geolocation(IN_C1)  # type: ignore[arg-type]
        yield found


def enter(phone: Phone, username: str) -> None:
    phone.enter(username, "/field")
    expect(phone.page.locator(".home__head")).to_be_visible()


@with_its_worker
def test_a_called_unit_goes_through_every_step_on_its_phone(
    office: Office, phone: Phone, place: Place
) -> None:
    number = new_matter(office)
    enter(phone, "water")
    expect(phone.page.locator(".home__tasks")).to_contain_text("呼叫本单位的哨")
    assert phone.part("report").count() == 0  # a department reports nothing
    place.is_heard(phone.page)
    whistle = blow(office, number, words="地下室进水，请带泵")
    expect(phone.page.locator(".task--whistle")).to_contain_text("待应哨")  # it is told at once
    phone.look("whistle-home")
    phone.page.locator(".task--whistle").click()
    expect(phone.page.locator(".call__said")).to_have_text("地下室进水，请带泵")
    phone.page.get_by_role("button", name="应哨", exact=True).click()
    phone.page.get_by_role("button", name="到场报到").click()
    expect(phone.page.locator(".call")).to_contain_text("距事件", timeout=10 * SECOND)
    assert call_row(office, whistle).accuracy_m == IN_C1["accuracy"]
    phone.page.get_by_role("button", name="报办毕").click()
    expect(phone.page.get_by_role("button", name="提交")).to_be_disabled()
    phone.page.fill("textarea", "已抽水，更换闸阀")
    with phone.page.expect_file_chooser() as camera:
        phone.page.locator(".look__add").click()
    camera.value.set_files(a_photo(800))
    phone.look("whistle-finish")
    phone.page.get_by_role("button", name="提交").click()
    expect(phone.page.locator(".call .stages .is-done")).to_have_count(4, timeout=10 * SECOND)
    expect(phone.page.locator(".call .sent__photos img")).to_have_count(1)
    phone.look("whistle-done")
    call = call_row(office, whistle)
    assert (call.status, len(call.evidence["photos"]), len(call.evidence["words"])) == ("done", 1, 1)
    assert phone.complaints == []


def test_without_signal_a_step_waits_and_one_a_colleague_took_is_no_fault(
    office: Office, phone: Phone
) -> None:
    number = new_matter(office)
    whistle = blow(office, number)
    enter(phone, "water")
    phone.page.locator(".task--whistle").click()
    expect(phone.page.get_by_role("button", name="应哨", exact=True)).to_be_visible()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="应哨", exact=True).click()
    expect(phone.part("strip")).to_contain_text("1 条待发送")
    accept(office, whistle)
    phone.context.set_offline(False)
    expect(phone.page.get_by_role("button", name="到场报到")).to_be_visible(timeout=15 * SECOND)
    phone.page.goto(f"{phone.address}/field#/queue")
    expect(phone.page.locator(".queue__row--sent")).to_have_count(1)
    expect(phone.page.locator(".queue__row--refused")).to_have_count(0)


def test_who_blew_it_sees_how_far_each_unit_has_come_and_rates(office: Office, phone: Phone) -> None:
    add_unit(office, "power")
    whistle = blow(office, new_matter(office), "water", "power")
    accept(office, whistle)
    enter(phone, "li")
    expect(phone.page.locator(".task--whistle")).to_contain_text("1/2 已应")
    expect(phone.page.locator(".task--whistle")).to_contain_text("我吹的哨")
    phone.page.locator(".task--whistle").click()
    expect(phone.page.locator(".call")).to_contain_text("还差：water、power")
    for unit in ("water", "power"):
        if unit == "power":
            accept(office, whistle, unit)
        arrive(office, whistle, unit)
        finish(office, whistle, unit)
    expect(phone.page.locator(".call__rates")).to_have_count(2, timeout=10 * SECOND)
    phone.look("whistle-rate")
    for unit in ("water", "power"):
        phone.page.locator(f"[data-unit={unit}]").get_by_role("button", name="满意", exact=True).click()
        expect(phone.page.locator(f"[data-unit={unit}]")).to_contain_text("评价：满意", timeout=10 * SECOND)
    assert whistle_row(office, whistle).status == "closed"
    assert actor_named(office, "li").account_id == whistle_row(office, whistle).caller_id


def test_a_phone_that_may_not_say_where_says_why(office: Office, phone: Phone) -> None:
    whistle = blow(office, new_matter(office))
    accept(office, whistle)
    phone.context.clear_permissions()
    enter(phone, "water")
    phone.page.locator(".task--whistle").click()
    phone.page.get_by_role("button", name="到场报到").click()
    expect(phone.part("toast")).to_contain_text("定位", timeout=10 * SECOND)
    assert call_row(office, whistle).status == "accepted"


def test_a_leader_blows_one_without_signal_and_what_was_chosen_is_kept(office: Office, phone: Phone) -> None:
    for unit in ("power", "gas"):
        add_unit(office, unit)
    new_matter(office)
    enter(phone, "li")
    phone.page.locator("a.task").first.click()
    phone.page.get_by_role("button", name="吹哨", exact=True).click()
    expect(phone.page.locator(".bar .act")).to_be_disabled()
    expect(
        phone.page.get_by_role("button", name="街道党工委书记哨")
    ).to_be_disabled()  # above a cell's leader
    phone.page.get_by_label("power").check()
    phone.page.get_by_role("button", name="应急哨").click()
    expect(phone.page.locator(".whistle-form__limits")).to_contain_text("应哨")
    phone.look("whistle-blow")
    phone.page.wait_for_timeout(SECOND)
    phone.page.locator(".side--back").click()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="吹哨", exact=True).click()
    expect(phone.page.get_by_label("power")).to_be_checked()  # as it was left
    phone.page.get_by_label("water").check()
    phone.page.fill("textarea", "电缆裸露，请到场")
    phone.page.locator(".bar .act").click()
    expect(phone.part("strip")).to_contain_text("1 条待发送")
    phone.context.set_offline(False)
    expect(phone.page.locator(".call")).to_contain_text("支部书记哨 · 应急哨", timeout=15 * SECOND)
    expect(phone.page.locator(".call__said")).to_have_text("电缆裸露，请到场")
    assert [(one.level, one.kind) for one in rows_of(office, Whistle)] == [(1, "emergency")]


def test_a_unit_that_is_still_called_is_refused_in_words(office: Office, phone: Phone) -> None:
    number = new_matter(office)
    enter(phone, "li")
    phone.page.locator("a.task").first.click()
    phone.page.get_by_role("button", name="吹哨", exact=True).click()
    phone.page.get_by_label("water").check()
    phone.context.set_offline(True)
    phone.page.locator(".bar .act").click()
    blow(office, number)
    phone.context.set_offline(False)
    expect(phone.part("strip")).to_contain_text("1 条要您补一下", timeout=15 * SECOND)
    phone.page.goto(f"{phone.address}/field#/queue")
    expect(phone.page.locator(".queue__row--refused")).to_contain_text("water 已被呼叫，尚未办毕")
    expect(phone.page.get_by_role("button", name="知道了")).to_be_visible()
