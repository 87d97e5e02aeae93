"""All figures of a wall, put together from one reading: what is told twice is counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.db import figures, reports, state
from gridmap.db.columns import Columns, micros
from gridmap.db.due import LATE, Now
from gridmap.db.duty import Count
from gridmap.db.issues import Filter
from gridmap.db.models import Issue
from gridmap.domain.codes import last_code
from gridmap.domain.days import last_days
from gridmap.domain.figures import Today, class_bounds, share, summed_up
from gridmap.domain.issues import CLOSED, DONE_WITH, DROPPED, STATUSES
from gridmap.domain.scope import Scope
from gridmap.domain.workflow import ENTRIES
from gridmap.web.counting import CELLS, at_hand, counted_in
from gridmap.web.params import iso
from gridmap.web.shapes import category_name

TOP, LATE_ROWS, NEW_ROWS, LATE_CELLS = 10, 12, 20, 60
DAYS, LOOK_BACK = 7, timedelta(days=30)
"""Days of the short rows, today included; how far the share of matters closed in time looks back."""
_COUNTED = tuple(one for one in STATUSES if one not in DROPPED)
LOOP = {
    "reported": _COUNTED,
    "accepted": tuple(one for one in _COUNTED if one not in ENTRIES),
    "dispatched": ("dispatched", "handling", *DONE_WITH, *CLOSED),
    "handled": (*DONE_WITH, *CLOSED),
    "verified": ("verified", *CLOSED),
    "closed": CLOSED,
}
"""The steps of the closed loop, and the states of matters that have come so far; a suspended one waits."""
TINT = (5, 10, 15)
"""Lower bounds of the classes of a cell's reports; smaller counts are not told of a single cell."""
LEVELS = ("street", "community")

_TICK = timedelta(microseconds=1)

Json = dict[str, Any]


@dataclass(frozen=True)
class Week:
    """The six days before today, oldest first, and what was reported in them by category and cell.

    `moments` and `by_hour` say when yesterday's matters were reported.
    """

    moments: reports.Moments
    by_hour: list[int]
    days: list[int]
    closed_days: list[int]
    by_category: Counter[int]
    by_cell: Counter[str]


def read_week(session: Session, scope: Scope, today: Today, columns: Columns | None = None) -> Week:
    """The days before `today` in a scope: they change seldom."""
    days = last_days(today.now, today.zone, DAYS)[:-1]
    before = reports.reports_of(session, scope, (days[0].begin, days[-1].end - _TICK), columns)
    moments = before.moments[before.moments >= micros(days[-1].begin)]
    return Week(
        moments=moments,
        by_hour=reports.by_hour(moments, today.zone),
        days=[reports.number_in(before.moments, day.begin, day.end) for day in days],
        closed_days=state.by_day(session, scope, Filter(), Issue.closed_at, days),
        by_category=before.by_category,
        by_cell=before.by_cell,
    )


@dataclass(frozen=True)
class Past:
    """Yesterday at this hour (`reported`, `accepted`, `closed`, `open`), and what was closed in time.

    `in_time` and `ended` count the matters with a deadline closed in thirty days by path, each path
    with all below it; `now` and `then` are the same for all, as (in time, ended).
    """

    reported: int
    accepted: int
    closed: int
    open: figures.Then
    in_time: Counter[str]
    ended: Counter[str]
    now: tuple[int, int]
    then: tuple[int, int]


def read_past(session: Session, scope: Scope, today: Today, week: Week) -> Past:
    """Yesterday at the hour that it is on `today`, in a scope."""
    then = today.then
    so_far = (today.yesterday.begin, then)
    groups = figures.on_time(session, scope, ((today.now - LOOK_BACK, today.now), (then - LOOK_BACK, then)))
    return Past(
        reported=reports.number_in(week.moments, today.yesterday.begin, then + _TICK),
        accepted=figures.accepted_then(session, scope, so_far),
        closed=len(figures.closed_in(session, scope, so_far)),
        open=figures.standing_then(session, scope, then),
        in_time=summed_up({group.path: group.in_time for group in groups}),
        ended=summed_up({group.path: group.closed for group in groups}),
        now=(sum(group.in_time for group in groups), sum(group.closed for group in groups)),
        then=(sum(group.in_time_then for group in groups), sum(group.closed_then for group in groups)),
    )


class Ground(NamedTuple):
    """The label point (lon, lat) of each cell by its path, and the level that stands for cells from afar (None: none does)."""

    labels: Mapping[str, tuple[float, float]]
    far: str | None


class Board:
    """The figures of one moment in one scope; `whole` is the answer's JSON."""

    def __init__(
        self,
        session: Session,
        scope: Scope,
        today: Today,
        before: tuple[Week, Past],
        staff: Mapping[str, Count],
        ground: Ground,
    ) -> None:
        self.session, self.scope, self.today, self.staff = session, scope, today, staff
        self.labels, self.far = ground
        self.before, self.past = before
        self.now = Now(today.now, today.day.end)
        so_far = (today.day.begin, today.now)
        with at_hand(scope) as columns:
            self.reported = reports.reports_of(session, scope, so_far, columns)
            self.closed = reports.closed_of(session, scope, so_far, columns)
            self.level = self._ranked()
            by = CELLS if self.level == CELLS else LEVELS[-1]
            self.state = counted_in(columns, session, scope, Filter(), self.now, by)
            late = counted_in(columns, session, scope, Filter(due=(LATE, self.now)), self.now)
        self.late_cells = Counter({path: sum(classes) for path, classes in late.cells.items()})

    def whole(self) -> Json:
        """Everything the panels show."""
        return {
            "computed_at": iso(self.today.now),
            "next_due_at": iso(self.state.next_due_at),
            "kpis": self.kpis(),
            "open": self.open,
            "duty": self._staffed("")._asdict(),
            "loop": self.loop(),
            "trend": self.trend(),
            "week": self.week(),
            "categories": self.categories(),
            "ranking": self.ranking(),
            "communities": [self._counts(area) for area in self.areas if area.level == "community"],
            "cells": self.cells(),
            "late": self.late(),
            "newest": self.newest(),
        }

    @cached_property
    def open(self) -> Json:
        """The open matters in classes that exclude each other and add up to the total."""
        return {"total": sum(self.state.total), **self.state.total._asdict()}

    @cached_property
    def areas(self) -> list[Row[Any]]:
        """Streets and communities."""
        return figures.areas_in(self.session, self.scope, LEVELS)

    def kpis(self) -> Json:
        """The figures on top, each with yesterday's at the same hour."""
        past, accepted = self.past, self.loop()["accepted"]
        return {
            "reported": {"now": len(self.reported.moments), "then": past.reported},
            "accepted": {"now": accepted, "then": past.accepted},
            "handling": {"now": self.open["handling"], "then": past.open.handling},
            "closed": {"now": len(self.closed), "then": past.closed},
            "late": {"now": self.open["late"], "then": past.open.late},
            "on_time": {"now": share(*past.now), "then": share(*past.then), "of": past.now[1]},
        }

    def loop(self) -> Json:
        """How far the reports of today have come along the closed loop: each step counts those past it too."""
        return {name: sum(self.reported.by_status[one] for one in states) for name, states in LOOP.items()}

    def trend(self) -> Json:
        """Reports and closings of today and reports of yesterday by local hour; `hour` is running."""
        return {
            "hour": self.today.hour,
            "reported": reports.by_hour(self.reported.moments, self.today.zone),
            "closed": reports.by_hour(self.closed, self.today.zone),
            "yesterday": self.before.by_hour,
        }

    def week(self) -> list[Json]:
        """Seven days, the last of them today as far as it is."""
        days = last_days(self.today.now, self.today.zone, DAYS)
        reported = [*self.before.days, len(self.reported.moments)]
        closed = [*self.before.closed_days, len(self.closed)]
        return [
            {"day": one.day.isoformat(), "reported": new, "closed": done}
            for one, new, done in zip(days, reported, closed, strict=True)
        ]

    def categories(self) -> Json:
        """The most frequent categories of today, or of seven days while today has fewer than ten."""
        counts, period = self.reported.by_category, "today"
        if len(counts) < TOP:
            counts, period = counts + self.before.by_category, "week"
        top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
        rows = figures.category_rows(self.session, [key for key, _ in top])
        told = [
            {"category": _key(rows[key]), "name": category_name(rows[key]), "count": number}
            for key, number in top
        ]
        return {"period": period, "total": counts.total(), "rows": told}

    def _ranked(self) -> str:
        """The level that is ranked: the uppermost of which the scope has several."""
        return next((one for one in LEVELS if sum(area.level == one for area in self.areas) > 1), CELLS)

    def ranking(self) -> Json:
        """The streets, or the largest areas of which the scope has several; and what has no cell yet."""
        level = self.level
        ranked = [area for area in self.areas if area.level == level]
        if level == CELLS:
            ranked = figures.areas_in(self.session, self.scope, ("grid",))
        rows = [self._counts(area) for area in ranked]
        rows.sort(
            key=lambda row: (-1 if row["on_time"] is None else -row["on_time"], row["late"], row["code"])
        )
        rest = {
            name: self._all[name] - sum(row[name] for row in rows) for name in ("reported", "open", "late")
        }
        return {"level": level, "rows": rows, "elsewhere": rest if any(rest.values()) else None}

    @cached_property
    def _all(self) -> dict[str, int]:
        return {"reported": len(self.reported.moments), "open": self.open["total"], "late": self.open["late"]}

    @cached_property
    def _below(self) -> dict[str, Counter[str]]:
        """Counts by path, each path with all below it."""
        listed: dict[str, Counter[str]] = {"open": Counter(), "late": Counter()}
        for path, classes in self.state.cells.items():
            listed["open"][path] = sum(classes)
            listed["late"][path] = classes[-1]
        listed["reported"] = self._by_cell
        listed["cells"] = Counter(figures.cells_in(self.session, self.scope))
        return {name: summed_up(counts) for name, counts in listed.items()}

    @cached_property
    def _by_cell(self) -> Counter[str]:
        return self.reported.by_cell

    def _counts(self, area: Row[Any]) -> Json:
        below, path = self._below, area.path
        staff = self._staffed(path)
        return {
            "code": area.code,
            "name": area.name,
            "cells": below["cells"][path],
            "reported": below["reported"][path],
            "open": below["open"][path],
            "late": below["late"][path],
            "on_time": share(self.past.in_time[path], self.past.ended[path]),
            "people": staff.people,
            "on": staff.on,
        }

    def _staffed(self, path: str) -> Count:
        return self.staff.get(path, Count(0, 0))

    def cells(self) -> Json:
        """What cells reported today, or in seven days while none has enough for the second class; and late ones."""
        period, counts = self._lately(self._by_cell, self.before.by_cell)
        most = dict(self.late_cells.most_common(LATE_CELLS))
        return {
            "period": period,
            "bounds": list(TINT),
            "counts": _from(counts, TINT[0]),
            "late": {last_code(path): number for path, number in most.items()},
            "late_at": {last_code(path): self.labels[path] for path in most if path in self.labels},
            "far": self._far(),
        }

    def _far(self) -> Json | None:
        """The same by the areas that stand for cells from afar; None where none do."""
        if self.far is None:
            return None
        paths = {area.path for area in self.areas if area.level == self.far}
        today, before = (
            Counter({path: number for path, number in summed_up(counts).items() if path in paths})
            for counts in (self._by_cell, self.before.by_cell)
        )
        period, counts = self._lately(today, before)
        bounds = class_bounds(counts.values(), TINT)
        return {"level": self.far, "period": period, "bounds": bounds, "counts": _from(counts, bounds[0])}

    @staticmethod
    def _lately(today: Counter[str], before: Counter[str]) -> tuple[str, Counter[str]]:
        """Counts of today; while none has enough for the second class, those of seven days."""
        is_enough = max(today.values(), default=0) >= TINT[0]
        return ("today", today) if is_enough else ("week", today + before)

    def late(self) -> list[Json]:
        """The matters that are late the longest."""
        rows = figures.longest_late(self.session, self.scope, self.now, LATE_ROWS)
        return [{**_projection(row), "due_at": iso(row.due_at)} for row in rows]

    def newest(self) -> list[Json]:
        """The newest reports."""
        rows = figures.newest(self.session, self.scope, self.today.now, NEW_ROWS)
        return [_projection(row) for row in rows]


def _from(counts: Counter[str], least: int) -> dict[str, int]:
    return {last_code(path): number for path, number in counts.items() if number >= least}


def _key(row: Any) -> str:
    return f"{row.standard}:{row.kind}:{row.code}"


def _projection(row: Row[Any]) -> Json:
    """Number, category, cell, time, the cell's label point: what a wall may show of a matter."""
    has_cell = row.cell_code is not None
    return {
        "number": row.number,
        "category": _key(row),
        "category_name": category_name(row),
        "reported_at": iso(row.reported_at),
        "cell": {"code": row.cell_code, "name": row.cell_name} if has_cell else None,
        "lon_lat": [row.label_lon, row.label_lat] if has_cell else None,
    }
