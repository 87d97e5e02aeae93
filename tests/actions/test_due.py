"""Every matter that is open knows by when: reported here, taken in from a file, amended by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridmap.actions.auditing import audit
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import EventRow, Issue
from gridmap.files.matters import Matters
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import C1, CENTRES, RUBBISH, actor_named, report_at

THURSDAY = datetime(2026, 11, 19, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
AT_TWO, NEXT_MORNING = (
    datetime(2026, 11, 19, 15, tzinfo=ZoneInfo("Asia/Shanghai")),
    THURSDAY.replace(day=20, hour=8),
)
"""Four working hours after nine, and what is due then; the next morning."""


def take_in(
    office: Office, *rows: tuple[str, str, datetime | None], is_pretence: bool = False
) -> list[Issue]:
    """Matters of Thursday at nine: id, category, when they were closed."""
    lon, lat = CENTRES[C1]
    count = len(rows)
    matters = Matters.of(
        [row[0] for row in rows], np.full(count, lon), np.full(count, lat), [None] * count,
        [row[1] for row in rows], [""] * count, [THURSDAY] * count, [row[2] for row in rows],
    )  # fmt: skip
    import_issues(office, matters, IssueImport(is_pretence=is_pretence), ImportFile("f", "1"))
    return rows_of(office, Issue)


def told(office: Office) -> list[str | None]:
    return [json.loads(event.data).get("due_at") for event in rows_of(office, EventRow)]


def test_a_report_has_until_its_limit_and_its_event_says_so(office: Office, clock: Clock) -> None:
    clock.now = THURSDAY.astimezone(UTC) + timedelta(microseconds=999)
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1], category=RUBBISH))
    (issue,) = rows_of(office, Issue)
    assert issue.due_at == AT_TWO
    assert told(office) == ["2026-11-19T07:00:00+00:00"]
    assert audit(office).faults == ()


def test_a_matter_taken_in_open_has_one_and_a_closed_one_has_none(office: Office) -> None:
    found = take_in(office, ("a", RUBBISH, None), ("b", RUBBISH, NEXT_MORNING), ("c", "stray cats", None))
    assert [issue.due_at for issue in found] == [AT_TWO, None, None]
    assert told(office) == ["2026-11-19T07:00:00+00:00", None, None]


def test_a_demonstration_pretends_that_it_was_known(office: Office) -> None:
    found = take_in(office, ("a", RUBBISH, NEXT_MORNING), is_pretence=True)
    assert [issue.due_at for issue in found] == [AT_TWO]


@pytest.mark.parametrize(
    ("first", "then", "due"),
    [
        ((RUBBISH, None), ("06011", None), THURSDAY + timedelta(days=7)),  # five working days from the report
        ((RUBBISH, None), ("06011", NEXT_MORNING), AT_TWO),  # closed: it stays what it was
        (
            (RUBBISH, NEXT_MORNING),
            (RUBBISH, None),
            datetime(2026, 11, 23, 0, 30, tzinfo=UTC),
        ),  # open again: from now
    ],
)
def test_a_file_that_changes_a_matter_changes_its_deadline(
    office: Office, first: tuple[str, datetime | None], then: tuple[str, datetime | None], due: datetime
) -> None:
    take_in(office, ("a", *first))
    (issue,) = take_in(office, ("a", *then))
    assert issue.due_at == due
    assert told(office)[-1] == due.astimezone(UTC).isoformat()
    assert audit(office).faults == ()
