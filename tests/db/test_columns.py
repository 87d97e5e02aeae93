"""The columns count what the store's own conditions count, and stay what the store has while things happen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import columns as columns_module
from gridmap.db import stream
from gridmap.db.columns import Columns, OpenMatters, micros, read, read_many
from gridmap.db.due import WORDS, Now
from gridmap.db.issues import Filter, matching
from gridmap.db.models import Issue
from gridmap.db.reports import closed_of, reports_of
from gridmap.db.standing import Moment, in_steps, narrowed, standing
from gridmap.db.state import state_of
from gridmap.db.tallies import can_tell, groups, in_order, open_at, tally
from gridmap.domain.codes import summed_at
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Scope
from tests.conftest import Clock
from tests.town import C1, C2, C3, C4, CENTRES, DISTRICT, OUTSIDE, PARKING, STREET, actor_named, report_at

ABOVE = f"{DISTRICT}/{STREET}/"
EVERYTHING = Scope(("",), account_id=-1)


@pytest.fixture
def lively(office: Office, clock: Clock) -> Office:
    """Matters of every kind: early and late, open and not, with a cell and without, of several people."""
    for step, who in enumerate(("li", "seat", "dong", "wang", "seat", "li")):
        for place, category in ((C1, PARKING), (C3, "GBT47678:matter:06020")):
            report(office, actor_named(office, who), report_at(*CENTRES[place], category=category))
        report(office, actor_named(office, "seat"), report_at(*OUTSIDE))
        clock.forward(hours=7 + step)
    numbers = all_numbers(office)
    for name, number in zip(("close", "start", "finish", "void", "close"), numbers, strict=False):
        act_on(office, actor_named(office, "seat"), number, Act(name))
        clock.forward(hours=1)
    act_on(office, actor_named(office, "seat"), numbers[4], Act("reopen", words="没办好"))
    return office


def all_numbers(office: Office) -> list[str]:
    with office.database.reading() as session:
        return list(session.scalars(select(Issue.number).order_by(Issue.id)))


def counted(office: Office, scope: Scope, wanted: Filter) -> int:
    """By the store's own conditions."""
    with office.database.reading() as session:
        open_ = Filter(**{**vars(wanted), "statuses": wanted.statuses or OPEN})
        return int(session.scalar(select(func.count()).where(matching(session, scope, open_))) or 0)


def now_of(office: Office) -> Now:
    now = office.clock()
    return Now(now, now + timedelta(hours=9))


def standing_now(office: Office, matters: OpenMatters, scope: Scope, wanted: Filter) -> int:
    with matters.held(office.clock()) as columns:
        return int(standing(columns, scope, wanted, Moment(now_of(office))).sum())


def test_every_filter_in_every_scope_counts_as_the_store_does(lively: Office) -> None:
    matters, now = OpenMatters(lively.database), now_of(lively)
    people = [
        actor_named(lively, name).scope for name in ("li", "wang", "seat", "seat2", "admin", "water", "wall")
    ]
    wishes: list[dict[str, Any]] = [
        {}, {"mine": True}, {"in_triage": True}, {"area_path": ABOVE}, {"statuses": ("handling", "handled")},
        {"since": now.at - timedelta(hours=30)}, {"until": now.at - timedelta(hours=30)},
        {"bbox": (103.80, 25.50, 103.81, 25.51)}, *({"due": (word, now)} for word in WORDS),
    ]  # fmt: skip
    for scope, wish in product([*people, EVERYTHING], wishes):
        wanted = Filter(**wish)
        assert standing_now(lively, matters, scope, wanted) == counted(lively, scope, wanted), (scope, wish)
    assert standing_now(lively, matters, EVERYTHING, Filter()) == 16


def test_every_tally_is_what_the_store_counts(lively: Office) -> None:
    matters, now = OpenMatters(lively.database), now_of(lively)
    people = [actor_named(lively, name).scope for name in ("li", "seat", "seat2", "admin", "wall", "water")]
    wishes: list[dict[str, Any]] = [
        {}, {"mine": True}, {"in_triage": True}, {"area_path": ABOVE}, {"statuses": ("closed",)},
        {"statuses": ("handling", "handled")}, *({"due": (word, now)} for word in WORDS),
    ]  # fmt: skip
    told = 0
    for scope, wish in product([*people, EVERYTHING], wishes):
        wanted = Filter(**wish)
        if not can_tell(scope, wanted):
            continue
        with matters.held(lively.clock()) as columns, lively.database.reading() as session:
            counts = tally(columns, scope, wanted, now, groups(columns.paths.words))
            assert counts == state_of(session, scope, wanted, now), (scope, wish)
        told += len(counts.cells)
    assert told > 20


def test_a_tally_by_upper_areas_adds_up_their_cells(lively: Office) -> None:
    now, upper = now_of(lively), {ABOVE}
    with OpenMatters(lively.database).held(lively.clock()) as columns:
        by_cell, by_street = (
            tally(columns, EVERYTHING, Filter(), now, groups(columns.paths.words, areas))
            for areas in (set(), upper)
        )
        below = open_at(
            columns, EVERYTHING, in_order(columns.paths.words), [ABOVE, f"{ABOVE}nowhere/", f"{DISTRICT}/"]
        )
    assert by_street.cells == {path: tuple(row) for path, row in summed_at(by_cell.cells, upper).items()}
    assert (by_street.total, by_street.triage) == (by_cell.total, by_cell.triage)
    assert below == {
        ABOVE: sum(by_street.cells[ABOVE]),
        f"{ABOVE}nowhere/": 0,
        f"{DISTRICT}/": sum(by_cell.total),
    }


def test_reports_and_closings_are_counted_as_in_the_store(lively: Office, clock: Clock) -> None:
    spans = [(clock() - timedelta(hours=hours), clock() - timedelta(hours=3)) for hours in (4, 24, 72)]
    scopes = [actor_named(lively, name).scope for name in ("seat", "li")]
    with OpenMatters(lively.database).held(clock()) as columns, lively.database.reading() as session:
        for scope, span in product(scopes, spans):
            ours, theirs = (reports_of(session, scope, span, one) for one in (columns, None))
            assert ours[1:] == theirs[1:]
            assert ours.moments.tolist() == theirs.moments.tolist()
            closed = [closed_of(session, scope, span, one).tolist() for one in (columns, None)]
            assert closed[0] == closed[1]
    assert len(ours.moments) and theirs.by_cell


@pytest.mark.parametrize("place", [C1, C2, C3, C4])
def test_an_edge_belongs_to_the_box(office: Office, place: str) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[place]))
    box = (*CENTRES[place], CENTRES[place][0] + 0.001, CENTRES[place][1] + 0.001)
    assert standing_now(office, OpenMatters(office.database), EVERYTHING, Filter(bbox=box)) == 1


def changes(office: Office, clock: Clock) -> list[Callable[[], object]]:
    seat, (first, second) = actor_named(office, "seat"), all_numbers(office)[:2]
    return [
        lambda: report(office, seat, report_at(*CENTRES[C2])),
        lambda: act_on(office, seat, first, Act("close")),
        lambda: act_on(office, seat, first, Act("reopen", words="没办好")),
        lambda: act_on(office, seat, second, Act("void")),
        lambda: act_on(office, seat, first, Act("recategorise", category=PARKING)),
    ]


def test_they_follow_the_stream_without_reading_all_again(office: Office, clock: Clock) -> None:
    for _ in range(2):
        report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    matters = OpenMatters(office.database)
    with matters.held(clock()) as first:
        pass
    for change in changes(office, clock):
        change()
        clock.forward(minutes=5)
        assert standing_now(office, matters, EVERYTHING, Filter()) == counted(office, EVERYTHING, Filter())
        with matters.held(clock()) as columns:
            assert columns is first


def test_after_an_import_everything_is_read_again(office: Office, clock: Clock) -> None:
    matters = OpenMatters(office.database)
    with matters.held(clock()) as before:
        pass
    with office.work() as work:
        work.tell("imported", {"issues": 3}, district_code=DISTRICT)
    with matters.held(clock()) as after:
        assert after is not before


def test_who_can_do_without_them_does_not_wait_for_them(office: Office, clock: Clock) -> None:
    matters = OpenMatters(office.database)
    with matters.at_hand(clock()) as none_yet:
        assert none_yet is None
    with matters.held(clock()) as first, matters.at_hand(clock()) as busy:
        assert busy is None
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    with matters.at_hand(clock()) as ready:
        assert ready is first
        assert len(ready) == 1


def test_after_an_import_they_are_read_aside_for_who_can_do_without(office: Office, clock: Clock) -> None:
    matters = OpenMatters(office.database)
    with matters.held(clock()) as first:
        pass
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    with office.work() as work:
        work.tell("imported", {"issues": 3}, district_code=DISTRICT)
    with matters.at_hand(clock()) as meanwhile:
        assert meanwhile is None
    wait_for_renewal()
    with matters.at_hand(clock()) as after:
        assert after is not None
        assert after is not first
        assert len(after) == 1


def wait_for_renewal() -> None:
    for thread in threading.enumerate():
        if thread.name == "gridmap-renewing":
            thread.join(20)


def test_old_columns_are_read_anew_while_they_still_answer(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    matters = OpenMatters(office.database)
    with matters.held(clock()) as first:
        pass
    monkeypatch.setattr(columns_module, "RENEWED_S", -1.0)
    with matters.held(clock()) as meanwhile:
        assert meanwhile is first
    wait_for_renewal()
    with matters.held(clock()) as renewed:
        assert renewed is not first
        assert renewed["id"].tolist() == first["id"].tolist()
    wait_for_renewal()


def test_many_are_read_as_few_are(lively: Office, clock: Clock) -> None:
    by_rows, by_columns = Columns(), Columns()
    with lively.database.reading() as session:
        read(session, Issue.id > 0, by_rows)
        read_many(session, Issue.id > 0, by_columns)
        read_many(session, Issue.id < 0, by_columns)
    order = np.argsort(by_columns["id"])
    assert len(by_rows) == len(by_columns) > 5
    for name in ("id", "lon", "lat", "status", "is_triage", "reported", "closed", "due", "owner", "cell"):
        assert by_rows[name][np.argsort(by_rows["id"])].tolist() == by_columns[name][order].tolist()
    assert sorted(by_rows.paths.words) == sorted(by_columns.paths.words)


def test_where_the_stream_is_forgotten_everything_is_read_again(office: Office, clock: Clock) -> None:
    matters = OpenMatters(office.database)
    assert standing_now(office, matters, EVERYTHING, Filter()) == 0
    for _ in range(3):
        report(office, actor_named(office, "seat"), report_at(*CENTRES[C1]))
    with office.work() as work:
        stream.forget_before(work.session, clock() + timedelta(hours=1))
    assert standing_now(office, matters, EVERYTHING, Filter()) == 3


def test_the_past_is_what_was_reported_and_not_yet_over(office: Office, clock: Clock) -> None:
    seat, begin = actor_named(office, "seat"), clock()
    number = report(office, seat, report_at(*CENTRES[C1])).number
    clock.forward(hours=2)
    report(office, seat, report_at(*CENTRES[C3]))
    clock.forward(hours=2)
    act_on(office, seat, number, Act("close"))
    void = report(office, seat, report_at(*CENTRES[C3])).number
    act_on(office, seat, void, Act("void"))
    moments = [begin + timedelta(hours=hours) for hours in (-1, 0, 1, 2, 3, 4)]
    with OpenMatters(office.database).held(clock()) as columns:
        then = [count_at(columns, moment) for moment in moments]
        assert in_steps(columns, narrowed(columns, EVERYTHING, Filter()), moments, is_late=False) == then
    assert then == [0, 1, 1, 2, 2, 1]


def count_at(columns: Columns, moment: datetime) -> int:
    return int(standing(columns, EVERYTHING, Filter(), Moment(Now(moment, moment), is_past=True)).sum())


def test_late_then_is_due_then_and_not_over(office: Office, clock: Clock) -> None:
    seat, begin = actor_named(office, "seat"), clock()
    number = report(office, seat, report_at(*CENTRES[C1], category="GBT47678:matter:06020")).number  # 2 hours
    clock.forward(hours=5)
    act_on(office, seat, number, Act("close"))
    moments = [begin + timedelta(hours=hours) for hours in (1, 2, 4, 5)]
    with OpenMatters(office.database).held(clock()) as columns:
        assert in_steps(columns, narrowed(columns, EVERYTHING, Filter()), moments, is_late=True) == [
            0,
            1,
            1,
            0,
        ]


def test_they_grow_and_keep_what_they_had(clock: Clock) -> None:
    columns, at = Columns(), micros(clock())
    row = (103.8, 25.5, "1/", 7, 1, "reported", False, 0, 0, 0, "", at, at, at, False)
    columns.put([(key, *row) for key in range(3000)])
    columns.put([(5, 1.0, *row[1:]), (3000, *row)])
    assert len(columns) == 3001
    assert columns["lon"][:7].tolist() == [103.8, 103.8, 103.8, 103.8, 103.8, 1.0, 103.8]
    assert columns["id"].tolist() == list(range(3001))
