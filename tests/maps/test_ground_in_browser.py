"""The ground below the cells: painted where it lies, asked for once, silent where it cannot be had."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route

LEAFLET = "/static/vendor/leaflet-1.9.4/leaflet"
PAGE = f"""<!DOCTYPE html><title>ground</title><link rel="stylesheet" href="{LEAFLET}.css">
<div id="map"></div><script src="{LEAFLET}.js"></script>"""
START = """async ([taken, over]) => {
  const node = document.getElementById('map');
  Object.assign(node.style, { width: '800px', height: '600px' });
  window.map = L.map(node, { zoomAnimation: false, fadeAnimation: false }).setView([25.5, 103.8], 15);
  const { Ground } = await import('/static/js/ground.js');
  window.ground = new Ground(map, { taken: () => taken, roadsOver: over });
  return ground.load();
}"""
COLOUR = """([pane, lat, lon]) => {
  const canvas = map.getPane(pane).querySelector('canvas');
  const at = map.latLngToLayerPoint([lat, lon]).subtract(L.DomUtil.getPosition(canvas));
  const ratio = window.devicePixelRatio;
  return [...canvas.getContext('2d').getImageData(at.x * ratio, at.y * ratio, 1, 1).data];
}"""
EVERYWHERE = {"left": -9999, "right": 9999, "top": -9999, "bottom": 9999}


def feature(key: int, kind: str, rank: str, name: str, shape: str, coordinates: list[Any]) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {
        "type": "Feature",
        "id": key,
        "geometry": geometry,
        "properties": {"kind": kind, "rank": rank, "name": name},
    }


def around(lon: float, lat: float, half: float = 0.003) -> list[list[list[float]]]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[[lon + x * half, lat + y * half] for x, y in corners]]


FEATURES = [
    feature(1, "green", "park", "翠竹园", "Polygon", around(103.795, 25.505)),
    feature(2, "water", "lake", "南湖", "Polygon", around(103.805, 25.505)),
    feature(3, "road", "main", "建设路", "LineString", [[103.78, 25.5], [103.82, 25.5]]),
    feature(4, "place", "school", "育才小学", "Point", [103.8, 25.495]),
]


@pytest.fixture
def answered(site: Any) -> Any:
    """The site with four landmarks; `asked` counts what was asked for."""
    site.html, site.asked = PAGE, []

    def answer(route: Route) -> None:
        site.asked.append(route.request.url)
        route.fulfill(json={"type": "FeatureCollection", "features": FEATURES, "next": None})

    site.page.route("**/api/v1/landmarks*", answer)
    site.page.goto(site.address)
    return site


def colour(site: Any, pane: str, lat: float, lon: float) -> str:
    red, green, blue, alpha = site.page.evaluate(COLOUR, [pane, lat, lon])
    return f"#{red:02X}{green:02X}{blue:02X}" if alpha else ""


def test_greens_water_and_roads_are_painted_where_they_lie_and_let_clicks_through(answered: Any) -> None:
    assert answered.page.evaluate(START, [[], None]) is True
    places = {"green": (25.5065, 103.7935), "water": (25.5065, 103.8035), "road": (25.5, 103.8151)}
    painted = {name: colour(answered, "ground", *at) for name, at in places.items()}
    assert painted == {"green": "#DDEBD3", "water": "#CFE3F1", "road": "#FFFFFF"}
    assert colour(answered, "ground", 25.4935, 103.7935) == ""
    panes = "['ground', 'ground-names'].map((name) => map.getPane(name).style.pointerEvents)"
    assert answered.page.evaluate(panes) == ["none", "none"]
    assert [one for one in answered.complaints if "getImageData" not in one] == []  # that is this test


def test_roads_may_lie_over_the_cells_and_names_keep_clear_of_what_is_taken(answered: Any) -> None:
    answered.page.evaluate(START, [[], 405])
    assert colour(answered, "ground", 25.5, 103.8151) == ""
    assert colour(answered, "ground-roads", 25.5, 103.8151) == "#FFFFFF"
    written = "[...ground.names.written.keys()].sort()"
    assert answered.page.evaluate(written) == sorted(["翠竹园", "南湖", "建设路", "育才小学"])
    listed = answered.page.evaluate("ground.labels().map(({ text, rank }) => [text, rank])")
    assert sorted(listed) == sorted([["翠竹园", "park"], ["南湖", "lake"], ["育才小学", "school"]])
    answered.page.evaluate("(box) => { ground.taken = () => [box]; ground.redraw(); }", EVERYWHERE)
    assert answered.page.evaluate(written) == []


def test_what_was_asked_for_is_not_asked_for_again(answered: Any) -> None:
    answered.page.evaluate(START, [[], None])
    first = len(answered.asked)
    assert 1 <= first <= 6
    answered.page.evaluate("ground.load()")
    answered.page.evaluate("(map.panBy([40, 0], { animate: false }), ground.load())")
    answered.page.evaluate("(map.panBy([-40, 0], { animate: false }), ground.load())")
    assert len(set(answered.asked)) == len(answered.asked) <= first + 2
    answered.page.evaluate("(map.setView([25.6, 103.9], 15, { animate: false }), ground.load())")
    assert len(answered.asked) > first


def test_a_failure_is_silent_and_tried_again(answered: Any) -> None:
    fail = lambda route: route.fulfill(status=503, json={"error": {"code": "unavailable"}})  # noqa: E731
    answered.page.route("**/api/v1/landmarks*", fail)
    assert answered.page.evaluate(START, [[], None]) is False
    assert [one for one in answered.complaints if "503" not in one] == []
    answered.page.unroute("**/api/v1/landmarks*", fail)
    assert answered.page.evaluate("ground.load()") is True
    assert colour(answered, "ground", 25.5065, 103.8035) == "#CFE3F1"
