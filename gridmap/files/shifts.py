"""Shifts out of a table: who holds which role on which area, on which weekdays, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gridmap.domain.roles import Role
from gridmap.domain.roster import Shift, read_minute, read_weekdays
from gridmap.errors import InvalidInputError
from gridmap.files.reading import column
from gridmap.geo.coverage import ERROR, Finding


@dataclass(frozen=True)
class ShiftRow:
    """One row: the post by staff number, role and area, and one of its shifts."""

    staff_code: str
    role: str
    area: str
    shift: Shift


def read_shift_rows(table: pd.DataFrame, roles: Mapping[str, Role]) -> tuple[list[ShiftRow], list[Finding]]:
    """The shifts of a table and every fault of it.

    Columns staff_code (工号), role (岗位: a code or a Chinese name of the role table), area (网格编码), weekdays
    (星期, `1-5`), begin and end (上班, 下班: `08:30`; an end not after the begin is on the next day). Faults:
    `staff_code_missing`, `area_missing`, `role_unknown`, `weekdays_invalid`, `clock_time_invalid`. Raises
    InvalidInputError `column_missing`.
    """
    names = {
        "staff_code": column(table, None, "staff_code", "工号"),
        "role": column(table, None, "role", "岗位"),
        "area": column(table, None, "area", "area_code", "网格编码", "区域编码"),
        "weekdays": column(table, None, "weekdays", "星期"),
        "begin": column(table, None, "begin", "上班", "开始"),
        "end": column(table, None, "end", "下班", "结束"),
    }
    by_name = {role.name_zh: role.code for role in roles.values()} | {code: code for code in roles}
    rows, findings = [], []
    for number, values in enumerate(table.to_dict("records")):
        cells = {field: str(values[name]).strip() for field, name in names.items()}
        role = by_name.get(cells["role"])
        shift, faults = _shift(number, cells)
        faults += [
            _cell_fault(f"{field}_missing", number, cells)
            for field in ("staff_code", "area")
            if not cells[field]
        ]
        if role is None:
            faults.append(_cell_fault("role_unknown", number, cells, value=cells["role"]))
        elif shift is not None and not faults:
            rows.append(ShiftRow(cells["staff_code"], role, cells["area"], shift))
        findings += faults
    return rows, findings


def _shift(number: int, cells: Mapping[str, str]) -> tuple[Shift | None, list[Finding]]:
    try:
        weekdays = read_weekdays(_whole(cells["weekdays"]))
    except InvalidInputError:
        return None, [_cell_fault("weekdays_invalid", number, cells, value=cells["weekdays"])]
    try:
        return Shift(weekdays, read_minute(cells["begin"]), read_minute(cells["end"])), []
    except InvalidInputError as error:
        value = str(error.details["value"])
        return None, [_cell_fault("clock_time_invalid", number, cells, value=value)]


def _whole(text: str) -> str:
    """A weekday that a spreadsheet gave as 3.0."""
    return text.removesuffix(".0")


def _cell_fault(rule: str, number: int, cells: Mapping[str, str], **details: str) -> Finding:
    return Finding(rule, ERROR, cells["staff_code"] or number, {"row": number, **details})
