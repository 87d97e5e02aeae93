"""A file and what was found in it as one page that opens from disk: nothing is fetched, nothing in it can run.

No word of the file passes through folium's templates: its layers carry positions only, and the words
stand beside them as data that the page's own script writes as text.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Figure
from jinja2 import Environment, FileSystemLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from numpy.typing import NDArray
from shapely.geometry import mapping

from gridmap.maps import assets
from gridmap.maps.layers import DECIMALS, plain
from gridmap.resources import PACKAGE, folder

MOST_FEATURES, MOST_FINDINGS, MOST_VERTICES = 20_000, 5_000, 400_000
"""What one page draws at most: it still opens on an office machine, in some 20 MB."""

STATIC = PACKAGE / "static"
_TEXTS = ("findings.", "map.zoom_", "map.notice_drawing", "cli.error", "cli.warning", "cli.info")
_URL = re.compile(r"url\(([^)]+)\)")
_NULL_DEGREES = 1e-6


@dataclass(frozen=True)
class Sheet:
    """What stands around the map: the file's name, its outcome (stored, dry_run, refused), language and texts."""

    file: str
    outcome: str
    language: str
    texts: Mapping[str, str]


def findings_map(features: gpd.GeoDataFrame, findings: gpd.GeoDataFrame, sheet: Sheet) -> str:
    """The page: `features` in grey, the place of each finding in the colour of its severity, a list beside.

    `features` (row, code and, where known, name; WGS84), `findings` (rule, title, severity, record, row,
    text; WGS84, geometry None where there is none: then the features of that record are shown). Above
    MOST_FEATURES, MOST_FINDINGS and MOST_VERTICES outlines are simplified and the rest is left out, which
    the page says; no rule is left out for another's sake.
    """
    drawn = _drawable(features)
    listed = _chosen(findings)
    shown = _chosen_features(drawn, listed)
    places = _places(listed, drawn)
    shapes, tolerance = _simplified(shown.geometry.to_numpy())
    marks, _ = _simplified(places)
    left_out = {"features": len(drawn) - len(shown), "findings": len(findings) - len(listed)}
    data = {
        "features": [_first_words(shown, name) for name in ("code", "name")],
        "findings": _records(listed),
        "rules": _rules(findings),
        "left_out": {**left_out, "metres": round(tolerance * 111_320, 1)},
        "outcome": sheet.outcome,
        "texts": {key: said for key, said in sheet.texts.items() if key.startswith(_TEXTS)},
    }
    map_ = _empty_map(_extent(shapes, marks))
    layers = {"features": _layer(shapes, "features"), "findings": _layer(marks, "findings")}
    for layer in layers.values():
        layer.add_to(map_)
    return _page(map_, layers, data, sheet)


def _drawable(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features that can stand on a map, their row kept; not those at 0, 0 when the others are elsewhere."""
    shapes = features.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        is_there = (np.abs(bounds) <= (180, 90, 180, 90)).all(axis=1)
        is_null = (np.abs(bounds) < _NULL_DEGREES).all(axis=1)
    return features[is_there & ~is_null].reset_index(drop=True)


def _chosen(findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """At most MOST_FINDINGS, in their order: the first of every rule before the second of any."""
    if len(findings) <= MOST_FINDINGS:
        return findings.reset_index(drop=True)
    turn = findings.groupby(["severity", "rule"]).cumcount()
    kept = turn.sort_values(kind="stable").index[:MOST_FINDINGS]
    return findings.loc[sorted(kept)].reset_index(drop=True)


def _chosen_features(features: gpd.GeoDataFrame, findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """At most MOST_FEATURES, those that something was found of first."""
    if len(features) <= MOST_FEATURES:
        return features
    is_told = features["code"].isin(set(findings["record"].dropna()))
    kept = is_told.sort_values(ascending=False, kind="stable").index[:MOST_FEATURES]
    return features.loc[sorted(kept)].reset_index(drop=True)


def _places(findings: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Where each finding is shown: its own place, else all features of its record; None for neither."""
    places = findings.geometry.to_numpy().copy()
    bounds = shapely.bounds(places)
    places[(np.abs(bounds) < _NULL_DEGREES).all(axis=1)] = None
    of_code: dict[str, list[Any]] = {}
    for code, shape in zip(features["code"], features.geometry, strict=True):
        of_code.setdefault(str(code), []).append(shape)
    for at, record in enumerate(findings["record"]):
        if shapely.is_missing(places[at]) and record in of_code:
            found = of_code[record]
            places[at] = found[0] if len(found) == 1 else shapely.GeometryCollection(found)
    return places


def _simplified(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], float]:
    """The shapes with at most MOST_VERTICES in all, and by how many degrees they may be off (0: not at all)."""
    tolerance, found = 0.0, shapes
    while shapely.get_num_coordinates(found).sum() > MOST_VERTICES and tolerance < 1:
        tolerance = tolerance * 2 or 1e-6
        found = shapely.simplify(shapes, tolerance, preserve_topology=False)
        is_gone = shapely.is_empty(found)
        found[is_gone] = shapely.envelope(shapes[is_gone])
    return found, tolerance


def _records(findings: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    columns = ["rule", "severity", "record", "row", "text"]
    return [
        {name: plain(value) for name, value in record.items()}
        for record in findings[columns].to_dict("records")
    ]


def _rules(findings: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """The rules that found something, in the order of the findings, with their counts."""
    groups = findings.groupby(["severity", "rule", "title"], sort=False).size()
    return [
        {"severity": severity, "rule": rule, "title": title, "count": int(count)}
        for (severity, rule, title), count in groups.items()
    ]


def _first_words(features: gpd.GeoDataFrame, column: str) -> list[str]:
    return [str(value or "")[:80] for value in features[column]] if column in features else []


def _extent(shapes: NDArray[np.object_], marks: NDArray[np.object_]) -> list[list[float]]:
    """South-west and north-east corner of what is drawn, [lat, lon]; the world where nothing is."""
    drawn = shapes if len(shapes) else marks
    west, south, east, north = shapely.total_bounds(drawn) if len(drawn) else [np.nan] * 4
    if not np.isfinite([west, south, east, north]).all():
        return [[-60.0, -180.0], [75.0, 180.0]]
    return [[south, west], [north, east]]


def _empty_map(corners: list[list[float]]) -> folium.Map:
    (south, west), (north, east) = corners
    map_ = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=12,
        zoom_control=False,
        attribution_control=False,
        prefer_canvas=True,
        zoom_snap=0.25,
    )
    map_._id = "findings"
    map_.options |= {"min_zoom": 1, "max_zoom": 24}
    map_.fit_bounds(corners, padding=(24, 24))
    return map_


def _layer(shapes: NDArray[np.object_], name: str) -> folium.GeoJson:
    """The shapes by position, without a word; the page's script gives them their looks."""
    rounded = shapely.transform(shapes, lambda xy: xy.round(DECIMALS))
    features = [
        {"type": "Feature", "properties": {"at": at}, "geometry": mapping(shape)}
        for at, shape in enumerate(rounded)
        if shape is not None and not shape.is_empty
    ]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features}, name=name, marker=folium.CircleMarker(radius=3)
    )
    layer._id = name
    return layer


def _page(map_: folium.Map, layers: Mapping[str, folium.GeoJson], data: dict[str, Any], sheet: Sheet) -> str:
    figure: Figure = map_.get_root()
    for child in list(figure._children.values()):
        child.render()
    environment = Environment(loader=FileSystemLoader(folder("templates")), autoescape=True)
    names = {name: layer.get_name() for name, layer in layers.items()}
    return environment.get_template("findings.html").render(
        sheet=sheet,
        t=lambda key, **fields: sheet.texts[key].format_map(fields),
        nonce=secrets.token_urlsafe(16),
        styles=Markup("\n".join(_styles())),  # noqa: S704
        leaflet=Markup(_script("vendor", assets.LEAFLET, "leaflet.js")),  # noqa: S704
        own_script=Markup(_script("js", "findings.js")),  # noqa: S704
        body=Markup(figure.html.render()),  # noqa: S704
        drawing=Markup(figure.script.render()),  # noqa: S704
        map_name=map_.get_name(),
        layers=names,
        data=htmlsafe_json_dumps(data, ensure_ascii=False),
    )


def _script(*parts: str) -> str:
    return STATIC.joinpath(*parts).read_text(encoding="utf-8")


def _styles() -> list[str]:
    """Leaflet's style sheet with its pictures inside it, and our own."""
    leaflet = STATIC / "vendor" / assets.LEAFLET
    inlined = _URL.sub(
        lambda found: _as_data(leaflet / found[1].strip("\"'")) if not found[1].startswith("#") else found[0],
        (leaflet / "leaflet.css").read_text(encoding="utf-8"),
    )
    own = [(STATIC / "css" / name).read_text(encoding="utf-8") for name in ("tokens.css", "findings.css")]
    return [inlined, *own]


def _as_data(picture: Path) -> str:
    return f"url(data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()})"
