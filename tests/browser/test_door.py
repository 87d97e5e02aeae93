"""A resident at the door with a phone: from the notice board to a rating, and every bad moment with its way on.

The whole path runs on both engines; what is the page's alone on one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.db.models import Issue
from gridmap.web import sheets
from tests.browser.conftest import ARTEFACTS, PHONE, Browsers, Visitor, axe_faults, fits, until
from tests.browser.test_field import a_photo
from tests.conftest import Clock
from tests.knocking import reported_at_door
from tests.town import C1, C4, CENTRES, RIVERSIDE, actor_named

on_one_engine = pytest.mark.parametrize("engine", ["spatialite"])
IN_C4 = {"longitude": CENTRES[C4][0], "latitude": CENTRES[C4][1], "accuracy": 9}


class Resident(Visitor):
    """Somebody with a phone before a notice board."""

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    def open(self, path: str = f"/door/{C1}") -> None:
        self.page.goto(f"{self.address}{path}")
        expect(self.page.locator(".door")).to_be_visible()

    def choose(self, words: str) -> None:
        self.page.locator("label", has_text=words).first.click()

    def send(self) -> None:
        self.part("send").click()

    def look(self, name: str) -> None:
        """Keep the whole page; nothing sticks out at any width, and nobody is kept out."""
        for width, height in ((360, 740), (1280, 800), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            assert fits(self.page), (name, width)
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"door-{name}.jpg", type="jpeg", quality=90, full_page=True)
        assert axe_faults(self.page) == [], name


@pytest.fixture
def resident(browsers: Browsers, address: str) -> Iterator[Resident]:
    with browsers.lend(Resident, PHONE) as found:
        yield found


def do(office: Office, number: str, *names: str) -> None:
    for name in names:
        act_on(office, actor_named(office, "seat"), number, Act(name))


def kept(office: Office) -> list[Issue]:
    with office.database.reading() as session:
        return list(session.scalars(select(Issue).order_by(Issue.id)))


def test_from_the_notice_board_to_a_rating(office: Office, clock: Clock, resident: Resident) -> None:
    resident.open()
    resident.look("report")
    resident.choose("路灯不亮")
    resident.page.fill("#words", "3 号楼东侧路灯不亮")
    resident.page.locator("input[type=file]").set_input_files(a_photo(1600))
    expect(resident.page.locator(".photos__one")).to_have_count(1)
    resident.page.fill("#contact", "王女士 13812341234")
    resident.look("filled")
    resident.send()
    expect(resident.part("number")).to_have_text("990001-20261120-0001", timeout=20_000)
    expect(resident.page.locator(".done__photos")).to_have_text("照片 1 张已送到。")
    resident.look("done")
    [issue] = kept(office)
    assert (issue.source, issue.account_id, issue.path.endswith(f"{C1}/")) == ("resident", None, True)
    resident.part("link").click()
    expect(resident.part("state")).to_have_text("已受理")
    clock.forward(minutes=20)
    do(office, issue.number, "start", "finish", "close")
    resident.page.reload()
    expect(resident.part("state")).to_have_text("已办结")
    resident.look("track")
    resident.choose("未解决")
    resident.choose("不满意")
    resident.part("rate").locator("button").click()
    expect(resident.part("rated")).to_contain_text("未解决 · 不满意")
    resident.page.fill("#why", "灯还是不亮")
    resident.look("back")
    resident.part("back").locator("button").click()
    expect(resident.part("state")).to_have_text("已受理")
    assert [one.status for one in kept(office)] == ["reported"]
    assert resident.complaints == []


@on_one_engine
def test_a_report_from_where_one_stands_in_english(office: Office, resident: Resident) -> None:
    resident.page.context.grant_permissions(["geolocation"])
    resident.page.context.set_geolocation(IN_C4)  # type: ignore[arg-type]
    resident.open("/door?lang=en")
    resident.choose("Noise")
    resident.choose("Where I am now")
    expect(resident.part("fix")).to_have_text("Found, within about 9 m")
    resident.look("english")
    resident.send()
    expect(resident.part("number")).to_be_visible(timeout=20_000)
    [issue] = kept(office)
    assert (issue.path.endswith(f"{C4}/"), issue.accuracy_m) == (True, 9)
    assert resident.page.context.cookies() == []
    assert resident.complaints == []


@on_one_engine
def test_what_is_missing_is_said_and_what_was_typed_stays(office: Office, resident: Resident) -> None:
    resident.open("/door")
    resident.page.fill("#words", "写了很久的话")
    resident.send()
    expect(resident.part("fault")).to_have_text("请选一项是什么事。")
    resident.choose("噪声扰民")
    resident.send()
    expect(resident.part("fault")).to_have_text("请说明在哪里。")
    resident.choose("在某块告示牌附近")
    resident.page.fill("#code", "1")
    resident.send()
    expect(resident.part("fault")).to_contain_text("1", timeout=20_000)
    resident.page.reload()
    expect(resident.page.locator("#words")).to_have_value("写了很久的话")
    resident.choose("在某块告示牌附近")
    resident.page.fill("#code", C1)
    resident.send()
    expect(resident.part("number")).to_be_visible(timeout=20_000)
    assert len(kept(office)) == 1


@on_one_engine
def test_without_a_network_nothing_is_lost_and_an_old_puzzle_is_replaced(
    office: Office, clock: Clock, resident: Resident
) -> None:
    with resident.page.expect_event("worker") as solver:
        resident.open()
        resident.choose("路灯不亮")
    until(resident.page, lambda: solver.value not in resident.page.workers)  # the puzzle is solved
    clock.forward(hours=1)
    resident.page.context.set_offline(True)
    resident.send()
    expect(resident.part("fault")).to_contain_text("没有连上网络", timeout=20_000)
    resident.page.context.set_offline(False)
    resident.send()
    expect(resident.part("number")).to_be_visible(timeout=20_000)
    assert len(kept(office)) == 1


@on_one_engine
def test_a_phone_that_may_not_say_where_goes_back_to_the_board(office: Office, resident: Resident) -> None:
    resident.open()
    resident.choose("路灯不亮")
    resident.choose("在我现在的位置")
    expect(resident.part("fix")).to_contain_text("可改选告示牌")
    expect(resident.page.locator("input[value=board]")).to_be_checked()
    resident.send()
    expect(resident.part("number")).to_be_visible(timeout=20_000)


@on_one_engine
def test_a_wrong_code_is_told_and_can_be_typed_anew(resident: Resident) -> None:
    resident.open("/track#0000000000000000")
    expect(resident.part("fault")).to_have_text("没有这个查询码，请核对后再试。")
    resident.look("wrong")
    assert [one for one in resident.complaints if "404" not in one] == []


@on_one_engine
def test_notice_boards_fit_their_paper(
    app: Flask, office: Office, resident: Resident, tmp_path: Path
) -> None:
    for name, are_posters in (("labels", False), ("posters", True)):
        with office.database.reading() as session:
            boards = sheets.boards_in(
                session, RIVERSIDE, "https://grid.example.gov.cn", (office.roles, office.clock())
            )
        file = tmp_path / f"{name}.html"
        file.write_text(
            sheets.drawn(boards, "zh-CN", "示例·示意图，非行政区划界线", are_posters=are_posters),
            encoding="utf-8",
        )
        resident.page.set_viewport_size({"width": 900, "height": 1200})
        resident.page.goto(file.as_uri())
        over = "[...document.querySelectorAll('.board')].filter((b) => b.scrollHeight > b.clientHeight + 1 || b.scrollWidth > b.clientWidth + 1).length"
        assert resident.page.evaluate(over) == 0, name
        resident.page.screenshot(path=ARTEFACTS / f"door-sheet-{name}.jpg", type="jpeg", full_page=True)
        resident.page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True)


@on_one_engine
def test_a_seat_sees_whose_matter_it_is_and_reaches_them_on_demand(office: Office, visitor: Visitor) -> None:
    number, page = reported_at_door(office, contact="王女士 13812341234").number, visitor.page
    visitor.enter("seat", f"/map#at=issue:{number}")
    panel = page.locator("[data-part=panel]")
    expect(panel).to_contain_text("群众上报")
    expect(panel).to_contain_text("王** 138****1234")
    panel.get_by_role("button", name="查看").click()
    expect(panel).to_contain_text("王女士 13812341234")
    visitor.keep("door-seat")
    page.goto("about:blank")
    page.goto(f"{visitor.address}/map#at=area:{C1}")
    link = panel.get_by_role("link", name="二维码")
    expect(link).to_have_attribute("href", f"/door/{C1}/sheet")
    visitor.keep("door-cell")
    page.goto(f"{visitor.address}/door/{C1}/sheet")
    expect(page.locator(".board")).to_contain_text("河滨第1网格")
    assert visitor.complaints == []
