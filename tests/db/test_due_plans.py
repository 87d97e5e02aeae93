"""A look at what became due reads no more than is due: through the index of open matters, and that of the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.actions.reminding import DESK_STAGES, merged
from gridmap.db import notices
from gridmap.db.due import Now
from gridmap.db.issues import Filter
from gridmap.db.notices import Window
from gridmap.db.state import state_of
from gridmap.domain.scope import Scope
from tests.db.looking import plan_of
from tests.town import DISTRICT


def window(office: Office, first: int = 0, last: int = 5) -> Window:
    now = office.clock()
    return Window(now + timedelta(minutes=first), now + timedelta(minutes=last))


def test_deadlines_are_found_through_the_index_of_open_matters(office: Office) -> None:
    plan = plan_of(office, lambda session: notices.running_in(session, [window(office)]))
    assert "issues_open" in plan
    assert "due_at" in plan  # a range of it, not all of it
    assert "Sort" not in plan


def test_late_steps_are_found_through_the_index_of_the_desk(office: Office) -> None:
    plan = plan_of(office, lambda session: notices.steps_due_in(session, window(office), DESK_STAGES))
    assert "issues_desk" in plan


def test_windows_that_overlap_are_one(office: Office) -> None:
    found = merged(
        [window(office, 20, 30), window(office, 0, 5), window(office, 4, 9), window(office, 25, 26)]
    )
    assert found == [window(office, 0, 9), window(office, 20, 30)]


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_a_whole_district_is_not_searched_by_the_index_of_paths_however_often_it_is_asked_of(
    office: Office,
) -> None:
    """Once it has prepared a query PostgreSQL would take the index of paths for all there are."""

    def ask(session: Session) -> None:
        session.execute(text("SET plan_cache_mode = force_generic_plan"))
        now = Now(office.clock(), office.clock() + timedelta(hours=9))
        everything = Scope(("",), account_id=-1)
        state_of(session, everything, Filter(area_path=f"{DISTRICT}/"), now)

    plan = plan_of(office, ask)
    (searched,) = [line for line in plan.split("\n") if "Index Cond" in line] or [""]
    assert "COALESCE(path" in plan
    assert "path" not in searched
