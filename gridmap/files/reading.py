"""Read a file of features or a table, whatever format it is in; what it leaves open is asked, never guessed."""

from __future__ import annotations

import hashlib
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gridmap.errors import FileUnreadableError, InvalidInputError

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
MAX_BYTES = 2_000_000_000
_AS_TEXT: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_filter": False}


@dataclass(frozen=True)
class Source:
    """A file as it was read: its rows, its name and the digest of its bytes."""

    frame: pd.DataFrame
    name: str
    digest: str


def digest_of_file(path: Path) -> str:
    """SHA-256, in hex, of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise FileUnreadableError("file_missing", file=str(path))
    size = path.stat().st_size
    if size == 0:
        raise FileUnreadableError("file_empty", file=path.name)
    if size > MAX_BYTES:
        raise FileUnreadableError("file_too_large", file=path.name, limit=MAX_BYTES)
    return path


def read_features(path: Path, *, layer: str | None = None, encoding: str | None = None) -> Source:
    """The features of a file that GDAL reads (GeoJSON, GeoPackage, shapefile, KML …) or of GeoParquet, in order.

    The frame's `crs` is what the file declares, None where it declares none. Raises
    FileUnreadableError `file_missing`, `file_empty`, `layer_needed` with `choices`, `file_kind_unknown`,
    `file_without_features`, `encoding_wrong`, `encoding_needed`.
    """
    _checked(path)
    try:
        frame = (
            _parquet_features(path) if path.suffix.lower() == ".parquet" else _features(path, layer, encoding)
        )
    except (DataSourceError, DataLayerError) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=_first_line(error)) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        raise FileUnreadableError("file_without_features", file=path.name)
    if encoding is None and _is_undeclared_shapefile(path) and not _is_ascii(frame):
        raise FileUnreadableError("encoding_needed", file=path.name)
    return Source(frame, path.name, digest_of_file(path))


def _features(path: Path, layer: str | None, encoding: str | None) -> pd.DataFrame:
    with path.open("rb") as file:
        if b"<ogr" in file.read(4096).lower():
            # A description that has GDAL open other files, or addresses.
            raise FileUnreadableError("file_points_elsewhere", file=path.name)
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if (layer is None and len(layers) > 1) or (layer is not None and layer not in layers):
        raise FileUnreadableError("layer_needed", file=path.name, choices=layers)
    return gpd.read_file(path, layer=layer, encoding=encoding)


def _parquet_features(path: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=_first_line(error)) from error


def _is_undeclared_shapefile(path: Path) -> bool:
    """Whether this is a shapefile that does not say how its text is encoded: GDAL takes it for Latin-1 then.

    It may say so in a .cpg file, or in byte 29 of the .dbf (dBASE's language driver; 0x57 is “as on
    this machine”).
    """
    beside = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}
    if path.suffix.lower() != ".shp" or ".cpg" in beside or ".dbf" not in beside:
        return False
    with beside[".dbf"].open("rb") as file:
        return file.read(30)[29:] in (b"", b"\x00", b"\x57")


def _is_ascii(frame: pd.DataFrame) -> bool:
    texts = frame.select_dtypes(["object", "string"])
    values = (value for name in texts for value in (name, *texts[name]))
    return all(not isinstance(value, str) or value.isascii() for value in values)


def read_table(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Source:
    """The rows of a CSV, Excel or Parquet file, every value as text ("" for none), so that codes keep their zeros.

    Raises FileUnreadableError as `read_features` (a workbook's sheets are its layers), and
    `encoding_wrong` for a CSV that is not UTF-8 where no encoding was named.
    """
    _checked(path)
    kind = path.suffix.lower()
    try:
        frame = _table(path, kind, encoding, sheet)
    except UnicodeDecodeError as error:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding or "utf-8") from error
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=_first_line(error)) from error
    except LookupError as error:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding) from error
    frame.columns = [str(column).strip().lstrip("\ufeff") for column in frame.columns]
    return Source(frame, path.name, digest_of_file(path))


def _table(path: Path, kind: str, encoding: str | None, sheet: str | None) -> pd.DataFrame:
    if kind == ".xlsx":
        return _sheet(path, sheet)
    if kind == ".parquet":
        frame = pd.read_parquet(path)
        return frame.astype(object).where(frame.notna(), "").map(str)
    if kind not in TABLES:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=kind)
    separator = "\t" if kind == ".tsv" else ","
    frame = pd.read_csv(path, sep=separator, encoding=encoding or "utf-8-sig", **_AS_TEXT)
    if not isinstance(frame.index, pd.RangeIndex):
        # pandas would take the first column for row names, and every value would stand one column off.
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason="more fields than columns")
    if any(frame[name].str.contains("\0", regex=False).any() for name in frame.columns):
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason="NUL characters")
    return frame


def _sheet(path: Path, wished: str | None) -> pd.DataFrame:
    """The sheet of that name, or the only one that is not empty."""
    if wished is not None:
        return pd.read_excel(path, sheet_name=wished, **_AS_TEXT)
    sheets = pd.read_excel(path, sheet_name=None, **_AS_TEXT)
    filled = [str(name) for name, frame in sheets.items() if not frame.empty]
    if len(filled) > 1:
        raise FileUnreadableError("layer_needed", file=path.name, choices=filled)
    return sheets[filled[0]] if filled else next(iter(sheets.values()))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def column(frame: pd.DataFrame, wished: str | None, *defaults: str, needed: bool = True) -> str | None:
    """The name of the column meant by `wished`, or the first of `defaults` there is (letter case aside).

    Raises InvalidInputError `column_missing` with the file's columns as `choices`; None where none is
    there and it is not `needed`.
    """
    names = {str(name).lower(): str(name) for name in frame.columns}
    for name in [wished] if wished else defaults:
        if name.lower() in names:
            return names[name.lower()]
    if needed or wished:
        choices = [str(name) for name in frame.columns if name != "geometry"]
        raise InvalidInputError("column_missing", column=wished or defaults[0], choices=choices)
    return None


def as_text(value: Any) -> str:
    """A cell of a table as text: "" for none, whole numbers without “.0”, blanks at the ends gone."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
