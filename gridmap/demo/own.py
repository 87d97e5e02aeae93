"""Which matters are the demo's own, and what a seat does with those that lie in no cell."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.db import history
from gridmap.db.models import Issue
from gridmap.domain.scope import Actor

MARK = "live-"
"""What the client ids begin with that are given while the demo is live."""


def ours() -> ColumnElement[bool]:
    """Whether a matter is one of the demo's own: what people report is left to people."""
    return or_(Issue.external_id.is_not(None), Issue.client_id.startswith(MARK))


def place(office: Office, seat: Actor, matter: Issue) -> None:
    """Have a matter without a cell put into the nearest one, as a seat would; commits."""
    with office.database.reading() as session:
        why = history.facts_of(session, matter.id).why
    nearest = (why["nearest"] or {}).get("code")
    if nearest:
        act_on(office, seat, matter.number, Act("choose_cell", cell=nearest))
