"""The findings' page: bounded whatever comes, every rule on it, and no word of the file where it could run."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pytest
import shapely

from gridmap.geo import crs
from gridmap.maps import findings as sheets
from gridmap.maps.findings import Sheet, findings_map
from gridmap.texts import catalogue


def features(*shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    columns = {"row": range(len(shapes)), "code": [f"c{n}" for n in range(len(shapes))], "name": "格"}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs.WGS84)


def findings(*rows: tuple[str, str, str | None, shapely.Geometry | None]) -> gpd.GeoDataFrame:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("rule", "severity", "record"))}
    columns |= {"title": columns["rule"], "text": ["说明"] * len(rows), "row": [None] * len(rows)}
    return gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=crs.WGS84)


def page(cells: gpd.GeoDataFrame, found: gpd.GeoDataFrame, file: str = "f.shp") -> str:
    return findings_map(cells, found, Sheet(file, "stored", "zh-CN", catalogue("zh-CN")))


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert found is not None
    return json.loads(found[1])


def drawn(html: str, layer: str) -> list[dict[str, object]]:
    found = re.search(rf"geo_json_{layer}_add\((\{{.*?\}})\);", html, re.S)
    assert found is not None
    return json.loads(found[1])["features"]


SQUARE = shapely.box(103.80, 25.49, 103.81, 25.50)


def test_nothing_is_fetched_and_every_script_has_the_nonce_of_the_policy() -> None:
    html = page(features(SQUARE), findings(("overlap", "warning", "c0", SQUARE)))
    nonce = re.search(r"script-src 'nonce-([^']+)'", html)
    assert nonce is not None
    tags = re.findall(r"<script[^>]*>", html)
    assert all(nonce[1] in tag or "application/json" in tag for tag in tags)
    outside_scripts = re.sub(r"<script.*?</script>", "", html, flags=re.S)
    assert not re.search(r"""(?:src|href)\s*=|@import|url\((?!data:|#)""", outside_scripts)
    assert "default-src 'none'" in html
    assert "示意图" in html


def test_a_finding_without_a_place_is_shown_at_its_record() -> None:
    html = page(
        features(SQUARE, SQUARE),
        findings(("code_duplicate", "error", "c1", None), ("gap", "error", None, None)),
    )
    assert [(f["properties"], f["geometry"]["type"]) for f in drawn(html, "findings")] == [
        ({"at": 0}, "Polygon")
    ]


def test_what_lies_at_0_0_or_nowhere_does_not_stretch_the_map() -> None:
    html = page(features(SQUARE, shapely.Point(0, 0), None, shapely.Point(500, 500)), findings())
    assert len(drawn(html, "features")) == 1
    assert "[[25.49, 103.8], [25.5, 103.81]]" in html


def test_without_features_and_findings_there_is_still_a_page() -> None:
    assert data_of(page(features(), findings()))["findings"] == []


def test_many_findings_are_cut_but_no_rule_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_FINDINGS", 10)
    rows = [("sliver", "info", f"s{n}", SQUARE) for n in range(50)]
    data = data_of(page(features(SQUARE), findings(*rows, ("overlap", "warning", "x", SQUARE))))
    assert len(data["findings"]) == 10
    assert {f["rule"] for f in data["findings"]} == {"sliver", "overlap"}
    assert [(r["rule"], r["count"]) for r in data["rules"]] == [("sliver", 50), ("overlap", 1)]
    assert data["left_out"]["findings"] == 41


def test_many_features_are_cut_but_not_those_something_was_found_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_FEATURES", 3)
    data = data_of(page(features(*[SQUARE] * 9), findings(("overlap", "warning", "c8", None))))
    assert data["features"][0] == ["c0", "c1", "c8"]
    assert data["left_out"]["features"] == 6


def test_long_outlines_are_simplified_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_VERTICES", 100)
    html = page(features(shapely.Point(103.8, 25.5).buffer(0.01, quad_segs=500)), findings())
    (ring,) = drawn(html, "features")[0]["geometry"]["coordinates"]
    assert 8 < len(ring) <= 100
    assert data_of(html)["left_out"]["metres"] > 0


POISON = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}"


def test_hostile_words_reach_the_page_as_data_only() -> None:
    found = findings(("overlap", "warning", POISON, SQUARE)).assign(text=POISON, title=POISON)
    html = page(features(SQUARE).assign(name=POISON, code=POISON), found, POISON)
    assert "<img" not in html
    assert data_of(html)["findings"][0]["text"] == POISON
    assert data_of(html)["features"][1] == [POISON[:80]]
