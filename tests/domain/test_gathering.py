"""Notices summed up: few stay apart by matter, many of a kind and day are one line, what was read stands by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.domain.gathering import Line, Told, lines, worst_of
from gridmap.domain.notices import MANY, MOST_AT_ONCE

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def told(*rows: tuple[str, int | None], hours: float = 0, is_read: bool = False, **data: Any) -> list[Told]:
    """Notices, newest first, of kinds and matters in the order they came."""
    at = NOON + timedelta(hours=hours)
    return [
        Told(n, kind, matter, at, is_read, {"status": "handled", **data})
        for n, (kind, matter) in reversed(list(enumerate(rows, start=1)))
    ]


def shown(found: list[Line]) -> list[tuple[str, int, int]]:
    return [(line.newest.kind, line.matters, len(line.told)) for line in found]


def test_few_matters_of_a_kind_have_a_line_each() -> None:
    found = lines(told(*[("assigned", n) for n in range(MOST_AT_ONCE)]), ZONE)
    assert shown(found) == [("assigned", 1, 1)] * MOST_AT_ONCE


def test_many_of_a_kind_and_day_are_one_line() -> None:
    found = lines(told(*[("step_late", n) for n in range(129)], ("urged", 5)), ZONE)
    assert shown(found) == [("urged", 1, 1), ("step_late", 129, 129)]
    assert len(found[1].ids) == 129


def test_what_is_told_of_a_matter_again_is_one_line() -> None:
    assert shown(lines(told(*[("urged", 7)] * 5), ZONE)) == [("urged", 1, 5)]


def test_another_day_and_what_was_read_stand_by_themselves() -> None:
    rows = [("overdue", n) for n in range(5)]
    night = told(*rows, hours=13)  # one o'clock of the next local day
    found = lines([*night, *told(*rows), *told(*rows, is_read=True)], ZONE)
    assert [line.newest.is_read for line in found] == [False, False, True]
    assert shown(found) == [("overdue", 5, 5)] * 3


def test_late_steps_are_apart_by_step_and_open_its_queue() -> None:
    waiting = told(*[("step_late", n) for n in range(5)], status="accepted")
    done = told(*[("step_late", n) for n in range(5)])
    found = lines([*waiting, *done], ZONE)
    assert sorted(line.list_name for line in found) == ["dispatch", "verify"]


def test_what_told_of_many_has_no_line_and_is_read_with_them() -> None:
    rows = told(*[("assigned", n) for n in range(5)])
    found = lines([Told(99, MANY, None, NOON, False, {"of": "assigned"}), *rows], ZONE)
    assert shown(found) == [("assigned", 5, 5)]
    assert 99 in found[0].ids


def test_the_worst_are_due_first_and_named_once() -> None:
    said = [
        {"number": n, "due_at": due} for n, due in (("A", None), ("B", "2026-11-21"), ("C", "2026-11-20"))
    ]
    assert [one["number"] for one in worst_of([*said, said[2]])] == ["C", "B", "A"]
