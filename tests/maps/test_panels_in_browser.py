"""Panels and what stands around them: areas above cells, a person's choice, parts that add up, coming back."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from gridmap.resources import folder
from gridmap.texts import text
from tests.maps.baking import Answers
from tests.maps.test_map_in_browser import CSP, issue, page_html, serve_issues, state

COMMUNITY, CELL = "990001003012", "990001003012001"
ABOVE = [
    {"code": "990001003", "name": "文庙街道", "level": "street"},
    {"code": COMMUNITY, "name": "河滨社区", "level": "community"},
]


def member(role_name: str, name: str | None, held_at: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "role": role_name,
        "role_name": role_name,
        "person": name and {"id": 1, "name": name},
        "held_at": held_at,
        "inherited": held_at is not None and held_at["code"] != COMMUNITY,
        "vacant": name is None,
        "since": None,
    }


def area(code: str, name: str, level: str, breadcrumb: list[Any], staff: dict[str, Any]) -> dict[str, Any]:
    by_status = {"reported": 2, "handling": 1, "handled": 4, "closed": 9}
    counts = {
        "open": 7,
        "closed": 9,
        "by_status": by_status,
        "by_category": [],
        "overdue": 2,
        "due_today": 3,
        "buildings": 12,
        "households": 340,
    }
    properties = {
        "code": code,
        "name": name,
        "level": level,
        "version": 1,
        "valid_from": "2026-01-01T00:00:00Z",
    }
    properties |= {"area_m2": 1e6, "breadcrumb": breadcrumb, "staff": staff, "counts": counts}
    days = [{"day": f"2026-11-{n:02}", "reported": n, "closed": 1} for n in range(7, 21)]
    properties |= {"days": days, "on_time": 0.881}
    box = [[[103.80, 25.49], [103.82, 25.49], [103.82, 25.50], [103.80, 25.50], [103.80, 25.49]]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": box}, "properties": properties}


@pytest.fixture
def opened(site: Any, two_areas: Answers) -> Any:
    """The map of a community's head: two matters in its western cell, one in no cell."""
    lost = issue(3, "reported", 103.8195)
    lost["properties"] |= {"cell": None, "in_triage": True}
    features = [issue(1, "reported", 103.802), issue(2, "handling", 103.805), lost]
    serve_issues(site, features)
    site.answers["/api/v1/state"] = state({CELL: [1, 1, 0, 0]}, triage=(1, 0, 0, 0))
    heads = {"1": [member("网格长", None)], "5": [member("警员", None)] * 5, "N": []}
    heads["head"] = [member("社区负责人", "李梅", ABOVE[1]), member("街道负责人", "赵刚", ABOVE[0])]
    site.answers[f"/api/v1/areas/{COMMUNITY}"] = area(COMMUNITY, "河滨社区", "community", ABOVE, heads)
    five = {"1": [member("网格长", "孙丽", ABOVE[0])], "5": [member("警员", "周强", ABOVE[0])] * 5, "N": []}
    way = [*ABOVE, {"code": CELL, "name": "河滨第1网格", "level": "grid"}]
    site.answers[f"/api/v1/areas/{CELL}"] = area(CELL, "河滨第1网格", "grid", way, five | {"head": []})
    html = page_html([2], ["990001003012"])
    me = '{"areas": [{"code": "990001003012", "level": "community", "name": "\\u6cb3\\u6ee8\\u793e\\u533a"}]}'
    nobody = '"me": {"areas": [], "sees_everything": true}'
    assert nobody in html
    site.html, site.csp, site.baked = html.replace(nobody, f'"me": {me}'), CSP, [two_areas]
    site.page.goto(f"{site.address}/map")
    site.page.wait_for_selector(".area .crumb")
    return site


def panel(site: Any, hook: str = ".panel__head") -> str:
    site.page.wait_for_selector(hook)
    words: str = site.page.locator(".panel").inner_text()
    return words


def test_the_legend_counts_what_the_figures_count(opened: Any) -> None:
    assert opened.page.locator(".figure dd").first.inner_text() == "3"
    assert "2 件" in opened.page.locator(".legend__head span").first.inner_text()
    assert "另有 1 件待定网格" in opened.page.locator(".legend").inner_text()


def test_a_filter_holds_for_shading_and_legend_which_says_so(opened: Any) -> None:
    assert "仅统计" not in opened.page.locator(".legend").inner_text()
    opened.page.click(".chip:has-text('处置中')")
    opened.page.wait_for_selector(".legend:has-text('仅统计：处置中')")
    assert "1 件" in opened.page.locator(".legend__head span").first.inner_text()


def test_the_title_opens_the_panel_of_ones_area_with_its_heads(opened: Any) -> None:
    opened.page.click(".area h1 .crumb")
    words = panel(opened)
    assert [name for name in ("李梅", "赵刚") if name not in words] == []
    assert "空缺" not in words
    assert "配备" not in words
    assert opened.complaints == []


def test_only_areas_inside_ones_scope_are_buttons(opened: Any) -> None:
    opened.page.keyboard.press("Escape")
    opened.page.goto(f"{opened.address}/map?1#at=area:{CELL}")
    panel(opened)
    assert opened.page.locator(".panel .crumbs li").all_inner_texts() == ["文庙街道", "河滨社区"]
    assert opened.page.locator(".panel .crumbs button").all_inner_texts() == ["河滨社区"]


def test_a_cell_tells_its_figures_days_and_people_and_inherited_is_said_once(opened: Any) -> None:
    opened.page.goto(f"{opened.address}/map?1#at=area:{CELL}")
    words = panel(opened)
    assert opened.page.locator(".panel .figure dd").all_inner_texts() == ["7", "3", "2", "88.1%"]
    told = ("配备 6 / 6", "待办 2 · 处置中 1 · 已办结 9", "上报 189", "办结 14", "没有登记楼栋")
    assert [word for word in told if word not in words] == []
    assert opened.page.locator(".slot .inherited").count() == 0
    assert opened.page.locator(".five + .quiet").inner_text() == "由文庙街道统一担任"


def test_a_cell_without_anybody_says_what_that_means(opened: Any) -> None:
    whole = opened.answers[f"/api/v1/areas/{CELL}"]
    head = [member("社区负责人", "李梅", ABOVE[1])]
    nobody = {"1": [member("网格长", None)], "5": [member("警员", None)] * 5, "N": [], "head": head}
    whole["properties"]["staff"] = nobody
    opened.page.goto(f"{opened.address}/map?1#at=area:{CELL}")
    words = panel(opened, ".unstaffed")
    assert [word for word in ("全部空缺", "无人任职", "社区负责人李梅") if word not in words] == []


def test_search_finds_areas_above_and_says_when_it_cannot_ask(opened: Any) -> None:
    street = {"type": "Feature", "geometry": None, "properties": ABOVE[1]}
    opened.answers["/api/v1/areas"] = {"type": "FeatureCollection", "features": [street], "next": None}
    opened.page.fill(".search input", "河滨社")
    opened.page.wait_for_selector("#found [role=option]")
    assert "社区" in opened.page.locator("#found [role=option]").first.inner_text()
    opened.page.context.set_offline(True)
    opened.page.route("**/api/v1/**", lambda route: route.abort())
    opened.page.fill(".search input", "别处")
    opened.page.wait_for_selector("#found .search__none:has-text('连不上服务器')")


def test_a_panel_that_failed_loads_by_itself_once_the_server_is_back(opened: Any) -> None:
    opened.page.route("**/api/v1/areas/990001003012*", lambda route: route.abort())
    opened.page.click(".area h1 .crumb")
    opened.page.wait_for_selector(".panel .state--error")
    opened.page.unroute("**/api/v1/areas/990001003012*")
    opened.page.evaluate("window.dispatchEvent(new Event('online'))")
    assert "李梅" in panel(opened)


def test_a_cell_chosen_by_a_person_says_by_whom(opened: Any) -> None:
    why = {"status": "outside", "cell": {"code": CELL, "name": "河滨第1网格", "version": 1}, "margin_m": None}
    why |= {"candidates": [{"code": CELL, "name": "河滨第1网格", "share": 0.4}, {"code": None, "share": 0.6}]}
    why |= {"rule": "chosen_by_person", "lon_lat_wgs84": [103.802, 25.495], "sent": None, "nearest": None}
    event = {"seq": 2, "kind": "choose_cell", "at": "2026-11-20T01:00:00Z", "actor": {"name": "王芳"}}
    whole = issue(1, "reported", 103.802)
    whole["properties"] |= {"events": [event | {"data": {"cell": why["cell"]}}], "photos": [], "why": why}
    opened.answers["/api/v1/issues/990001-20261120-0001"] = whole
    opened.page.click("[data-number='990001-20261120-0001']")
    words = panel(opened, ".why__choice")
    assert [word for word in ("人工指定", "由王芳指定", "40.0%", "60.0%") if word not in words] == []


@pytest.mark.parametrize(
    ("user", "way"),
    [
        (None, "/sign-in"),
        ({"name": "王芳", "kind": "staff"}, "/"),
    ],
)
def test_an_error_page_leads_on_to_where_one_may_go(user: Any, way: str) -> None:
    environment = Environment(loader=FileSystemLoader(folder("templates")), autoescape=True)
    html = environment.get_template("error.html").render(
        user=user,
        message="没有找到。",
        lang="zh-CN",
        t=lambda key, **fields: text("zh-CN", key, **fields),
        url_for=lambda endpoint, filename: f"/static/{filename}",
        open_pages=list,
        languages=list,
        csrf_token=str,
    )
    assert f'<a class="button button--main" href="{way}">' in html
