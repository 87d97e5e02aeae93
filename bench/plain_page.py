"""The page one would make first: folium as its documentation shows it, all data in it, its scripts from this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
from folium.plugins import HeatMap

_VENDOR = Path(__file__).resolve().parent.parent / "gridmap" / "static" / "vendor"
_LOCAL = {
    "leaflet.js": "leaflet-1.9.4/leaflet.js",
    "leaflet.css": "leaflet-1.9.4/leaflet.css",
    "jquery": "jquery-3.7.1/jquery.min.js",
    "bootstrap.bundle": "bootstrap-5.3.9/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap-5.3.9/bootstrap.min.css",
    "awesome-markers.js": "leaflet.awesome-markers-2.0.5/leaflet.awesome-markers.min.js",
    "awesome-markers.css": "leaflet.awesome-markers-2.0.5/leaflet.awesome-markers.css",
    "fontawesome": "fontawesome-free-6.7.2/css/all.min.css",
    "leaflet_heat": "leaflet_heat.min.js",
}
DRAWN = "plain:drawn"
_MARK = (
    "<script>addEventListener('load', () => requestAnimationFrame(() => requestAnimationFrame("
    f"() => performance.mark('{DRAWN}'))));</script>"
)
_CLASSES = ((1, "#F3F1EC"), (3, "#FFE9CC"), (6, "#FFCF8F"), (12, "#F7A35C"))
_MOST = "#D9534F"


def write_plain_page(
    folder: Path, cells: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, lon_lat: np.ndarray
) -> Path:
    """`index.html` in `folder`, to be served from there: cells coloured by their `open` matters, buildings, heat.

    `lon_lat` are the open matters, one row each. On canvas, which folium does not do by itself: with one
    node for each of so many shapes the browser would not come to an end. Sets the mark DRAWN.
    """
    west, south, east, north = cells.total_bounds
    page = folium.Map(
        location=((south + north) / 2, (west + east) / 2), zoom_start=11, tiles=None, prefer_canvas=True
    )
    folium.GeoJson(
        cells[["code", "name", "open", "geometry"]],
        style_function=lambda cell: {"fillColor": _fill(cell["properties"]["open"]), "weight": 1},
        tooltip=folium.GeoJsonTooltip(["name", "open"]),
    ).add_to(page)
    folium.GeoJson(
        buildings[["name", "floors", "geometry"]], style_function=lambda _: {"weight": 0.5}
    ).add_to(page)
    HeatMap(lon_lat[:, ::-1].tolist()).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    file = folder / "index.html"
    file.write_text(_from_here(page.get_root().render()))
    _lay_scripts(folder)
    return file


def _fill(number: int) -> str:
    return next((colour for limit, colour in _CLASSES if number < limit), _MOST)


def _from_here(html: str) -> str:
    """The page with its scripts and styles asked of its own server; what has none there is left out."""

    def local(found: re.Match[str]) -> str:
        path = next((path for name, path in _LOCAL.items() if name in found[0]), None)
        return f'"{path}"' if path else '"data:,"'

    return re.sub(r'"https?://[^"]+"', local, html).replace("</html>", f"{_MARK}</html>")


def _lay_scripts(folder: Path) -> None:
    for path in _LOCAL.values():
        source = _VENDOR / path
        if not source.exists():
            source = Path(folium.__file__).parent / "templates" / path
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / path)
