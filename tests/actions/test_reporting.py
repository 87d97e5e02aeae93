"""A report finds its cell and its people, on both engines."""

from __future__ import annotations

import pytest

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import issues
from gridmap.db.models import Issue
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError
from tests.db.looking import facts_of
from tests.town import C1, C3, CENTRES, DISTRICT, OUTSIDE, actor_named, report_at


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
