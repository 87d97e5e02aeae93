"""From a place to people: which area a matter lies in, and who it goes to there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.db import areas, posts
from gridmap.domain.assignment import Assignment, Part, Post, assign
from gridmap.domain.codes import NO_DISTRICT, codes_in
from gridmap.domain.roles import Role
from gridmap.geo.crs import LonLat, check_lon_lat, to_wgs84
from gridmap.geo.locate import CellSource, Place, locate


@dataclass(frozen=True)
class Sent:
    """A coordinate as it was sent: degrees in `datum`, and the 95 % radius in metres if it came with one."""

    lon: float
    lat: float
    datum: str
    accuracy_m: float | None

    def to_wgs84(self) -> LonLat:
        """The point in WGS84. Raises InvalidInputError where it cannot be one."""
        check_lon_lat(self.lon, self.lat)
        return to_wgs84(self.lon, self.lat, self.datum)


@dataclass(frozen=True)
class Standing:
    """Where a matter stands: its place, the path that scope asks for, the district it belongs to."""

    place: Place
    path: str
    district_code: str

    @property
    def cell_id(self) -> int | None:
        """The version of the cell, by key."""
        return self.place.cell.id if self.place.cell else None


def find(session: Session, sent: Sent, cells: CellSource | None = None) -> Standing:
    """Where `sent` stands among the current areas (`cells`: the current cells, if they are at hand).

    Outside every cell that is the smallest area around it, else the district of the nearest cell,
    else nothing (the empty path).
    """
    place = locate(cells or areas.StoredCells(session), sent.to_wgs84(), sent.accuracy_m)
    return standing_of(session, place)


def standing_of(session: Session, place: Place) -> Standing:
    """The path and district of a place that was found."""
    if place.cell is not None:
        path = place.cell.path
    else:
        around = areas.smallest_containing(session, place.lon_lat)
        path = around.path if around else _nearest_district(session, place)
    return Standing(place, path, areas.district_of(session, path) or NO_DISTRICT)


def _nearest_district(session: Session, place: Place) -> str:
    if place.nearest is None:
        return ""
    code = areas.district_of(session, place.nearest.path)
    return f"{code}/" if code else ""


def why_of(standing: Standing, sent: Sent) -> dict[str, Any]:
    """The explanation a matter keeps: the contract's `why` and what was sent."""
    return {**standing.place.to_json(), "sent": vars(sent).copy()}


def staff(
    session: Session, path: str, role: str | None, roles: Mapping[str, Role], now: datetime
) -> Assignment:
    """Who a matter at `path` with a category of `role` goes to."""
    return assign(path, role, posts.along(session, path, now) if path else [], roles, now)


def assignment_json(assignment: Assignment) -> dict[str, Any]:
    """An assignment as a matter and its events keep it: ids and codes, no names."""
    return {
        "owner": _part_json(assignment.owner),
        "handler": _part_json(assignment.handler),
        "informed": [_part_json(part) for part in assignment.informed],
        "notes": list(assignment.notes),
    }


def _part_json(part: Part) -> dict[str, Any]:
    area = codes_in(part.area_path)[-1] if part.area_path else None
    return {
        "person_id": part.person_id,
        "role": part.role,
        "area": area,
        "area_path": part.area_path,
        "how": part.how,
        "post_id": part.post_id,
    }


class StaffingTable:
    """Assignments for many matters: each (path, role) is worked out once."""

    def __init__(self, posts_held: Iterable[Post], roles: Mapping[str, Role], now: datetime) -> None:
        self._roles, self._now = roles, now
        self._by_area: dict[str, list[Post]] = {}
        for post in posts_held:
            self._by_area.setdefault(post.area_path, []).append(post)
        self._done: dict[tuple[str, str | None], Assignment] = {}

    def staff(self, path: str, role: str | None) -> Assignment:
        """Who a matter at `path` with a category of `role` goes to."""
        key = (path, role)
        if key not in self._done:
            held = [post for area, found in self._by_area.items() if path.startswith(area) for post in found]
            self._done[key] = assign(path, role, held, self._roles, self._now)
        return self._done[key]
