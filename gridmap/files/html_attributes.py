"""Attributes that a file hides in HTML: a table of names and values in each description becomes columns."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd

MAX_LENGTH = 100_000
MAX_PAIRS = 200
MAX_COLUMNS = 300
_MAX_NAME = 100
_LOOKED_AT = 100


class _Rows(HTMLParser):
    """The texts of the cells of each table row; tags are dropped, entities resolved, nothing is executed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._open: list[tuple[int, list[str]]] = []
        self._cell: list[str] | None = None
        self._depth = self._muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Rows and cells may be left unclosed: the next one of the same table ends them."""
        if tag in ("script", "style"):
            self._muted += 1
        elif tag == "table":
            self._end_cell()
            self._depth += 1
        elif tag == "tr":
            self._end_rows(self._depth)
            self._open.append((self._depth, []))
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """An end of a table ends the rows in it."""
        if tag in ("script", "style"):
            self._muted = max(0, self._muted - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_rows(self._depth)
            self._depth = max(0, self._depth - (tag == "table"))

    def _end_rows(self, depth: int) -> None:
        self._end_cell()
        while self._open and self._open[-1][0] >= depth:
            self.rows.append(self._open.pop()[1])

    def handle_data(self, data: str) -> None:
        """Text counts inside cells only."""
        if self._cell is not None and not self._muted:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._open:
            self._open[-1][1].append("".join(self._cell).strip())
        self._cell = None


def pairs_in(html: str) -> dict[str, str]:
    """The names and values of the rows with two cells in an HTML text; {} for what is too long or has none.

    A name that comes twice keeps its first value; at most MAX_PAIRS are taken.
    """
    if len(html) > MAX_LENGTH or "<" not in html:
        return {}
    reader = _Rows()
    reader.feed(html)
    reader.close()
    pairs: dict[str, str] = {}
    for row in reader.rows:
        if len(row) == 2 and 0 < len(row[0]) <= _MAX_NAME and len(pairs) < MAX_PAIRS:
            pairs.setdefault(row[0], row[1])
    return pairs


def opened(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the pairs of its HTML columns as columns of their own, behind those there are.

    A column is looked into where one of its first texts holds a table row. Names that exist already (letter
    case aside) are left as they are; a row without a name gets "".
    """
    taken = {str(name).lower() for name in frame.columns}
    found: dict[str, list[str]] = {}
    for name in [name for name in frame.columns if _holds_tables(frame, name)]:
        rows = [pairs_in(value) if isinstance(value, str) else {} for value in frame[name]]
        for field in dict.fromkeys(field for pairs in rows for field in pairs):
            if field.lower() not in taken and len(found) < MAX_COLUMNS:
                taken.add(field.lower())
                found[field] = [pairs.get(field, "") for pairs in rows]
    return frame.assign(**found) if found else frame


def _holds_tables(frame: pd.DataFrame, name: str) -> bool:
    if name == "geometry" or not (frame[name].dtype == object or pd.api.types.is_string_dtype(frame[name])):
        return False
    values = [value for value in frame[name].iloc[:_LOOKED_AT] if isinstance(value, str)]
    return any("<tr" in value.lower() for value in values)
