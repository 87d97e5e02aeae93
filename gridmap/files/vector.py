"""Features of the formats that GDAL reads: shapefile, GeoPackage, GeoJSON, file geodatabase, MapInfo, FlatGeobuf."""

from __future__ import annotations

import json
import mmap
import re
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.raw
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from gridmap.errors import FileUnreadableError
from gridmap.files.encodings import decoded, encoding_question, known, of_language_driver
from gridmap.files.questions import Read
from gridmap.geo.coverage import ERROR, Finding

KINDS = (".shp", ".gpkg", ".geojson", ".json", ".gdb", ".tab", ".mif", ".fgb")
_JSON = (".geojson", ".json")
_MANY_LAYERS = (".gpkg", ".gdb")
_STARTS = {
    ".shp": (b"\x00\x00\x27\x0a",),
    ".gpkg": (b"SQLite format 3\x00",),
    ".fgb": (b"fgb",),
    ".tab": (b"!table",),
    ".mif": (b"version",),
    ".json": (b"{", b"\xff\xfe", b"\xfe\xff"),
    ".geojson": (b"{", b"\xff\xfe", b"\xfe\xff"),
}
_BROKEN = (DataSourceError, DataLayerError, FeatureError, GeometryError)
_BYTE_FOR_BYTE = "ISO-8859-1"

_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*(\{|null)')
_PIPELINE = re.compile(rb'"gdal_streamed_alg"')

# Nothing is fetched: a GeoJSON may name an address for its coordinate system, and GDAL would ask it.
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_CONNECTTIMEOUT": "1"})


def layers(path: Path, name: str) -> list[str]:
    """The layers that have geometry; a format of one layer has that of the file's `name`.

    Raises FileUnreadableError `file_kind_unknown`, `file_points_elsewhere`, `part_missing`.
    """
    _check_content(path)
    if path.suffix.lower() not in _MANY_LAYERS:
        return [name]
    with quietly(path):
        return [str(layer) for layer, kind in pyogrio.list_layers(path) if kind is not None]


def read(path: Path, layer: str, encoding: str | None) -> Read:
    """The features of one layer, with `crs` None where the file declares none.

    Raises FileUnreadableError as `layers`, and `encoding_wrong`.
    """
    kind = path.suffix.lower()
    _check_content(path)
    if kind == ".shp":
        return _shapefile(path, encoding)
    if kind in _JSON:
        return _geojson(path, encoding)
    return _features(path, path, layer if kind in _MANY_LAYERS else None, encoding)


class quietly(warnings.catch_warnings):  # noqa: N801 - a context, read like a word
    """What GDAL says of a file as our own error; its warnings, that measures were dropped and the like, unsaid."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def __enter__(self) -> Any:
        entered = super().__enter__()
        warnings.simplefilter("ignore")
        return entered

    def __exit__(self, *caught: Any) -> None:
        super().__exit__(*caught)
        if isinstance(caught[1], _BROKEN):
            reason = first_line(caught[1])
            raise FileUnreadableError("file_kind_unknown", file=self._path.name, reason=reason) from caught[1]


def first_line(error: BaseException) -> str:
    """What a library says, in short."""
    return (str(error).splitlines() or [""])[0][:200]


def _check_content(path: Path) -> None:
    """What a file begins with has to be what its name says: GDAL goes by content, and would open anything."""
    kind = path.suffix.lower()
    if kind == ".gdb":
        if not path.is_dir() or not list(path.glob("*.gdbtable")):
            raise FileUnreadableError("file_kind_unknown", file=path.name, reason=".gdbtable")
        return
    with path.open("rb") as file:
        start = file.read(4096)
    if kind not in (".shp", ".gpkg", ".fgb"):
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.startswith(_STARTS[kind]):
        raise FileUnreadableError("content_differs", file=path.name, kind=kind)
    for part in (".shx", ".dbf") if kind == ".shp" else ():
        if part not in _beside(path):
            raise FileUnreadableError("part_missing", file=path.name, part=part)


def _features(shown: Path, path: Path, layer: str | None, encoding: str | None) -> Read:
    with quietly(shown):
        frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding, on_invalid="ignore")
        return Read(frame, tuple(_unreadable(path, layer, frame)))


def _unreadable(path: Path, layer: str | None, frame: pd.DataFrame) -> Iterator[Finding]:
    """Rows that have a geometry in the file which is none, such as a ring of two points."""
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geometry.isna().any():
        return
    raw = pyogrio.raw.read(path, layer=layer, columns=[])[2]
    for row in np.flatnonzero(frame.geometry.isna()):
        if raw[row] is not None:
            yield Finding("geometry_unreadable", ERROR, int(row), {"row": int(row)})


# --- shapefiles


def _shapefile(path: Path, encoding: str | None) -> Read:
    """A shapefile read byte for byte, then decoded: GDAL would pass over what does not fit without a word."""
    found = _features(path, path, None, _BYTE_FOR_BYTE)
    cells = list(_raw_cells(found.frame))
    declared = encoding or _declared(path)
    if not cells:
        return found
    if declared is None:
        return Read(found.frame, found.findings, (encoding_question(cells),))
    try:
        return Read(decoded(found.frame, declared), found.findings)
    except UnicodeDecodeError as error:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=declared) from error


def _raw_cells(frame: pd.DataFrame) -> Iterator[bytes]:
    for name in frame.columns:
        values = () if name == "geometry" or not _is_text(frame[name]) else frame[name]
        for value in (name, *values):
            if isinstance(value, str) and not value.isascii():
                yield value.encode("latin-1")


def _is_text(series: pd.Series) -> bool:
    return series.dtype == object or pd.api.types.is_string_dtype(series)


def _declared(path: Path) -> str | None:
    """The encoding that the .cpg names, or the .dbf's language driver; None where neither says one we know."""
    beside = _beside(path)
    if ".cpg" in beside:
        return known(beside[".cpg"].read_text("latin-1")[:64])
    with beside[".dbf"].open("rb") as file:
        start = file.read(30)
    return of_language_driver(start[29]) if len(start) == 30 else None


def _beside(path: Path) -> dict[str, Path]:
    return {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}


# --- GeoJSON


def _geojson(path: Path, encoding: str | None) -> Read:
    crs = _declared_crs(path)
    if _is_utf8(path):
        found = _features(path, path, None, None)
    elif encoding is None:
        lines = path.read_bytes().split(b'"')
        return Read(pd.DataFrame(), (), (encoding_question(lines[:100_000]),))
    else:
        found = _recoded(path, encoding)
    if crs is not None and isinstance(found.frame, gpd.GeoDataFrame):
        return Read(found.frame.set_crs(crs or None, allow_override=True), found.findings)
    return found


def _declared_crs(path: Path) -> str | None:
    """The name in the `crs` member of a GeoJSON; "" for one that says nothing, None where there is no such member.

    GDAL takes a name it does not know for WGS84 without a word, and asks the address that a link names.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if _PIPELINE.search(data):
            raise FileUnreadableError("file_points_elsewhere", file=path.name)
        found = _CRS_MEMBER.search(data)
        if found is None:
            return None
        member = data[found.start(1) : found.end() + 4000].decode("utf-8", "replace")
    if member.startswith("null"):
        return ""
    try:
        declared = json.JSONDecoder().raw_decode(member)[0]
    except ValueError:
        return ""
    if str(declared.get("type")).lower() in ("link", "url", "file"):
        raise FileUnreadableError("file_points_elsewhere", file=path.name)
    properties = declared.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    try:
        return name if name and pyproj.CRS.from_user_input(name) else ""
    except pyproj.exceptions.CRSError:
        return ""


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _recoded(path: Path, encoding: str) -> Read:
    """A GeoJSON that is not in UTF-8, as its standard wants, but in what the operator says."""
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        copy = Path(folder) / "data.geojson"
        try:
            copy.write_text(path.read_text(encoding), encoding="utf-8")
        except (UnicodeError, LookupError) as error:
            raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding) from error
        return _features(path, copy, None, None)
