"""The bell: it counts, rings live, opens the matter, forgets what was read; and other ways to be told are chosen beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from gridmap.actions.acts import Act
from gridmap.actions.delivering import deliver_due
from gridmap.actions.handling import act_on
from gridmap.actions.noticing import tell_new
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.web import build
from tests.browser.conftest import FORGETFUL, Browsers, Place, Visitor, until
from tests.conftest import settings_for
from tests.receiver import ENVIRON, Receiver, declared, receiving
from tests.town import C1, CENTRES, RULES, actor_named, report_at

pytestmark = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
"""Who is told what, and as how many, is asked of both engines in tests/web and tests/actions."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def app(
    office: Office, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application over the town, with every way out declared."""
    monkeypatch.setenv("CORP_SECRET", ENVIRON["CORP_SECRET"])
    made = build(
        settings_for(office, GRIDMAP_CHANNELS=str(declared(tmp_path, receiver.address))), office, RULES
    )
    yield made
    made.extensions["gridmap"].live.stop()


@pytest.fixture
def phone(browsers: Browsers, address: str) -> Iterator[Visitor]:
    with browsers.lend(Visitor, FORGETFUL) as found:
        yield found


def told(office: Office, *actions: str) -> str:
    number = report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1])).number
    for name in actions:
        act_on(office, actor_named(office, "seat"), number, Act(name, words="x"))
    tell_new(office)
    return number


def count(visitor: Visitor) -> Any:
    return visitor.page.locator(".bell__count")


def test_the_bell_of_the_map_rings_live_and_opens_the_matter(
    visitor: Visitor, office: Office, place: Place
) -> None:
    first = told(office)
    visitor.enter("li")
    expect(count(visitor)).to_have_text("1")
    place.is_heard(visitor.page)
    number = told(office, "supervise", "urge")
    expect(count(visitor)).to_have_text("4", timeout=3000)
    visitor.page.click(".bell__button")
    rows = visitor.page.locator(".notice")
    expect(rows).to_have_count(4)
    visitor.keep("bell-map")
    visitor.page.click(f"a.notice[href$='{first}']")
    expect(visitor.page.locator("[data-part=panel]")).to_contain_text("暴露垃圾")
    expect(count(visitor)).to_have_text("3")
    visitor.page.reload()
    expect(count(visitor)).to_have_text("3")
    visitor.page.click(".bell__button")
    visitor.page.get_by_role("button", name="全部已读").click()
    expect(count(visitor)).to_have_count(0)
    expect(visitor.page.locator(f"a.notice[href$='{number}']").first).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator(".bell__list")).to_be_hidden()
    assert visitor.complaints == []


def test_the_bell_in_the_field_leads_to_the_task(phone: Visitor, office: Office) -> None:
    told(office, "urge")
    phone.enter("sun")
    expect(count(phone)).to_have_text("2")
    phone.keep("bell-field-closed")
    phone.page.tap(".bell__button")
    expect(phone.page.locator(".notice").first).to_contain_text("催办")
    phone.keep("bell-field")
    phone.page.tap("a.notice >> nth=0")
    expect(phone.page.locator("#phone")).to_have_attribute("data-screen", "task")
    assert phone.complaints == []


def test_many_of_a_kind_are_one_line_that_opens_their_list(visitor: Visitor, office: Office) -> None:
    for _ in range(5):
        told(office)
    visitor.enter("li")
    expect(count(visitor)).to_have_text("1")
    visitor.page.click(".bell__button")
    line = visitor.page.locator("a.notice")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("有新事件交给您：5 件")
    expect(line).to_contain_text("暴露垃圾 · 河滨第1网格")
    visitor.keep("bell-many")
    line.click()
    visitor.page.wait_for_url("**/map#mode=issues*mine=1*")
    expect(count(visitor)).to_have_count(0)
    assert visitor.complaints == []


def test_the_desk_has_a_bell_that_opens_its_queue(visitor: Visitor, office: Office) -> None:
    for _ in range(4):
        number = told(office)
        act_on(office, actor_named(office, "seat"), number, Act("dispatch", unit="water"))
        act_on(office, actor_named(office, "water"), number, Act("return", words="x"))
    tell_new(office)
    visitor.enter("seat", "/desk#queue=verify")
    visitor.page.click(".bell__button")
    visitor.page.locator("a.notice", has_text="事件被回退，请重新派遣：4 件").click()
    visitor.page.wait_for_url("**/desk#*queue=dispatch*")
    expect(visitor.page.locator("[data-queue=dispatch]")).to_have_attribute("aria-current", "true")


def test_on_a_phone_the_maps_bell_lies_over_the_map(visitor: Visitor, office: Office) -> None:
    told(office)
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.enter("li")
    expect(count(visitor)).to_have_text("1")
    visitor.page.click(".bell__button")
    expect(visitor.page.locator(".notice")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    expect(visitor.page.locator(".rail .bell__button")).to_be_visible()
    assert visitor.complaints == []


def test_without_notices_it_says_so_and_a_wall_has_none(visitor: Visitor, office: Office) -> None:
    visitor.enter("seat")
    visitor.page.click(".bell__button")
    expect(visitor.page.locator(".bell__list")).to_contain_text("没有通知")
    visitor.page.goto("about:blank")  # nothing of the page is on its way when the session goes
    visitor.page.context.clear_cookies()
    visitor.enter("wall")
    expect(visitor.page.locator("body")).to_have_attribute("data-figures", "shown")
    assert visitor.page.locator("[data-part=bell]").count() == 0
    assert visitor.complaints == []


def test_other_ways_are_chosen_on_the_account_page(
    visitor: Visitor, app: Flask, office: Office, receiver: Receiver
) -> None:
    visitor.enter("sun", "/account#notices")
    visitor.page.fill("#way-sms", "13900000000")
    visitor.page.get_by_role("button", name="添加").last.click()
    expect(visitor.page.locator(".ways__held li")).to_have_count(1)
    visitor.page.fill("#way-wecom", "sun")
    visitor.page.get_by_role("button", name="添加").first.click()
    expect(visitor.page.locator(".ways__held li")).to_have_count(2)
    visitor.page.locator("#notices").scroll_into_view_if_needed()
    visitor.keep("ways")
    told(office, "urge")
    assert deliver_due(office, app.extensions["gridmap"].ways) == 3
    visitor.page.get_by_role("button", name="停用：短信 13900000000").click()
    expect(visitor.page.locator(".ways__held li")).to_have_count(1)
    assert visitor.complaints == []


def test_an_address_that_is_none_is_refused_in_words(visitor: Visitor) -> None:
    visitor.enter("admin", "/account")
    visitor.page.fill("#way-sms", "no number")
    visitor.page.get_by_role("button", name="添加").last.click()
    expect(visitor.page.locator("#notices .alert")).to_contain_text("这个地址用不了")
    expect(visitor.page.locator("[data-part=lost]")).to_contain_text("没有送不出去")


REGISTER = """async () => {
  const registered = await navigator.serviceWorker.register("/static/js/push_worker.js");
  const worker = registered.active || registered.waiting || registered.installing;
  while (worker.state !== "activated") await new Promise((done) => setTimeout(done, 50));
}"""
SHOWN = """async () => {
  const registered = await navigator.serviceWorker.getRegistration("/static/js/push_worker.js");
  for (let n = 0; n < 60; n += 1) {
    const shown = await registered.getNotifications();
    if (shown.length) return shown.map(({ title, body, data }) => [title, body, data.address]);
    await new Promise((done) => setTimeout(done, 100));
  }
  return [];
}"""
PUSHED = (
    '{"title": "已超期", "body": "暴露垃圾", "address": "https://other.example/matters/A-1", "tag": "A-1"}'
)


def test_the_push_worker_shows_what_comes(visitor: Visitor) -> None:
    context, found = visitor.page.context, set[str]()
    context.grant_permissions(["notifications"])
    visitor.enter("zhao", "/account")  # whose address has no worker of its own
    session = context.new_cdp_session(visitor.page)
    session.on(
        "ServiceWorker.workerVersionUpdated",
        lambda told: found.update(
            one["registrationId"] for one in told["versions"] if one["scriptURL"].endswith("push_worker.js")
        ),
    )
    session.send("ServiceWorker.enable")
    visitor.page.evaluate(REGISTER)
    until(visitor.page, lambda: bool(found))
    (key,) = found
    session.send(
        "ServiceWorker.deliverPushMessage", {"origin": visitor.address, "registrationId": key, "data": PUSHED}
    )
    assert visitor.page.evaluate(SHOWN) == [["已超期", "暴露垃圾", "https://other.example/matters/A-1"]]
