"""What a whistle can become, who may blow and judge which level, whom it speaks to, and the table of its limits."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from gridmap.domain.assignment import Post
from gridmap.domain.deadlines import MINUTES, Limit
from gridmap.domain.whistle import (
    CALL_STATUSES,
    HOLDING,
    KINDS,
    LIVE,
    STATUSES,
    STEPS,
    WHISTLE_LEVELS,
    area_level,
    head_for,
    may_judge,
    next_status,
    read_whistles,
    status_of,
    usual_level,
)
from gridmap.errors import ConflictError, InvalidInputError
from gridmap.files.tables import load_roles, load_whistles

HEAD = "level,kind,answer_amount,answer_unit,site_amount,site_unit\n"
ROWS = [f"{level},{kind},10,minutes,30,minutes" for level, kind in product(WHISTLE_LEVELS, KINDS)]
PATH, ROLES = "990001/990001001/990001001001/990001001001001/", load_roles()


def table(*rows: str) -> str:
    return HEAD + "\n".join(rows) + "\n"


def held(role: str, area_path: str) -> Post:
    return Post(1, hash(role) % 1000, role, area_path, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("step", "status"), product(STEPS, CALL_STATUSES))
def test_each_step_follows_one_status_and_no_other(step: str, status: str) -> None:
    after = {
        ("accept", "called"): "accepted",
        ("check_in", "accepted"): "on_site",
        ("finish", "on_site"): "done",
    }
    if (step, status) in after:
        assert next_status(step, status) == after[step, status]
        return
    with pytest.raises(ConflictError) as refused:
        next_status(step, status)
    assert (refused.value.code, refused.value.details["call"]) == ("call_not_now", status)


@pytest.mark.parametrize(
    ("calls", "status", "after"),
    [
        ("called", "blown", "blown"),
        ("called", "overdue", "overdue"),
        ("accepted", "blown", "answered"),
        ("accepted called", "overdue", "overdue"),
        ("done called", "blown", "blown"),
        ("on_site done", "answered", "answered"),
        ("done", "overdue", "done"),
        ("done done", "answered", "done"),
    ],
)
def test_a_whistle_is_what_its_calls_are(calls: str, status: str, after: str) -> None:
    assert status_of(tuple(calls.split()), status) == after


def test_what_holds_a_matter_is_seen_by_the_units_and_so_is_what_is_done() -> None:
    assert set(HOLDING) < set(LIVE) < set(STATUSES)
    assert set(LIVE) - set(HOLDING) == {"done"}


@pytest.mark.parametrize(
    ("highest", "tier", "leads", "level"),
    [
        (1, 1, True, 1),
        (3, 1, True, 3),
        (4, 1, False, 1),
        (4, 3, False, 3),
        (2, 4, False, 2),
        (4, 0, False, 1),
    ],
)
def test_the_usual_level(highest: int, tier: int, leads: bool, level: int) -> None:
    assert usual_level(highest, tier, leads=leads) == level


def test_who_stands_above_a_whistle_judges_it() -> None:
    may = {(level, highest) for level in WHISTLE_LEVELS for highest in range(5) if may_judge(level, highest)}
    assert may == {(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4), (4, 4)}


def test_levels_speak_to_areas() -> None:
    assert [area_level(level) for level in WHISTLE_LEVELS] == ["grid", "community", "street", "district"]


def test_it_speaks_to_the_head_of_its_level_or_the_next_one_up() -> None:
    community, street = (
        held("community_head", "990001/990001001/990001001001/"),
        held("street_head", "990001/990001001/"),
    )
    other = held("community_head", "990001/990001001/990001001002/")
    officer = held("police", "990001/990001001/990001001001/")
    assert head_for(2, PATH, [officer, other, street, community], ROLES) == community
    assert head_for(2, PATH, [officer, other, street], ROLES) == street
    assert head_for(3, PATH, [community, street], ROLES) == street
    assert head_for(4, PATH, [community, street], ROLES) is None
    assert head_for(2, PATH, [held("gone_from_the_table", "990001/")], ROLES) is None


def test_the_limits_that_come_with_the_program() -> None:
    limits = load_whistles()
    for level in WHISTLE_LEVELS:
        assert limits.site_limit(level, "emergency") == Limit(30, MINUTES)
    assert limits.answer_limit(1, "daily") == Limit(4, "working_hours")
    assert limits.answer_limit(9, "daily") is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["5,daily,1,minutes,1,minutes"], "level_unknown"),
        (["one,daily,1,minutes,1,minutes"], "level_unknown"),
        (["1,loud,1,minutes,1,minutes"], "kind_unknown"),
        (["1,daily,1,weeks,1,minutes"], "unit_unknown"),
        (["1,daily,1,minutes,1,soon"], "unit_unknown"),
        (["1,daily,0,minutes,1,minutes"], "amount_invalid"),
        (["1,daily,1,minutes,1.5,minutes"], "amount_invalid"),
        (["1,daily,1,minutes,١,minutes"], "amount_invalid"),
        (["1,daily,1000,minutes,1,minutes"], "amount_invalid"),
        ([ROWS[0], ROWS[0]], "row_twice"),
        (ROWS[1:], "row_missing"),
        (["1,daily,,minutes,1,minutes"], "cell_empty"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(rows: list[str], reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_whistles(table(*rows))
    assert (refused.value.code, refused.value.details["reason"]) == ("whistle_table_invalid", reason)


def test_further_columns_are_the_districts_own() -> None:
    assert read_whistles(
        table(*ROWS).replace("site_unit\n", "site_unit,note\n").replace(",30,minutes\n", ",30,minutes,x\n")
    )
