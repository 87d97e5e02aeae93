"""A matter's sign fits what it is about; the dustbin stands for rubbish only."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from gridmap.resources import folder

RUBBISH = ("垃圾", "渣土", "废弃", "环卫工具", "拾便", "烟头", "杂物", "动物尸体", "医疗废物")


def categories() -> list[dict[str, str]]:
    files = [folder("geodata") / "categories" / f"{name}.csv" for name in ("gbt47678", "gbt30428", "own")]
    return [
        row for file in files for row in csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    ]


@pytest.mark.parametrize(
    ("category", "sign"),
    [
        ("GBT47678:matter:06013", "road"),
        ("GBT47678:matter:06028", "noise"),
        ("GBT47678:matter:06027", "smoke"),
        ("GBT47678:matter:06010", "bin"),
        ("GBT47678:matter:01037", "light"),
        ("GBT47678:component:01002", "drain"),
        ("GBT47678:matter:07003", "sign"),
        ("GBT47678:matter:08004", "construction"),
        ("GBT47678:matter:09005", "stall"),
        ("GBT47678:matter:06025", "water"),
        ("GBT47678:matter:04002", "plant"),
        ("own:matter:C01", "people"),
        ("own:matter:Z9", "other"),
        ("nothing", "other"),
    ],
)
def test_a_category_has_the_sign_of_its_kind(functions: Any, category: str, sign: str) -> None:
    assert functions.call("category_signs.js", "m.signOf(a[0])", category) == sign


def test_only_rubbish_has_the_dustbin(functions: Any) -> None:
    rows = categories()
    ids = [f"{row['standard']}:{row['kind']}:{row['code']}" for row in rows]
    signs = functions.call("category_signs.js", "a[0].map((id) => m.signOf(id))", ids)
    binned = [row["name_zh"] for row, sign in zip(rows, signs, strict=True) if sign == "bin"]
    assert len(binned) > 10
    assert [name for name in binned if not any(word in name for word in RUBBISH)] == []
