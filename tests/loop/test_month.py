"""A month at a time: whatever people do or leave, every matter ends or waits for somebody, and its history tells all."""

from __future__ import annotations

import json
from itertools import groupby

import pytest

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.db.loop_models import Absence, Step
from gridmap.db.models import EventRow, Issue
from gridmap.domain.issues import RUNNING, STAGE_OF
from gridmap.domain.steps import Happened, StepTold, read_steps
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.loop.month import Month

MATTERS = 1000
POSSIBLE = {"tier_at_end", "cell_not_offered", "extension_invalid", "merge_impossible", "too_late_to_extend"}
POSSIBLE |= {"whistle_open", "unit_called_already", "whistle_ended", "unit_has_it", "extended_already"}
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


def absent_with_deputy(office: Office) -> set[int]:
    """Those who are away right now and have somebody standing in."""
    now = office.clock()
    return {
        absence.person_id
        for absence in rows_of(office, Absence)
        if absence.begins_at <= now < absence.ends_at and absence.deputy_id
    }


def check_midway(month: Month) -> None:
    """Nothing was refused that was rightly tried, the history tells the steps, and what is open waits for somebody."""
    assert {refusal.split(": ")[1] for refusal in month.refused} <= POSSIBLE
    again, were = told_again(month.office), kept(month.office)
    assert {key: told for key, told in again.items() if told != were[key]} == {}
    away = absent_with_deputy(month.office)
    for issue in month.open():
        if issue.status in RUNNING:
            assert issue.due_at is not None, issue.number
            assert issue.handler_id or issue.unit or issue.is_triage, issue.number
            assert issue.handler_id not in away, issue.number
        if STAGE_OF.get(issue.status) in ("accept", "dispatch", "verify"):
            assert issue.stage_due_at is not None, issue.number


def settle_and_check(month: Month) -> None:
    """Everybody works, and everything ends; nobody can have changed what was."""
    month.settle()
    assert month.open() == []
    assert audit(month.office).faults == ()


def test_every_matter_comes_to_an_end_or_waits_for_somebody(month: Month) -> None:
    month.run(MATTERS)
    check_midway(month)
    settle_and_check(month)
