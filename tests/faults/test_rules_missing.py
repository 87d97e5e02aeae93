"""What the rules rest on is missing or wrong: a category, a year's holidays, a department's people, leaders, the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from gridmap import app
from gridmap.actions.accounts import NewAccount, add_account, close_account
from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.noticing import tell_due
from gridmap.actions.office import Office
from gridmap.actions.placing import Grounds
from gridmap.actions.reporting import report
from gridmap.app import initialise
from gridmap.db import evaluation
from gridmap.db.evaluation import Population
from gridmap.db.loop_models import Step
from gridmap.db.models import CategoryRow, Issue, Post
from gridmap.domain.deadlines import Deadlines, Limit, Limits
from gridmap.domain.months import last_months
from gridmap.domain.worktime import Rules, WorkingTime
from gridmap.errors import ConflictError, InvalidInputError
from gridmap.files.tables import load_categories
from gridmap.files.workdays import workdays_of
from tests.actions.whistled import blow
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.loop.ends import Watch
from tests.loop.test_month import kept, told_again
from tests.town import C1, C3, CENTRES, PARKING, PASSWORD, RUBBISH, RULES, actor_named, report_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


@pytest.fixture
def monday(office: Office, clock: Clock) -> Office:
    clock.now = MONDAY
    return office


def new(office: Office, cell: str = C1, **more: Any) -> str:
    return report(office, actor_named(office, "seat"), report_at(*CENTRES[cell], **more)).number


def do(office: Office, who: str, number: str, name: str, **needs: Any) -> str:
    return act_on(office, actor_named(office, who), number, Act(name, **needs))


def test_a_category_that_is_deleted_while_matters_are_open_stays_theirs_to_the_end(
    monday: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = new(monday, category=RUBBISH)
    due = rows_of(monday, Issue)[0].due_at
    left = {key: one for key, one in load_categories().items() if key != RUBBISH}
    monkeypatch.setattr(app, "load_categories", lambda: left)
    initialise(monday)
    limits = Limits({key: v for key, v in monday.deadlines.limits.by_category.items() if key != RUBBISH}, {})
    office = replace(monday, deadlines=replace(monday.deadlines, limits=limits))
    do(office, "seat", number, "suspend", words="等车")
    clock.forward(hours=2)
    do(office, "seat", number, "resume")
    (issue,) = rows_of(office, Issue)
    assert issue.due_at == due + timedelta(hours=2)  # it keeps the deadline it was given
    clock.now = issue.due_at
    assert tell_due(office) > 0
    assert [do(office, who, number, name) for who, name in (("sun", "finish"), ("seat", "close"))][
        -1
    ] == "closed"
    assert audit(office).faults == ()


def test_of_a_year_without_announced_holidays_only_weekends_are_free(office: Office, clock: Clock) -> None:
    time = WorkingTime(
        office.deadlines.time._hours if office.deadlines.time else (),
        workdays_of(Rules((), "china")),
        SHANGHAI,
    )
    rules = Deadlines(time, Limits({RUBBISH: Limit(3, "working_days")}, {}))
    clock.now = datetime(2090, 9, 29, 8, 0, tzinfo=SHANGHAI).astimezone(
        UTC
    )  # a Friday before the national day
    new(replace(office, deadlines=rules), category=RUBBISH)
    assert rows_of(office, Issue)[0].due_at == datetime(2090, 10, 3, 18, 0, tzinfo=SHANGHAI)


def test_the_last_account_of_a_department_stays_while_it_has_matters(monday: Office) -> None:
    admin, number = actor_named(monday, "admin"), new(monday)
    do(monday, "seat", number, "dispatch", unit="water")
    with pytest.raises(ConflictError) as caught:
        close_account(monday, admin, "water")
    assert (caught.value.code, caught.value.details["matters"]) == ("last_of_unit", 1)
    add_account(monday, None, NewAccount("water2", "department", None, "water", PASSWORD), RULES)
    close_account(monday, admin, "water")  # somebody else answers for it
    do(monday, "water2", number, "return", words="不是供水")
    close_account(monday, admin, "water2")
    assert Watch(monday).missing() == {}


def test_a_department_that_is_called_keeps_somebody_who_can_come(monday: Office) -> None:
    blow(monday, new(monday), "water", by="seat")
    with pytest.raises(ConflictError, match="last_of_unit"):
        close_account(monday, actor_named(monday, "admin"), "water")


def test_in_an_area_without_leader_and_heads_a_matter_waits_at_the_desk(monday: Office) -> None:
    with monday.work() as work:
        work.session.execute(update(Post).values(valid_to=work.now))
    number = new(monday, C3)
    (issue,) = rows_of(monday, Issue)
    assert (issue.status, issue.owner_id, issue.handler_id) == ("reported", None, None)
    assert Watch(monday).missing() == {}
    assert do(monday, "seat", number, "whistle", units=("water",), kind="daily") == "reported"
    assert do(monday, "seat", number, "dispatch", unit="water") == "dispatched"


def test_a_clock_set_back_between_acts_leaves_a_matter_whole(monday: Office, clock: Clock) -> None:
    number = new(monday)
    acts = [
        "dispatch",
        "start",
        "suspend",
        "resume",
        "finish",
        "rework",
        "finish",
        "close",
        "reopen",
        "finish",
        "close",
    ]
    for n, name in enumerate(acts):
        clock.now += timedelta(days=-1 if n % 2 else 1, minutes=7)
        do(monday, "seat", number, name, words="时钟被拨动")
    assert audit(monday).faults == ()
    assert told_again(monday) == kept(monday)
    assert all(step.ended_at >= step.began_at and step.paused_s >= 0 for step in rows_of(monday, Step))
    with monday.database.reading() as session:
        months = last_months(clock.now, monday.zone, 2)
        assert evaluation.counted(session, Population(), months, clock.now, "whole")


def test_a_category_out_of_the_tables_takes_nothing_new_and_keeps_its_name(
    monday: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, other = new(monday, category=RUBBISH), new(monday, category=PARKING)
    known = load_categories()
    monkeypatch.setattr(app, "load_categories", lambda: {k: c for k, c in known.items() if k != RUBBISH})
    assert initialise(monday) == 1
    office = replace(monday, grounds=Grounds())
    assert [row.name_zh for row in rows_of(office, CategoryRow) if row.retired_at] == [known[RUBBISH].name_zh]
    with pytest.raises(InvalidInputError, match="category_retired"):
        do(office, "seat", other, "recategorise", category=RUBBISH)
    with pytest.raises(InvalidInputError, match="category_unknown"):
        new(office, category=known[RUBBISH].name_zh)
    assert new(office, category=RUBBISH)  # kept on a phone since before
    assert do(office, "sun", old, "start") == "handling"
    monkeypatch.setattr(app, "load_categories", lambda: known)
    assert (initialise(monday), initialise(monday)) == (1, 0)
    assert do(replace(monday, grounds=Grounds()), "seat", other, "recategorise", category=RUBBISH)
