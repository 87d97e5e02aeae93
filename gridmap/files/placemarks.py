"""KML: placemarks with their names, descriptions and extended data; folders are layers, links are not followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely

from gridmap.errors import FileUnreadableError
from gridmap.files.markup import opened, refuse_doctype
from gridmap.files.questions import Read
from gridmap.geo.coverage import ERROR, WARNING, Finding
from gridmap.geo.crs import WGS84

KINDS = (".kml",)
_MAX_DEPTH = 100
_CONTAINERS = ("Document", "Folder")
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")


@dataclass
class _Document:
    """What a file holds: (layer, attributes, geometry or None, whether there was one) a placemark, and links."""

    rows: list[tuple[str, dict[str, str], shapely.Geometry | None, bool]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def layers(path: Path, name: str) -> list[str]:
    """The folders that hold placemarks, by their names; placemarks outside any folder are in the layer `name`."""
    return list(dict.fromkeys(layer for layer, *_ in _parsed(path, name).rows))


def read(path: Path, layer: str, name: str) -> Read:
    """The placemarks of a folder in WGS84: columns Name, description, and those of the extended data.

    Findings: `geometry_unreadable`, `link_not_followed`. Raises FileUnreadableError `xml_with_entities`,
    `file_kind_unknown`.
    """
    document = _parsed(path, name)
    rows = [row[1:] for row in document.rows if row[0] == layer]
    columns = dict.fromkeys(column for attributes, *_ in rows for column in attributes)
    data = {column: [attributes.get(column) for attributes, *_ in rows] for column in columns}
    frame = gpd.GeoDataFrame(data, geometry=[shape for _, shape, _ in rows], crs=WGS84)
    findings = [
        Finding("link_not_followed", WARNING, None, {"address": link[:200]}) for link in document.links
    ]
    for number, (_, shape, was_there) in enumerate(rows):
        if shape is None and was_there:
            findings.append(Finding("geometry_unreadable", ERROR, number, {"row": number}))
    return Read(frame, tuple(findings))


def _parsed(path: Path, name: str) -> _Document:
    with opened(path) as file:
        refuse_doctype(file, path.name)
        file.seek(0)
        try:
            return _walk(file, path, name)
        except (ET.ParseError, ValueError) as error:
            reason = str(error)[:200]
            raise FileUnreadableError("file_kind_unknown", file=path.name, reason=reason) from error


def _walk(file: object, path: Path, name: str) -> _Document:
    """One pass, a placemark at a time: whatever is read is let go again."""
    document, stack, folders = _Document(), list[ET.Element](), list[ET.Element]()
    for event, element in ET.iterparse(file, events=("start", "end")):  # type: ignore[call-overload]  # noqa: S314
        tag = _tag(element)
        if event == "start":
            if not stack and tag != "kml":
                raise FileUnreadableError("content_differs", file=path.name, kind=".kml")
            if len(stack) >= _MAX_DEPTH:
                raise ValueError("nested too deeply")
            stack.append(element)
            folders += [element] if tag == "Folder" else []
            continue
        stack.pop()
        if tag == "Folder":
            folders.pop()
        elif tag == "Placemark":
            label = "/".join(_text_of(folder, "name") or "-" for folder in folders)
            document.rows.append((label or name, *_placemark(element)))
            element.clear()
        elif tag == "NetworkLink":
            document.links.append(next((e.text or "" for e in element.iter() if _tag(e) == "href"), ""))
    return document


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text_of(element: ET.Element, wanted: str) -> str:
    return next((child.text or "" for child in element if _tag(child) == wanted), "").strip()


def _placemark(element: ET.Element) -> tuple[dict[str, str], shapely.Geometry | None, bool]:
    attributes = {"Name": _text_of(element, "name"), "description": _text_of(element, "description")}
    for holder in element:
        if _tag(holder) == "ExtendedData":
            for key, value in _extended(holder):
                attributes.setdefault(key, value)
    drawn = [child for child in element if _tag(child) in _SHAPES]
    if not drawn:
        return attributes, None, False
    try:
        return attributes, _shape(drawn[0]), True
    except (ValueError, shapely.errors.GEOSException):
        return attributes, None, True


def _extended(holder: ET.Element) -> Iterator[tuple[str, str]]:
    for data in holder.iter():
        name = data.get("name")
        if name and _tag(data) == "SimpleData":
            yield name, (data.text or "").strip()
        elif name and _tag(data) == "Data":
            yield name, _text_of(data, "value")


def _shape(element: ET.Element) -> shapely.Geometry:
    """A geometry in two dimensions. Raises ValueError or GEOSException for what is none."""
    match _tag(element):
        case "Point":
            return shapely.Point(_coordinates(element)[0])
        case "LineString" | "LinearRing":
            return shapely.LineString(_coordinates(element))
        case "Polygon":
            rings = {
                side: [c for c in element if _tag(c) == side]
                for side in ("outerBoundaryIs", "innerBoundaryIs")
            }
            outer = _coordinates(rings["outerBoundaryIs"][0] if rings["outerBoundaryIs"] else element)
            return shapely.Polygon(outer, [_coordinates(inner) for inner in rings["innerBoundaryIs"]])
    return _together([_shape(child) for child in element if _tag(child) in _SHAPES])


def _together(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Parts of one kind as a Multi geometry, of several kinds as a collection."""
    kinds = {part.geom_type for part in parts}
    for kind, multi in (
        ("Polygon", shapely.MultiPolygon),
        ("LineString", shapely.MultiLineString),
        ("Point", shapely.MultiPoint),
    ):
        if kinds == {kind}:
            return multi(parts)
    return shapely.GeometryCollection(parts)


def _coordinates(element: ET.Element) -> list[tuple[float, float]]:
    """The longitudes and latitudes written in an element; a height behind them is dropped."""
    written = next((child.text or "" for child in element.iter() if _tag(child) == "coordinates"), "")
    found = []
    for part in written.split():
        lon, lat, *_ = part.split(",")
        found.append((float(lon), float(lat)))
    if not found:
        raise ValueError("no coordinates")
    return found
