"""The pieces of the leader's map: nothing foreign, a nonce on every script, classes cut from the counts."""

from __future__ import annotations

import re

from gridmap.maps.page import LeaderMap, leader_map, page_texts
from gridmap.texts import catalogue

BOUNDS = (103.80, 25.49, 103.82, 25.50)


def drawn(*counts: int) -> LeaderMap:
    return leader_map(counts, bounds=BOUNDS, texts=catalogue("zh-CN"), nonce="n0nce")


def whole(map_: LeaderMap) -> str:
    return map_.head + map_.body + map_.script


def test_nothing_is_loaded_from_outside() -> None:
    html = whole(drawn(3))
    assert not re.search(r"https?://|//cdn", html)
    assert html.count('"/static/vendor/') == 4


def test_every_inline_script_has_the_nonce_and_nothing_has_a_style_attribute() -> None:
    html = whole(drawn(3))
    assert re.findall(r"<script(?![^>]*src)[^>]*>", html) == ['<script nonce="n0nce">']
    assert "style=" not in html
    assert "<style" not in html


def test_the_map_shows_the_bounds_and_knows_its_zooms() -> None:
    script = drawn().script
    assert "[[25.49, 103.8], [25.5, 103.82]]" in script
    assert '"maxZoom": 20' in script


def test_classes_are_cut_from_the_counts_and_zero_stands_apart() -> None:
    assert '"from": 1, "to": 3' in drawn(1, 3, 3, 9, 0).script or '"to": 3' in drawn(3, 9).script
    assert drawn().script.count('"fill"') == 1


def test_the_page_does_not_grow_with_the_net() -> None:
    assert len(whole(drawn(*range(1, 5000)))) < len(whole(drawn(1, 2))) + 1000


def test_pages_get_the_texts_of_their_sections_only() -> None:
    texts = page_texts({"map.title": "网格地图", "cli.serve": "运行"})
    assert texts == {"map.title": "网格地图"}
