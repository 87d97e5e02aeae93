"""The workbook of an evaluation: sheets of figures in which no text can be taken for a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
NOTHING = "—"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTH, _WIDE = 14, 60


class Sheet(NamedTuple):
    """A sheet: its title, the heads of its columns, its rows; so many columns after the first two are shares of 1."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    shares: int = 0


class Book(NamedTuple):
    """What is said above the first sheet's table, line by line, and the sheets."""

    said: Sequence[str]
    sheets: Sequence[Sheet]


def write_book(book: Book) -> bytes:
    """The workbook (xlsx). None stands as “—”."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, sheet in enumerate(book.sheets):
        _write(made.create_sheet(sheet.title), sheet, book.said if number == 0 else ())
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def plain(text: str) -> str:
    """Text that no program takes for a formula: with an apostrophe before what could begin one."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _write(page: Worksheet, sheet: Sheet, said: Sequence[str]) -> None:
    for line in said:
        page.append([plain(line)])
    if said:
        page.append([])
    page.append([plain(head) for head in sheet.heads])
    top = page.max_row
    for cell in page[top]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for row in sheet.rows:
        page.append(
            [NOTHING if value is None else plain(value) if isinstance(value, str) else value for value in row]
        )
        _show_shares(page[page.max_row], sheet.shares)
    page.freeze_panes = f"C{top + 1}"
    for column in range(1, len(sheet.heads) + 1):
        longest = max((len(str(row[column - 1] or "")) for row in sheet.rows), default=0)
        page.column_dimensions[get_column_letter(column)].width = min(max(_WIDTH, longest * 2), _WIDE)


def _show_shares(cells: Sequence[Cell], shares: int) -> None:
    for cell in cells[2 : 2 + shares]:
        cell.number_format = "0.0%"
        cell.alignment = Alignment(horizontal="right")
