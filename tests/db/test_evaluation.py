"""What evaluation counts equals what pandas makes of the raw events, for random lives of matters, on both engines."""

from __future__ import annotations

from collections import Counter

import pytest

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import areas, evaluation
from gridmap.db.evaluation import Population
from gridmap.db.loop_models import Recheck, Whistle, WhistleCall
from gridmap.db.models import Issue
from gridmap.domain.codes import last_code
from gridmap.domain.indicators import COUNTS
from gridmap.domain.months import Month, last_months, month_named
from gridmap.files.tables import load_indicators
from tests.conftest import Clock
from tests.evaluation_by_hand import counted_by_hand, told
from tests.lives import Lives
from tests.town import C1, C2, C4, CENTRES, CORNERS, actor_named, report_at

EVERYWHERE = Population()
COUNTS_OF_ACTS = set(COUNTS) - {"calls_rated", "calls_liked", "rechecked", "rechecked_well"}


@pytest.mark.parametrize("seed", [7])
def test_counts_equal_those_made_of_the_events(office: Office, clock: Clock, seed: int) -> None:
    lives = Lives(office, clock, seed)
    lives.live(matters=60, acts=8)
    by_hand = told(office, lives.office.acceptance)
    months = last_months(clock.now, office.zone, 3)
    assert_same(office, clock, by_hand, months)
    whole = evaluation.summed(counted(office, clock, months, "whole"))
    assert COUNTS_OF_ACTS - whole.keys() == set()
    assert_named(office, clock, months, whole)


def counted(office: Office, clock: Clock, months: list[Month], by: str) -> dict[evaluation.Key, Counter[str]]:
    with office.database.reading() as session:
        return evaluation.counted(session, EVERYWHERE, months, clock.now, by)


def assert_same(office: Office, clock: Clock, by_hand: list, months: list[Month]) -> None:
    for by, key in (("path", "cell"), ("unit", "unit"), ("category", "category"), ("whole", "whole")):
        found = counted(office, clock, months, by)
        for number, month in enumerate(months):
            mine = named(office, {of.of: counts for of, counts in found.items() if of.month == number}, by)
            theirs = counted_by_hand(by_hand, month.begin, month.end, clock.now, key)
            assert mine == {k: v for k, v in theirs.items() if +v}, (by, month.name)


def named(office: Office, counts: dict, by: str) -> dict:
    """Counts by what the events call it: a cell's code (None: no cell), a category's key."""
    found: dict = {}
    with office.database.reading() as session:
        rows = evaluation.categories_by_id(session, counts) if by == "category" else {}
    for key, value in counts.items():
        name = key
        if by == "path":
            name = last_code(key) if key and last_code(key) in CORNERS else None
        elif by == "category":
            name = f"{rows[key].standard}:{rows[key].kind}:{rows[key].code}"
        found.setdefault(name, Counter()).update(value)
    return found


def assert_named(office: Office, clock: Clock, months: list[Month], totals: Counter[str]) -> None:
    """Every count names as many matters as it counts."""
    with office.database.reading() as session:
        for name in COUNTS:
            found = evaluation.matters(session, EVERYWHERE, months, clock.now, name)
            assert sum(one.times for one in found) == totals[name], name
            assert [one.number for one in found] == sorted({one.number for one in found})


class Life:
    """One matter of the seat's in a cell (C1), and what the month says of it."""

    def __init__(self, office: Office, clock: Clock, cell: str = C1) -> None:
        self.office, self.clock = office, clock
        self.number = report(
            office, actor_named(office, "seat"), report_at(*CENTRES[cell], source="seat")
        ).number

    def act(self, who: str, name: str, **more: object) -> None:
        act_on(self.office, actor_named(self.office, who), self.number, Act(name, **more))  # type: ignore[arg-type]

    def counts(self, month: str, **whose: object) -> Counter[str]:
        with self.office.database.reading() as session:
            months = [month_named(month, self.office.zone)]
            population = Population(**whose)  # type: ignore[arg-type]
            found = evaluation.counted(session, population, months, self.clock.now, "whole")
        return evaluation.summed(found)


@pytest.fixture
def life(office: Office, clock: Clock) -> Life:
    return Life(office, clock)


def test_what_is_not_due_yet_stands_in_no_base(life: Life, clock: Clock) -> None:
    assert life.counts("2026-11") == {"reported": 1, "opened": 1, "opened_rightly": 1, "missed": 1}
    clock.forward(days=4)
    late = life.counts("2026-11")
    assert (late["handling_due"], late["handled"], late["closing_due"], late["closed"]) == (1, 0, 1, 0)


def test_a_suspended_matter_leaves_every_base(life: Life, clock: Clock) -> None:
    life.act("seat", "suspend", words="waits for a part")
    clock.forward(days=4)
    assert not {"handling_due", "closing_due"} & life.counts("2026-11").keys()


def test_a_month_that_is_over_keeps_its_figures(life: Life, clock: Clock) -> None:
    clock.forward(days=12)
    before = life.counts("2026-11")
    life.act("sun", "finish")
    life.act("head1", "close")
    assert life.counts("2026-11") == before
    assert before["handling_due"] == before["closing_due"] == 1
    assert not {"handled", "handled_in_time", "closed"} & life.counts("2026-12").keys()


def test_what_was_sent_back_in_time_is_nobodys_failure_and_too_late_it_is(life: Life, clock: Clock) -> None:
    life.act("seat", "dispatch", unit="water")
    life.act("water", "return", words="not ours")
    assert "handling_due" not in life.counts("2026-11", unit="water")
    life.act("seat", "dispatch", unit="water")
    clock.forward(days=5)
    life.act("water", "return", words="still not ours")
    counts = life.counts("2026-11")
    assert (counts["handling_due"], counts["handled"], counts["sent"], counts["sent_rightly"]) == (1, 0, 2, 0)


def test_a_person_answers_for_what_they_had_in_hand(office: Office, life: Life, clock: Clock) -> None:
    sun, li = (actor_named(office, name).person_id for name in ("sun", "li"))
    life.act("sun", "finish")
    clock.forward(minutes=10)
    life.act("li", "verify")
    mine = life.counts("2026-11", person_id=sun)
    assert set(mine.values()) == {1}
    assert mine.keys() >= {"handling_due", "handled_in_time", "sent_rightly"}
    assert not {"checking_due", "reported", "closing_due"} & mine.keys()
    assert life.counts("2026-11", person_id=li) == {"checking_due": 1, "checked_in_time": 1}
    life.act("li", "rework", words="still dirty")
    assert life.counts("2026-11", person_id=sun)["reworked"] == 1


def test_a_recheck_and_a_rating_of_a_whistle_count_in_their_month(
    office: Office, life: Life, clock: Clock
) -> None:
    with office.work() as work:
        issue = work.session.query(Issue).one()
        common = {"district_code": issue.district_code, "issue_id": issue.id}
        caller_id = actor_named(office, "seat").account_id
        whistle = Whistle(
            **common,
            path=issue.path,
            level=1,
            kind="daily",
            status="closed",
            caller_id=caller_id,
            called_at=work.now,
            raised=0,
        )
        work.session.add(whistle)
        work.session.flush()
        for unit, rating in (("water", 2), ("power", 1), ("gas", None)):
            work.session.add(
                WhistleCall(
                    **common,
                    whistle_id=whistle.id,
                    unit=unit,
                    status="done",
                    called_at=work.now,
                    rating=rating,
                    rated_at=work.now,
                )
            )
        for month, is_well in (("2026-09", True), ("2026-10", False), ("2026-11", None)):
            work.session.add(
                Recheck(
                    **common,
                    path=issue.path,
                    month=month,
                    drawn_at=work.now,
                    done_at=work.now,
                    is_well=is_well,
                )
            )
    counts = life.counts("2026-11")
    assert [counts[name] for name in ("calls_rated", "calls_liked", "rechecked", "rechecked_well")] == [
        2,
        1,
        2,
        1,
    ]
    assert life.counts("2026-11", unit="water")["calls_rated"] == 1
    assert not life.counts("2026-12")


def test_shares_of_several_areas_weigh_by_their_bases(office: Office, clock: Clock) -> None:
    for cell, is_done in ((C1, True), (C1, True), (C1, True), (C4, False)):
        life = Life(office, clock, cell)
        if is_done:
            life.act("sun", "finish")
    clock.forward(days=10)
    with office.database.reading() as session:
        paths = [area.path for area in areas.current_by_code(session, [C1, C4, C2]).values()]
        indicator, months = (
            load_indicators().indicators["handled_on_time"],
            last_months(clock.now, office.zone, 1),
        )
        found = evaluation.shares(session, paths, months, clock.now, indicator)
    assert {last_code(path): figure for path, figure in found.areas.items()} == {
        C1: (3, 3),
        C2: (0, 0),
        C4: (0, 1),
    }
    assert found.together.value == 0.75
