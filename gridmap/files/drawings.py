"""CAD drawings (DXF): closed polylines are outlines, the texts inside them their attributes; open ones are told."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridmap.errors import FileUnreadableError
from gridmap.files.encodings import encoding_question, known
from gridmap.files.questions import Question, Read
from gridmap.files.vector import quietly
from gridmap.geo.coverage import ERROR, INFO, Finding

KINDS = (".dxf",)
_HEAD = 200_000
_VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([^\r\n]+)")
_INSERT = re.compile(
    rb"^[ \t]*0[ \t]*\r?\n[ \t]*INSERT[ \t]*\r?\n(?:[ \t]*[1-9]\d*[ \t]*\r?\n[^\n]*\n)*", re.MULTILINE
)
_COUNTS = re.compile(rb"\n[ \t]*7[01][ \t]*\r?\n[ \t]*\+?(\d{1,9})")
MAX_COPIES = 10_000
_UNICODE_SINCE = 1021
"""AutoCAD 2007: from then on a drawing's text is UTF-8, before it is in the code page its header names."""
_POLYLINES = ("AcDbPolyline", "AcDb2dPolyline", "AcDb3dPolyline")
_TEXTS = ("AcDbText", "AcDbMText")


def layers(path: Path, encoding: str | None) -> list[str]:
    """The drawing's layers that hold closed polylines; raises as `read`."""
    entities, _ = _entities(path, encoding)
    return sorted(set(entities["Layer"][_is_outline(entities)]))


def read(path: Path, layer: str | None, encoding: str | None) -> Read:
    """The outlines of one of the drawing's layers (None: of all) as polygons, with no coordinate system.

    Columns `Layer`, `Handle` (the entity's own), `Text` (what is written inside, from top to bottom, with
    blanks between) and, where writing of several layers stands inside, `Text <layer>` for each. An
    `outline_open` for each polyline of the layer that does not end where it begins, a `drawing_left_out`
    for what is no polyline. Raises FileUnreadableError `file_kind_unknown`, `encoding_wrong`,
    `drawing_without_outlines`.
    """
    entities, questions = _entities(path, encoding)
    is_here = np.full(len(entities), True) if layer is None else (entities["Layer"] == layer).to_numpy()
    is_outline = _is_outline(entities) & is_here
    is_open = _is_polyline(entities) & ~_is_closed(entities) & is_here
    if not is_outline.any():
        where = sorted(set(entities["Layer"][is_open]))
        raise FileUnreadableError(
            "drawing_without_outlines", file=path.name, open=int(is_open.sum()), layers=where
        )
    outlines = entities[is_outline].reset_index(drop=True)
    xy, owner = shapely.get_coordinates(outlines.geometry.to_numpy(), return_index=True)
    shapes = shapely.polygons(shapely.linearrings(xy, indices=owner))
    frame = gpd.GeoDataFrame(
        {"Layer": outlines["Layer"], "Handle": outlines["EntityHandle"]}, geometry=shapes
    )
    texts = entities[_is_text(entities)]
    findings = [*_open_ones(entities[is_open]), *_left_out(entities[is_here & ~is_outline & ~is_open])]
    return Read(frame.assign(**_written_in(shapes, texts)), tuple(findings), questions)


def _entities(path: Path, encoding: str | None) -> tuple[gpd.GeoDataFrame, tuple[Question, ...]]:
    data = path.read_bytes()
    if b"SECTION" not in data[:_HEAD]:
        raise FileUnreadableError("content_differs", file=path.name, kind=".dxf")
    wanted = encoding or _declared(data[:_HEAD])
    is_decodable = wanted is not None and (data.isascii() or _is_in(data, wanted))
    if encoding and not is_decodable:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding)
    questions = () if is_decodable or data.isascii() else (encoding_question(_lines(data)),)
    _check_copies(data, path)
    # Blocks are not put in: nested, a few of them would fill any memory.
    settings = {
        "DXF_ENCODING": (wanted or "utf-8").upper() if is_decodable else "ISO-8859-1",
        "DXF_INLINE_BLOCKS": "NO",
    }
    pyogrio.set_gdal_config_options(settings)
    try:
        with quietly(path):
            frame = pyogrio.read_dataframe(path, layer="entities", on_invalid="ignore")
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(settings))
    for name in ("Layer", "SubClasses", "EntityHandle", "Text"):
        frame[name] = [value if isinstance(value, str) else "" for value in frame[name]]
    return frame, questions


def _check_copies(data: bytes, path: Path) -> None:
    """A block inserted in rows and columns is a feature each for GDAL, also where blocks are not put in."""
    copies = 0
    for found in _INSERT.finditer(data):
        rows_and_columns = [max(1, int(number)) for number in _COUNTS.findall(found[0])]
        copies += math.prod(rows_and_columns[:2])
        if copies > MAX_COPIES:
            raise FileUnreadableError("drawing_too_many_copies", file=path.name, limit=MAX_COPIES)


def _declared(head: bytes) -> str | None:
    version, page = _VERSION.search(head), _CODE_PAGE.search(head)
    if version and int(version[1]) >= _UNICODE_SINCE:
        return "utf-8"
    return known(page[1].decode("ascii", "replace")) if page else None


def _is_in(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _lines(data: bytes) -> Iterator[bytes]:
    return (line.strip() for line in data.splitlines()[:200_000] if not line.isascii())


def _kinds(entities: pd.DataFrame) -> list[str]:
    """What each entity is, by the last of its classes; "" in drawings of releases 11 and 12, which have none."""
    return [classes.rpartition(":")[2] for classes in entities["SubClasses"]]


def _is_polyline(entities: gpd.GeoDataFrame) -> Any:
    """Lines that are polylines; of an old drawing those of more than two points."""
    shapes = entities.geometry.to_numpy()
    is_line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    old = np.array([kind == "" for kind in _kinds(entities)], dtype=bool) & (
        shapely.get_num_points(shapes) > 2
    )
    named = np.array([any(k in c for k in _POLYLINES) for c in entities["SubClasses"]], dtype=bool)
    return is_line & (named | old)


def _is_closed(entities: gpd.GeoDataFrame) -> Any:
    shapes = entities.geometry.to_numpy()
    return shapely.is_closed(shapes) & (shapely.get_num_points(shapes) >= 4)


def _is_outline(entities: gpd.GeoDataFrame) -> Any:
    return _is_polyline(entities) & _is_closed(entities)


def _is_text(entities: gpd.GeoDataFrame) -> Any:
    is_point = shapely.get_type_id(entities.geometry.to_numpy()) == shapely.GeometryType.POINT
    return is_point & (entities["Text"] != "").to_numpy()


def _written_in(shapes: Any, texts: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """The columns with what stands inside each outline, in the order of reading."""
    at = texts.geometry.to_numpy()
    inside: list[list[int]] = [[] for _ in shapes]
    for outline, number in shapely.STRtree(at).query(shapes, predicate="intersects").T.tolist():
        inside[outline].append(number)
    for numbers in inside:
        numbers.sort(key=lambda n: (-shapely.get_y(at[n]), shapely.get_x(at[n])))
    words = [" ".join(text.split()) for text in texts["Text"]]
    on_layers = list(texts["Layer"])
    columns = {"Text": [" ".join(words[n] for n in numbers) for numbers in inside]}
    used = sorted({on_layers[n] for numbers in inside for n in numbers})
    for layer in used if len(used) > 1 else ():
        columns[f"Text {layer}"] = [" ".join(words[n] for n in ns if on_layers[n] == layer) for ns in inside]
    return columns


def _open_ones(entities: gpd.GeoDataFrame) -> Iterator[Finding]:
    for handle, layer, line in zip(
        entities["EntityHandle"], entities["Layer"], entities.geometry, strict=True
    ):
        (x0, y0, *_), (x1, y1, *_) = line.coords[0], line.coords[-1]
        apart = round(float(np.hypot(x1 - x0, y1 - y0)), 4)
        place = {"x": round(x0, 3), "y": round(y0, 3), "apart": apart}
        yield Finding("outline_open", ERROR, handle or None, {"layer": layer, "handle": handle, **place})


def _left_out(entities: gpd.GeoDataFrame) -> Iterator[Finding]:
    is_text = _is_text(entities)
    kinds = Counter(k or "?" for k, written in zip(_kinds(entities), is_text, strict=True) if not written)
    for kind, count in sorted(kinds.items()):
        yield Finding("drawing_left_out", INFO, None, {"kind": kind.removeprefix("AcDb"), "count": count})
