"""A month at a time: whatever people do or leave, every matter ends or waits for somebody, and its history tells all."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby

import pytest

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.db.loop_models import Step
from gridmap.db.models import EventRow, Issue
from gridmap.domain.months import last_months
from gridmap.domain.steps import Happened, StepTold, read_steps
from gridmap.files.tables import load_indicators
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.db.test_evaluation import counted, named
from tests.evaluation_by_hand import counted_by_hand, indicators_by_hand, told
from tests.loop.ends import Watch
from tests.loop.month import Month

MATTERS = 1000
POSSIBLE = {"tier_at_end", "cell_not_offered", "extension_invalid", "merge_impossible", "too_late_to_extend"}
POSSIBLE |= {"whistle_open", "unit_called_already", "whistle_ended", "unit_has_it", "extended_already"}
POSSIBLE |= {"own_work_rechecked", "recheck_not_found"}
"""What people are refused who are right to try: all else they were offered has to work."""


@pytest.fixture
def month(office: Office, clock: Clock) -> Month:
    return Month(office, clock)


def told_again(office: Office) -> dict[int, list[StepTold]]:
    """The steps of every matter as its history tells them."""
    found = {}
    rows = sorted(rows_of(office, EventRow), key=lambda event: (event.issue_id, event.seq))
    for key, events in groupby(rows, key=lambda event: event.issue_id):
        happened = [Happened(e.kind, e.at, e.actor_id, json.loads(e.data)) for e in events]
        found[key] = read_steps(happened, office.deadlines.stage_due_at).steps
    return found


def kept(office: Office) -> dict[int, list[StepTold]]:
    """The steps of every matter as they were kept when they ended."""
    found: dict[int, list[StepTold]] = {issue.id: [] for issue in rows_of(office, Issue)}
    names = StepTold.__dataclass_fields__
    for step in rows_of(office, Step):
        found[step.issue_id].append(StepTold(**{name: getattr(step, name) for name in names}))
    return found


def differences(mine: dict, theirs: dict) -> list[tuple[object, str, int, int]]:
    """Of what, which count, how many by the store and by hand."""
    nothing: Counter[str] = Counter()
    both = ((of, mine.get(of, nothing), theirs.get(of, nothing)) for of in {**mine, **theirs})
    return [(of, name, a[name], b[name]) for of, a, b in both for name in {**a, **b} if a[name] != b[name]]


def assert_counted(month: Month, *, by: tuple[str, ...]) -> None:
    """Every count and every indicator is what pandas makes of the raw events."""
    office, now = month.office, month.clock.now
    by_hand, months = told(office, office.acceptance), last_months(now, office.zone, 3)
    rules = load_indicators().indicators
    for name in by:
        found = counted(office, month.clock, months, name)
        key = "cell" if name == "path" else name
        for number, one in enumerate(months):
            mine = named(office, {of.of: counts for of, counts in found.items() if of.month == number}, name)
            theirs = counted_by_hand(by_hand, one.begin, one.end, now, key)
            assert differences(mine, theirs) == [], (name, one.name)
            for of, counts in mine.items():
                shares = {code: indicator.figure(counts).value for code, indicator in rules.items()}
                assert shares == pytest.approx(indicators_by_hand(theirs[of])), (name, one.name, of)


def check_midway(month: Month) -> None:
    """Nothing was refused that was rightly tried, the history tells the steps, and what is open waits for somebody."""
    assert {refusal.split(": ")[1] for refusal in month.refused} <= POSSIBLE
    again, were = told_again(month.office), kept(month.office)
    assert {key: steps for key, steps in again.items() if steps != were[key]} == {}
    assert Watch(month.office).missing() == {}
    assert_counted(month, by=("path", "unit", "category"))


def settle_and_check(month: Month) -> None:
    """Everybody works, and everything ends; nobody can have changed what was."""
    month.settle()
    assert (month.open(), Watch(month.office).missing()) == ([], {})
    assert audit(month.office).faults == ()
    assert_counted(month, by=("whole",))


def test_every_matter_comes_to_an_end_or_waits_for_somebody(month: Month) -> None:
    month.run(MATTERS)
    check_midway(month)
    settle_and_check(month)
