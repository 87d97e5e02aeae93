"""The month's look at its matters finds each thing that can be wrong with one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.rostering import Leave, note_absence
from gridmap.db.loop_models import Whistle
from gridmap.db.models import Account, Issue
from tests.conftest import Clock
from tests.loop.ends import Watch
from tests.town import C1, CENTRES, actor_named, report_at

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ACTS: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "handling": (("sun", "start", {}),),
    "dispatched": (("seat", "dispatch", {"unit": "water"}),),
    "accepted": (("sun", "return", {"words": "不是我的"}),),
    "verified": (("sun", "finish", {}), ("head1", "verify", {})),
    "suspended": (("seat", "suspend", {"words": "等配件"}),),
    "closed": (("sun", "finish", {}), ("seat", "close", {})),
}


@pytest.fixture
def one(office: Office, clock: Clock, request: pytest.FixtureRequest) -> Office:
    """A matter in the state that is asked for."""
    clock.now = MONDAY
    seat = actor_named(office, "seat")
    number = report(office, seat, report_at(*CENTRES[C1])).number
    for who, name, needs in ACTS[request.param]:
        act_on(office, actor_named(office, who), number, Act(name, **needs))
    return office


@pytest.mark.parametrize("one", ACTS, indirect=True)
def test_a_matter_as_it_should_be_lacks_nothing(one: Office) -> None:
    assert Watch(one).missing() == {}


@pytest.mark.parametrize(
    ("one", "broken", "lacks"),
    [
        ("handling", {"handler_id": "wang"}, "somebody on duty"),  # without a post there
        ("handling", {"due_at": None}, "a running clock"),
        ("handling", {"left_s": 60}, "a running clock"),
        ("dispatched", {"unit": "nobody's"}, "somebody on duty"),
        ("accepted", {"stage_due_at": None}, "a running clock"),
        ("verified", {"stage_due_at": None}, "a running clock"),
        ("suspended", {"paused_at": None}, "a running clock"),
        ("closed", {"closed_at": None}, "closed without its moment"),
    ],
    indirect=["one"],
)
def test_what_is_broken_is_found(one: Office, broken: dict[str, Any], lacks: str) -> None:
    if "handler_id" in broken:
        broken = {"handler_id": actor_named(one, broken["handler_id"]).person_id}
    with one.work() as work:
        work.session.execute(update(Issue).values(**broken))
    assert list(Watch(one).missing().values()) == [[lacks]]


@pytest.mark.parametrize("one", ["handling"], indirect=True)
def test_somebody_away_and_a_desk_without_seats_are_found(one: Office, clock: Clock) -> None:
    leave = Leave(clock.now, clock.now + timedelta(days=2), person=actor_named(one, "sun").username)
    note_absence(one, actor_named(one, "seat"), leave)
    assert list(Watch(one).missing().values()) == [["somebody on duty"]]
    with one.work() as work:
        work.session.execute(update(Issue).values(status="accepted", stage_due_at=clock.now))
    assert Watch(one).missing() == {}
    with one.work() as work:
        work.session.execute(update(Account).where(Account.kind == "seat").values(is_active=False))
    assert list(Watch(one).missing().values()) == [["somebody on duty"]]


@pytest.mark.parametrize("one", ["closed"], indirect=True)
def test_a_whistle_that_outlives_its_matter_is_found(one: Office, clock: Clock) -> None:
    with one.work() as work:
        issue = work.session.query(Issue).one()
        work.session.add(
            Whistle(
                district_code=issue.district_code, issue_id=issue.id, path=issue.path, level=1, kind="daily",
                status="blown", caller_id=1, called_at=work.now, raised=0,
            )
        )  # fmt: skip
    assert list(Watch(replace(one)).missing().values()) == [["a whistle over what has ended"]]
