"""The leader's map in a real browser under its content security policy: it draws, obeys and tells the truth."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import expect

from gridmap.domain.issues import OPEN
from gridmap.maps.assets import import_map
from gridmap.maps.page import leader_map, page_texts
from gridmap.resources import folder
from gridmap.texts import catalogue, text
from gridmap.web.params import parse_statuses
from tests.maps.baking import Answers
from tests.maps.conftest import HOSTILE_NAME as HOSTILE

CSP = (
    "default-src 'none'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NOW = "2026-11-20T06:32:00"
BOUNDS = (103.80, 25.49, 103.82, 25.50)


def issue(n: int, status: str, lon: float) -> dict[str, Any]:
    cell = {"code": "990001003012001", "name": HOSTILE, "version": 1}
    properties = {
        "number": f"990001-20261120-{n:04d}",
        "status": status,
        "category": "own:matter:B01",
        "category_name": "消防隐患",
        "description": HOSTILE,
        "reported_at": f"2026-11-20T0{n}:00:00Z",
        "due_at": f"2026-11-2{n}T04:00:00Z",
        "handler": {"id": n, "name": HOSTILE},
        "unit": None,
        "cell": cell,
        "in_triage": False,
    }
    return {
        "type": "Feature",
        "id": properties["number"],
        "geometry": {"type": "Point", "coordinates": [lon, 25.495]},
        "properties": properties,
    }


def state(cells: dict[str, list[int]], triage: tuple[int, ...] = (0, 0, 0, 0)) -> dict[str, Any]:
    """What /state answers for counts by cell: reported, handling, handled, late."""
    reported, handling, handled, late = map(sum, zip(triage, *cells.values(), strict=True))
    totals = {"open": reported + handling + handled + late, "reported": reported, "handling": handling}
    totals |= {"handled": handled, "late": late, "due_today": 0, "triage": sum(triage)}
    moments = {"computed_at": f"{NOW}Z", "next_due_at": None, "day_ends_at": "2026-11-20T16:00:00Z"}
    return {**moments, "totals": totals, "cells": cells, "triage": list(triage)}


def in_the_map(site: Any, lon: float, lat: float) -> tuple[float, float]:
    """Where a place stands on the page."""
    at = "([lon, lat]) => { const p = gridmapMap.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"
    x, y = site.page.evaluate(at, [lon, lat])
    box = site.page.locator(".leaflet-container").bounding_box()
    return box["x"] + x, box["y"] + y


def colour_at(site: Any, lon: float, lat: float, pane: str = "city") -> str:
    """The colour drawn at a place by a pane's canvas, as #RRGGBB; "" for nothing."""
    script = """([pane, lon, lat]) => {
      const { map } = gridmapMap;
      const canvas = map.getPane(pane).querySelector('canvas');
      const at = map.latLngToLayerPoint([lat, lon]).subtract(L.DomUtil.getPosition(canvas));
      return [...canvas.getContext('2d').getImageData(at.x, at.y, 1, 1).data];
    }"""
    red, green, blue, alpha = site.page.evaluate(script, [pane, lon, lat])
    return f"#{red:02X}{green:02X}{blue:02X}" if alpha else ""


def serve_issues(site: Any, features: list[dict[str, Any]]) -> None:
    """Lists them as the API does: by state, and by what the deadline makes of them (here: all are due later)."""

    def answer(route: Any) -> None:
        query = dict(parse_qsl(urlsplit(route.request.url).query))
        statuses, _ = parse_statuses(query.get("status"))
        wanted = [f for f in features if f["properties"]["status"] in (statuses or OPEN)]
        found = wanted if query.get("due") in (None, "later") else []
        route.fulfill(json={"type": "FeatureCollection", "features": found, "next": None})

    site.page.route("**/api/v1/issues?*", answer)


def page_html(counts: list[int], roots: list[str] | None = None) -> str:
    environment = Environment(loader=FileSystemLoader(folder("templates")), autoescape=True)
    texts = catalogue("zh-CN")
    data = {
        "me": {"areas": [], "sees_everything": True},
        "now": f"{NOW}Z",
        "texts": page_texts(texts),
        "bounds": BOUNDS,
        "roots": roots,
        "timezone": "Asia/Shanghai",
    }
    return environment.get_template("map.html").render(
        map=leader_map(counts, bounds=BOUNDS, texts=texts, nonce="N"),
        import_map=import_map("/static/vendor/"),
        page_data=data,
        lang="zh-CN",
        nonce="N",
        user={"name": HOSTILE, "kind": "staff"},
        notice="示例·示意图，非行政区划界线",
        t=lambda key, **fields: text("zh-CN", key, **fields),
        url_for=lambda endpoint, filename: f"/static/{filename}",
        csrf_token=lambda: "token",
    )


@pytest.fixture
def opened(site: Any, two_areas: Answers) -> Any:
    """The page with three open matters in the western cell, one of them being handled."""
    features = [issue(1, "reported", 103.802), issue(2, "handling", 103.805), issue(3, "reported", 103.808)]
    serve_issues(site, features)
    site.answers["/api/v1/state"] = state({"990001003012001": [2, 1, 0, 0]})
    for feature in features:
        full = {"events": [], "photos": [], "why": None, "assignment": None}
        number = feature["properties"]["number"]
        site.answers[f"/api/v1/issues/{number}"] = {
            **feature,
            "properties": {**feature["properties"], **full},
        }
    site.html, site.csp, site.baked = page_html([3]), CSP, [two_areas]
    site.page.goto(f"{site.address}/map")
    site.page.wait_for_selector(".row")
    site.page.wait_for_selector(".mark-icon")
    return site


def test_it_opens_without_a_complaint_of_the_browser(opened: Any) -> None:
    opened.answers["/api/v1/heat/past"] = {"step": "day", "moments": ["2026-11-19T16:00:00Z"], "open": [1]}
    for mode in ("heat", "issues", "classes"):
        opened.page.click(f"[data-mode={mode}]")
    opened.page.click(".row >> nth=0")
    opened.page.wait_for_selector(".panel__head")
    assert opened.complaints == []


def test_words_from_outside_stay_words(opened: Any) -> None:
    opened.page.click(".row >> nth=0")
    opened.page.wait_for_selector(".panel__head")
    opened.page.mouse.move(*in_the_map(opened, 103.8033, 25.4933))
    assert HOSTILE in opened.page.locator(".tip--cell").inner_text()
    assert opened.page.title() != "hacked"
    assert opened.page.locator("img[src=x]").count() == 0


def test_list_map_and_legend_agree(opened: Any) -> None:
    assert opened.page.locator(".figure dd").first.inner_text() == "3"
    assert opened.page.locator(".row").count() == 3
    assert "3 件" in opened.page.locator(".legend__head span").first.inner_text()


def test_a_page_made_while_nothing_was_open_gets_its_classes_later(opened: Any) -> None:
    opened.html = page_html([])
    opened.page.reload()
    opened.page.wait_for_selector(".row")
    assert opened.page.locator(".legend .ramp li").all_inner_texts() == ["0\n1 格", "1–3\n1 格"]
    assert "等量" in opened.page.locator(".legend__note").first.inner_text()


def test_choosing_a_matter_leaves_the_others_in_the_list(opened: Any) -> None:
    opened.page.click(".row >> nth=0")
    opened.page.wait_for_selector(".chosen-pin")
    assert opened.page.locator(".row").count() == 3


def test_most_urgent_stands_first_and_filters_stand_in_the_url(opened: Any) -> None:
    assert opened.page.locator(".row").first.get_attribute("data-number") == "990001-20261120-0001"
    opened.page.click(".chip:has-text('处置中')")
    opened.page.select_option("select.chip", "week")
    opened.page.click(".chip:has-text('我的')")
    expect(opened.page.locator(".row")).to_have_count(1)
    assert "status=handling&time=week&mine=1" in opened.page.url
    opened.page.reload()
    opened.page.wait_for_selector(".chip.is-on")
    assert opened.page.locator(".chip[aria-pressed=true]").all_inner_texts() == ["处置中\n1", "我的"]


def test_slash_searches_and_escape_closes_the_panel(opened: Any) -> None:
    opened.page.keyboard.press("/")
    assert opened.page.evaluate("document.activeElement.type") == "search"
    opened.page.keyboard.press("Escape")
    opened.page.click(".row >> nth=1")
    opened.page.wait_for_selector(".panel__head")
    opened.page.keyboard.press("Escape")
    assert opened.page.locator(".panel").is_hidden()


def test_on_a_phone_nothing_lies_on_anything_else(opened: Any) -> None:
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.page.reload()
    opened.page.wait_for_selector(".figure dd")
    names = [".search", ".modes", ".legend-toggle", ".leaflet-control-zoom", ".stage__notice", ".rail"]
    boxes = [opened.page.locator(name).bounding_box() for name in names]
    for at, one in enumerate(boxes):
        assert not [names[at] for other in boxes[at + 1 :] if meet(one, other)]


def meet(a: Any, b: Any) -> bool:
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not (beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])
