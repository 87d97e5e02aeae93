"""Matters out of a table: moments in the zone the operator names, and every fault told with its row."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from gridmap.errors import InvalidInputError
from gridmap.files.matters import MatterColumns, Matters, read_matters
from gridmap.geo.coverage import Finding

SHANGHAI, LOS_ANGELES = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
GOOD = {"id": "A1", "lon": "103.8", "lat": "25.5", "category": "01001", "created": "2026-07-01 12:00"}


def read(*rows: dict[str, str], zone: ZoneInfo = SHANGHAI, **columns: str) -> tuple[Matters, list[Finding]]:
    return read_matters(pd.DataFrame(list(rows)).fillna(""), MatterColumns(**columns), zone, NOW)


def faults(*rows: dict[str, str]) -> list[tuple[str, object]]:
    return [(finding.rule, finding.record) for finding in read(*rows)[1]]


def created(text: str, zone: ZoneInfo) -> datetime:
    matters, findings = read({**GOOD, "created": text}, zone=zone)
    assert findings == []
    return matters.one(0).created_at


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-07-01 12:00", SHANGHAI, "2026-07-01T04:00"),
        ("2026/07/01 12:00:30", SHANGHAI, "2026-07-01T04:00:30"),
        ("2026-07-01", SHANGHAI, "2026-06-30T16:00"),
        ("2026-07-01 12:00", LOS_ANGELES, "2026-07-01T19:00"),
        ("2026-01-01 12:00", LOS_ANGELES, "2026-01-01T20:00"),
        ("2026-11-01 01:30", LOS_ANGELES, "2026-11-01T08:30"),
        ("2026-03-08 02:30", LOS_ANGELES, "2026-03-08T10:30"),
        ("2026-07-01T12:00:00+02:00", LOS_ANGELES, "2026-07-01T10:00"),
        ("2026-07-01T12:00:00Z", SHANGHAI, "2026-07-01T12:00"),
        ("2026-07-01 12:00:00.123456", SHANGHAI, "2026-07-01T04:00:00.123456"),
        ("20260701T1200", SHANGHAI, "2026-07-01T04:00"),
    ],
)
def test_times_without_a_zone_are_in_the_one_named(text: str, zone: ZoneInfo, utc: str) -> None:
    found = created(text, zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["yesterday", "01/07/2026", "2026-13-01", "1751356800", "12:00"])
def test_times_that_could_mean_several_things_are_faults(text: str) -> None:
    assert faults({**GOOD, "created": text}) == [("time_invalid", "A1")]


def test_a_missing_time_of_report_is_a_fault() -> None:
    assert faults({**GOOD, "created": " "}) == [("time_missing", "A1")]


def test_all_columns_are_read() -> None:
    row = {**GOOD, "closed": "2026-07-02", "description": " hole ", "accuracy_m": "12.5"}
    matters, findings = read(row)
    assert findings == []
    matter = matters.one(0)
    assert (matter.external_id, matters.category.to_pylist(), matter.description) == ("A1", ["01001"], "hole")
    assert (matter.lon, matter.lat, matter.accuracy_m) == (103.8, 25.5, 12.5)
    assert matter.closed_at == datetime(2026, 7, 1, 16, tzinfo=UTC)


def test_what_is_not_there_is_none() -> None:
    matters, _ = read(GOOD)
    matter = matters.one(0)
    assert (matter.closed_at, matter.description, matter.accuracy_m) == (None, "", None)


def test_columns_are_found_under_their_chinese_and_their_given_names() -> None:
    row = dict(zip(("编号", "经度", "纬度", "类别", "上报时间"), GOOD.values(), strict=True))
    assert read(row)[0].one(0).external_id == "A1"
    row = dict(zip(("nr", "x", "y", "what", "since"), GOOD.values(), strict=True))
    named = {"id": "nr", "lon": "x", "lat": "y", "category": "what", "created": "since"}
    assert read(row, **named)[0].one(0).external_id == "A1"
    with pytest.raises(InvalidInputError, match="column_missing"):
        read(row)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": ""}, ("id_missing", 0)),
        ({"lon": ""}, ("coordinates_missing", "A1")),
        ({"lat": "north"}, ("coordinates_missing", "A1")),
        ({"lon": "nan"}, ("coordinates_missing", "A1")),
        ({"lon": "inf"}, ("coordinates_missing", "A1")),
        ({"lat": "103.8"}, ("coordinates_invalid", "A1")),
        ({"category": " "}, ("category_missing", "A1")),
        ({"closed": "2026-06-30"}, ("closed_before_created", "A1")),
        ({"accuracy_m": "-1"}, ("accuracy_invalid", "A1")),
        ({"accuracy_m": "nan"}, ("accuracy_invalid", "A1")),
        ({"accuracy_m": "good"}, ("accuracy_invalid", "A1")),
    ],
)
def test_a_fault_names_its_row(change: dict[str, str], fault: tuple[str, object]) -> None:
    assert faults({**GOOD, **change}) == [fault]


def test_an_accuracy_of_zero_says_nothing() -> None:
    assert read({**GOOD, "accuracy_m": "0"})[0].one(0).accuracy_m is None


def test_one_id_twice_is_a_fault_with_both_rows() -> None:
    _, findings = read(GOOD, {**GOOD, "id": "A2"}, {**GOOD, "id": " A1 "})
    assert [(f.rule, f.record, f.details) for f in findings] == [("id_duplicate", "A1", {"rows": [0, 2]})]


def test_all_faults_are_found_in_one_go() -> None:
    rows = [{**GOOD, "id": str(n), "lon": "x" if n % 2 else "103.8"} for n in range(1000)]
    assert len(faults(*rows)) == 500


@pytest.mark.parametrize("field", ["created", "closed"])
@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31T23:59:59-14:00", "2999-01-01", "1899-12-31", "0000-00-00"]
)
def test_a_time_that_nobody_can_mean_is_told(field: str, text: str) -> None:
    assert ("time_invalid", "A1") in faults({**GOOD, field: text})


@pytest.mark.parametrize(
    ("field", "limit", "record"), [("id", 200, 0), ("category", 120, "A1"), ("description", 4000, "A1")]
)
def test_what_the_store_cannot_hold_is_told_before(field: str, limit: int, record: object) -> None:
    assert faults({**GOOD, "description": "", field: "x" * limit}) == []
    assert faults({**GOOD, "description": "", field: "x" * (limit + 1)}) == [("text_too_long", record)]


@pytest.mark.parametrize("field", ["id", "category", "description"])
@pytest.mark.parametrize("odd", ["\x01", "\x1b[31m", "\x7f"])
def test_control_characters_are_told(field: str, odd: str) -> None:
    assert ("text_unreadable", 0) in faults({**GOOD, "description": "", field: f"x{odd}y"})


KOLKATA, ST_JOHNS = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")
DAYS = ["2026-01-09", "1901-01-01", "1940-06-01", "1991-04-14", "2006-10-29", "2026-03-08", "2026-11-01"]
CLOCKS = ["00:00:00", "00:00:59", "00:05:42", "00:05:43", "01:30:00", "02:30:00", "03:00:00", "23:59:59"]


@pytest.mark.parametrize("zone", [SHANGHAI, LOS_ANGELES, KOLKATA, ST_JOHNS])
def test_many_times_at_once_are_those_of_each_alone(zone: ZoneInfo) -> None:
    texts = [f"{day}{between}{clock}" for between in " T" for day in DAYS for clock in CLOCKS]
    texts += [text.replace("-", "/") for text in texts]
    found, findings = read(
        *({**GOOD, "id": str(n), "created": text} for n, text in enumerate(texts)), zone=zone
    )
    assert findings == []
    alone = [datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=zone) for text in texts]
    assert [found.one(n).created_at for n in range(len(found))] == [
        moment.astimezone(UTC) for moment in alone
    ]
    assert found.one(0).created_at.tzinfo == UTC


@pytest.mark.parametrize(
    "odd", ["2026-02-30 12:00:00", "1899-12-31 23:00:00", "2200-01-01 00:00:00", "2026-01-09 24:00:00",
            "2026-01-09 12:00:00\n2026-01-09 12:00:00", "２026-01-09 12:00:00"],
)  # fmt: skip
def test_one_odd_time_among_many_is_told_and_the_others_are_read(odd: str) -> None:
    times = ["2026-01-09 12:00:00", odd, "2026-01-09 13:00:00"]
    matters, findings = read(*({**GOOD, "id": f"A{n}", "created": text} for n, text in enumerate(times)))
    assert [(finding.rule, finding.record) for finding in findings] == [("time_invalid", "A1")]
    assert [matters.one(n).created_at.hour for n in (0, 2)] == [4, 5]
