"""Near its deadline and very late is each matter by its own limit, also where a class of area has another: in the store, in memory, told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.noticing import tell_due
from gridmap.actions.office import Office
from gridmap.actions.reminding import bounds_of
from gridmap.actions.reporting import report
from gridmap.db.columns import read
from gridmap.db.due import BY_LIMIT, Now
from gridmap.db.issues import Filter, matching
from gridmap.db.loop_models import Notice
from gridmap.db.models import CategoryRow, Issue
from gridmap.db.standing import Moment, standing
from gridmap.domain.days import day_of
from gridmap.domain.deadlines import Limit, Limits
from gridmap.domain.reminders import soon_by, very_late_by
from gridmap.domain.scope import Scope
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import C1, C2, C3, C4, CENTRES, OUTSIDE, PARKING, RIVERSIDE, RUBBISH, actor_named, report_at

CLASSES = {RIVERSIDE: "core", C2: "rim", C4: "core"}
"""The riverside is the core of the town, but for its second cell; Eastgate has no class."""
LIMITS = {
    RUBBISH: Limit(4, "urgent_hours"),
    f"{RUBBISH}@core": Limit(2, "urgent_hours"),
    f"{RUBBISH}@rim": Limit(1, "calendar_days"),
    PARKING: Limit(2, "urgent_hours"),
    f"{PARKING}@rim": Limit(2, "working_hours"),
}
PLACES = (CENTRES[C1], CENTRES[C2], CENTRES[C3], CENTRES[C4], OUTSIDE)
EVERYTHING = Scope(("",), account_id=-1)


@pytest.fixture
def classed(office: Office) -> Office:
    return replace(office, deadlines=replace(office.deadlines, limits=Limits(LIMITS, {}), classes=CLASSES))


def report_one(office: Office, place: tuple[float, float], category: str) -> str:
    return report(office, actor_named(office, "seat"), report_at(*place, category=category)).number


def report_all(office: Office, clock: Clock) -> None:
    for n in range(30):
        clock.forward(minutes=20)
        report_one(office, PLACES[n % 5], (RUBBISH, PARKING)[n // 5 % 2])


def by_hand(office: Office, word: str) -> set[str]:
    """The matters that are what the word says, each worked out by its own limit."""
    rules, now, found = office.deadlines, office.clock(), set()
    categories = {row.id: row for row in rows_of(office, CategoryRow)}
    for issue in rows_of(office, Issue):
        limit = rules.limit_of(categories[issue.category_id], rules.class_of(issue.path))
        near = now < issue.due_at <= soon_by(rules, limit, now)
        if near if word == "warning" else issue.due_at <= very_late_by(rules, limit, now):
            found.add(issue.number)
    return found


def asked(office: Office, word: str) -> tuple[set[str], set[int]]:
    """Numbers by the store's own query, keys by the columns in memory."""
    now = office.clock()
    with office.database.reading() as session:
        at = Now(now, day_of(now, office.zone).end, bounds_of(office, session, now))
        wanted = Filter(due=(word, at))
        numbers = session.scalars(select(Issue.number).where(matching(session, EVERYTHING, wanted)))
        held = read(session, Issue.id.is_not(None))
        keys = held["id"][standing(held, EVERYTHING, wanted, Moment(at))]
        return set(numbers), set(keys.tolist())


def test_each_by_its_own_limit_in_the_store_and_in_memory(classed: Office, clock: Clock) -> None:
    report_all(classed, clock)
    number_of = {issue.id: issue.number for issue in rows_of(classed, Issue)}
    seen = {word: set[str]() for word in BY_LIMIT}
    for _ in range(24):
        clock.forward(minutes=25)
        for word in BY_LIMIT:
            wanted, (numbers, keys) = by_hand(classed, word), asked(classed, word)
            assert numbers == wanted, (word, clock.now)
            assert {number_of[key] for key in keys} == wanted, (word, clock.now)
            seen[word] |= wanted
    assert (len(seen["warning"]) > 6, len(seen["very_late"]) > 20) == (True, True)


def test_people_are_told_by_the_limit_of_the_place(classed: Office, clock: Clock) -> None:
    numbers = [report_one(classed, CENTRES[cell], RUBBISH) for cell in (C1, C2, C3)]
    tell_due(classed)
    first, begun = dict[str, float](), clock.now
    for _ in range(10):
        clock.forward(minutes=30)
        tell_due(classed)
        for number in {row.data["number"] for row in rows_of(classed, Notice) if row.kind == "due_soon"}:
            first.setdefault(number, (clock.now - begun) / timedelta(hours=1))
    assert first == {numbers[0]: 1.5, numbers[2]: 3}


def test_a_matter_put_into_an_area_of_another_class_has_the_limit_it_has_there(
    classed: Office, clock: Clock
) -> None:
    number, begun = report_one(classed, CENTRES[C3], RUBBISH), clock.now
    lost = report_one(classed, OUTSIDE, RUBBISH)
    clock.forward(minutes=10)
    seat = actor_named(classed, "seat")
    act_on(classed, seat, number, Act("move", sent=report_at(*CENTRES[C1]).sent))
    act_on(classed, seat, lost, Act("choose_cell", cell=C2))
    hours = {issue.number: (issue.due_at - begun) / timedelta(hours=1) for issue in rows_of(classed, Issue)}
    assert hours == {number: 2, lost: 24}
