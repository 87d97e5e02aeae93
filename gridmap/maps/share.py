"""One map as one file to take along: folium's, with its scripts inside, a legend, the date, and nothing to load."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import shapely
from branca.element import Figure
from folium.map import CustomPane
from markupsafe import Markup

from gridmap.geo import crs
from gridmap.maps import assets, layers, styles
from gridmap.maps.legend import legend
from gridmap.maps.page import MAX_ZOOM, MIN_ZOOM, Bounds
from gridmap.maps.veil import Veil

_COLUMNS = ("name", "code", "said")
"""What is told of an area that is pointed at."""
TENTHS, IN_TENTHS = 10, ("rate", "discontent")
"""Rates are kept as whole tenths, so that the classes of every figure are ranges of whole numbers."""
_SHARPNESS_M = 1.5
"""By so much borders may be off: a pixel of a sheet of paper that shows a street of a town."""


@dataclass(frozen=True)
class GivenClasses(styles.Classes):
    """Classes somebody sees already: `steps` says for each above zero which of CHOROPLETH fills it."""

    steps: tuple[int, ...] = ()

    @property
    def fills(self) -> tuple[str, ...]:
        """The fill of each class, zero first."""
        return (styles.CHOROPLETH[0], *(styles.CHOROPLETH[step] for step in self.steps))


@dataclass(frozen=True)
class SharedMap:
    """The pieces of the file: `styles` and `scripts` are the contents of elements, `body` is HTML; all safe as they are.

    `legend` is what `gridmap.maps.legend` says of the classes, each with its range in words (`said`).
    """

    styles: Markup
    body: Markup
    scripts: Markup
    legend: Mapping[str, object]


def shared_map(
    cells: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame | None,
    *,
    bounds: Bounds,
    texts: Mapping[str, str],
    vendor: Path,
    measure: str = "open",
    classes: styles.Classes | None = None,
) -> SharedMap:
    """Cells (columns code, name, level, open, geometry, any CRS) coloured by `open`, and one's own area.

    `measure` says what `open` holds: open matters, late ones (`late`), tenths of open ones per 100 households
    (`rate`; null where nobody lives) or of 不满意 per 100 ratings (`discontent`; null where there are too few). `classes`: those to use; None for those that fit.
    Borders are simplified by up to 1.5 m, those that cells share alike. `bounds`: west, south, east, north
    in WGS84 degrees, what is seen first; `vendor`: the folder of Leaflet. Raises ValueError where a frame
    has no CRS.
    """
    west, south, east, north = bounds
    map_ = folium.Map(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_snap=0.25)
    map_._id = "shared"
    map_.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM, "attribution_control": False}
    # Room for the legend below on the left.
    map_.fit_bounds([[south, west], [north, east]], padding_top_left=(24, 24), padding_bottom_right=(24, 90))
    for pane, z_index in ((layers.OUTSIDE_PANE, 420), (layers.OWN_AREA_PANE, 440)):
        CustomPane(pane, z_index=z_index).add_to(map_)
    counts = layers.open_counts(cells)
    classes, veil = classes or styles.classify(counts), Veil()
    told = _plain(cells).assign(said=[said(count, measure) for count in counts])
    layer = layers.cells_layer(told, classes, name="cells", veil=veil)
    aliases = [texts.get(f"share.column_{name}", name) for name in ("name", "code", measure)]
    folium.GeoJsonTooltip(_COLUMNS, aliases=aliases).add_to(layer)
    layer.add_to(map_)
    if outline is not None and len(outline):
        for part in layers.own_area_layers(outline).values():
            part.add_to(map_)
    figure: Figure = map_.get_root()
    for child in list(figure._children.values()):
        child.render()
    leaflet = (vendor / assets.LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    script = _closed(leaflet) + veil.reveal(figure.script.render())
    return SharedMap(
        styles=Markup(_style(vendor) + _plain_css(figure.header.render())),  # noqa: S704  (our files, folium's rules)
        body=Markup(figure.html.render()),  # noqa: S704
        scripts=Markup(script),  # noqa: S704
        legend=_in_words(legend(classes, counts, texts), counts, measure),
    )


def said(value: int | None, measure: str) -> str:
    """A figure as it is read: 12,345; a rate with one decimal; a dash where there is none."""
    if value is None:
        return "—"
    return f"{value / TENTHS:,.1f}" if measure in IN_TENTHS else f"{value:,}"


def _in_words(found: dict[str, Any], counts: Iterable[int | None], measure: str) -> dict[str, Any]:
    """The legend with the range of each class in words; the last one reaches as far as its values do."""
    classes: list[dict[str, Any]] = found["classes"]
    last = classes[-1]
    last["to"] = max([last["to"], *(count for count in counts if count is not None)])
    for one in classes:
        ends = dict.fromkeys(said(one[end], measure) for end in ("from", "to"))
        one["said"] = "–".join(ends)
    return found


def _plain(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same cells with simpler borders; what is no coverage stays as it is."""
    metric = cells.to_crs(crs.WEB_MERCATOR)
    shapes = metric.geometry.array
    if shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_simplify(shapes, _SHARPNESS_M)
    return metric.set_geometry(gpd.GeoSeries(shapes, index=metric.index, crs=metric.crs)).to_crs(crs.WGS84)


def _style(vendor: Path) -> str:
    """Leaflet's rules with their few pictures inside."""
    folder = vendor / assets.LEAFLET

    def inside(found: re.Match[str]) -> str:
        picture = folder / found[1]
        return f"url(data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()})"

    text = (folder / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\((images/[\w.-]+\.png)\)", inside, text)


def _plain_css(header: str) -> str:
    """Of what folium would put into the head only its rules: its links lead elsewhere."""
    return "\n".join(re.findall(r"<style>(.*?)</style>", header, re.DOTALL))


def _closed(script: str) -> str:
    """A script that may stand inside an element: nothing in it ends that."""
    return script.replace("</script", "<\\/script") + "\n"
