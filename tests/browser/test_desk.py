"""The desk in a browser: a matter through the loop by keyboard, counts that follow, duplicates, many at once, what others do."""

from __future__ import annotations

import dataclasses
import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Issue
from tests.browser.conftest import Visitor, axe_faults
from tests.conftest import Clock
from tests.town import C1, C2, C3, CENTRES, actor_named, report_at

SECOND = 1_000
ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
LON, LAT = CENTRES[C1]


def by_resident(office: Office, place: tuple[float, float] = (LON, LAT), words: str = "") -> str:
    accepting = dataclasses.replace(office, acceptance=frozenset({"resident"}))
    what = report_at(*place, source="resident", description=words, accuracy_m=12.0)
    return report(accepting, actor_named(office, "admin"), what).number


def at_desk(visitor: Visitor, where: str = "") -> Page:
    visitor.enter("seat", f"/desk{where}")
    expect(visitor.page.locator(".qtab")).to_have_count(11)
    expect(visitor.page.locator("#matters .skeleton")).to_have_count(0)
    return visitor.page


def tab(page: Page, name: str) -> object:
    return page.locator(f"[data-queue={name}] b")


def test_a_matter_goes_through_the_loop_by_keyboard_alone(office: Office, visitor: Visitor) -> None:
    number, other = by_resident(office, words="桶旁堆放装修垃圾"), by_resident(office, CENTRES[C2])
    page, li = at_desk(visitor), actor_named(office, "li")
    expect(tab(page, "accept")).to_have_text("2")
    expect(page.locator(".panel__words")).to_have_text("桶旁堆放装修垃圾")  # the first is in hand at once
    page.keyboard.press("a")
    page.focus(".act textarea")
    page.keyboard.type("jk已电话核实x")  # no key works while typing
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(tab(page, "accept")).to_have_text("1")
    expect(page.locator(".qrow.is-chosen [data-number]")).to_have_attribute("data-number", other)
    page.keyboard.press("]")
    expect(page.locator(f"[data-number='{number}']")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("jk已电话核实x")
    page.keyboard.press("d")
    expect(page.locator(".act input[type=radio]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#matters .state")).to_contain_text("都处理完了")
    for action in ("start", "finish"):
        act_on(office, li, number, Act(action))
    page.click("[data-queue=verify]")
    page.click(f"[data-number='{number}']")
    expect(page.locator(".actions__main")).to_contain_text("核查通过")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(tab(page, "close")).to_have_text("1")
    page.click("[data-queue=close]")
    expect(page.locator(f"[data-number='{number}']")).to_be_focused()
    expect(page.locator(".actions__main")).to_contain_text("办结")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(tab(page, "close")).to_have_text("0")
    with office.database.reading() as session:
        assert session.scalar(select(Issue.status).where(Issue.number == number)) == "closed"
    assert visitor.complaints == []


@ONE_ENGINE
def test_the_next_one_is_in_hand_also_where_news_comes_before_the_list(
    office: Office, visitor: Visitor
) -> None:
    number, other = by_resident(office), by_resident(office, CENTRES[C2])
    page, held = at_desk(visitor, f"#queue=accept&at={number}"), list[Route]()
    page.click("[data-action=accept] >> visible=true")
    # The first answer after the deed never comes: the news of it, a moment later, asks anew.
    page.route("**/api/v1/desk/accept**", lambda route: route.continue_() if held else held.append(route))
    page.click(".act button[type=submit]")
    expect(page.locator(".qrow.is-chosen [data-number]")).to_have_attribute("data-number", other)
    expect(page.locator(".panel__facts")).to_contain_text(other)


@ONE_ENGINE
def test_counts_and_rows_follow_without_a_reload_and_equal_one(
    office: Office, clock: Clock, visitor: Visitor
) -> None:
    page = at_desk(visitor, "#queue=accept")
    expect(page.locator("#matters .state")).to_contain_text("新上报的会自动出现")
    number = by_resident(office, words="井盖松动")
    expect(tab(page, "accept")).to_have_text("1")
    expect(page.locator(f"[data-number='{number}']")).to_contain_text("井盖松动")
    clock.forward(minutes=16)
    page.reload()
    expect(page.locator("[data-queue=accept] em")).to_have_text("◆1 超时")
    expect(page.locator(".qrow .tick--late")).to_contain_text("超期 01:")
    act_on(office, actor_named(office, "seat2"), by_resident(office, CENTRES[C3]), Act("accept"))
    expect(tab(page, "dispatch")).to_have_text("1")
    live = page.locator(".qtab").all_inner_texts()
    page.reload()
    expect(tab(page, "dispatch")).to_have_text("1")
    assert page.locator(".qtab").all_inner_texts() == live


@ONE_ENGINE
def test_what_somebody_else_handles_goes_quietly_and_what_was_typed_stays(
    office: Office, visitor: Visitor
) -> None:
    number, other = by_resident(office), by_resident(office, CENTRES[C2])
    page = at_desk(visitor, f"#queue=accept&at={number}")
    page.locator("[data-action=decline]").click()
    page.fill(".act textarea", "不属于本区")
    act_on(office, actor_named(office, "admin"), other, Act("accept"))
    expect(page.locator("[data-part=note]")).to_contain_text("已由他人处理")
    act_on(office, actor_named(office, "admin"), number, Act("dispatch"))
    expect(page.locator(".act__error")).to_contain_text("已派遣")
    expect(page.locator(".act textarea")).to_have_value("不属于本区")
    expect(page.locator(".act button[type=submit]")).to_be_disabled()
    expect(page.locator(".desk-matter .banner")).to_contain_text("已由他人处理")
    expect(page.locator("#matters .state")).to_contain_text("都处理完了")


@ONE_ENGINE
def test_what_was_typed_is_kept_said_to_be_and_let_go(office: Office, visitor: Visitor) -> None:
    number = by_resident(office)
    page = at_desk(visitor, f"#queue=accept&at={number}")
    main, words = page.locator(".actions__main"), page.locator(".act textarea")
    expect(main).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(main.locator(".act__draft")).to_have_count(0)  # nothing was typed
    page.keyboard.press("Enter")
    expect(page.locator(".act button[type=submit]")).to_be_focused()
    page.keyboard.press("a")  # not an action now, and not lost
    page.keyboard.type("bc")
    expect(words).to_have_value("abc")
    page.keyboard.press("Escape")
    expect(main.locator(".act__draft")).to_be_visible()
    main.click()
    expect(page.locator(".act__kept")).to_contain_text("还在")
    expect(words).to_have_value("abc")
    page.locator("[data-draft=clear]").click()
    expect(words).to_have_value("")
    expect(page.locator(".act__kept")).to_have_count(0)
    words.fill("已核实")
    page.keyboard.press("Control+Enter")
    expect(tab(page, "dispatch")).to_have_text("1")
    page.goto(f"{visitor.address}/desk#at={number}")
    expect(page.locator(".timeline")).to_contain_text("已核实")


@ONE_ENGINE
def test_whoever_gave_it_back_is_marked_where_it_is_passed_on(office: Office, visitor: Visitor) -> None:
    number, seat = by_resident(office), actor_named(office, "seat")
    act_on(office, seat, number, Act("dispatch", unit="water"))
    act_on(office, actor_named(office, "water"), number, Act("return", words="不归我们管"))
    page = at_desk(visitor, f"#queue=dispatch&at={number}")
    expect(page.locator(".actions__main")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator(".act__choice--returned")).to_contain_text("刚退回：不归我们管")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    limits = page.locator(".whistle__limits")
    expect(limits).to_contain_text("4 工作时内应哨，逾时自动升为社区党委书记哨")
    page.get_by_text("应急哨").click()
    page.get_by_text("区委书记哨").click()
    expect(limits).to_contain_text(re.compile("5 分钟内应哨.*30 分钟内到场", re.DOTALL))


@ONE_ENGINE
def test_what_its_reporter_sends_back_has_its_queue_and_says_why(office: Office, visitor: Visitor) -> None:
    li, seat = actor_named(office, "li"), actor_named(office, "seat")
    number = report(office, li, report_at(LON, LAT)).number
    act_on(office, actor_named(office, "sun"), number, Act("finish"))
    act_on(office, seat, number, Act("close"))
    page = at_desk(visitor, "#queue=reopened")
    act_on(office, li, number, Act("rate", solved=0, satisfaction=0))
    act_on(office, li, number, Act("reopen_unsolved", words="还是满的"))
    expect(tab(page, "reopened")).to_have_text("1")
    expect(page.locator(".dm__sent-back")).to_contain_text(re.compile("未解决 · 不满意.*还是满的"))
    expect(page.locator(".qrow .qtag--red")).to_have_text("不满意")
    expect(page.locator(".actions__main")).to_contain_text("派遣")


@ONE_ENGINE
def test_queues_are_narrowed_by_their_clocks(office: Office, clock: Clock, visitor: Visitor) -> None:
    first = by_resident(office)
    clock.forward(minutes=12)
    by_resident(office, CENTRES[C2])
    page = at_desk(visitor, "#queue=accept")
    expect(page.locator("#matters [data-number]")).to_have_count(2)
    page.click("[data-pressing=warning]")
    expect(page.locator("#matters [data-number]")).to_have_count(1)
    expect(page.locator(f"#matters [data-number='{first}']")).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.locator("[data-pressing=warning]")).to_have_attribute("aria-pressed", "true")
    page.click("[data-pressing=very_late]")
    expect(page.locator("#matters .state")).to_contain_text("没有找到")


@ONE_ENGINE
def test_a_place_known_coarsely_is_said_to_decide_nothing(office: Office, visitor: Visitor) -> None:
    what = report_at(LON, LAT, accuracy_m=40_000.0)
    number = report(office, actor_named(office, "admin"), what).number
    page = at_desk(visitor, f"#at={number}")
    expect(page.locator(".why__coarse")).to_contain_text("定位太粗（精度 40 km）")
    expect(page.locator(".shares li")).to_have_count(3)
    expect(page.locator(".why")).to_contain_text("另有 4 个网格")
    expect(page.locator(".place-label--share")).to_have_count(3)


@ONE_ENGINE
def test_a_refusal_is_told_in_plain_words(office: Office, visitor: Visitor) -> None:
    number = by_resident(office)
    page = at_desk(visitor, f"#queue=accept&at={number}")
    page.locator(".actions__main").click()
    page.route("**/api/v1/desk/**", lambda route: route.abort())
    page.route(f"**/api/v1/issues/{number}", lambda route: route.abort())
    act_on(office, actor_named(office, "admin"), number, Act("dispatch"))
    page.click(".act button[type=submit]")
    expect(page.locator(".act__error")).to_contain_text("已派遣")
    assert "409" not in page.locator(".act__error").inner_text()


@ONE_ENGINE
def test_a_duplicate_is_shown_and_merged_with_one_key(office: Office, visitor: Visitor) -> None:
    first = by_resident(office, words="先报的")
    second = by_resident(office, (LON, LAT + 0.0002), words="又报一次")
    page = at_desk(visitor, f"#queue=accept&at={second}")
    expect(page.locator(".twins")).to_contain_text(re.compile("可能重复 1 件.*先报的.*相距 22 m", re.DOTALL))
    expect(page.locator(".twin-mark")).to_contain_text("22 m")
    page.keyboard.press("m")
    expect(page.locator(".act input[type=text]")).to_have_value(first)
    page.keyboard.press("Enter")
    expect(page.locator(f"#matters [data-number='{second}']")).to_have_count(0)
    expect(page.locator(".panel__words")).to_have_text("先报的")  # the next one is in hand
    expect(page.locator(".timeline")).to_contain_text(second)
    page.keyboard.press("Escape")
    page.goto(f"{visitor.address}/map#at=issue:{first}")
    expect(page.locator("[data-part=to-desk]")).to_have_attribute("href", re.compile(f"/desk#at={first}$"))


@ONE_ENGINE
def test_many_are_done_in_one_go_and_the_rest_stays_selected(office: Office, visitor: Visitor) -> None:
    numbers = [by_resident(office, CENTRES[code]) for code in (C1, C2, C3)]
    page = at_desk(visitor, "#queue=accept")
    expect(page.locator(".timeline")).to_be_visible()
    for _ in numbers:
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator(".bulk__count")).to_have_text("已选 3 件")
    page.click("[data-bulk=accept]")
    page.route("**/api/v1/desk/accept**", lambda route: route.abort())  # the page is not yet told
    act_on(office, actor_named(office, "admin"), numbers[1], Act("dispatch"))
    page.click(".desk-bulk button[type=submit]")
    expect(page.locator(".bulk__told")).to_contain_text("2 件已办成，1 件没有办成")
    expect(page.locator(".bulk__told li")).to_contain_text("已派遣")
    page.unroute("**/api/v1/desk/accept**")
    page.reload()
    expect(tab(page, "dispatch")).to_have_text("2")


@ONE_ENGINE
def test_the_search_finds_words_and_numbers_of_other_queues(office: Office, visitor: Visitor) -> None:
    number, other = by_resident(office, words="烧烤摊占道"), by_resident(office, CENTRES[C2])
    act_on(office, actor_named(office, "seat"), other, Act("accept"))
    page = at_desk(visitor, "#queue=accept")
    page.keyboard.press("/")
    page.keyboard.type("烧烤")
    page.keyboard.press("Enter")
    expect(page.locator("#matters [data-number]")).to_have_count(1)
    expect(page.locator(f"#matters [data-number='{number}']")).to_be_focused()  # what is found is in hand
    expect(page.locator(".panel__facts")).to_contain_text(number)
    page.keyboard.press("d")
    expect(page.locator(".act")).to_be_visible()
    page.keyboard.press("Escape")
    page.fill(".desk-search input", other)
    page.keyboard.press("Enter")
    expect(page.locator("#matters .state")).to_contain_text("没有找到")
    expect(page.locator(".panel__facts")).to_contain_text(other)
    expect(page.locator(".actions__main")).to_contain_text("派遣")
    page.keyboard.press("Enter")  # and so is what is found elsewhere
    expect(page.locator(".act")).to_be_visible()
    expect(page.locator("[data-part=to-map]")).to_have_attribute(
        "href", re.compile(f"/map#at=issue:{other}$")
    )


@ONE_ENGINE
def test_axe_finds_nothing_serious_and_the_page_holds_at_every_width(
    office: Office, visitor: Visitor
) -> None:
    number = by_resident(office, words="小区东边垃圾桶旁堆了好多装修垃圾")
    by_resident(office, (LON, LAT + 0.0002))
    page = at_desk(visitor, f"#queue=accept&at={number}")
    expect(page.locator(".twins")).to_be_visible()
    page.keyboard.press("x")
    assert axe_faults(page) == []
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("键盘操作")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    for width in (1920, 1440, 1280, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_CUT) == [], width
    expect(page.locator(".dm__back")).to_be_visible()


_CUT = """[...document.querySelectorAll('.actions .button, .bulk__buttons .button, .qtab b, .dm__step')]
    .filter((node) => node.offsetParent && node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent)"""


@ONE_ENGINE
def test_pictures_of_the_desk(office: Office, clock: Clock, visitor: Visitor) -> None:
    words = ["桶旁堆放装修垃圾，木板带钉", "楼下停满电动车", "Stalls on the pavement", "外墙喷涂电话"]
    numbers = [
        by_resident(office, CENTRES[code], said) for code, said in zip((C1, C2, C3, C1), words, strict=True)
    ]
    clock.forward(minutes=11)
    page = at_desk(visitor)
    for language in ("zh-CN", "en"):
        page.goto(f"{visitor.address}/desk?lang={language}#queue=accept&at={numbers[0]}")
        page.wait_for_selector(".timeline")
        for width, height in ((1440, 900), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(800)
            visitor.keep(f"desk-{width}-{language}")
    assert visitor.complaints == []
