"""How long one tick of the background work takes to raise a thousand whistles that nobody answered, on either engine."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import insert, select

from bench.district import matters_file
from bench.offices import opened, prepare, take_in
from bench.run import Bench, step
from bench.table import Row
from gridmap.actions.office import Office
from gridmap.actions.whistling import raise_silent
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Account, Issue
from gridmap.domain.issues import OPEN

_DUE = 1000
_PROMISED_S = 2.0


def measure(bench: Bench) -> list[Row]:
    """One row for each engine."""
    url = bench.cluster.create("raising", bench.store("all", bench.size.stored))
    rows = [_row("PostGIS", bench, url, bench.size.stored)]
    few = min(2 * _DUE, bench.size.stored)
    file = f"sqlite:///{bench.work / 'raising.db'}"
    with step("store on SpatiaLite"):
        prepare(file, bench.data_dir, bench.district)
        take_in(file, bench.data_dir, matters_file(few, bench.cache))
    return [*rows, _row("SpatiaLite", bench, file, few)]


def _row(engine: str, bench: Bench, url: str, stored: int) -> Row:
    with opened(url, bench.data_dir) as office:
        due = _blow(office)
        with step(f"{due:,} whistles raised, {engine}"):
            begun, worked = time.perf_counter(), time.process_time()
            raised = raise_silent(office)
            took, worked = time.perf_counter() - begun, time.process_time() - worked
    if raised != due:
        raise RuntimeError(f"{raised} raised")
    return Row(
        f"Raise on {engine}, {due:,} whistles due, one tick",
        f"{took:.2f} s",
        f"{_PROMISED_S:.0f} s",
        _PROMISED_S / took,
        1.0,
        f"{stored:,} matters stored; {worked:.2f} s of a processor in the worker itself; an event and a stream row each",
        {"took_s": took},
    )


def _blow(office: Office) -> int:
    """Whistles whose time was up a moment ago, a silent unit each, over so many open matters; how many."""
    with office.work() as work:
        session, at = work.session, work.now - timedelta(minutes=11)
        caller = session.scalar(select(Account.id).limit(1))
        wanted = select(Issue.id, Issue.district_code, Issue.path).where(Issue.status.in_(OPEN)).limit(_DUE)
        matters = session.execute(wanted).all()
        common = [
            {"district_code": one.district_code, "issue_id": one.id, "called_at": at} for one in matters
        ]
        session.execute(
            insert(Whistle),
            [
                {"id": n, "path": one.path, "level": 1, "kind": "emergency", "status": "blown", "raised": 0}
                | {"caller_id": caller, "answer_by": at + timedelta(minutes=10), **common[n - 1]}
                for n, one in enumerate(matters, 1)
            ],
        )
        calls = [{"whistle_id": n, "unit": "water", "status": "called"} for n in range(1, len(matters) + 1)]
        session.execute(insert(WhistleCall), [a | b for a, b in zip(calls, common, strict=True)])
        return len(matters)
