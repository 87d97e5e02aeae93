"""The phone in the field: a report across a border, nothing lost on the way, and every bad day with its way on.

The whole path runs on both engines; what is the page's alone on one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, expect
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.history import facts_of
from gridmap.db.models import EventRow, Issue, Photo, Words
from tests.browser.conftest import FORGETFUL, PHONE, Browsers, Place, Visitor, axe_faults, fits
from tests.town import C1, C2, CENTRES, PASSWORD, actor_named, report_at

SECOND = 1_000
AT_THE_BORDER = {"longitude": 103.8099, "latitude": 25.505, "accuracy": 38}
IN_C1 = {"longitude": CENTRES[C1][0], "latitude": CENTRES[C1][1], "accuracy": 8}
KEPT_TO_OPEN = """(async () => {
  const wanted = [location.origin + "/field", location.origin + "/static/js/texts.js"];
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await Promise.all(wanted.map((url) => caches.match(url)))).every(Boolean)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
})()"""
"""Whether the worker has put aside what the page needs to open without a network; waits up to ten seconds."""
UNDER_A_SECOND_TAP = """async (hash) => {
  const at = () => document.elementFromPoint(195, 800)?.id;
  const shown = new Promise((resolve) => { addEventListener("hashchange", () => setTimeout(resolve), { once: true }); });
  location.hash = hash;
  await shown;
  const first = at();
  await new Promise((resolve) => setTimeout(resolve, 700));
  return [first, at()];
}"""
"""What lies under a thumb at the foot when the screen has just become another, and a moment later."""
on_one_engine = pytest.mark.parametrize("engine", ["spatialite"])
with_its_worker = pytest.mark.parametrize("phone", [PHONE], indirect=True, ids=["with_its_worker"])
"""For what lets /field open without a network; elsewhere it puts nothing aside (see FORGETFUL)."""


class Phone(Visitor):
    """A phone at the page in the field."""

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    def stand_at(self, place: dict[str, float]) -> None:
        self.context.grant_permissions(["geolocation"])
        self.context.set_geolocation(place)

    def open(self, username: str, at: dict[str, float] | None = IN_C1) -> None:
        """Signed in at /field, standing at a place; None: the phone may not say where."""
        if at is not None:
            self.stand_at(at)
        self.enter(username, "/field")
        expect(self.part("report")).to_be_visible()

    def begin(self, photo: str | Path | dict[str, Any] | None) -> None:
        """Tap the large button; a photo, or the camera closed without one."""
        with self.page.expect_file_chooser() as camera:
            self.part("report").click()
        if photo is not None:
            camera.value.set_files(photo)

    def to_card(self, name: str) -> None:
        self.page.locator(".step", has_text=name).click()

    def choose_category(self, typed: str = "bllj") -> None:
        self.page.fill("input[type=search]", typed)
        self.page.locator(".found").first.click()

    def report_words(self, words: str) -> None:
        """A report from the middle of a cell, without a photo, up to sending it."""
        self.begin(None)
        self.to_card("类别")
        self.choose_category()
        self.page.fill("textarea", words)
        self.part("send").click()

    def look(self, name: str) -> None:
        """Keep the screen; nothing sticks out at any width, and nobody is kept out."""
        for width, height in ((360, 740), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            assert fits(self.page), (name, width)
        self.keep(f"field-{name}")
        assert axe_faults(self.page) == [], name


@pytest.fixture
def phone(browsers: Browsers, address: str, request: pytest.FixtureRequest) -> Iterator[Phone]:
    with browsers.lend(Phone, getattr(request, "param", FORGETFUL)) as found:
        yield found


def a_photo(width: int = 3000) -> dict[str, Any]:
    """What a camera gives, larger than it has to be."""
    out = io.BytesIO()
    Image.new("RGB", (width, width // 2), (90, 120, 90)).save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def kept(office: Office) -> list[tuple[Issue, str | None]]:
    """The matters in the store with their words, oldest first."""
    with office.database.reading() as session:
        query = select(Issue, Words.text).outerjoin(
            Words, (Words.issue_id == Issue.id) & (Words.kind == "description")
        )
        return [tuple(row) for row in session.execute(query.order_by(Issue.id))]  # type: ignore[misc]


def why(office: Office, issue: Issue) -> dict[str, Any]:
    """Why a matter lies where it does, as its history last tells."""
    with office.database.reading() as session:
        return dict(facts_of(session, issue.id).why)


def photos_kept(office: Office) -> list[Photo]:
    with office.database.reading() as session:
        return list(session.scalars(select(Photo)))


@with_its_worker
def test_a_report_across_a_border_takes_one_tap_and_lies_in_the_chosen_cell(
    office: Office, phone: Phone
) -> None:
    phone.open("dong", AT_THE_BORDER)
    phone.begin(a_photo())
    sides = phone.page.locator(".side-card")
    expect(sides).to_have_count(2)
    phone.look("place")
    phone.page.locator(f"[data-cell='{C2}']").click()
    phone.choose_category()
    phone.page.fill("textarea", "单元门东侧堆了垃圾")
    phone.part("send").click()
    expect(phone.part("number")).to_have_text(re.compile(r"^1120-\d{4}$"))
    expect(phone.page.locator(".sent__line")).to_contain_text("照片 1 张到齐", timeout=10 * SECOND)
    [(issue, words)] = kept(office)
    assert (why(office, issue)["cell"]["code"], why(office, issue)["rule"]) == (C2, "chosen_by_person")
    assert (words, issue.accuracy_m, issue.source) == ("单元门东侧堆了垃圾", 38, "staff")
    assert [max(photo.width, photo.height) for photo in photos_kept(office)] == [2048]
    assert phone.complaints == []


@on_one_engine
@with_its_worker
def test_what_was_reported_without_a_network_survives_closing_and_is_sent_after(
    office: Office, phone: Phone
) -> None:
    phone.open("dong")
    assert phone.page.evaluate(KEPT_TO_OPEN)
    phone.context.set_offline(True)
    phone.report_words("地下车库里的垃圾")
    expect(phone.part("strip")).to_contain_text("1 条待发送，离线")
    phone.page.goto(f"{phone.address}/field")
    expect(phone.part("strip")).to_contain_text("1 条待发送")
    phone.part("strip").locator("button").click()
    expect(phone.page.locator(".queue__row--waiting")).to_contain_text("待发送")
    phone.look("queue")
    assert kept(office) == []
    phone.context.set_offline(False)
    expect(phone.page.locator(".queue__row--sent")).to_contain_text("已送达", timeout=15 * SECOND)
    assert [words for _, words in kept(office)] == ["地下车库里的垃圾"]


@on_one_engine
def test_whose_phone_may_not_say_where_puts_the_pin_by_hand(office: Office, phone: Phone) -> None:
    phone.open("dong", None)
    phone.begin(None)
    phone.to_card("位置")
    expect(phone.page.locator(".place__sheet")).to_contain_text("不开定位，也能报")
    phone.look("refused")
    phone.page.locator(".act").click()
    expect(phone.page.locator(".badge--manual")).to_be_visible()
    expect(phone.page.locator(".place__under")).to_contain_text("网格")
    phone.page.locator(".act").click()
    phone.choose_category()
    phone.part("send").click()
    expect(phone.part("number")).to_be_visible()
    [(issue, _)] = kept(office)
    assert issue.accuracy_m is None
    assert why(office, issue)["status"] == "inside"


@on_one_engine
def test_a_session_that_ends_while_a_form_is_filled_costs_no_word(office: Office, phone: Phone) -> None:
    phone.open("dong")
    phone.begin(a_photo(800))
    phone.choose_category()
    phone.page.fill("textarea", "写到一半")
    phone.context.clear_cookies()
    phone.part("send").click()
    expect(phone.part("strip")).to_contain_text("登录已失效")
    phone.part("strip").locator("button").click()
    sheet = phone.part("sheet")
    sheet.locator("[name=password]").fill("wrong")
    sheet.locator("[type=submit]").click()
    expect(sheet.locator("[role=alert]")).to_contain_text("不正确")
    sheet.locator("[name=password]").fill(PASSWORD)
    sheet.locator("[type=submit]").click()
    expect(phone.part("number")).to_be_visible(timeout=10 * SECOND)
    assert [words for _, words in kept(office)] == ["写到一半"]


@on_one_engine
def test_photos_of_no_use_say_why_and_the_report_goes_on_without(
    office: Office, phone: Phone, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(41_000_000)
    phone.open("dong")
    phone.begin({"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(phone.page.locator(".fault")).to_contain_text("打不开")
    with phone.page.expect_file_chooser() as album:
        phone.page.locator(".fault .side").first.click()
    album.value.set_files(huge)
    expect(phone.page.locator(".fault")).to_contain_text("超过 40 MB")
    phone.look("photo-fault")
    phone.page.get_by_role("button", name="先不拍").click()
    phone.choose_category()
    phone.part("send").click()
    expect(phone.part("number")).to_be_visible()
    assert photos_kept(office) == []


@on_one_engine
def test_what_the_server_sends_back_waits_to_be_mended_and_goes_under_no_other_name(
    office: Office, phone: Phone
) -> None:
    phone.open("dong")
    refusal = {"error": {"code": "category_unknown", "message": "没有这个类别", "details": {}}}
    phone.page.route("**/api/v1/issues", lambda route: route.fulfill(status=422, json=refusal))
    phone.report_words("要补一下的")
    expect(phone.part("strip")).to_contain_text("1 条要您补一下")
    expect(phone.page.locator(".queue__row--refused")).to_contain_text("没有这个类别")
    phone.page.unroute("**/api/v1/issues")
    phone.context.set_offline(True)
    expect(phone.part("strip")).to_contain_text(re.compile("没有网络.*1 条要您补一下"))
    phone.context.set_offline(False)
    phone.page.goto(f"{phone.address}/field#/mine")
    phone.page.locator(".mine__leave").click()
    expect(phone.page.locator(".fault")).to_contain_text("1 条没送达")
    phone.page.locator(".fault button").click()
    phone.page.wait_for_url("**/sign-in*")
    phone.open("li")
    phone.page.goto(f"{phone.address}/field#/queue")
    expect(phone.page.locator(".queue")).to_contain_text("还有 1 条属于账号 dong")
    phone.context.clear_cookies()
    phone.open("dong")
    phone.page.goto(f"{phone.address}/field#/queue")
    phone.page.get_by_role("button", name="去补").click()
    expect(phone.page.locator("textarea")).to_have_value("要补一下的")
    phone.part("send").click()
    expect(phone.part("number")).to_be_visible()
    assert [issue.account_id for issue, _ in kept(office)] == [actor_named(office, "dong").account_id]


@on_one_engine
def test_a_task_arrives_by_itself_and_is_done_with_a_photo(
    office: Office, phone: Phone, place: Place
) -> None:
    phone.open("sun")
    expect(phone.page.locator(".home__tasks")).to_contain_text("没有任务")
    place.is_heard(phone.page)
    report(office, actor_named(office, "dong"), report_at(*CENTRES[C1], description="桶外垃圾"))
    expect(phone.page.locator(".home .task")).to_contain_text("桶外垃圾")
    phone.look("home")
    phone.page.locator(".home .task").click()
    phone.page.get_by_role("button", name="受理").click()
    expect(phone.page.locator(".stages .is-now")).to_have_text("处置")
    phone.page.get_by_role("button", name="处置完毕").click()
    expect(phone.page.get_by_role("button", name="提交")).to_be_disabled()
    with phone.page.expect_file_chooser() as camera:
        phone.page.locator(".look__add").click()
    camera.value.set_files(a_photo(800))
    phone.page.fill("textarea", "清运完毕")
    phone.page.locator(".act").click()
    expect(phone.page.locator(".stages .is-now")).to_have_text("核查", timeout=10 * SECOND)
    expect(phone.page.locator(".look__link--after")).to_be_visible()
    phone.look("task")
    assert [issue.status for issue, _ in kept(office)] == ["handled"]
    assert phone.complaints == []


def history(office: Office) -> list[str]:
    """What happened to the only matter, in order."""
    with office.database.reading() as session:
        return list(session.scalars(select(EventRow.kind).order_by(EventRow.seq)))


def add_picture(phone: Phone, shows: str) -> None:
    with phone.page.expect_file_chooser() as camera:
        phone.page.locator(f".fix__slot[data-shows={shows}]").click()
    camera.value.set_files(a_photo(800 if shows == "before" else 900))


@on_one_engine
def test_what_was_fixed_on_the_spot_without_signal_arrives_once_and_in_order(
    office: Office, phone: Phone
) -> None:
    phone.open("dong")
    phone.begin(a_photo(800))
    phone.choose_category()
    phone.page.locator("label:has([data-part=fixed])").click()
    expect(phone.part("send")).to_contain_text("还差处置前后照片")
    add_picture(phone, "after")
    expect(phone.part("send")).to_contain_text("发送，并报已处置")
    phone.look("fixed")
    phone.context.set_offline(True)
    phone.part("send").click()
    expect(phone.part("strip")).to_contain_text("1 条待发送")
    phone.context.set_offline(False)
    expect(phone.part("number")).to_be_visible(timeout=15 * SECOND)
    expect(phone.page.locator(".stages .is-now")).to_have_text("核查", timeout=15 * SECOND)
    assert [issue.status for issue, _ in kept(office)] == ["handled"]
    assert [photo.kind for photo in photos_kept(office)] == ["before", "after"]
    assert history(office) == ["reported", "photo", "photo", "self_fix"]


@on_one_engine
def test_a_task_is_fixed_with_two_photos_or_goes_back_with_a_reason(office: Office, phone: Phone) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    phone.open("sun")
    phone.page.locator(".home .task").click()
    phone.page.get_by_role("button", name="回退").click()
    expect(phone.page.locator(".act")).to_be_disabled()
    phone.page.fill("textarea", "不归保洁")
    phone.page.locator(".act").click()
    expect(phone.page.locator(".story")).to_contain_text("不归保洁", timeout=10 * SECOND)
    expect(phone.page.locator(".stages .is-now")).to_have_text("处置")
    number = kept(office)[0][0].number
    act_on(office, actor_named(office, "seat"), number, Act("dispatch", person="sun"))
    phone.page.get_by_role("button", name="自行处置").click()
    add_picture(phone, "before"), add_picture(phone, "after")
    phone.page.locator(".act").click()
    expect(phone.page.locator(".stages .is-now")).to_have_text("核查", timeout=10 * SECOND)
    assert history(office) == ["reported", "return", "dispatch", "photo", "photo", "self_fix"]


@on_one_engine
def test_who_reported_it_sees_it_closed_and_rates_it(office: Office, phone: Phone) -> None:
    number = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number
    act_on(office, actor_named(office, "li"), number, Act("close"))
    phone.open("dong")
    phone.page.goto(f"{phone.address}/field#/mine")
    expect(phone.page.locator(".task")).to_contain_text("已办结")
    phone.page.locator(".task").click()
    expect(phone.page.locator(".stages .is-done")).to_have_count(5)
    phone.page.get_by_role("button", name="评价").click()
    phone.page.get_by_role("button", name="解决", exact=True).click()
    phone.page.get_by_role("button", name="基本满意").click()
    phone.look("rate")
    phone.page.locator(".act").click()
    expect(phone.page.locator(".story")).to_contain_text("解决 · 基本满意", timeout=10 * SECOND)
    assert phone.complaints == []


@on_one_engine
def test_who_holds_no_post_may_still_report_and_reads_english(office: Office, phone: Phone) -> None:
    phone.open("seat2")
    phone.page.goto(f"{phone.address}/field?lang=en#/tasks")
    expect(phone.page.locator(".nothing")).to_contain_text("You can report without a post")
    phone.look("no-post-en")
    phone.page.locator(".tabs a").last.click()
    phone.page.locator(".setting input").click()
    phone.look("mine-strong-en")
    phone.page.locator(".tabs a").nth(2).click()
    expect(phone.page.locator(".leaflet-container")).to_be_visible()
    phone.keep("field-map-en")
    assert phone.complaints == []


@on_one_engine
def test_a_report_stays_where_it_began_when_its_author_walks_on(office: Office, phone: Phone) -> None:
    phone.open("dong", IN_C1)
    phone.begin(a_photo(800))
    expect(phone.page.locator("input[type=search]")).to_be_visible()
    phone.context.set_geolocation({"longitude": CENTRES[C2][0], "latitude": CENTRES[C2][1], "accuracy": 6})
    phone.to_card("位置")
    expect(phone.page.locator(".place__sheet h1")).to_have_text("您已走开 1.0 公里，仍报原处？")
    phone.look("walked")
    phone.page.get_by_role("button", name="仍报原处").click()
    phone.page.get_by_role("button", name="就报这里").click()
    phone.choose_category()
    phone.part("send").click()
    expect(phone.part("number")).to_be_visible()
    [(issue, _)] = kept(office)
    assert (why(office, issue)["cell"]["code"], issue.accuracy_m) == (C1, 8)


@on_one_engine
def test_the_same_matter_takes_photo_and_words_and_leaves_no_draft(office: Office, phone: Phone) -> None:
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    phone.open("sun")
    phone.begin(a_photo(800))
    phone.choose_category()
    phone.page.fill("textarea", "还有一堆在后门")
    phone.part("same").click()
    expect(phone.part("number")).to_be_visible(timeout=10 * SECOND)
    phone.page.goto(f"{phone.address}/field#/home")
    expect(phone.part("report")).to_be_visible()
    expect(phone.page.locator(".home__draft")).to_have_count(0)
    with office.database.reading() as session:
        said = list(session.scalars(select(Words.text)))
    assert (len(kept(office)), said, len(photos_kept(office))) == (1, ["还有一堆在后门"], 1)


@on_one_engine
def test_a_coarse_place_is_asked_for_and_names_no_cell(phone: Phone) -> None:
    phone.open("dong", IN_C1 | {"accuracy": 2000})
    expect(phone.part("accuracy")).to_contain_text("位置太粗，认不出网格")
    phone.begin(None)
    phone.to_card("位置")
    expect(phone.page.locator(".place__sheet h1")).to_have_text("位置太粗，请在地图上点出地点")
    expect(phone.page.locator(".act")).to_have_text("图钉放在正中")
    expect(phone.page.locator(".place__under")).to_have_text("位置太粗")
    phone.look("coarse")
    first, later = phone.page.evaluate(UNDER_A_SECOND_TAP, "#/tasks")
    assert first == "phone"
    assert later != "phone"


def begun_without_signal(office: Office, phone: Phone) -> str:
    """A matter that Sun begins with on a phone without a network; its number."""
    number = report(office, actor_named(office, "li"), report_at(*CENTRES[C1])).number
    phone.open("sun")
    phone.page.locator(".home .task").click()
    expect(phone.page.get_by_role("button", name="受理")).to_be_visible()
    phone.context.set_offline(True)
    phone.page.get_by_role("button", name="受理").click()
    expect(phone.part("strip")).to_contain_text("1 条待发送")
    return number


@on_one_engine
def test_what_somebody_else_has_begun_meanwhile_counts_as_begun(office: Office, phone: Phone) -> None:
    number = begun_without_signal(office, phone)
    act_on(office, actor_named(office, "seat"), number, Act("start"))
    phone.context.set_offline(False)
    expect(phone.part("strip")).to_be_hidden(timeout=15 * SECOND)
    expect(phone.page.locator(".stages .is-now")).to_have_text("处置")
    phone.page.goto(f"{phone.address}/field#/queue")
    expect(phone.page.locator(".queue__row--sent")).to_contain_text("受理")


@on_one_engine
def test_what_waited_is_held_back_where_somebody_decided_something_meanwhile(
    office: Office, phone: Phone
) -> None:
    number = begun_without_signal(office, phone)
    act_on(office, actor_named(office, "seat"), number, Act("supervise"))
    phone.context.set_offline(False)
    expect(phone.part("strip")).to_contain_text("1 条要您补一下", timeout=15 * SECOND)
    phone.page.goto(f"{phone.address}/field#/queue")
    expect(phone.page.locator(".queue__row--refused")).to_contain_text("刚有人先办了：督办")
    phone.look("changed-meanwhile")
    phone.page.get_by_role("button", name="看过了，仍要办").click()
    expect(phone.page.locator(".queue__row--sent")).to_contain_text("受理", timeout=15 * SECOND)
    assert history(office) == ["reported", "supervise", "start"]
