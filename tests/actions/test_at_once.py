"""Many act at the same moment: everything is kept once, nothing is refused for being busy, chains hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.reporting import Reported, report
from gridmap.db.models import EventRow, Issue, Post, Words
from gridmap.errors import ConflictError
from gridmap.files.places import BuildingColumns, building_frame
from tests.db.listening import Poller, at_once
from tests.db.looking import count, rows_of
from tests.town import (
    C1,
    C2,
    C3,
    CENTRES,
    PARKING,
    PASSWORD,
    RULES,
    actor_named,
    add_areas,
    frame_of,
    report_at,
    square,
    staff_rows,
)


def new_matter(office: Office) -> str:
    return report(office, actor_named(office, "li"), report_at(*CENTRES[C1])).number


def kinds(office: Office) -> list[str]:
    return [event.kind for event in rows_of(office, EventRow)]


def test_the_same_report_sent_ten_times_at_once_is_one_matter(office: Office) -> None:
    li, what = actor_named(office, "li"), report_at(*CENTRES[C1], client_id="a", description="once")
    answers = at_once(10, lambda _n: report(office, li, what))
    assert sorted(isinstance(a, Reported) and a.is_new for a in answers) == [False] * 9 + [True]
    assert len({a.number for a in answers if isinstance(a, Reported)}) == 1
    assert [count(office, model) for model in (Issue, EventRow, Words)] == [1, 1, 1]


def test_one_client_id_with_two_bodies_at_once_keeps_one_and_refuses_the_other(office: Office) -> None:
    li = actor_named(office, "li")
    bodies = [report_at(*CENTRES[code], client_id="a") for code in (C1, C2)]
    answers = at_once(6, lambda n: report(office, li, bodies[n % 2]))
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError"] * 3 + ["Reported"] * 3
    assert count(office, Issue) == 1


def test_forty_writers_at_once_are_all_served(office: Office) -> None:
    """On SQLite nobody is told that the database is locked."""
    actors = [actor_named(office, name) for name in ("li", "seat", "wang", "admin")]
    reader = Poller(office)
    answers = at_once(40, lambda n: report(office, actors[n % 4], report_at(*CENTRES[C3])), seconds=100)
    assert [answer for answer in answers if not isinstance(answer, Reported)] == []
    numbers = sorted(answer.number for answer in answers if isinstance(answer, Reported))
    assert [int(number[-4:]) for number in numbers] == list(range(1, 41))
    reader.poll()
    assert reader.numbers == list(range(1, 41))
    assert audit(office).faults == ()


def test_two_acts_at_once_stand_one_after_the_other(office: Office) -> None:
    number, seat = new_matter(office), actor_named(office, "seat")
    answers = at_once(8, lambda n: act_on(office, seat, number, Act("comment", words=f"word {n}")))
    assert answers == ["reported"] * 8
    assert [event.seq for event in rows_of(office, EventRow)] == list(range(1, 10))
    assert audit(office).faults == ()


def test_of_two_that_exclude_each_other_one_comes_too_late(office: Office) -> None:
    number, seat = new_matter(office), actor_named(office, "seat")
    answers = at_once(2, lambda n: act_on(office, seat, number, Act(("void", "start")[n])))
    assert sorted(isinstance(answer, ConflictError) for answer in answers) == [False, True]
    assert len(kinds(office)) == 2
    assert audit(office).faults == ()


def test_of_two_who_decide_differently_at_the_same_moment_the_second_is_told_what_the_first_did(
    office: Office,
) -> None:
    add_account(office, None, NewAccount("power", "department", None, "power", PASSWORD), RULES)
    number, who = new_matter(office), [actor_named(office, name) for name in ("seat", "head1")]
    acts = [Act("dispatch", unit=unit, seen=1, client_id=unit) for unit in ("water", "power")]
    answers = at_once(2, lambda n: act_on(office, who[n], number, acts[n]))
    (told,) = [answer for answer in answers if isinstance(answer, ConflictError)]
    assert (told.code, told.details["happened"], told.details["status"]) == (
        "changed_meanwhile",
        ["dispatch"],
        "dispatched",
    )
    (issue,) = rows_of(office, Issue)
    winner = answers.index("dispatched")
    assert issue.unit == ("water", "power")[winner]
    assert act_on(office, who[winner], number, acts[winner]) == "dispatched"  # sent again
    assert kinds(office) == ["reported", "dispatch"]


def test_what_decides_nothing_hinders_nobody(office: Office) -> None:
    number, seat = new_matter(office), actor_named(office, "seat")
    act_on(office, actor_named(office, "li"), number, Act("comment", words="on my way"))
    assert act_on(office, seat, number, Act("dispatch", unit="water", seen=1)) == "dispatched"
    assert act_on(office, seat, number, Act("forward", unit="water", seen=2)) == "dispatched"  # one's own
    li = actor_named(office, "li")
    assert act_on(office, li, number, Act("comment", words="seen?", seen=1)) == "dispatched"


def test_the_same_act_sent_ten_times_at_once_is_done_once(office: Office) -> None:
    number, seat = new_matter(office), actor_named(office, "seat")
    act = Act("start", words="on my way", client_id="b")
    assert at_once(10, lambda _n: act_on(office, seat, number, act)) == ["handling"] * 10
    assert kinds(office) == ["reported", "start"]


def test_acts_on_different_matters_do_not_mix(office: Office) -> None:
    numbers, seat = [new_matter(office) for _ in range(6)], actor_named(office, "seat")

    def run(n: int) -> str:
        for name in ("start", "finish"):
            act_on(office, seat, numbers[n], Act(name))
        return act_on(office, seat, numbers[n], Act("recategorise", category=PARKING))

    assert at_once(6, run) == ["handled"] * 6
    assert {issue.history_seq for issue in rows_of(office, Issue)} == {4}
    assert audit(office).faults == ()


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_a_row_locked_by_one_act_lets_other_matters_through(office: Office) -> None:
    """On SQLite there is one writer for the whole store; on PostGIS only the matter itself is held."""
    held, free = new_matter(office), new_matter(office)
    seat = actor_named(office, "seat")
    with office.database.writing() as session:
        session.query(Issue).filter_by(number=held).with_for_update().one()
        assert at_once(1, lambda _n: act_on(office, seat, free, Act("start")), seconds=60) == ["handling"]


def test_staff_changing_while_matters_are_reported_leaves_none_without_its_event(office: Office) -> None:
    def run(n: int) -> object:
        if n == 0:
            rows = staff_rows(office, (("li", "Li Leads", "leader", C1),))
            return import_staff(office, rows, ImportFile("staff", "2"), RULES, is_replacing=True).counts[
                "ended"
            ]
        return [report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).is_new for _ in range(4)]

    assert at_once(4, run) == [7, *[[True] * 4] * 3]
    assert sum(post.valid_to is None for post in rows_of(office, Post)) == 1
    assert audit(office).faults == ()


def test_the_same_file_taken_in_from_two_sides_is_stored_once(office: Office) -> None:
    cell = [(f"{C3[:12]}009", "new", square(C3))]
    frame, _ = building_frame(frame_of([("B1", "一号楼", square(C1))]), BuildingColumns())
    rows = staff_rows(office, (("han", "Han", "leader", C3),))
    imports: list[Callable[[], Any]] = [
        lambda: add_areas(office, "grid", cell),
        lambda: import_buildings(office, frame, ImportFile("b", "0")),
        lambda: import_staff(office, rows, ImportFile("s", "0"), RULES),
    ]
    for take_in in imports:
        reports = at_once(3, lambda _n, take_in=take_in: take_in().counts)
        assert sorted(str(counts["new"]) for counts in reports if isinstance(counts, dict)) == [
            "0",
            "0",
            "1",
        ], reports
