"""Excel workbooks: cells as text, merged cells filled downward, titles above the table passed over."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from gridmap.errors import FileUnreadableError
from gridmap.files.markup import refuse_doctype
from gridmap.files.vector import first_line
from gridmap.files.zips import check_bounds
from gridmap.geo.coverage import INFO, Finding

MAX_UNPACKED = 500_000_000
MAX_COLUMNS = 1_000
_CHUNK, _OVERLAP = 1 << 24, 4096
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')
_NEVER_CALCULATED = re.compile(
    rb'<c\s(?:[^>]*?\s)?r="([A-Z]{1,3}\d+)"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_TITLES_AT_MOST = 5


@dataclass(frozen=True)
class Sheet:
    """A sheet's table: every value as text, and which of them the workbook keeps as numbers (rows × columns)."""

    frame: pd.DataFrame
    numeric: Any
    findings: tuple[Finding, ...]


def sheets(path: Path) -> dict[str, bool]:
    """The names of the sheets, in order, and whether each has a row below its header."""
    with _opened(path) as (book, _):
        return {sheet.title: _has_rows(sheet) for sheet in book.worksheets}


def read(path: Path, name: str) -> Sheet:
    """The sheet called `name`; dates as ISO text, formulas as what they came to when last calculated.

    Findings: `cells_merged`, `title_rows`. Raises FileUnreadableError `file_kind_unknown`, `archive_bomb`,
    `archive_encrypted`, `xml_with_entities`, `table_too_wide`, `formula_without_value`.
    """
    with _opened(path) as (book, archive):
        sheet = book[name]
        member = str(sheet._worksheet_path)
        formulas = sorted(set(_found(archive, member, _NEVER_CALCULATED)))
        if formulas:
            raise FileUnreadableError("formula_without_value", file=path.name, cells=formulas[:20])
        with closing(sheet.iter_rows(values_only=True)) as listed:
            rows = [_bounded(row, path) for row in listed]
        merged = list(_found(archive, member, _MERGED))
    width = max(map(len, rows), default=0)
    rows = [row + [None] * (width - len(row)) if row else row for row in rows]
    return _table(rows, _fill_down(rows, merged))


def _bounded(row: tuple[Any, ...], path: Path) -> list[Any]:
    """A row without the empty cells behind it, which formatting alone may carry on for ever."""
    end = next((at for at in range(len(row), 0, -1) if row[at - 1] is not None), 0)
    if end > MAX_COLUMNS:
        raise FileUnreadableError("table_too_wide", file=path.name, columns=end, limit=MAX_COLUMNS)
    return list(row[:end])


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, zipfile.ZipFile]]:
    """A workbook and the archive it is, after looking at what it would unpack to."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_bounds(archive, path, MAX_UNPACKED)
            for member in archive.namelist():
                if member.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        refuse_doctype(stream, path.name)
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                yield book, archive
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, InvalidFileException) as error:
        raise FileUnreadableError("file_kind_unknown", file=path.name, reason=first_line(error)) from error


def _has_rows(sheet: Any) -> bool:
    with closing(sheet.iter_rows(values_only=True, max_row=1000)) as rows:
        return sum(any(value is not None for value in row) for row in rows) > 1


def _found(archive: zipfile.ZipFile, member: str, wanted: re.Pattern[bytes]) -> Iterator[str]:
    """What a pattern finds in a member's text, read piece by piece."""
    with archive.open(member.lstrip("/")) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            window = rest + chunk
            end = 0
            for match in wanted.finditer(window):
                end = match.end()
                yield match[1].decode()
            rest = window[max(end, len(window) - _OVERLAP) :]


def _fill_down(rows: list[list[Any]], merged: list[str]) -> int:
    """Give the cells below the first of a merged range its value, as a reader sees it; returns how many ranges."""
    filled = 0
    for reference in merged:
        left, top, _, bottom = range_boundaries(reference)
        if bottom == top or top > len(rows) or left > len(rows[top - 1]):
            continue
        filled += 1
        for row in rows[top : min(bottom, len(rows))]:
            if left <= len(row) and row[left - 1] is None:
                row[left - 1] = rows[top - 1][left - 1]
    return filled


def _table(rows: list[list[Any]], merged: int) -> Sheet:
    rows = [row for row in rows if any(value is not None for value in row)]
    titles = _titles(rows)
    header, body = (rows[titles], rows[titles + 1 :]) if rows else ([], [])
    used = [
        at for at, name in enumerate(header) if name is not None or any(row[at] is not None for row in body)
    ]
    names = _unlike([_as_text(header[at]) or f"column {at + 1}" for at in used])
    values = [[_as_text(row[at]) for at in used] for row in body]
    is_number = [[isinstance(row[at], int | float) and row[at] is not True for at in used] for row in body]
    findings = []
    if merged:
        findings.append(Finding("cells_merged", INFO, None, {"count": merged}))
    if titles:
        title = " ".join(text for row in rows[:titles] for value in row if (text := _as_text(value)))
        findings.append(Finding("title_rows", INFO, None, {"count": titles, "value": title[:100]}))
    numeric = np.array(is_number, dtype=bool).reshape(len(values), len(names))
    return Sheet(pd.DataFrame(values, columns=names, dtype=object), numeric, tuple(findings))


def _titles(rows: list[list[Any]]) -> int:
    """How many rows stand above the header: those with a single cell, where the table below has more columns."""
    counts = [sum(value is not None for value in row) for row in rows[: _TITLES_AT_MOST + 1]]
    first = next((at for at, count in enumerate(counts) if count > 1), 0)
    return first


def _unlike(names: list[str]) -> list[str]:
    """Names that come twice told apart, as pandas does for CSV."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        told.append(f"{name}.{seen[name]}" if seen[name] else name)
    return told


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
