"""The drawn matters as the import takes them, each with its past; some are lived through the actions instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import select

from gridmap.actions.office import Office
from gridmap.actions.pretences import HANDLER, OWNER, Past, Pretence, Step
from gridmap.actions.signing_in import actor_of
from gridmap.db.models import Account
from gridmap.demo.signs import DEPARTMENT, SEAT
from gridmap.domain.scope import Actor
from gridmap.files.matters import Matters
from gridmap.files.tables import load_workflow


@dataclass(frozen=True)
class Staff:
    """Keys of accounts: by user name, and by the key of the person."""

    by_name: Mapping[str, int]
    by_person: Mapping[int, int]

    @property
    def seat(self) -> int:
        """The command centre's."""
        return self.by_name[SEAT]


def staff_accounts(office: Office) -> Staff:
    """The accounts there are."""
    with office.database.reading() as session:
        rows = session.execute(select(Account.id, Account.username, Account.person_id)).all()
    return Staff(
        {row.username: row.id for row in rows},
        {row.person_id: row.id for row in rows if row.person_id is not None},
    )


def actor_by_id(office: Office, account_id: int) -> Actor:
    """The account of that key as somebody who acts at the office's now."""
    with office.database.reading() as session:
        return actor_of(session, session.get_one(Account, account_id), office.clock())


def matters_of(issues: pd.DataFrame, lived: Collection[int]) -> Matters:
    """The rows of a frame; those `lived` are open still: what became of them is told by the actions."""
    return Matters(
        external_id=issues["external_id"].map(str).tolist(),
        lon=issues["lon"].to_numpy(dtype=np.float64),
        lat=issues["lat"].to_numpy(dtype=np.float64),
        accuracy_m=[None if pd.isna(value) else float(value) for value in issues["accuracy_m"]],
        category=issues["category"].tolist(),
        description=issues["description"].tolist(),
        created_at=[moment.to_pydatetime() for moment in issues["occurred_at"]],
        closed_at=[
            None if row in lived else moment for row, moment in enumerate(moments(issues, "closed_at"))
        ],
    )


def moments(issues: pd.DataFrame, column: str) -> list[datetime | None]:
    """A column of moments; None where there is none."""
    return [None if pd.isna(value) else pd.Timestamp(value).to_pydatetime() for value in issues[column]]


def pretence_of(issues: pd.DataFrame, staff: Staff, lived: Collection[int]) -> Pretence:
    """What is pretended of the rows of a frame; nothing but the report of those `lived`."""
    named = zip(issues["source"], issues["reporter"], strict=True)
    reporters = [_reporter(source, reporter, staff) for source, reporter in named]
    columns = [moments(issues, column) for column in ("started_at", "finished_at", "closed_at")]
    pasts = [
        Past(source, reporter, () if row in lived else steps_of(*life))
        for row, (source, reporter, life) in enumerate(
            zip(issues["source"], reporters, zip(*columns, strict=True), strict=True)
        )
    ]
    return Pretence(pasts, staff.by_person, staff.seat, load_workflow())


def _reporter(source: str, reporter: str | None, staff: Staff) -> int | None:
    """The account a report came from; None for other systems."""
    name = {"seat": SEAT, "department": DEPARTMENT}.get(source, reporter)
    return staff.by_name.get(name or "")


def steps_of(
    started: datetime | None, finished: datetime | None, closed: datetime | None
) -> tuple[Step, ...]:
    """The acts of a life, in order."""
    told = (("start", started, HANDLER), ("finish", finished, HANDLER), ("close", closed, OWNER))
    return tuple(Step(action, at, by) for action, at, by in told if at is not None)
