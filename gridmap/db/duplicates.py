"""Asking for open matters that may be the same as one: near it, of its category, reported at nearly the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from gridmap.db.issues import of_keys, seen
from gridmap.db.models import Issue
from gridmap.db.spatial import as_wkb, touches_box
from gridmap.domain.duplicates import MOST_M, WITHIN, radius_m
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Scope
from gridmap.geo.crs import metres_per_degree


@dataclass(frozen=True)
class Alike:
    """A matter that may be the same: its row as `issues.of_keys` tells it, how far from the other, within which radius."""

    row: Row[Any]
    distance_m: float
    radius_m: float


def alike(session: Session, scope: Scope, row: Row[Any], *, limit: int) -> list[Alike]:
    """The open matters in `scope` that may be the same as that of `row`, nearest first (see `domain.duplicates`)."""
    issue, at = row.Issue, shapely.from_wkb(bytes(row.wkb))
    per_lon, per_lat = metres_per_degree(at.y)
    box = (
        at.x - MOST_M / per_lon,
        at.y - MOST_M / per_lat,
        at.x + MOST_M / per_lon,
        at.y + MOST_M / per_lat,
    )
    near = session.execute(
        select(Issue.id, Issue.accuracy_m, as_wkb(Issue.geom).label("wkb")).where(
            touches_box(session, Issue.geom, box),
            Issue.status.in_(OPEN),
            Issue.category_id == issue.category_id,
            Issue.reported_at.between(issue.reported_at - WITHIN, issue.reported_at + WITHIN),
            Issue.id != issue.id,
            seen(scope),
        )
    ).all()
    if not near:
        return []
    away = (shapely.get_coordinates(shapely.from_wkb([one.wkb for one in near])) - (at.x, at.y)) * (
        per_lon,
        per_lat,
    )
    distances = np.hypot(away[:, 0], away[:, 1])
    found = [
        (float(distance), radius_m(issue.accuracy_m, one.accuracy_m), one.id)
        for one, distance in zip(near, distances, strict=True)
    ]
    nearest = sorted((one for one in found if one[0] <= one[1]), key=lambda one: (one[0], one[2]))[:limit]
    rows = {one.Issue.id: one for one in of_keys(session, [key for *_, key in nearest])}
    return [Alike(rows[key], distance, radius) for distance, radius, key in nearest]
