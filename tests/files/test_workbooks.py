"""Workbooks as offices make them: titles, merged cells, dates, formulas; and those that mean harm."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridmap.errors import FileUnreadableError
from gridmap.files import workbooks
from gridmap.files.reading import Source, read_table


def book(folder: Path, *rows: list[object], merge: str = "") -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if merge:
        made.active.merge_cells(merge)
    made.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def read(folder: Path, *rows: list[object], merge: str = "") -> Source:
    return read_table(book(folder, *rows, merge=merge))


def refusal(path: Path) -> str:
    with pytest.raises(FileUnreadableError) as caught:
        read_table(path)
    return caught.value.code


def test_dates_and_numbers_and_words(tmp_path: Path) -> None:
    values = [date(2026, 7, 1), datetime(2026, 7, 1, 12, 30), 7.0, 7.5, True, " x ", None]
    found = read(tmp_path, list("abcdefg"), values)
    assert found.frame.iloc[0].tolist() == [
        "2026-07-01 00:00:00",
        "2026-07-01 12:30:00",
        "7",
        "7.5",
        "True",
        " x ",
        "",
    ]


def test_merged_cells_are_filled_downward(tmp_path: Path) -> None:
    found = read(tmp_path, ["社区", "code"], ["河滨", "1"], [None, "2"], ["东门", "3"], merge="A2:A3")
    assert found.frame["社区"].tolist() == ["河滨", "河滨", "东门"]
    assert [(f.rule, f.severity) for f in found.findings] == [("cells_merged", "info")]


def test_a_title_above_the_table_is_passed_over_and_told(tmp_path: Path) -> None:
    found = read(
        tmp_path, ["2026年网格一览表", None], [None, None], ["code", "name"], ["1", "a"], merge="A1:B1"
    )
    assert found.frame.to_dict("list") == {"code": ["1"], "name": ["a"]}
    assert [(f.rule, f.details["value"]) for f in found.findings] == [("title_rows", "2026年网格一览表")]


def test_columns_without_a_name_and_names_that_come_twice(tmp_path: Path) -> None:
    found = read(tmp_path, ["code", None, "x", "x", None], ["1", "2", "3", "4", None], ["5"])
    assert list(found.frame.columns) == ["code", "column 2", "x", "x.1"]
    assert found.frame.iloc[1].tolist() == ["5", "", "", ""]


def test_formulas_are_what_they_came_to_and_else_refused(tmp_path: Path) -> None:
    file = book(tmp_path, ["a", "b"], ["1", "=1+1"])
    with pytest.raises(FileUnreadableError) as caught:
        read_table(file)
    assert (caught.value.code, caught.value.details["cells"]) == ("formula_without_value", ["B2"])
    changed(file, {"xl/worksheets/sheet1.xml": (b"<v></v>", b"<v>2</v>"), "": (b"<v />", b"<v>2</v>")})
    assert read_table(file).frame["b"].tolist() == ["2"]


def changed(file: Path, edits: dict[str, tuple[bytes, bytes]]) -> None:
    """A workbook with some of its text replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            for where, (before, after) in edits.items():
                data = data.replace(before, after) if where in name else data
            new.writestr(name, data)
    file.write_bytes(out.getvalue())


@pytest.mark.parametrize(
    ("values", "severity"),
    [(["012345", 23456], "error"), ([23456, 34567], "warning"), ([123456, 234567], None), (["23456"], None)],
)
def test_codes_that_lost_a_zero_are_told(tmp_path: Path, values: list[object], severity: str | None) -> None:
    found = read(tmp_path, ["编码", "电话"], *([value, 13800000000] for value in values))
    told = [(f.rule, f.severity) for f in found.findings]
    assert told == ([("code_zero_lost", severity)] if severity else [])


def test_codes_in_a_column_that_was_named_are_looked_at(tmp_path: Path) -> None:
    file = book(tmp_path, ["bh", "x"], [23456, "a"])
    assert read_table(file).findings == ()
    assert [f.rule for f in read_table(file, codes=("bh", None)).findings] == ["code_zero_lost"]


def test_codes_in_scientific_notation_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,x\n9.90001E+14,1\n")
    assert [(f.rule, f.severity) for f in read_table(tmp_path / "a.csv").findings] == [
        ("code_scientific", "error")
    ]


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    file = book(tmp_path, ["a"], ["1"])
    changed(file, {"sheet1.xml": (b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet')})
    assert refusal(file) == "xml_with_entities"


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = book(tmp_path, ["a"], ["1"])
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1000)
    assert refusal(file) == "archive_bomb"


def test_cells_far_out_are_no_columns_and_filled_ones_too_many(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["code", "name"])
    made.active.append(["1", "a"])
    made.active["XFD5"].font = openpyxl.styles.Font(bold=True)
    made.save(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx").frame.shape == (1, 2)
    made.active["XFD5"] = "x"
    made.save(tmp_path / "a.xlsx")
    assert refusal(tmp_path / "a.xlsx") == "table_too_wide"


def test_an_empty_workbook_is_an_empty_table(tmp_path: Path) -> None:
    pd.DataFrame().to_excel(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx").frame.empty
