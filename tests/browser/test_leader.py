"""The leader's map on its days: acting on a matter, filters in the address, lateness by itself, thousands, parts that fail."""

from __future__ import annotations

import re
from datetime import timedelta

import geopandas as gpd
import pytest
from playwright.sync_api import Page, Route, expect
from shapely.geometry import box
from sqlalchemy import text

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Issue
from gridmap.geo.crs import WGS84
from tests.browser.conftest import Visitor, axe_faults
from tests.conftest import Clock
from tests.town import C1, C2, C3, C4, CENTRES, OUTSIDE, PARKING, RUBBISH, actor_named, report_at
from tests.web.test_satisfaction import rate

SECOND = 1_000
ONE_ENGINE = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
"""What only the page does is the same over either store."""
pytestmark = ONE_ENGINE
MANY = 20_000
COPY = """
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :copies)
INSERT INTO issues ({columns}) SELECT {values} FROM issues, n
"""


def figures(page: Page) -> list[str]:
    return page.locator("[data-part=figures] dd:first-of-type").all_inner_texts()


def rows(page: Page) -> object:
    return page.locator("#matters .row")


def test_a_leader_takes_a_matter_on_and_is_told_when_somebody_was_faster(
    office: Office, visitor: Visitor
) -> None:
    numbers = [report(office, actor_named(office, "dong"), report_at(*CENTRES[C1])).number for _ in range(2)]
    visitor.enter("li")
    page = visitor.page
    page.click(f"[data-number='{numbers[0]}']")
    page.click("[data-action=start]")
    page.fill("textarea", "马上到场")
    page.locator(".act textarea").press("Escape")
    page.click(f"#matters [data-number='{numbers[1]}']")
    page.click(f"#matters [data-number='{numbers[0]}']")
    page.click("[data-action=start]")
    expect(page.locator("textarea")).to_have_value("马上到场")  # words outlive Esc and a look at another row
    page.click(".act button[type=submit]")
    expect(page.locator(".panel__title .tag")).to_have_text("处置中")
    expect(page.locator(".timeline")).to_contain_text("马上到场")
    expect(page.locator("[data-status=handling] b")).to_have_text("1")
    page.click(".actions__more")
    page.click(".actions [data-action=move]")
    page.mouse.click(620, 300)
    expect(page.locator(".act__place")).to_contain_text(re.compile("将落在|不在任何网格"))
    expect(page.locator(".timeline")).to_be_visible()  # a click on a cell chose nothing else
    page.click(f"#matters [data-number='{numbers[1]}']")
    page.click(".actions__more")
    page.click("[data-action=close] >> visible=true")
    page.route("**/api/v1/issues/*?*", lambda route: route.abort())  # the form is not yet told
    page.route(f"**/api/v1/issues/{numbers[1]}", lambda route: route.abort())
    act_on(office, actor_named(office, "seat"), numbers[1], Act("void"))
    page.click(".act button[type=submit]")
    expect(page.locator(".act__error")).to_contain_text("已作废")


def test_filters_stand_in_the_address_and_hold_for_list_map_and_heat(
    office: Office, visitor: Visitor
) -> None:
    seat = actor_named(office, "seat")
    for place, category in ((C1, PARKING), (C2, PARKING), (C3, "GBT47678:matter:06010")):
        report(office, seat, report_at(*CENTRES[place], category=category))
    visitor.enter("seat")
    page = visitor.page
    page.click(".chip--menu")
    page.fill(".picker__input", "乱停放")
    page.click(".picker__list button:has-text('机动车乱停放') >> nth=0")
    page.select_option("select.chip", "week")
    expect(rows(page)).to_have_count(2)
    expect(page.locator(".legend__head span")).to_contain_text("2 件")
    expect(page.locator(".mark-icon")).to_have_count(2)
    page.reload()
    expect(rows(page)).to_have_count(2)
    assert re.search(r"category=GBT47678:matter:09009&time=week", page.url)
    page.click("[data-mode=heat]")
    expect(page.locator(".legend__head span")).to_contain_text("视野内 2 件")


def test_colours_are_cut_for_each_filter_and_named_as_they_were_cut(office: Office, visitor: Visitor) -> None:
    seat = actor_named(office, "seat")
    for place, copies in ((C1, 1), (C2, 3), (C3, 6)):
        for at in range(copies):
            report(office, seat, report_at(*CENTRES[place], category=PARKING if at == 0 else RUBBISH))
    visitor.enter("seat")
    page, classes = visitor.page, visitor.page.locator(".ramp b")
    expect(classes).to_have_text(["0", "1", "2–3", "4–6"])
    page.goto("about:blank")
    page.goto(f"{visitor.address}/map#category={PARKING}")
    expect(classes).to_have_text(["0", "1"])
    expect(page.locator(".legend__note").first).to_contain_text("等量分级")
    page.click(".chip--menu")
    page.click(".picker__list button >> nth=0")
    expect(classes).to_have_text(["0", "1", "2–3", "4–6"])
    page.click(".ranked summary")
    expect(page.locator(".ranked b")).to_have_text(["6", "3", "1"])


def test_a_cells_figures_are_those_of_the_chips_and_late_ones_stand_first(
    office: Office, clock: Clock, visitor: Visitor
) -> None:
    seat = actor_named(office, "seat")
    numbers = [report(office, seat, report_at(*CENTRES[C1])).number for _ in range(25)]
    act_on(office, actor_named(office, "li"), numbers[0], Act("start"))
    act_on(office, actor_named(office, "li"), numbers[0], Act("finish"))
    with office.work() as work:
        late = {"due_at": clock() - timedelta(hours=1)}
        work.session.query(Issue).filter_by(number=numbers[24]).update(late)
    visitor.enter("seat", f"/map#at=area:{C1}")
    page = visitor.page
    expect(page.locator(".panel__totals")).to_contain_text("待办 23 · 超期 1 · 待核查 1")
    expect(page.locator(".panel .row").first).to_have_attribute("data-number", numbers[24])
    page.click("text=显示另外 5 件")
    expect(page.locator(".panel .row")).to_have_count(25)
    expect(page.locator(".panel .row").last).to_have_attribute("data-number", numbers[0])


def test_the_panel_is_near_for_the_keyboard(office: Office, visitor: Visitor) -> None:
    number = report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).number
    visitor.enter("li")
    page, row = visitor.page, visitor.page.locator(f"#matters [data-number='{number}']")
    row.press("Enter")
    expect(page.locator(".panel h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".actions__main")).to_be_visible()
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".actions__main")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def point_at(page: Page, cell: str) -> None:
    """Brings a cell under the pointer, once the camera has come to rest and the shapes of that view are there."""
    lon, lat = CENTRES[cell]
    stage = page.locator(".stage .leaflet-container").bounding_box() or {}
    for step in range(30):
        page.evaluate(f"window.gridmapMap.map.setView([{lat}, {lon}], 15, {{animate: false}})")
        page.mouse.move(stage["x"] + stage["width"] / 2 + step, stage["y"] + stage["height"] / 2 + 20)
        page.wait_for_timeout(200)
        if cell[-3:] in "".join(page.locator(".tip--cell strong + div").all_inner_texts())[-3:]:
            return


def test_while_its_cell_is_chosen_the_map_and_a_name_answer(office: Office, visitor: Visitor) -> None:
    number = report(office, actor_named(office, "seat"), report_at(*OUTSIDE)).number
    visitor.enter("seat")
    page, chosen = visitor.page, visitor.page.locator(".act__choice:has(input:checked)")
    page.click(f"#matters [data-number='{number}']")
    page.click("[data-action=choose_cell] >> visible=true")
    page.fill(".act__search input", C2[-6:])
    page.click(f".act__found [data-code='{C2}']")
    expect(chosen.locator("input")).to_have_value(C2)
    point_at(page, C4)
    page.mouse.down()
    page.mouse.up()
    expect(chosen.locator("input")).to_have_value(C4)
    page.click(".act button[type=submit]")
    expect(page.locator(".panel__cell")).to_be_visible()
    assert visitor.complaints == []


def test_lateness_comes_by_itself(office: Office, clock: Clock, visitor: Visitor) -> None:
    number = report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).number
    with office.work() as work:
        work.session.query(Issue).filter_by(number=number).update({"due_at": clock() + timedelta(seconds=9)})
    visitor.enter("seat")
    expect(visitor.page.locator(".group--today, [data-group=today] .row")).to_have_count(1)
    assert figures(visitor.page)[:3] == ["1", "1", "0"]
    clock.forward(seconds=9)
    expect(visitor.page.locator("[data-group=late] .row")).to_have_count(1)
    assert figures(visitor.page)[:3] == ["1", "0", "1"]
    expect(visitor.page.locator("#matters .due")).to_contain_text("超期")


def make_many(office: Office, copies: int) -> None:
    """Copies of the matters there are, with numbers and places of their own."""
    names = [column.name for column in Issue.__table__.columns if column.name not in ("id", "client_id")]
    moved = {"number": "number || '-' || n", "sent_lon": "sent_lon + n * 1e-9"}
    statement = COPY.format(columns=", ".join(names), values=", ".join(moved.get(one, one) for one in names))
    with office.work() as work:
        work.session.execute(text(statement), {"copies": copies})


def test_twenty_thousand_open_matters_stay_counts_that_add_up(office: Office, visitor: Visitor) -> None:
    for place in (C1, C2, C3, C4):
        report(office, actor_named(office, "seat"), report_at(*CENTRES[place]))
    make_many(office, MANY // 4)
    visitor.enter("seat")
    page = visitor.page
    expect(page.locator(".figure dd").first).to_have_text("2万")
    expect(page.locator(".ring__count")).to_have_text(["5,001"] * 4)
    assert rows(page).count() <= 100
    page.evaluate("""() => { window.longest = 0; new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ entryTypes: ["longtask"] }); }""")
    page.mouse.move(900, 400)
    for _ in range(4):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(150)
    page.click(".chip:has-text('待办')")
    expect(page.locator(".chip:has-text('待办')")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.longest") < 2 * SECOND
    assert visitor.complaints == []


@pytest.fixture
def flats(office: Office) -> tuple[float, float]:
    """A block of flats in C1; its middle."""
    lon, lat = CENTRES[C1]
    house = {"code": ["B1"], "name": ["1幢"], "address": ["河滨路1号"], "floors": [6], "households": [24]}
    shape = box(lon, lat, lon + 0.0005, lat + 0.0003)
    frame = gpd.GeoDataFrame(house | {"chief": ["楼长甲"]}, geometry=[shape], crs=WGS84)
    import_buildings(office, frame, ImportFile("houses", "1"))
    return lon + 0.00025, lat + 0.00015


def test_the_house_that_is_clicked_is_told_and_beside_it_the_cell(
    flats: tuple[float, float], visitor: Visitor
) -> None:
    visitor.enter("seat")
    page, (lon, lat) = visitor.page, flats
    page.goto("about:blank")
    with page.expect_response("**/tiles/buildings/**"):
        page.goto(f"{visitor.address}/map#view=18,{lon},{lat}")
    stage = page.locator(".stage .leaflet-container").bounding_box() or {}
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    panel = page.locator("[data-part=panel]")
    for shift, told in ((0, ("1幢", "河滨路1号", "6 层", "24 户", "楼长甲")), (-150, ("网格长",))):
        page.wait_for_timeout(300)
        page.mouse.click(middle[0], middle[1] + shift)
        for words in told:
            expect(panel).to_contain_text(words)
    assert "at=area:" in page.url
    assert visitor.complaints == []


def refuse(route: Route) -> None:
    """Answers as a server whose store is busy."""
    route.fulfill(status=503, json={"error": {"code": "database_busy", "message": "忙"}})


def test_a_part_that_fails_leaves_the_others_alive_and_comes_back(office: Office, visitor: Visitor) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    page = visitor.page
    page.route("**/api/v1/state*", refuse)
    page.route("**/api/v1/heat*", refuse)
    visitor.enter("seat")
    expect(page.locator(".legend")).to_contain_text("忙")
    expect(rows(page)).to_have_count(1)
    assert figures(page)[0] == "—"
    page.click("[data-mode=heat]")
    expect(page.locator(".legend")).to_contain_text("忙")
    page.unroute("**/api/v1/state*")
    page.unroute("**/api/v1/heat*")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=figures] dd").first).to_have_text("1")
    expect(page.locator(".legend")).to_contain_text("件/km²")


def test_axe_finds_nothing_serious_and_long_names_stay_inside(office: Office, visitor: Visitor) -> None:
    number = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1], accuracy_m=30.0)).number
    with office.work() as work:
        work.session.execute(
            text("UPDATE areas SET name = :name WHERE code = :code"), {"name": "长" * 60, "code": C1}
        )
    visitor.enter("li")
    page = visitor.page
    page.click(f"[data-number='{number}']")
    page.wait_for_selector(".timeline")
    assert axe_faults(page) == []
    page.click(".panel__cell")
    page.wait_for_selector(".slot")
    assert axe_faults(page) == []
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (
            page.evaluate(
                "(() => { const p = document.querySelector('.panel__body'); return p.scrollWidth - p.clientWidth; })()"
            )
            <= 0
        )


def test_an_account_without_posts_is_told_what_that_means(office: Office, visitor: Visitor) -> None:
    with office.work() as work:
        work.session.execute(
            text(
                "UPDATE posts SET valid_to = valid_from WHERE person_id = (SELECT person_id FROM accounts WHERE username = 'li')"
            )
        )
    visitor.enter("li", "/map")
    expect(visitor.page.locator("#matters")).to_contain_text("您还没有岗位")
    assert visitor.complaints == []


def test_staff_on_duty_stand_beside_the_cells_where_somebody_asks(office: Office, visitor: Visitor) -> None:
    visitor.enter("seat")
    page = visitor.page
    expect(page.locator(".map-label--cell span").first).to_be_visible()
    assert page.locator(".map-label--staff").count() == 0
    page.click("[data-part=layers] > button")
    page.check("[data-layer=staff]")
    expect(page.locator(".map-label--staff").first).to_have_text(re.compile("^在岗[12]/[12]$"))
    assert "show=staff" in page.url
    visitor.keep("map-staff")
    assert visitor.complaints == []


def test_areas_are_shaded_by_how_content_people_are(office: Office, visitor: Visitor) -> None:
    rate(office, C1, 0, 0, 2, 2, 2)
    visitor.enter("seat")
    page = visitor.page
    page.click("[data-choice=discontent]")
    legend = page.locator("[data-part=legend]")
    expect(legend).to_contain_text("不满意占比")
    expect(legend).to_contain_text("5 个区域评价不足 5 件")
    expect(legend).to_contain_text("40")
    assert visitor.complaints == []
