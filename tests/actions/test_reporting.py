"""A report finds its cell and its people, on both engines."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from gridmap.actions.office import Office
from gridmap.actions.placing import Grounds
from gridmap.actions.reporting import report
from gridmap.db import issues
from gridmap.db.models import CategoryRow, Issue
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError
from tests.db.looking import facts_of
from tests.town import (
    C1,
    C3,
    CENTRES,
    CORNERS,
    DISTRICT,
    OUTSIDE,
    RIVERSIDE,
    STREET,
    actor_named,
    add_areas,
    report_at,
    square,
)


def stored(office: Office, number: str) -> Issue:
    with office.database.reading() as session:
        row = issues.one(session, actor_named(office, "admin").scope, number)
        assert row is not None
        session.expunge_all()
        return row.Issue


def people_of(office: Office, issue: Issue) -> tuple[str, str]:
    assigned = facts_of(office, issue).assignment
    return assigned["owner"]["how"], assigned["handler"]["how"]


def test_a_report_goes_to_the_cells_leader_and_the_roles_holder(office: Office) -> None:
    done = report(office, actor_named(office, "dong"), report_at(*CENTRES[C1]))
    issue = stored(office, done.number)
    assert done.is_new
    assert facts_of(office, issue).why["cell"]["code"] == C1
    assert people_of(office, issue) == ("cell", "inherited")
    assert len(facts_of(office, issue).assignment["informed"]) == 2


def test_a_vacant_cell_says_who_stands_in(office: Office) -> None:
    issue = stored(office, report(office, actor_named(office, "li"), report_at(*CENTRES[C3])).number)
    assert people_of(office, issue) == ("head_instead", "head_instead")
    assert facts_of(office, issue).assignment["notes"] == ["leader_vacant", "role_vacant"]


def test_outside_every_cell_goes_to_triage_and_is_kept(office: Office) -> None:
    issue = stored(office, report(office, actor_named(office, "li"), report_at(*OUTSIDE)).number)
    assert issue.is_triage
    assert issue.path == f"{DISTRICT}/"
    assert facts_of(office, issue).why["status"] == "outside"
    assert facts_of(office, issue).why["nearest"]["code"] == C3


@pytest.mark.parametrize(
    ("east", "left_to"),
    [
        (0.00999, f"{DISTRICT}/{STREET}/{RIVERSIDE}/"),
        (0.01999, f"{DISTRICT}/{STREET}/"),
        (0.005, f"{DISTRICT}/{STREET}/{RIVERSIDE}/"),
    ],
)
def test_who_is_unsure_leaves_it_to_whoever_is_above_all_it_could_be(
    office: Office, east: float, left_to: str
) -> None:
    lon, lat = CORNERS[C1]
    sent = {"accuracy_m": 20.0, "is_unsure": True, "client_id": str(uuid4())}
    number = report(office, actor_named(office, "li"), report_at(lon + east, lat + 0.005, **sent)).number
    issue = stored(office, number)
    assert (issue.is_triage, issue.cell_id, issue.path) == (True, None, left_to)
    why = facts_of(office, issue).why
    assert (why["cell"], why["rule"]) == (None, "left_open")
    assert why["nearest"]["code"] == why["candidates"][0]["code"]
    with pytest.raises(ConflictError, match="client_id_reused"):
        report(
            office,
            actor_named(office, "li"),
            report_at(lon + east, lat + 0.005, **sent | {"is_unsure": False}),
        )


def test_sent_twice_is_stored_once(office: Office) -> None:
    actor, what = actor_named(office, "li"), report_at(*CENTRES[C1], client_id="a")
    first, second = report(office, actor, what), report(office, actor, what)
    assert (first.number, first.is_new, second.is_new) == (second.number, True, False)
    with pytest.raises(ConflictError, match="client_id_reused"):
        report(office, actor, report_at(*CENTRES[C3], client_id="a"))


def test_refused_reports_store_nothing(office: Office) -> None:
    with pytest.raises(ForbiddenError):
        report(office, actor_named(office, "wall"), report_at(*CENTRES[C1]))
    for what in (report_at(25.5, 103.8), report_at(103.8, 25.5, category="nonsense")):
        with pytest.raises(InvalidInputError):
            report(office, actor_named(office, "li"), what)
    with office.database.reading() as session:
        assert session.query(Issue).count() == 0


def elsewhere(office: Office) -> Office:
    """The same office in another process: what one has in memory the other does not know of."""
    return replace(office, grounds=Grounds())


def test_what_another_process_changed_holds_for_the_next_report(office: Office) -> None:
    li = actor_named(office, "li")
    first = report(office, li, report_at(*CENTRES[C3]))
    add_areas(elsewhere(office), "grid", [(C3, "renamed", square(C3))])
    second = report(office, li, report_at(*CENTRES[C3]))
    assert second.told is not None
    assert second.told.cell is not None
    assert second.told.cell.name == "renamed"
    assert int(second.number[-4:]) == int(first.number[-4:]) + 1, "asking again draws no second number"


def test_a_category_that_another_process_took_in_is_known(office: Office) -> None:
    li = actor_named(office, "li")
    report(office, li, report_at(*CENTRES[C1]))
    fields = {
        "code": "77",
        "name_zh": "新",
        "name_en": "new",
        "group_code": "g",
        "group_zh": "组",
        "role": None,
    }
    with elsewhere(office).work() as work:
        work.session.add(CategoryRow(standard="own", kind="matter", **fields))
    assert report(office, li, report_at(*CENTRES[C1], category="own:matter:77")).is_new


def test_what_was_sent_before_is_answered_without_drawing_a_number(office: Office) -> None:
    actor, what = actor_named(office, "li"), report_at(*CENTRES[C1], client_id="a")
    for _ in range(3):
        report(office, actor, what)
    assert report(office, actor, report_at(*CENTRES[C1])).number.endswith("-0002")
