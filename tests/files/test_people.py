"""Staff out of a table: roles by code or Chinese name, days in the local zone, every fault told."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from gridmap.errors import InvalidInputError
from gridmap.files.people import StaffRow, read_staff_rows
from gridmap.files.tables import load_roles
from gridmap.geo.coverage import Finding

ROLES, ZONE = load_roles(), ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
"""Already the 21st in Shanghai."""
GOOD = {"staff_code": "007", "name": "李雷", "role": "leader", "area": "990001001001001"}


def read(*rows: dict[str, str]) -> tuple[list[StaffRow], list[Finding]]:
    table = pd.DataFrame(list(rows)).fillna("")
    return read_staff_rows(table, ROLES, ZONE, NOW)


def faults(*rows: dict[str, str]) -> list[tuple[str, object]]:
    return [(finding.rule, finding.record) for finding in read(*rows)[1]]


def test_a_row_without_days_begins_today_and_stays_open() -> None:
    (row,), findings = read(GOOD)
    assert findings == []
    assert (row.staff_code, row.name, row.role, row.area) == tuple(GOOD.values())
    assert (row.phone, row.unit, row.valid_to) == (None, None, None)
    assert row.valid_from == datetime(2026, 11, 21, tzinfo=ZONE)


def test_days_begin_and_end_at_local_midnight() -> None:
    (row,), _ = read({**GOOD, "from_date": "2026-01-01", "to_date": "2026/12/31"})
    assert row.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert row.valid_to == datetime(2026, 12, 30, 16, tzinfo=UTC)


def test_a_moment_as_excel_writes_it_counts_as_its_day() -> None:
    (row,), findings = read({**GOOD, "from_date": "2026-01-01 00:00:00"})
    assert findings == []
    assert row.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_is_known_by_its_chinese_name(role: str) -> None:
    (row,), findings = read({**GOOD, "role": ROLES[role].name_zh})
    assert (row.role, findings) == (role, [])


def test_chinese_columns_are_found() -> None:
    row = {"工号": "007", "姓名": "李雷", "岗位": "网格长", "网格编码": "1", "电话": "123", "单位": "water"}
    (found,), _ = read(row)
    assert (found.staff_code, found.phone, found.unit) == ("007", "123", "water")


def test_every_fault_of_every_row_is_told() -> None:
    bad = [{**GOOD, field: ""} for field in ("staff_code", "name", "area")]
    assert faults(*bad[:1]) == [("staff_code_missing", 0)]
    assert faults(*bad[1:2]) == [("name_missing", "007")]
    assert faults(*bad[2:]) == [("area_missing", "007")]
    assert faults({**GOOD, "name": "", "role": "emperor", "to_date": "soon"}) == [
        ("name_missing", "007"),
        ("role_unknown", "007"),
        ("time_invalid", "007"),
    ]


def test_one_number_with_two_names_is_a_fault_and_with_two_posts_is_not() -> None:
    assert faults(GOOD, {**GOOD, "area": "2"}) == []
    assert faults(GOOD, {**GOOD, "area": "2", "name": "韩梅梅"}) == [("name_differs", "007")]


def test_a_table_without_a_needed_column_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="column_missing"):
        read({"staff_code": "1", "name": "x", "role": "leader"})
