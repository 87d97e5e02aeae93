"""Tells folium to load its scripts and styles from our own server instead of public networks."""

from __future__ import annotations

from collections.abc import Iterable

import folium
from folium.plugins import MarkerCluster

LEAFLET = "leaflet-1.9.4"
MARKER_CLUSTER = "leaflet.markercluster-1.5.3"
JQUERY = "jquery-3.7.1"
BOOTSTRAP = "bootstrap-5.3.9"
AWESOME_MARKERS = "leaflet.awesome-markers-2.0.5"
FONT_AWESOME = "fontawesome-free-6.7.2"
IDB = "idb-8.0.4"
ECHARTS = "echarts-6.1.0"
MAPLIBRE = "maplibre-gl-6.17.0"
VECTOR_TILE = "vector-tile-3.0.0"
PBF = "pbf-5.1.2"
POINT = "point-geometry-1.1.0"
"""Folders below `static/vendor`, as tools/vendor.py lays them; a test holds them against package.json."""

Link = tuple[str, str]

MAP_JS: tuple[Link, ...] = (
    ("leaflet", f"{LEAFLET}/leaflet.js"),
    ("jquery", f"{JQUERY}/jquery.min.js"),
    ("bootstrap", f"{BOOTSTRAP}/bootstrap.bundle.min.js"),
    ("awesome_markers", f"{AWESOME_MARKERS}/leaflet.awesome-markers.min.js"),
)
MAP_CSS: tuple[Link, ...] = (
    ("leaflet_css", f"{LEAFLET}/leaflet.css"),
    ("bootstrap_css", f"{BOOTSTRAP}/bootstrap.min.css"),
    ("awesome_markers_font_css", f"{FONT_AWESOME}/css/all.min.css"),
    ("awesome_markers_css", f"{AWESOME_MARKERS}/leaflet.awesome-markers.css"),
)
CLUSTER_JS: tuple[Link, ...] = (("markerclusterjs", f"{MARKER_CLUSTER}/leaflet.markercluster.js"),)
CLUSTER_CSS: tuple[Link, ...] = (
    ("markerclustercss", f"{MARKER_CLUSTER}/MarkerCluster.css"),
    ("markerclusterdefaultcss", f"{MARKER_CLUSTER}/MarkerCluster.Default.css"),
)


MODULES: tuple[Link, ...] = (
    ("echarts", f"{ECHARTS}/echarts.esm.min.mjs"),
    ("maplibre-gl", f"{MAPLIBRE}/maplibre-gl.mjs"),
    ("@mapbox/vector-tile", f"{VECTOR_TILE}/index.js"),
    ("@mapbox/point-geometry", f"{POINT}/index.js"),
    ("pbf", f"{PBF}/index.js"),
)
"""What modules import by name; a page's import map says where it lies."""
WALL_CSS = f"{MAPLIBRE}/maplibre-gl.css"


def import_map(base_url: str) -> dict[str, dict[str, str]]:
    """Where modules find what they import by name, as a page's import map; `base_url` ends with a slash."""
    return {"imports": {name: base_url + path for name, path in MODULES}}


def use_local_assets(base_url: str) -> None:
    """Makes every folium map of this process load Leaflet and the plugins we use from below `base_url`.

    `base_url` is the URL of `static/vendor`, with or without a slash at its end. folium keeps its links
    in lists of its classes, so this is process-wide: call it once, when the application is put together.
    Calling it again only sets the same lists again. Two links have no local counterpart and are left
    out: the glyphicons of Bootstrap 3, and the style sheet for turned markers.
    """
    base = base_url.rstrip("/") + "/"
    folium.Map.default_js = _below(base, MAP_JS)
    folium.Map.default_css = _below(base, MAP_CSS)
    MarkerCluster.default_js = _below(base, CLUSTER_JS)
    MarkerCluster.default_css = _below(base, CLUSTER_CSS)


def _below(base: str, links: Iterable[Link]) -> list[Link]:
    return [(name, base + path) for name, path in links]
