"""What heat is made of: open matters as weighted places, for readers and for walls, and the households around."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from flask import Flask, current_app
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import areas, issues
from gridmap.db.columns import Columns, OpenMatters, labels, read
from gridmap.db.households import Households, read_households
from gridmap.db.standing import Chosen, Moment, is_late, standing
from gridmap.domain.days import day_of
from gridmap.domain.deadlines import URGENT_HOURS
from gridmap.domain.hiding import FEWEST, last_step
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Actor, Scope
from gridmap.errors import InvalidInputError
from gridmap.geo.locate import BBox
from gridmap.web.access import office
from gridmap.web.api.issues import as_of, filter_of
from gridmap.web.params import StateQuery, iso

LOOKED_BACK = timedelta(days=30)
URGENT_ADDS, LATE_ADDS = 1, 2
"""Weighted by urgency a matter counts 1, and more where its limit is in urgent hours, and where it is late."""

Floats = NDArray[np.float64]
_Made = TypeVar("_Made")


class Warm(NamedTuple):
    """Places in WGS84 with their weights, and how many matters each of them is (None: 1)."""

    lon: Floats
    lat: Floats
    weights: Floats | None
    matters: Floats | None

    def count(self, chosen: Chosen) -> int:
        """How many matters the places chosen are."""
        return int(np.count_nonzero(chosen) if self.matters is None else self.matters[chosen].sum())


@dataclass
class Kept:
    """What this process keeps; each good for one number, or whatever else tells when it has changed."""

    matters: OpenMatters
    _made: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def good_for(self, name: str, number: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gave for this number; it may itself ask for what is kept."""
        held = self._made.get(name)
        if held is None or held[0] != number:
            with self._lock:
                held = self._made.get(name)
                if held is None or held[0] != number:
                    held = self._made[name] = (number, make())
        return cast(_Made, held[1])


def kept() -> Kept:
    """Of the running application."""
    found: Kept = current_app.extensions.setdefault("gridmap_heat", Kept(OpenMatters(office().database)))
    return found


def warm_up(app: Flask) -> None:
    """Read what the first to ask for heat, a place, a cell or households would otherwise wait for. Writes nothing."""
    with app.app_context():
        here = office()
        with here.database.reading() as session:
            here.grounds.current(session)
            cell_labels(session)
        with kept().matters.held(here.clock()):
            pass
        with here.database.reading() as session:
            kept().good_for("households", kept().matters.buildings_changed, lambda: read_households(session))


def moment_of(here: Office, who: Actor, at: datetime | None) -> Moment:
    """Which moment is asked about; None: now, for those who may not see single matters the last quarter of an hour.

    Raises InvalidInputError `moment_not_kept` for one that is ahead, or longer ago than LOOKED_BACK.
    """
    now = here.clock()
    if at is not None and not now - LOOKED_BACK <= at <= now:
        raise InvalidInputError("moment_not_kept", since=iso(now - LOOKED_BACK), until=iso(now))
    if not who.may("read"):
        at = last_step(at or now)
    return Moment(as_of(here)) if at is None else Moment(_then(here, at), is_past=True)


def _then(here: Office, at: datetime) -> Any:
    return as_of(here)._replace(at=at, day_ends=day_of(at, here.zone).end)


def wanted_of(session: Session, query: StateQuery, moment: Moment) -> issues.Filter:
    """The filter of a query as of a moment. Raises as `filter_of`, and InvalidInputError `status_not_then`."""
    wanted = filter_of(session, query, moment.now)
    if moment.is_past and wanted.statuses not in (None, OPEN):
        raise InvalidInputError("status_not_then", status=query.status)
    return wanted


def warm_places(
    here: Office, who: Actor, query: StateQuery, moment: Moment, *, is_weighted: bool, box: BBox
) -> Warm:
    """The places of the open matters in scope that are asked for, inside a box of lon/lat.

    Who may not see single matters gets their cells' label points, with numbers in whole fives; they ask
    for nothing but an area. Raises as `wanted_of`; ForbiddenError where they ask for more.
    """
    if not who.may("read"):
        return _warm_cells(here, who, query, moment)
    with here.database.reading() as session:
        wanted = replace(wanted_of(session, query, moment), bbox=box)
        urgent = _urgent(here, session) if is_weighted else []
        if set(wanted.statuses or OPEN) <= set(OPEN):
            with kept().matters.held(here.clock()) as columns:
                return _picked(columns, standing(columns, who.scope, wanted, moment), moment, urgent)
        # Others than open ones are not kept at hand.
        columns = read(session, issues.matching(session, who.scope, wanted))
        return _picked(columns, np.ones(len(columns), np.bool_), moment, urgent)


def _picked(columns: Columns, chosen: Chosen, moment: Moment, urgent: list[int]) -> Warm:
    at = np.flatnonzero(chosen)
    weights = weights_of(columns, moment, urgent)[at] if urgent else None
    return Warm(columns["lon"][at], columns["lat"][at], weights, None)


def weights_of(columns: Columns, moment: Moment, urgent: list[int]) -> Floats:
    """What each matter counts: 1, URGENT_ADDS more in one of the categories `urgent`, LATE_ADDS more if late."""
    is_urgent = np.isin(columns["category"], urgent)
    return 1.0 + URGENT_ADDS * is_urgent + LATE_ADDS * is_late(columns, moment)


def _urgent(here: Office, session: Session) -> list[int]:
    """The categories whose limit is counted in urgent hours (紧急工作时); never none, so that lateness still counts."""
    known = here.grounds.current(session).categories.values()
    limits = ((row.id, here.deadlines.limit_of(row)) for row in known)
    return [key for key, limit in limits if limit and limit.unit == URGENT_HOURS] or [0]


_OPEN_TO_WALLS = {"bbox", "zoom", "lang", "area", "at", "per", "breaks"}


def _warm_cells(here: Office, who: Actor, query: StateQuery, moment: Moment) -> Warm:
    if not query.model_fields_set <= _OPEN_TO_WALLS:
        who.require("read")
    with here.database.reading() as session:
        wanted = wanted_of(session, query, moment)
        places = cell_labels(session)
    # By area alone: whatever else may tie a matter to an account would cut cells into pieces.
    scope = Scope(who.scope.paths, account_id=-1)
    with kept().matters.held(here.clock()) as columns:
        chosen = standing(columns, scope, wanted, moment) & (columns["cell"] > 0)
        numbers = np.bincount(columns["path"][chosen], minlength=len(columns.paths))
        paths = columns.paths.words[:]
    shown = numbers // FEWEST * FEWEST
    warm = [
        (*places[path], number)
        for path, number in zip(paths, shown, strict=False)
        if number and path in places
    ]
    lon, lat, fives = np.array(warm, float).reshape(-1, 3).T
    return Warm(lon, lat, fives, fives)


def cell_labels(session: Session) -> dict[str, tuple[float, float]]:
    """The label point of each cell by its path, kept until areas change."""
    return kept().good_for("labels", areas.net_version(session), lambda: labels(session))


def households_of(here: Office, who: Actor) -> Households:
    """Where the households of one's areas are; for those who may not see single matters at their cells' label points."""
    with here.database.reading() as session:
        changed = kept().matters.buildings_changed
        found = kept().good_for("households", changed, lambda: read_households(session)).inside(who.scope)
        if who.may("read"):
            return found
        places = cell_labels(session)
    rows = [(*places[path], number) for path, number in found.by_path().items() if number and path in places]
    lon, lat, number = np.array(rows, float).reshape(-1, 3).T
    return Households(lon, lat, number, np.zeros(len(lon), np.int64), [""])


def cells_then(
    here: Office, who: Actor, query: StateQuery, moment: Moment, *, is_weighted: bool
) -> tuple[dict[str, float], dict[str, int]]:
    """By path, what the matters at it weigh and how many they are; for those who may see single matters."""
    with here.database.reading() as session:
        wanted = wanted_of(session, query, moment)
        urgent = _urgent(here, session) if is_weighted else []
    with kept().matters.held(here.clock()) as columns:
        at = np.flatnonzero(standing(columns, who.scope, wanted, moment))
        weights = weights_of(columns, moment, urgent)[at] if urgent else np.ones(len(at))
        path, paths = columns["path"][at], columns.paths.words[:]
    summed, numbers = np.bincount(path, weights, len(paths)), np.bincount(path, minlength=len(paths))
    return (
        {one: float(weight) for one, weight in zip(paths, summed, strict=False) if weight},
        {one: int(number) for one, number in zip(paths, numbers, strict=False) if number},
    )
