"""Shifts are taken in for posts that somebody holds; what a file says of a post stands instead of what held before."""

from __future__ import annotations

import pandas as pd
import pytest

from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_shifts import import_shifts
from gridmap.actions.office import Office
from gridmap.db.loop_models import Shift
from gridmap.db.models import ImportRow
from gridmap.errors import FindingsError
from gridmap.files.shifts import read_shift_rows
from tests.db.looking import count, rows_of
from tests.town import C1, C2, RIVERSIDE, STREET

SUN, LI = ("sun", "sanitation", RIVERSIDE), ("li", "网格长", C1)
DAY, NIGHT = ("1-5", "8:00", "18:00"), ("6-7", "22:00", "06:00")


def take_in(office: Office, *rows: tuple[str, ...], dry: bool = False, replace: bool = False) -> ImportReport:
    """Import rows (staff number, role, area, weekdays, begin, end), read as from a file."""
    names = ("staff_code", "role", "area", "weekdays", "begin", "end")
    table = pd.DataFrame([dict(zip(names, row, strict=False)) for row in rows]).fillna("")
    read, findings = read_shift_rows(table, office.roles)
    return import_shifts(office, read, ImportFile("shifts", "0", dry), findings, is_replacing=replace)


def counts(report: ImportReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "unchanged", "ended")]


def stored(office: Office) -> set[tuple[int, int, int]]:
    return {(row.weekdays, row.begins, row.ends) for row in rows_of(office, Shift)}


def test_a_row_is_a_shift_and_a_post_may_have_several(office: Office) -> None:
    assert counts(take_in(office, (*SUN, *DAY), (*SUN, *NIGHT), (*LI, *DAY))) == [2, 0, 0, 0]
    assert stored(office) == {(0b11111, 480, 1080), (0b1100000, 1320, 360)}
    assert counts(take_in(office, (*SUN, *NIGHT), (*SUN, *DAY))) == [0, 0, 1, 0]
    assert counts(take_in(office, (*SUN, *NIGHT))) == [0, 1, 0, 0]
    assert count(office, Shift) == 2


def test_posts_the_file_does_not_name_keep_theirs_unless_it_replaces(office: Office) -> None:
    take_in(office, (*SUN, *DAY), (*LI, *DAY))
    assert counts(take_in(office, (*LI, *DAY))) == [0, 0, 1, 0]
    assert counts(take_in(office, (*LI, *DAY), replace=True)) == [0, 0, 1, 1]
    assert count(office, Shift) == 1


def test_a_dry_run_stores_nothing(office: Office) -> None:
    assert counts(take_in(office, (*SUN, *DAY), dry=True)) == [1, 0, 0, 0]
    assert (count(office, Shift), [row.kind for row in rows_of(office, ImportRow)].count("shifts")) == (0, 0)


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        (("sun", "sanitation", STREET, *DAY), ["post_unknown"]),
        (("nobody", "sanitation", RIVERSIDE, *DAY), ["post_unknown"]),
        (("sun", "guard", RIVERSIDE, *DAY), ["role_unknown"]),
        (("", "sanitation", "", *DAY), ["staff_code_missing", "area_missing"]),
        ((*SUN, "Mo", "8:00", "18:00"), ["weekdays_invalid"]),
        ((*SUN, "1-5", "8", "18:00"), ["clock_time_invalid"]),
        ((*SUN, "1-5", "8:00", "24:30"), ["clock_time_invalid"]),
    ],
)
def test_all_faults_first_then_all_or_nothing(office: Office, row: tuple[str, ...], rules: list[str]) -> None:
    with pytest.raises(FindingsError) as caught:
        take_in(office, (*LI, *DAY), row)
    assert [finding["rule"] for finding in caught.value.details["findings"]] == rules
    assert count(office, Shift) == 0


def test_a_post_has_not_more_shifts_than_a_plan(office: Office) -> None:
    many = [(*SUN, "1", f"8:{minute:02d}", "18:00") for minute in range(15)]
    with pytest.raises(FindingsError) as caught:
        take_in(office, *many)
    assert caught.value.details["rules"] == {"shifts_too_many": 1}


def test_a_weekday_that_a_spreadsheet_made_a_number_is_read(office: Office) -> None:
    take_in(office, ("li", "leader", C2, "3.0", "08:00:00", "24:00"))
    assert stored(office) == {(0b100, 480, 0)}
