"""Work out the steps of matters from their histories, where nobody kept them: matters that came in with a past."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from gridmap.actions.importing import Progress, no_progress
from gridmap.actions.office import Office
from gridmap.db import history
from gridmap.db.bulk import insert_rows
from gridmap.db.loop_models import Rating, Step
from gridmap.db.models import EventRow, Issue
from gridmap.domain.issues import OPEN
from gridmap.domain.steps import Happened, Told, read_steps

_AT_ONCE = 5000


def tell_steps(office: Office, progress: Progress = no_progress) -> int:
    """Keep the steps and ratings of all matters of which none are kept yet; commits. How many steps."""
    with office.work() as work:
        session, count = work.session, 0
        shared = {digest: json.loads(text) for digest, text in history.shared_assignments(session)}
        keys = list(session.scalars(_untold()))
        for start in range(0, len(keys), _AT_ONCE):
            count += _tell(office, session, keys[start : start + _AT_ONCE], shared)
            progress("steps", min(start + _AT_ONCE, len(keys)), len(keys))
        return count


def _untold() -> Any:
    kept = exists().where(Step.issue_id == Issue.id)
    return select(Issue.id).where(Issue.stage_at.is_(None), ~kept).order_by(Issue.id)


def _tell(office: Office, session: Session, keys: Sequence[int], shared: Mapping[str, Any]) -> int:
    columns = (Issue.id, Issue.district_code, Issue.path, Issue.category_id, Issue.status)
    matters = {row.id: row for row in session.execute(select(*columns).where(Issue.id.in_(keys)))}
    steps, ratings, clocks = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for key, happened in _histories(session, keys, shared):
        matter, told = matters[key], read_steps(happened, office.deadlines.stage_due_at)
        place = {"district_code": matter.district_code, "issue_id": key, "path": matter.path}
        steps += [{**place, "category_id": matter.category_id, **vars(step)} for step in told.steps]
        ratings += [{**place, **_rating(event)} for event in happened if event.kind == "rate"]
        if matter.status in OPEN:
            clocks.append(_clock(office, matter, told))
    insert_rows(session, insert(Step), steps)
    insert_rows(session, insert(Rating), ratings)
    if clocks:
        session.execute(update(Issue), clocks)
    return len(steps)


def _histories(
    session: Session, keys: Sequence[int], shared: Mapping[str, Any]
) -> Iterator[tuple[int, list[Happened]]]:
    columns = (EventRow.issue_id, EventRow.kind, EventRow.at, EventRow.actor_id, EventRow.data)
    query = select(*columns).where(EventRow.issue_id.between(keys[0], keys[-1]))
    rows = session.execute(query.order_by(EventRow.issue_id, EventRow.seq))
    wanted = set(keys)
    for key, events in groupby(rows, key=lambda row: row.issue_id):
        if key in wanted:
            yield key, [_happened(event, shared) for event in events]


def _happened(row: Any, shared: Mapping[str, Any]) -> Happened:
    data = json.loads(row.data)
    if isinstance(data.get("assignment"), str):
        data["assignment"] = shared[data["assignment"]]
    return Happened(row.kind, row.at, row.actor_id, data)


def _rating(event: Happened) -> dict[str, Any]:
    said = {name: event.data[name] for name in ("solved", "satisfaction")}
    return {"at": event.at, "account_id": event.account_id, **said}


def _clock(office: Office, matter: Any, told: Told) -> dict[str, Any]:
    due = office.deadlines.stage_due_at(told.stage, told.began_at) if told.began_at else None
    return {"id": matter.id, "stage_at": told.began_at, "stage_due_at": due}
