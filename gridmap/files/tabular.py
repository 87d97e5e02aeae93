"""Tables: CSV, Excel and Parquet, every value as text so that codes stay whole; a geometry column makes features."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import shapely

from gridmap.errors import FileUnreadableError
from gridmap.files import workbooks
from gridmap.files.encodings import encoding_question
from gridmap.files.questions import Read
from gridmap.files.vector import first_line
from gridmap.geo.coverage import ERROR, WARNING, Finding

KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
MAX_COLUMNS = 1_000
MAX_ROWS = 20_000_000
SHAPES = ("wkt", "geometry", "geom", "the_geom", "wkb_geometry", "几何")
CODES = ("code", "编码", "网格编码", "楼栋编码", "area_code", "区域编码", "parent", "parent_code", "上级编码")
_AS_TEXT: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_filter": False}
_SRID = re.compile(r"\s*SRID=(\d{4,6});", re.I)
_HEX = re.compile(r"[0-9A-Fa-f]{18,}")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{1,2}", re.I)
_ODD = (b'"', b"\0")
_LENGTHS_ONE_SHORT = (5, 8, 11, 14)
"""Division codes and cells have 6, 9, 12 and 15 digits."""
_TOO_LONG = 1 << 30


def layers(path: Path, name: str) -> list[str]:
    """A workbook's sheets that are not empty (else all); a CSV or Parquet file is one table, called `name`."""
    if path.suffix.lower() != ".xlsx":
        return [name]
    sheets = workbooks.sheets(path)
    return [sheet for sheet, is_filled in sheets.items() if is_filled] or list(sheets)


def read(path: Path, sheet: str, encoding: str | None, codes: Sequence[str | None] = ()) -> Read:
    """One table, every value as text ("" for none); `codes` are the columns that the operator says hold codes.

    Findings: `code_zero_lost`, `code_scientific`, `cells_merged`, `title_rows`. Raises FileUnreadableError
    `file_kind_unknown`, `encoding_wrong`, `table_ragged`, `table_too_wide`, `table_too_long`,
    `quote_open`, `nul_characters`, `formula_without_value`, `archive_bomb`, `xml_with_entities`.
    """
    kind = path.suffix.lower()
    if kind == ".xlsx":
        book = workbooks.read(path, sheet)
        faults = _lost_zeros(book.frame, book.numeric, codes)
        found = Read(book.frame, (*book.findings, *faults))
    elif kind == ".parquet":
        found = Read(_parquet_table(path))
    else:
        found = _csv(path, "\t" if kind == ".tsv" else ",", encoding)
    found.frame.columns = [str(column).strip().lstrip("\ufeff") for column in found.frame.columns]
    return Read(found.frame, (*found.findings, *_scientific(found.frame, codes)), found.questions)


# --- CSV


def _csv(path: Path, separator: str, encoding: str | None) -> Read:
    wanted = encoding or "utf-8-sig"
    try:
        frame = _plain_csv(path, separator, wanted)
        if frame is None:
            _check_rows(path, separator, wanted)
            frame = pd.read_csv(path, sep=separator, encoding=wanted, index_col=False, **_AS_TEXT)
    except (UnicodeError, LookupError) as error:
        if encoding is None:
            return Read(pd.DataFrame(), (), (encoding_question(_some_cells(path, separator)),))
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=first_line(error)) from error
    return Read(frame)


def _plain_csv(path: Path, separator: str, encoding: str) -> pd.DataFrame | None:
    """A table without quotes or anything odd, in a fraction of the time; None where it has to be read with care."""
    said = path.read_bytes()
    if any(odd in said for odd in _ODD) or said.count(b"\r") != said.count(b"\r\n"):
        return None
    if encoding != "utf-8-sig":
        said = said.decode(encoding).encode()
    header = BytesIO(said).readline().decode("utf-8-sig").rstrip("\r\n").split(separator)
    names = {name.strip() for name in header} - {""}
    if not 1 < len(header) == len(names) <= MAX_COLUMNS:
        return None
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(said),
            arrow_csv.ReadOptions(column_names=header, skip_rows=1),
            arrow_csv.ParseOptions(delimiter=separator, quote_char=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # a row too long or too short, no UTF-8: told by those who read with care
        return None
    return table.to_pandas()


def _check_rows(path: Path, separator: str, encoding: str) -> None:
    """What pandas would put right by itself, values one column off: rows longer or shorter than the first."""
    limit, expected, line = csv.field_size_limit(_TOO_LONG), 0, 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = csv.reader(file, delimiter=separator, strict=True)
            for row in rows:
                expected = expected or len(row)
                if row:
                    _check_row(path, row, line, expected)
                line = rows.line_num + 1
    except csv.Error as error:
        raise FileUnreadableError("quote_open", file=path.name, line=line) from error
    finally:
        csv.field_size_limit(limit)


def _check_row(path: Path, row: list[str], line: int, expected: int) -> None:
    if expected > MAX_COLUMNS:
        raise FileUnreadableError("table_too_wide", file=path.name, columns=expected, limit=MAX_COLUMNS)
    if "\0" in "".join(row):
        raise FileUnreadableError("nul_characters", file=path.name, line=line)
    if len(row) != expected:
        details = {"line": line, "expected": expected, "found": len(row)}
        raise FileUnreadableError("table_ragged", file=path.name, **details)


def _some_cells(path: Path, separator: str) -> Iterator[bytes]:
    """Cells as bytes: separators and quotes are the same in every encoding that is tried."""
    with path.open("rb") as file:
        for line in file.read(2_000_000).splitlines()[:-1] or [path.read_bytes()]:
            yield from (cell.strip(b'" ') for cell in line.split(separator.encode()))


# --- Parquet


def _parquet_table(path: Path) -> pd.DataFrame:
    _check_parquet(path)
    try:
        frame = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=first_line(error)) from error
    return frame.astype(object).where(frame.notna(), "").map(str)


def _check_parquet(path: Path) -> bool:
    """Whether the file holds geometry; raises where it is none, or would be too much when it is unpacked."""
    try:
        about = pq.read_metadata(path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=first_line(error)) from error
    size = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
    if about.num_rows > MAX_ROWS or size > 4_000_000_000:
        raise FileUnreadableError("table_too_long", file=path.name, rows=about.num_rows, limit=MAX_ROWS)
    if about.num_columns > MAX_COLUMNS:
        details = {"columns": about.num_columns, "limit": MAX_COLUMNS}
        raise FileUnreadableError("table_too_wide", file=path.name, **details)
    return b"geo" in (about.metadata or {})


# --- features out of tables


def read_features(path: Path, sheet: str, encoding: str | None, codes: Sequence[str | None] = ()) -> Read:
    """The features of GeoParquet, or of a table with a column of WKT or hexadecimal WKB.

    Their `crs` is what GeoParquet or an `SRID=…;` before every shape says, else None. A frame without
    geometry is returned as it is. Findings as `read`, and `geometry_unreadable`.
    """
    if path.suffix.lower() == ".parquet" and _check_parquet(path):
        try:
            return Read(gpd.read_parquet(path))
        except (ValueError, OSError, pa.ArrowException, shapely.errors.GEOSException) as error:
            reason = first_line(error)
            raise FileUnreadableError("file_kind_unknown", file=path.name, reason=reason) from error
    found = read(path, sheet, encoding, codes)
    names = {str(name).lower(): name for name in found.frame.columns}
    name = next((names[usual] for usual in SHAPES if usual in names), None)
    if name is None:
        return found
    written = [text.strip() for text in found.frame[name]]
    shapes, srid = _shapes(written)
    faults = [
        Finding("geometry_unreadable", ERROR, row, {"row": row})
        for row, (text, shape) in enumerate(zip(written, shapes, strict=True))
        if text and shape is None
    ]
    frame = gpd.GeoDataFrame(found.frame.drop(columns=name), geometry=shapes, crs=srid)
    return Read(frame, (*found.findings, *faults), found.questions)


def _shapes(written: Sequence[str]) -> tuple[Any, int | None]:
    """The shapes, None where there is none to be read, and the one SRID that all of them name (else None)."""
    named = [match and int(match[1]) for match in map(_SRID.match, written)]
    plain = [_SRID.sub("", text, count=1) for text in written]
    shapes = np.full(len(written), None, dtype=object)
    is_hex = np.array([bool(_HEX.fullmatch(text)) for text in plain], dtype=bool)
    for mask, parse in ((is_hex, shapely.from_wkb), (~is_hex, shapely.from_wkt)):
        shapes[mask] = parse(np.array(plain, dtype=object)[mask], on_invalid="ignore")
    inside = [int(srid) or None for srid in shapely.get_srid(shapes)]
    srids = {a or b for a, b, shape in zip(named, inside, shapes, strict=True) if shape is not None}
    return shapes, srids.pop() if len(srids) == 1 and None not in srids and -1 not in srids else None


# --- codes that a spreadsheet spoilt


def _code_columns(frame: pd.DataFrame, codes: Sequence[str | None]) -> list[str]:
    wanted = {name.lower() for name in (*CODES, *codes) if name}
    return [name for name in frame.columns if str(name).lower() in wanted]


def _lost_zeros(frame: pd.DataFrame, numeric: Any, codes: Sequence[str | None]) -> Iterator[Finding]:
    """Codes kept as numbers that are one digit short of a code: a zero before them has gone.

    An error where other codes of the column are as long as they would be with it, else a warning.
    """
    for name in _code_columns(frame, codes):
        at = list(frame.columns).index(name)
        values = list(frame[name])
        rows = [r for r in range(len(values)) if numeric[r, at] and len(values[r]) in _LENGTHS_ONE_SHORT]
        if rows:
            whole = {len(value) for value in values}
            is_sure = any(len(values[row]) + 1 in whole for row in rows)
            details = {"field": name, "count": len(rows), "rows": rows[:20], "value": values[rows[0]]}
            yield Finding("code_zero_lost", ERROR if is_sure else WARNING, None, details)


def _scientific(frame: pd.DataFrame, codes: Sequence[str | None]) -> Iterator[Finding]:
    """Codes of which a spreadsheet kept the first digits only (9.90001E+14)."""
    for name in _code_columns(frame, codes):
        rows = [row for row, value in enumerate(frame[name]) if _SCIENTIFIC.fullmatch(str(value).strip())]
        if rows:
            details = {
                "field": name,
                "count": len(rows),
                "rows": rows[:20],
                "value": frame[name].iloc[rows[0]],
            }
            yield Finding("code_scientific", ERROR, None, details)
