"""The roles of 1+5+N: one leader (网格长), five officers, any number of others, and a head for each level.

Which roles those are, and on which level each usually sits, is a district's own table
(`geodata/roles.csv`); that there is one leader and that the officers are five is the scheme itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gridmap.domain.codes import LEVELS
from gridmap.errors import InvalidInputError

LEADER_SLOT, FIVE_SLOT, OTHERS_SLOT, HEAD_SLOT = SLOTS = ("1", "5", "N", "head")

_COLUMNS = ("code", "name_zh", "name_en", "slot", "level", "order")
_TABLE_INVALID = "role_table_invalid"


@dataclass(frozen=True)
class Role:
    """What a post can be held as.

    `slot` is one of `SLOTS`, `level` the level of area it usually sits on (one of `codes.LEVELS`),
    `order` its place in lists, lowest first.
    """

    code: str
    name_zh: str
    name_en: str
    slot: str
    level: str
    order: int


def read_roles(text: str) -> dict[str, Role]:
    """The roles of a CSV table by code, in their order.

    Raises InvalidInputError `role_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses (no cell may be empty), an unknown slot or level (`slot_unknown`,
    `level_unknown`), an order that is no whole number (`order_invalid`), a code given twice
    (`code_twice`), a second leader, a sixth of the five, a second head on one level (`slot_1_twice`,
    `slot_5_more_than_five`, `head_level_twice`). For what the table lacks as a whole
    (`slot_1_missing`, `slot_5_fewer_than_five`) the line is the header's.
    """
    roles: dict[str, Role] = {}
    for line, row in table_rows(text, _COLUMNS, _TABLE_INVALID):
        role = _read_role(line, row)
        if reason := _conflict(role, roles):
            raise refusal(_TABLE_INVALID, line, reason, role.code)
        roles[role.code] = role
    if not any(r.slot == LEADER_SLOT for r in roles.values()):
        raise refusal(_TABLE_INVALID, 1, "slot_1_missing", LEADER_SLOT)
    if len(five(roles)) < 5:
        raise refusal(_TABLE_INVALID, 1, "slot_5_fewer_than_five", str(len(five(roles))))
    return {r.code: r for r in sorted(roles.values(), key=_place)}


def leader_role(roles: Mapping[str, Role]) -> Role:
    """The one role in slot 1 of a table that `read_roles` accepted."""
    return next(r for r in roles.values() if r.slot == LEADER_SLOT)


def five(roles: Mapping[str, Role]) -> list[Role]:
    """The roles in slot 5, in their order."""
    return sorted((r for r in roles.values() if r.slot == FIVE_SLOT), key=_place)


def head_of(roles: Mapping[str, Role], level: str) -> Role | None:
    """The head of areas on `level` (one of `codes.LEVELS`); None where the table names none.

    A grid's head is its leader, who stands in slot 1: see `leader_role`.
    """
    return next((r for r in roles.values() if r.slot == HEAD_SLOT and r.level == level), None)


def table_rows(
    text: str,
    columns: Sequence[str],
    code: str,
    may_be_empty: Sequence[str] = (),
    may_be_missing: Sequence[str] = (),
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a rule table in CSV, each with the line it ends on (the header is line 1).

    Cells come without blanks around them; further columns are left out, empty lines passed over, a
    byte order mark forgiven; cells of columns in `may_be_missing` are "" where the table has none. Raises InvalidInputError `code` with `line`, `reason` and `value` for
    text that is no CSV (`csv_invalid`), a header without one of `columns` (`column_missing`) or
    with one twice (`column_twice`), a row longer or shorter than the header (`cells_miscounted`),
    an empty cell in a column not in `may_be_empty` (`cell_empty`).
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        for column in columns:
            if header.count(column) != 1:
                raise refusal(code, 1, "column_twice" if column in header else "column_missing", column)
        for row in reader:
            if None in row or None in row.values():
                raise refusal(code, reader.line_num, "cells_miscounted", str(len(header)))
            cells = {column: row.get(column, "").strip() for column in (*columns, *may_be_missing)}
            for column, cell in cells.items():
                if not cell and column not in (*may_be_empty, *may_be_missing):
                    raise refusal(code, reader.line_num, "cell_empty", column)
            yield reader.line_num, cells
    except csv.Error as error:
        raise refusal(code, reader.line_num, "csv_invalid", str(error)) from error


def refusal(code: str, line: int, reason: str, value: str) -> InvalidInputError:
    """The error that refuses a rule table: where, why (a word for machines), and what stood there."""
    return InvalidInputError(code, line=line, reason=reason, value=value)


def _read_role(line: int, row: Mapping[str, str]) -> Role:
    if row["slot"] not in SLOTS:
        raise refusal(_TABLE_INVALID, line, "slot_unknown", row["slot"])
    if row["level"] not in LEVELS:
        raise refusal(_TABLE_INVALID, line, "level_unknown", row["level"])
    try:
        order = int(row["order"])
    except ValueError as error:
        raise refusal(_TABLE_INVALID, line, "order_invalid", row["order"]) from error
    return Role(row["code"], row["name_zh"], row["name_en"], row["slot"], row["level"], order)


def _conflict(role: Role, earlier: Mapping[str, Role]) -> str | None:
    """Why `role` cannot stand beside the `earlier` ones; None where it can."""
    same_slot = [r for r in earlier.values() if r.slot == role.slot]
    if role.code in earlier:
        return "code_twice"
    if role.slot == LEADER_SLOT and same_slot:
        return "slot_1_twice"
    if role.slot == FIVE_SLOT and len(same_slot) == 5:
        return "slot_5_more_than_five"
    if role.slot == HEAD_SLOT and role.level in (r.level for r in same_slot):
        return "head_level_twice"
    return None


def _place(role: Role) -> tuple[int, str]:
    return role.order, role.code
