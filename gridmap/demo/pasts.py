"""The drawn matters as the import takes them, each with its past; some are lived through the actions instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import select

from gridmap.actions.office import Office
from gridmap.actions.pretences import DISPATCH, HANDLER, NOBODY, OWNER, Past, Pretence, Step
from gridmap.actions.signing_in import actor_of
from gridmap.db.models import Account
from gridmap.demo.signs import DEPARTMENT, SEAT
from gridmap.domain.scope import Actor
from gridmap.files.matters import Matters
from gridmap.files.tables import load_workflow

RESIDENT = "resident"
_VERIFIED_SHARE, _RATED_SHARE = 0.6, 0.45
_LATELY, _UNSEEN_SHARE = timedelta(hours=5), 0.4
"""Of what came in so lately some wait for the desk still."""


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
    return Matters.of(
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
    columns = [
        moments(issues, column) for column in ("occurred_at", "started_at", "finished_at", "closed_at")
    ]
    chance, latest = np.random.default_rng(len(issues)), pd.Timestamp(issues["occurred_at"].max())
    now = latest.to_pydatetime() if len(issues) else None
    pasts = [
        Past(source, reporter, () if row in lived else loop_of(chance, source, life, now), _begins(source))
        for row, (source, reporter, life) in enumerate(
            zip(issues["source"], reporters, zip(*columns, strict=True), strict=True)
        )
    ]
    return Pretence(pasts, staff.by_person, staff.seat, load_workflow())


def _reporter(source: str, reporter: str | None, staff: Staff) -> int | None:
    """The account a report came from; None for other systems."""
    name = {"seat": SEAT, "department": DEPARTMENT}.get(source, reporter)
    return staff.by_name.get(name or "")


def _begins(source: str) -> str:
    return "received" if source == RESIDENT else "reported"


def loop_of(
    chance: np.random.Generator, source: str, life: Sequence[datetime | None], now: datetime | None
) -> tuple[Step, ...]:
    """The acts of a life (reported, started, finished, closed), in order, of which the last lie before `now`.

    What residents report is accepted and dispatched first, and rated by some of them afterwards; more than half
    of what was done is verified by the seat before it is closed.
    """
    reported, started, finished, closed = life
    steps = []
    if source == RESIDENT and reported is not None:
        steps += _at_the_desk(chance, reported, started, now)
        if len(steps) < 2:
            return tuple(steps)
    steps += [Step("start", started, HANDLER)] if started else []
    steps += [Step("finish", finished, HANDLER)] if finished else []
    if finished and closed:
        is_verified = chance.random() < _VERIFIED_SHARE
        if is_verified:
            steps.append(Step("verify", finished + chance.uniform(0.1, 0.9) * (closed - finished), DISPATCH))
        steps.append(Step("close", closed, DISPATCH if is_verified else OWNER))
        rated = closed + timedelta(hours=float(chance.uniform(0.5, 40)))
        if source == RESIDENT and chance.random() < _RATED_SHARE and now is not None and rated <= now:
            steps.append(Step("rate", rated, NOBODY, _rating(chance)))
    return tuple(steps)


def _at_the_desk(
    chance: np.random.Generator, reported: datetime, started: datetime | None, now: datetime | None
) -> list[Step]:
    """Accepted and dispatched within minutes, most often within a quarter of an hour each."""
    accepted = reported + timedelta(minutes=float(chance.gamma(2.0, 3.4)))
    dispatched = accepted + timedelta(minutes=float(chance.gamma(2.0, 3.0)))
    if started is not None and dispatched >= started:
        accepted, dispatched = (reported + share * (started - reported) for share in (0.3, 0.7))
    if started is None and now is not None and now - reported < _LATELY and chance.random() < _UNSEEN_SHARE:
        return []
    steps = [Step("accept", accepted, DISPATCH), Step("dispatch", dispatched, DISPATCH)]
    return [step for step in steps if started is not None or (now is not None and step.at <= now)]


def _rating(chance: np.random.Generator) -> dict[str, int]:
    """Mostly content; whoever says that nothing was solved is not."""
    solved = int(chance.choice([2, 2, 2, 2, 2, 1, 1, 0]))
    content = {2: [2, 2, 2, 2, 1], 1: [2, 1, 1, 0], 0: [0]}[solved]
    return {"solved": solved, "satisfaction": int(chance.choice(content))}
