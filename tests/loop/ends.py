"""What is missing so that a matter is closed, or has somebody who is on duty and a clock that runs."""

from __future__ import annotations

from collections.abc import Iterator

from gridmap.actions.office import Office
from gridmap.db import posts, rosters
from gridmap.db.loop_models import Whistle
from gridmap.db.models import Account, Issue
from gridmap.domain.codes import is_below
from gridmap.domain.issues import CLOSED, DROPPED, PAUSED, STAGE_OF
from gridmap.domain.whistle import BLOWN, LIVE
from tests.db.looking import rows_of


class Watch:
    """Who is there at the office's now, read once for all matters."""

    def __init__(self, office: Office) -> None:
        self._office, self._now = office, office.clock()
        accounts = [one for one in rows_of(office, Account) if one.is_active]
        self._seats = [one.area_path or "" for one in accounts if one.kind == "seat"]
        self._units = {one.unit for one in accounts if one.kind == "department"}
        with office.database.reading() as session:
            issues = rows_of(office, Issue)
            people = {issue.handler_id for issue in issues if issue.handler_id is not None}
            self._held = {person: posts.of_person(session, person, self._now) for person in people}
            every = [post for held in self._held.values() for post in held]
            self._roster = rosters.roster_of(session, every, self._now, office.zone)
        self._issues, self._whistles = issues, rows_of(office, Whistle)

    def missing(self) -> dict[str, list[str]]:
        """By number what each matter lacks; nothing for those that lack nothing."""
        live = {one.issue_id: one for one in self._whistles if one.status in LIVE}
        found = {issue.number: list(self._lacks(issue, live.get(issue.id))) for issue in self._issues}
        return {number: lacks for number, lacks in found.items() if lacks}

    def _lacks(self, issue: Issue, whistle: Whistle | None) -> Iterator[str]:
        if issue.status in (*CLOSED, *DROPPED):
            if (issue.closed_at is None) == (issue.status in CLOSED):
                yield "closed without its moment"
            if whistle is not None:
                yield "a whistle over what has ended"
            return
        if whistle is not None and whistle.status == BLOWN and whistle.answer_by is None:
            yield "a silent whistle without a clock"
        if not self._has_somebody(issue):
            yield "somebody on duty"
        if not self._has_clock(issue):
            yield "a running clock"

    def _has_somebody(self, issue: Issue) -> bool:
        is_at_work = STAGE_OF.get(issue.status) == "handle" and not issue.is_triage
        if is_at_work and issue.unit:
            return issue.unit in self._units
        if is_at_work and issue.handler_id is not None:
            held = [post for post in self._held[issue.handler_id] if is_below(issue.path, post.area_path)]
            return any(self._roster.is_on_duty(post, self._now) for post in held)
        return any(is_below(issue.path, area) for area in self._seats)  # it stands in a queue of theirs

    def _has_clock(self, issue: Issue) -> bool:
        if issue.status == PAUSED:  # its clock stands still, and that is noted
            return issue.paused_at is not None and issue.left_s is not None
        if STAGE_OF[issue.status] == "handle":
            return issue.due_at is not None and issue.left_s is None
        return issue.stage_due_at is not None
