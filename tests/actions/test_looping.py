"""The closed loop lived through: steps and their clocks, pauses, returns, extensions, tiers, merging; who judges whose work."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.actions.reporting import report
from gridmap.db.loop_models import Rating, Step
from gridmap.db.models import EventRow, Issue
from gridmap.domain.steps import Happened, read_steps
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import C1, C3, CENTRES, RUBBISH, actor_named, report_at

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Eight o'clock there: working time begins. Rubbish has four working hours: until noon."""
HOUR = timedelta(hours=1)


@pytest.fixture
def monday(office: Office, clock: Clock) -> Office:
    clock.now = MONDAY
    return replace(office, acceptance=frozenset({"resident"}))


def new(office: Office, by: str = "seat", cell: str = C1, source: str = "staff") -> str:
    return report(
        office, actor_named(office, by), report_at(*CENTRES[cell], category=RUBBISH, source=source)
    ).number


def a_photo(shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 140, 60)).save(out, "JPEG")
    return out.getvalue()


def do(office: Office, by: str, number: str, name: str, **needs: Any) -> str:
    return act_on(office, actor_named(office, by), number, Act(name, **needs))


def the(office: Office, number: str) -> Issue:
    return next(issue for issue in rows_of(office, Issue) if issue.number == number)


def steps(office: Office) -> list[tuple[str, str, int]]:
    """Stage, action that ended it, and minutes it took."""
    return [
        (step.stage, step.action, round((step.ended_at - step.began_at).total_seconds() / 60))
        for step in rows_of(office, Step)
    ]


def refused(office: Office, by: str, number: str, name: str, **needs: Any) -> str:
    with pytest.raises((ConflictError, ForbiddenError, InvalidInputError, NotFoundError)) as error:
        do(office, by, number, name, **needs)
    return error.value.code


def test_the_whole_loop_with_a_clock_for_each_step(monday: Office, clock: Clock) -> None:
    number = new(monday, source="resident")
    received = the(monday, number)
    assert (received.status, received.stage_due_at) == ("received", MONDAY + timedelta(minutes=15))
    for minutes, by, name in (
        (10, "seat", "accept"),
        (20, "seat", "dispatch"),
        (30, "sun", "start"),
        (60, "sun", "finish"),
        (5, "head1", "verify"),
        (5, "seat", "close"),
        (60, "seat", "rate"),
    ):
        clock.now += timedelta(minutes=minutes)
        needs = {"solved": 2, "satisfaction": 1} if name == "rate" else {}
        do(monday, by, number, name, **needs)
    assert steps(monday) == [
        ("accept", "accept", 10), ("dispatch", "dispatch", 20), ("handle", "finish", 90),
        ("verify", "verify", 5), ("close", "close", 5),
    ]  # fmt: skip
    on_time = [step.due_at is None or step.ended_at <= step.due_at for step in rows_of(monday, Step)]
    assert on_time == [True, False, True, True, True]
    (rating,) = rows_of(monday, Rating)
    assert (the(monday, number).status, rating.solved, rating.satisfaction) == ("rated", 2, 1)
    assert audit(monday).faults == ()


def test_dispatching_starts_the_clock_that_waited_for_it(monday: Office, clock: Clock) -> None:
    number = new(monday, source="resident")
    clock.now += HOUR
    do(monday, "seat", number, "accept")
    do(monday, "seat", number, "dispatch")
    assert the(monday, number).due_at == MONDAY + timedelta(hours=7)  # 9 to 12 and 14 to 15 there


def test_nobody_begins_before_it_is_accepted(monday: Office) -> None:
    number = new(monday, source="resident")
    assert refused(monday, "sun", number, "start") == "action_not_now"
    assert refused(monday, "sun", number, "accept") == "action_not_yours"
    assert refused(monday, "seat", number, "decline") == "field_missing"
    assert do(monday, "seat", number, "decline", words="不属本区") == "void"


def test_a_pause_stops_the_clock_and_resuming_goes_on(monday: Office, clock: Clock) -> None:
    number = new(monday)
    do(monday, "sun", number, "start")
    clock.now += HOUR
    do(monday, "head1", number, "suspend", words="等待配件")
    clock.now += timedelta(days=2)
    assert the(monday, number).status == "suspended"
    assert do(monday, "head1", number, "resume") == "handling"
    # Three of the four hours are left, and Wednesday nine o'clock is when it goes on.
    assert the(monday, number).due_at == MONDAY + timedelta(days=2, hours=4)
    clock.now += HOUR
    do(monday, "sun", number, "finish")
    (step,) = rows_of(monday, Step)
    assert (step.stage, step.paused_s) == ("handle", 2 * 86_400)


def test_a_clock_waits_for_who_returned_it_and_begins_anew_for_another(monday: Office, clock: Clock) -> None:
    number = new(monday)
    do(monday, "seat", number, "dispatch", unit="water")
    clock.now += HOUR
    assert do(monday, "water", number, "return", words="资料不全") == "accepted"
    assert the(monday, number).unit is None
    clock.now += HOUR
    do(monday, "seat", number, "dispatch", unit="water")
    assert the(monday, number).due_at == MONDAY + timedelta(hours=7)  # three hours left at ten: until 15
    do(monday, "water", number, "return", words="不是供水")
    do(monday, "seat", number, "dispatch", person="sun")
    assert the(monday, number).due_at == MONDAY + timedelta(hours=8)  # four at ten: until 16
    assert [step.unit for step in rows_of(monday, Step) if step.stage == "handle"] == [None, "water", "water"]


def test_only_somebody_with_a_post_there_is_given_it(monday: Office) -> None:
    number = new(monday)
    for name in ("wang", "nobody"):
        assert refused(monday, "seat", number, "dispatch", person=name) == "person_not_here"
    assert refused(monday, "seat", number, "dispatch", unit="fire") == "unit_unknown"
    assert the(monday, number).status == "reported"


def test_no_more_time_than_the_limit_again_and_none_once_it_is_up(monday: Office, clock: Clock) -> None:
    number = new(monday)
    noon = MONDAY + timedelta(hours=4)
    for until in (noon, noon - HOUR, noon + timedelta(days=3)):
        assert refused(monday, "head1", number, "extend", until=until, words="料未到") == "extension_invalid"
    do(monday, "head1", number, "extend", until=noon + timedelta(hours=3), words="料未到")
    assert the(monday, number).due_at == noon + timedelta(hours=3)
    clock.now = noon + timedelta(hours=3)
    later = clock.now + HOUR
    assert refused(monday, "head1", number, "extend", until=later, words="料未到") == "too_late_to_extend"


def test_whoever_did_the_work_does_not_judge_it(monday: Office) -> None:
    number = new(monday)
    do(monday, "li", number, "finish")
    for name in ("verify", "close"):
        assert refused(monday, "li", number, name) == "own_work"
    assert refused(monday, "li", number, "rework", words="再来") == "own_work"
    assert do(monday, "head1", number, "verify") == "verified"
    assert refused(monday, "li", number, "close") == "own_work"
    assert do(monday, "seat", number, "close") == "closed"


def test_rework_goes_on_with_the_time_that_was_left(monday: Office, clock: Clock) -> None:
    number = new(monday)
    clock.now += HOUR
    do(monday, "sun", number, "finish")
    clock.now += 5 * HOUR
    assert do(monday, "li", number, "rework", words="还有垃圾") == "handling"
    assert the(monday, number).due_at == clock.now + timedelta(hours=3)  # 14 to 17 there
    assert [stage for stage, *_ in steps(monday)] == ["handle", "verify"]


def test_a_higher_tier_is_settled_above_and_answered_for_there(monday: Office) -> None:
    number = new(monday)
    do(monday, "li", number, "raise", words="物业不配合")
    assert the(monday, number).tier == 2
    assert refused(monday, "li", number, "close") in ("matter_above_your_tier", "action_not_yours")
    do(monday, "head1", number, "raise", words="社区办不了")
    assert refused(monday, "head1", number, "close") in ("matter_above_your_tier", "action_not_yours")
    do(monday, "streethead", number, "lower", words="社区可办")
    assert do(monday, "head1", number, "close") == "closed"


def test_there_is_no_tier_below_the_first_or_above_the_last(monday: Office) -> None:
    number = new(monday)
    assert refused(monday, "seat", number, "lower", words="x") == "tier_at_end"
    for _ in range(3):
        do(monday, "seat", number, "raise", words="x")
    assert refused(monday, "seat", number, "raise", words="x") == "tier_at_end"


def test_fixed_on_the_spot_needs_before_and_after_and_is_judged_by_another(monday: Office) -> None:
    number = new(monday, by="dong")
    assert refused(monday, "dong", number, "self_fix") == "photos_missing"
    for kind, shade in (("before", 90), ("after", 90)):
        add_photo(monday, actor_named(monday, "dong"), number, kind, a_photo(shade), kind)
    assert refused(monday, "dong", number, "self_fix") == "photos_missing", "one picture shows both"
    add_photo(monday, actor_named(monday, "dong"), number, "after2", a_photo(200), "after")
    assert do(monday, "dong", number, "self_fix") == "handled"
    assert do(monday, "li", number, "close") == "closed"
    assert refused_kind(monday, number) == "photo_kind_unknown"


def refused_kind(office: Office, number: str) -> str:
    with pytest.raises(InvalidInputError) as error:
        add_photo(office, actor_named(office, "dong"), number, "x", a_photo(), "selfie")
    return error.value.code


def test_merged_into_another_it_is_counted_no_more_and_the_other_knows(monday: Office) -> None:
    first, second = new(monday), new(monday)
    for into, code in ((second, "merge_impossible"), ("990001-20261123-9999", "issue_not_found")):
        assert refused(monday, "seat", second, "merge", into=into) == code
    assert do(monday, "seat", second, "merge", into=first) == "merged"
    assert the(monday, second).merged_into == the(monday, first).id
    assert refused(monday, "seat", first, "merge", into=second) == "merge_impossible"
    assert do(monday, "seat", second, "reopen") == "reported"
    assert the(monday, second).merged_into is None
    assert audit(monday).faults == ()


def test_nothing_is_merged_into_what_one_may_not_see(monday: Office) -> None:
    mine, theirs = new(monday), new(monday, cell=C3)
    assert refused(monday, "head1", mine, "merge", into=theirs) == "issue_not_found"


def test_supervised_until_it_is_not(monday: Office) -> None:
    number = new(monday)
    do(monday, "streethead", number, "supervise")
    assert the(monday, number).supervised_at == MONDAY
    do(monday, "streethead", number, "unsupervise")
    assert the(monday, number).supervised_at is None


def test_not_content_the_reporter_has_it_opened_again(monday: Office) -> None:
    number = new(monday, by="dong")
    do(monday, "li", number, "close")
    assert refused(monday, "dong", number, "rate", solved=3, satisfaction=0) == "rating_invalid"
    do(monday, "dong", number, "rate", solved=0, satisfaction=0)
    assert do(monday, "dong", number, "reopen_unsolved", words="垃圾还在") == "reported"
    assert the(monday, number).closed_at is None


def test_after_a_return_nobody_has_it_until_it_is_dispatched_again(monday: Office, clock: Clock) -> None:
    number = new(monday)
    had = the(monday, number).handler_id
    assert had is not None
    assert do(monday, "sun", number, "return", words="不是我的片区") == "accepted"
    assert (the(monday, number).handler_id, the(monday, number).unit) == (None, None)
    assert refused(monday, "sun", number, "finish") == "action_not_yours"
    returned = next(json.loads(event.data) for event in rows_of(monday, EventRow) if event.kind == "return")
    assert (returned["handler"], returned["from_person"]) == (None, had)
    assert [step.person_id for step in rows_of(monday, Step)] == [had]
    clock.now += HOUR
    assert do(monday, "seat", number, "dispatch") == "dispatched"
    assert the(monday, number).handler_id == had  # whom the rules find
    assert the(monday, number).due_at == MONDAY + timedelta(
        hours=7
    )  # and the clock goes on: 4 hours from 9 there


def test_returned_by_a_unit_the_person_the_rules_found_has_it_no_more_either(monday: Office) -> None:
    number = new(monday)
    do(monday, "seat", number, "dispatch", unit="water")
    do(monday, "water", number, "return", words="不是供水")
    assert the(monday, number).handler_id is None
    assert (
        do(monday, "li", number, "start") == "handling"
    )  # who answers for the place begins: theirs from now on
    assert the(monday, number).handler_id == actor_named(monday, "li").person_id
    assert the(monday, number).left_s is None
    assert_told_again(monday)


@pytest.mark.parametrize("how", ["start", "rework", "reopen"])
def test_what_nobody_has_is_given_to_whom_the_rules_find_when_it_goes_on(monday: Office, how: str) -> None:
    number = new(monday)
    had = the(monday, number).handler_id
    do(monday, "sun", number, "return", words="不是我的片区")
    if how != "start":
        do(monday, "seat", number, "finish")
        assert the(monday, number).handler_id is None
    do(monday, "seat", number, how, words="请处理")
    assert the(monday, number).handler_id == had
    assert_told_again(monday)


def test_a_clock_that_stands_at_the_desk_goes_on_standing_while_suspended(
    monday: Office, clock: Clock
) -> None:
    number = new(monday)
    clock.now += HOUR
    do(monday, "sun", number, "return", words="资料不全")
    clock.now += HOUR
    do(monday, "seat", number, "suspend", words="等待资料")
    do(monday, "seat", number, "resume")
    do(monday, "seat", number, "recategorise", category=RUBBISH)
    clock.now += HOUR
    do(monday, "seat", number, "dispatch", person="sun")
    assert the(monday, number).due_at == MONDAY + timedelta(
        hours=8
    )  # three hours left at eleven there: until 16


def assert_told_again(office: Office) -> None:
    """The histories tell the steps that were kept."""
    for issue in rows_of(office, Issue):
        events = sorted((e for e in rows_of(office, EventRow) if e.issue_id == issue.id), key=lambda e: e.seq)
        happened = [Happened(e.kind, e.at, e.actor_id, json.loads(e.data)) for e in events]
        told = read_steps(happened, office.deadlines.stage_due_at).steps
        kept = [step for step in rows_of(office, Step) if step.issue_id == issue.id]
        assert [(t.stage, t.person_id, t.unit, t.due_at) for t in told] == [
            (s.stage, s.person_id, s.unit, s.due_at) for s in kept
        ]
