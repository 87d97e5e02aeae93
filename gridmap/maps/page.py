"""The leader's map, put together by folium, in the pieces that our own page takes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.plugins import MarkerCluster
from folium.template import Template
from markupsafe import Markup

from gridmap.maps import styles
from gridmap.maps.legend import legend

MIN_ZOOM, MAX_ZOOM = 8, 20
PAGE_LINKS = ("leaflet", "leaflet_css", "markerclusterjs", "markerclustercss")
"""Of the links folium wants, those that this page needs; it brings its own looks and draws its own markers."""

PAGE_SECTIONS = (
    "page",
    "map",
    "status",
    "heat",
    "panel",
    "act",
    "whistle",
    "time",
    "rule",
    "note",
    "error",
    "role",
    "share",
)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class LeaderMap:
    """A map as three pieces of HTML, safe to be put into a page whose CSP asks for `nonce`.

    `head` belongs into <head> (links), `body` where the map shall stand (one element that fills its
    positioned parent), `script` at the end of <body>, before our module: it leaves the map at
    `window.gridmapMap`.
    """

    head: Markup
    body: Markup
    script: Markup


class HandOver(MacroElement):
    """Shows the bounds, and leaves map and legend where our own ES modules find them.

    In the page `window.gridmapMap` is `{map, legend, cellBorder}`.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            // Not animated: a second view set by the page while one is under way would leave layers behind.
            {{ this.map.get_name() }}.fitBounds({{ this.corners|tojson }}, {animate: false});
            window.gridmapMap = {
                map: {{ this.map.get_name() }},
                legend: {{ this.legend|tojson }},
                cellBorder: {{ this.cell_border|tojson }},
            };
        {% endmacro %}
        """
    )

    def __init__(self, map_: folium.Map, legend_: Mapping[str, Any], bounds: Bounds) -> None:
        super().__init__()
        west, south, east, north = bounds
        self.corners = [[south, west], [north, east]]
        self._name = "HandOver"
        self.map = map_
        self.legend = legend_
        self.cell_border = styles.CELL_BORDER


def leader_map(counts: Iterable[int], *, bounds: Bounds, texts: Mapping[str, str], nonce: str) -> LeaderMap:
    """The map of somebody's area; the page's own modules draw the net on it from baked tiles.

    `counts`: how many open matters each of one's own cells has: the classes of the legend are cut from
    them. `bounds`: west, south, east, north in WGS84 degrees, what the map shows first. `texts`: a
    catalogue of `gridmap.texts`.
    """
    map_ = _empty_map(bounds)
    known = list(counts)
    HandOver(map_, legend(styles.classify(known), known, texts), bounds).add_to(map_)
    return _pieces(map_, nonce)


def page_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Of a whole catalogue, the texts the page's scripts need, keyed as they are there."""
    return {key: text for key, text in texts.items() if key.split(".", 1)[0] in PAGE_SECTIONS}


def _empty_map(bounds: Bounds) -> folium.Map:
    west, south, east, north = bounds
    map_ = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=13,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        wheel_px_per_zoom_level=90,
    )
    map_._id = "leader"
    # Named arguments of these two would go to a tile layer, of which there is none.
    map_.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM}
    return map_


def _pieces(map_: folium.Map, nonce: str) -> LeaderMap:
    figure: Figure = map_.get_root()
    for child in list(figure._children.values()):
        child.render()
    # Clusters are made in the page, so no element asks for their script: take the links from the class.
    wanted = [*MarkerCluster.default_js, *MarkerCluster.default_css]
    links = {**_links(map_.default_js + map_.default_css), **_links(wanted)}
    script = f'<script nonce="{nonce}">\n{figure.script.render()}\n</script>'
    return LeaderMap(
        head=Markup("\n".join(_tag(links[name]) for name in PAGE_LINKS)),  # noqa: S704
        body=Markup(figure.html.render()),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )


def _links(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(pairs)


def _tag(url: str) -> Markup:
    """A link to a style sheet or script, escaped."""
    if url.endswith(".css"):
        return Markup('<link rel="stylesheet" href="{}">').format(url)
    return Markup('<script src="{}"></script>').format(url)
