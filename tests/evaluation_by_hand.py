"""The counts and indicators of evaluation worked out anew with pandas from the events' JSON alone, for the tests to compare.

Of the store it reads the events, the source a report came from, and who an account is. Nothing of
db/evaluation is used here; what is counted is written down a second time, from docs/evaluation.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import select

from gridmap.actions.office import Office
from gridmap.db.models import EventRow, Issue
from gridmap.domain.deadlines import Deadlines

STAGE = {"received": "accept", "accepted": "dispatch", "handled": "verify", "verified": "close"}
STAGE |= dict.fromkeys(("reported", "dispatched", "handling"), "handle")
GONE = ("void", "decline", "merge")
DONE = ("finish", "self_fix", "close")
CONCLUDING = {
    "accept": ("accept", "dispatch", "self_fix"),
    "dispatch": ("dispatch", "start", *DONE),
    "handle": DONE,
    "verify": ("verify", "rework", "reopen", "close"),
}


BEGINNING_ANEW = ("reopen", "reopen_unsolved", "recheck_failed")
RECHECKED = ("recheck_passed", "recheck_failed", "recheck_moot")
INDICATORS = pd.read_csv(Path(__file__).parents[1] / "geodata" / "indicators.csv", index_col="code")
_OF_MATTER = ["source", "status", "cell", "category", "unit", "due", "closed"]


def events_of(office: Office) -> pd.DataFrame:
    """Every event, in the order of each matter's chain, with what it says."""
    query = (
        select(EventRow.issue_id, EventRow.kind, EventRow.at, EventRow.data, Issue.number, Issue.source)
        .join(Issue, Issue.id == EventRow.issue_id)
        .order_by(EventRow.issue_id, EventRow.seq)
    )
    with office.database.reading() as session:
        rows = [tuple(row) for row in session.execute(query)]
    frame = pd.DataFrame(rows, columns=["issue", "kind", "at", "data", "number", "source"])
    frame["data"] = frame["data"].map(json.loads)
    return frame


class Told:
    """One matter as its events tell it, event by event."""

    def __init__(self, deadlines: Deadlines, source: str, begins: str) -> None:
        self.deadlines, self.source, self.status, self.was = deadlines, source, begins, begins
        self.steps: list[dict[str, Any]] = []
        self.ratings: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.rechecks: list[dict[str, Any]] = []
        self.due: datetime | None = None
        self.closed: datetime | None = None
        self.is_back = False
        self.unit = self.handler = self.cell = self.category = None

    def hear(self, kind: str, at: datetime, data: dict[str, Any]) -> None:
        """One event more."""
        if kind == "whistle_rated":
            self.calls.append({"at": at, "unit": data["unit"], "rating": data["rating"]})
        if kind not in ("reported", "handed_over") and "to" not in data:
            return
        before, party = self.status, (self.handler, self.unit)
        self._learn(kind, data)
        if kind == "reported":
            self.reported, self.since = at, at
            self.stage_due = self.deadlines.stage_due_at(STAGE[self.status], at)
            return
        self.status = data.get("to", self.status)
        self.is_back = kind == "return" or (self.is_back and self.status in ("accepted", "suspended"))
        if kind == "rate":
            self.ratings.append({"at": at, **data, "cell": self.cell})
        if kind in RECHECKED:
            self.rechecks.append({"at": at, "is_well": kind == "recheck_passed", "cell": self.cell})
        self.closed = at if kind == "close" else None if kind in BEGINNING_ANEW else self.closed
        self._turn(kind, at, before, party)

    def _learn(self, kind: str, data: dict[str, Any]) -> None:
        if "why" in data:
            self.cell = (data["why"]["cell"] or {}).get("code")
        self.category = data.get("category", self.category)
        if "assignment" in data and kind != "handed_over":
            self.handler = data["assignment"]["handler"]["person_id"]
        if "handler" in data:
            self.handler, self.unit = data["handler"], None if kind == "dispatch" else self.unit
        self.unit = data.get("unit", None if "returned_by" in data else self.unit)
        self.next_due = pd.Timestamp(data["due_at"]).to_pydatetime() if data.get("due_at") else self.due
        if kind == "reported":
            self.due = self.next_due

    def _turn(self, kind: str, at: datetime, before: str, party: tuple[Any, Any]) -> None:
        was_due, self.due = self.due, self.next_due
        if self.status == "suspended":
            self.was = self.was if before == "suspended" else before
            return
        if before == "suspended":
            before = self.was
        stage, ended = STAGE.get(self.status), STAGE.get(before)
        if stage == ended and party == (self.handler, self.unit):
            return
        if ended is not None:
            due = was_due if ended == "handle" else self.stage_due
            self._end(ended, before, kind, max(at, self.since), due, party)
        self.since, self.stage_due = at, self.deadlines.stage_due_at(stage, at)

    def _end(
        self, stage: str, status: str, kind: str, at: datetime, due: Any, party: tuple[Any, Any]
    ) -> None:
        step = {"stage": stage, "status": status, "action": kind, "at": at, "due": due}
        self.steps.append({**step, "unit": party[1], "cell": self.cell, "category": self.category})

    @property
    def was_opened(self) -> bool:
        if self.status == "received":
            return False
        return self.status != "void" or not self.steps or any(s["stage"] != "accept" for s in self.steps)


def told(office: Office, acceptance: frozenset[str]) -> list[Told]:
    """Every matter as its events tell it."""
    found = []
    for _, chain in events_of(office).groupby("issue", sort=True):
        source = str(chain["source"].iloc[0])
        one = Told(office.deadlines, source, "received" if source in acceptance else "reported")
        for row in chain.itertuples():
            one.hear(str(row.kind), row.at.to_pydatetime(), row.data)
        found.append(one)
    return found


def counted_by_hand(
    matters: list[Told], begin: datetime, end: datetime, now: datetime, by: str
) -> dict[Any, Counter[str]]:
    """The counts of one month, by `cell` (code), `category` (key), `unit` or `whole` (None)."""
    found: dict[Any, Counter[str]] = {}

    def add(frame: pd.DataFrame, **counts: Any) -> None:
        for name, mask in counts.items():
            chosen = frame[mask] if len(frame) else frame
            keys = [None] * len(chosen) if by == "whole" else chosen[by].tolist()
            for key in keys:
                found.setdefault(None if pd.isna(key) else key, Counter())[name] += 1

    _add_reports(add, matters, begin, end)
    _add_steps(add, matters, begin, end)
    _add_closings(add, matters, begin, end, now)
    _add_running(add, matters, begin, end, now)
    _add_ratings(add, matters, begin, end)
    _add_judged(add, matters, begin, end)
    return found


def indicators_by_hand(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Every indicator of the table: the share of its numerator in its denominator; None for an empty base."""
    numbers = pd.Series(counts, dtype=float).reindex(
        pd.unique(INDICATORS[["numerator", "denominator"]].values.ravel())
    )
    numbers = numbers.fillna(0.0)
    found: dict[str, float | None] = {}
    for code, row in INDICATORS.iterrows():
        base = 0.0 if pd.isna(row["denominator"]) else numbers[row["denominator"]]
        found[str(code)] = float(numbers[row["numerator"]] / base) if base else None
    return found


def _facts(matter: Told) -> dict[str, Any]:
    return {name: getattr(matter, name) for name in _OF_MATTER}


def _add_reports(add: Any, matters: list[Told], begin: datetime, end: datetime) -> None:
    kept = [m for m in matters if begin <= m.reported < end and m.status != "merged"]
    frame = pd.DataFrame([{**_facts(m), "opened": m.was_opened} for m in kept])
    if not kept:
        return
    staff, void = frame["source"] == "staff", frame["status"] == "void"
    right = frame["opened"] & ~void
    add(frame, reported=staff | True, reported_by_staff=staff, valid_by_staff=staff & ~void)
    add(
        frame,
        opened=frame["opened"],
        opened_rightly=right,
        by_residents=right & (frame["source"] == "resident"),
    )
    add(frame, missed=right & ~staff & frame["cell"].notna())


def _steps(matters: list[Told]) -> pd.DataFrame:
    rows = [step for m in matters for step in m.steps]
    frame = pd.DataFrame(rows, columns=["stage", "status", "action", "at", "due", "unit", "cell", "category"])
    for name in ("at", "due"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def _add_steps(add: Any, matters: list[Told], begin: datetime, end: datetime) -> None:
    every = _steps(matters)
    due = every[(every["due"] >= begin) & (every["due"] < end)]
    late, proves = (
        due["at"] > due["due"],
        due["action"].isin(("accept", "dispatch", "self_fix", "decline", "void")),
    )
    accept = due["stage"] == "accept"
    add(
        due,
        proving_due=accept & (proves | (late & (due["action"] != "merge"))),
        proved_in_time=accept & proves & ~late,
    )
    names = {"accept": ("opening_due", "opened_in_time"), "dispatch": ("sending_due", "sent_in_time")}
    names |= {"handle": ("handling_due", "handled_in_time"), "verify": ("checking_due", "checked_in_time")}
    for stage, (base, good) in names.items():
        here, ends = due["stage"] == stage, due["action"].isin(CONCLUDING[stage])
        counts = {base: here & (ends | (late & ~due["action"].isin(GONE))), good: here & ends & ~late}
        add(due, **counts)
        if stage == "handle":
            add(due, handled=here & ends & (due["at"] < end))
            add(due, **{f"own_{name}": mask & due["unit"].isna() for name, mask in counts.items()})
    _add_ended(add, every[(every["at"] >= begin) & (every["at"] < end)])


def _add_ended(add: Any, ended: pd.DataFrame) -> None:
    handle, action = ended["stage"] == "handle", ended["action"]
    taken = action.isin(("dispatch", "forward")) & (ended["status"] != "reported")
    check, back = ended["stage"].isin(("verify", "close")), action.isin(("rework", "reopen"))
    add(
        ended, sent=handle & (action.isin((*DONE, "return")) | taken), sent_rightly=handle & action.isin(DONE)
    )
    add(ended, judged=check & (back | (action == "close")), reworked=check & back)


def _add_closings(add: Any, matters: list[Told], begin: datetime, end: datetime, now: datetime) -> None:
    kept = [
        _facts(m)
        for m in matters
        if m.due is not None
        and begin <= m.due < end
        and m.status not in ("void", "merged", "suspended")
        and (m.closed is not None or (m.due <= now and not m.is_back))
    ]
    if not kept:
        return
    frame = pd.DataFrame(kept)
    closed, due = (pd.to_datetime(frame[name], utc=True) for name in ("closed", "due"))
    add(frame, closing_due=due.notna(), closed=closed < end, closed_in_time=closed <= due)


def _add_running(add: Any, matters: list[Told], begin: datetime, end: datetime, now: datetime) -> None:
    rows = []
    for m in matters:
        stage = STAGE.get(m.status)
        due = m.due if stage == "handle" else m.stage_due
        if stage not in (None, "close") and due is not None and begin <= due < end and due <= now:
            rows.append({"stage": stage, "unit": m.unit, "cell": m.cell, "category": m.category})
    if not rows:
        return
    frame = pd.DataFrame(rows)
    is_at = {stage: frame["stage"] == stage for stage in CONCLUDING}
    add(frame, proving_due=is_at["accept"], opening_due=is_at["accept"], sending_due=is_at["dispatch"])
    add(frame, handling_due=is_at["handle"], own_handling_due=is_at["handle"] & frame["unit"].isna())
    add(frame, checking_due=is_at["verify"])


def _add_ratings(add: Any, matters: list[Told], begin: datetime, end: datetime) -> None:
    rows = []
    for m in matters:
        answered = not any(s["stage"] == "accept" and s["due"] and s["at"] > s["due"] for s in m.steps)
        more = {"unit": m.unit, "category": m.category, "answered": answered}
        rows += [{**r, **more} for r in m.ratings if begin <= r["at"] < end]
    if not rows:
        return
    frame = pd.DataFrame(rows)
    add(frame, rated=frame["solved"] >= 0, answered=frame["answered"])
    add(frame, solved=frame["solved"] == 2, content=frame["satisfaction"] > 0)


def _add_judged(add: Any, matters: list[Told], begin: datetime, end: datetime) -> None:
    """Units by who called them, closed matters by who looked again."""
    calls = [
        {**one, "cell": m.cell, "category": m.category}
        for m in matters
        for one in m.calls
        if begin <= one["at"] < end
    ]
    if calls:
        frame = pd.DataFrame(calls)
        add(frame, calls_rated=frame["rating"] >= 0, calls_liked=frame["rating"] == 2)
    again = [
        {**one, "unit": m.unit, "category": m.category}
        for m in matters
        for one in m.rechecks
        if begin <= one["at"] < end
    ]
    if again:
        frame = pd.DataFrame(again)
        add(frame, rechecked=frame["is_well"] | True, rechecked_well=frame["is_well"])
