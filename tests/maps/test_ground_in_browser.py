"""The ground below the cells: painted where it lies, each tile asked for once, silent where it cannot be had."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from gridmap.maps.assets import import_map
from tests.maps.baking import Answers, baked_ground, landmark

LEAFLET = "/static/vendor/leaflet-1.9.4/leaflet"
IMPORTS = json.dumps(import_map("/static/vendor/"))
PAGE = f"""<!DOCTYPE html><title>ground</title><link rel="stylesheet" href="{LEAFLET}.css">
<script type="importmap">{IMPORTS}</script>
<div id="map"></div><script src="{LEAFLET}.js"></script>"""
START = """async (taken) => {
  const node = document.getElementById('map');
  Object.assign(node.style, { width: '800px', height: '600px' });
  window.map = L.map(node, { zoomAnimation: false, fadeAnimation: false }).setView([25.5, 103.8], 15);
  const { Ground } = await import('/static/js/ground.js');
  window.ground = new Ground(map, { taken: () => taken });
}"""
WHOLE = "ground.source.isWhole === true"
COLOUR = """([pane, lat, lon]) => {
  const canvas = map.getPane(pane).querySelector('canvas');
  const at = map.latLngToLayerPoint([lat, lon]).subtract(L.DomUtil.getPosition(canvas));
  const ratio = window.devicePixelRatio;
  return [...canvas.getContext('2d').getImageData(at.x * ratio, at.y * ratio, 1, 1).data];
}"""
EVERYWHERE = {"left": -9999, "right": 9999, "top": -9999, "bottom": 9999}


def square(lon: float, lat: float, half: float = 0.003) -> shapely.Geometry:
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    rows = [
        landmark("green", "park", "翠竹园", square(103.795, 25.505)),
        landmark("water", "lake", "南湖", square(103.805, 25.505)),
        landmark("road", "main", "建设路", shapely.LineString([(103.78, 25.5), (103.82, 25.5)])),
        landmark("place", "school", "育才小学", shapely.Point(103.8, 25.495)),
    ]
    return baked_ground(rows, tmp_path_factory.mktemp("ground"))


@pytest.fixture
def answered(site: Any, four: Answers) -> Any:
    """The site with four landmarks; `asked` has the tiles that were asked for."""
    site.html, site.baked, site.asked = PAGE, [four], []
    site.page.on("request", lambda one: site.asked.append(one.url) if one.url.endswith(".mvt") else None)
    site.page.goto(site.address)
    return site


def drawn(site: Any, taken: list[Any] | None = None) -> Any:
    site.page.evaluate(START, taken or [])
    site.page.wait_for_function(WHOLE)
    return site.page


def colour(site: Any, pane: str, lat: float, lon: float) -> str:
    red, green, blue, alpha = site.page.evaluate(COLOUR, [pane, lat, lon])
    return f"#{red:02X}{green:02X}{blue:02X}" if alpha else ""


def test_greens_water_and_roads_are_painted_where_they_lie_and_let_clicks_through(answered: Any) -> None:
    drawn(answered)
    places = {"green": (25.5065, 103.7935), "water": (25.5065, 103.8035), "road": (25.5, 103.8151)}
    painted = {name: colour(answered, "ground", *at) for name, at in places.items()}
    assert painted == {"green": "#DDEBD3", "water": "#CFE3F1", "road": "#FFFFFF"}
    assert colour(answered, "ground", 25.4935, 103.7935) == ""
    panes = "['ground', 'ground-names'].map((name) => map.getPane(name).style.pointerEvents)"
    assert answered.page.evaluate(panes) == ["none", "none"]
    assert [one for one in answered.complaints if "getImageData" not in one] == []  # that is this test


def test_names_stand_on_the_ground_and_keep_clear_of_what_is_taken(answered: Any) -> None:
    page = drawn(answered)
    written = "[...ground.names.written.keys()].sort()"
    assert page.evaluate(written) == sorted(["翠竹园", "南湖", "建设路", "育才小学"])
    page.evaluate("(box) => { ground.taken = () => [box]; ground.redraw(); }", EVERYWHERE)
    assert page.evaluate(written) == []


def test_a_tile_is_asked_for_once(answered: Any) -> None:
    page = drawn(answered)
    first = len(answered.asked)
    assert 1 <= first <= 6
    for step in (40, -40):
        page.evaluate("(step) => { map.panBy([step, 0], { animate: false }); }", step)
        page.wait_for_function(WHOLE)
    assert len(set(answered.asked)) == len(answered.asked) <= first + 2


def test_a_failure_is_silent_and_tried_again(answered: Any) -> None:
    fail = lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable"}})  # noqa: E731
    answered.page.route("**/*.mvt", fail)
    answered.page.evaluate(START, [])
    answered.page.wait_for_function("ground.source.phase === 'ready'")
    assert colour(answered, "ground", 25.5, 103.8151) == ""
    answered.page.unroute("**/*.mvt", fail)
    answered.page.wait_for_function(WHOLE)
    assert colour(answered, "ground", 25.5, 103.8151) == "#FFFFFF"
