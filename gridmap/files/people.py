"""Staff out of a table: who holds which role on which area, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pandas as pd

from gridmap.domain.roles import Role
from gridmap.files.reading import column
from gridmap.geo.coverage import ERROR, Finding


@dataclass(frozen=True)
class StaffRow:
    """One row: a person by staff number, a role, an area by code, from–to (None: open)."""

    staff_code: str
    name: str
    phone: str | None
    unit: str | None
    role: str
    area: str
    valid_from: datetime
    valid_to: datetime | None


def read_staff_rows(
    table: pd.DataFrame, roles: Mapping[str, Role], zone: ZoneInfo, now: datetime
) -> tuple[list[StaffRow], list[Finding]]:
    """The staff of a table and every fault of it.

    Columns staff_code (工号), name (姓名), role (岗位: a code or a Chinese name of the role table), area
    (网格编码), and if known phone, unit, from_date, to_date (days, begun and ended at midnight in
    `zone`). Faults: `staff_code_missing`, `name_missing`, `role_unknown`, `area_missing`, `time_invalid`,
    `name_differs` (one staff number, two names). Raises InvalidInputError `column_missing`.
    """
    names = {
        "staff_code": column(table, None, "staff_code", "工号"),
        "name": column(table, None, "name", "姓名"),
        "role": column(table, None, "role", "岗位"),
        "area": column(table, None, "area", "area_code", "网格编码", "区域编码"),
        "phone": column(table, None, "phone", "电话", needed=False),
        "unit": column(table, None, "unit", "单位", needed=False),
        "from_date": column(table, None, "from_date", "起始日期", needed=False),
        "to_date": column(table, None, "to_date", "截止日期", needed=False),
    }
    by_name = {role.name_zh: role.code for role in roles.values()} | {code: code for code in roles}
    rows, findings, known = [], [], dict[str, str]()
    for number, values in enumerate(table.to_dict("records")):
        cells = {field: str(values[name]).strip() if name else "" for field, name in names.items()}
        row, faults = _row(number, cells, by_name, zone, now)
        findings += faults
        if known.setdefault(cells["staff_code"], cells["name"]) != cells["name"]:
            findings.append(_fault("name_differs", number, cells, value=cells["name"]))
        if row:
            rows.append(row)
    return rows, findings


def _row(
    number: int, cells: Mapping[str, str], by_name: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> tuple[StaffRow | None, list[Finding]]:
    faults = [
        _fault(f"{field}_missing", number, cells)
        for field in ("staff_code", "name", "area")
        if not cells[field]
    ]
    role = by_name.get(cells["role"])
    if role is None:
        faults.append(_fault("role_unknown", number, cells, value=cells["role"]))
    days: dict[str, datetime | None] = {}
    for field in ("from_date", "to_date"):
        try:
            days[field] = _midnight(cells[field], zone)
        except ValueError:
            faults.append(_fault("time_invalid", number, cells, value=cells[field]))
    if faults or role is None:
        return None, faults
    since = days["from_date"] or _midnight(now.astimezone(zone).date().isoformat(), zone) or now
    return (
        StaffRow(
            cells["staff_code"],
            cells["name"],
            cells["phone"] or None,
            cells["unit"] or None,
            role,
            cells["area"],
            since,
            days["to_date"],
        ),
        [],
    )


def _midnight(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    day = date.fromisoformat(text.replace("/", "-")[:10])
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _fault(rule: str, number: int, cells: Mapping[str, str], **details: str) -> Finding:
    return Finding(rule, ERROR, cells["staff_code"] or number, {"row": number, **details})
