"""From a place to people: which area a matter lies in, and who it goes to there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.db import areas, posts
from gridmap.domain.assignment import Assignment, Part, Post, assign
from gridmap.domain.codes import NO_DISTRICT, codes_in, level_of
from gridmap.domain.roles import Role
from gridmap.geo.crs import LonLat, check_lon_lat, to_wgs84
from gridmap.geo.locate import CellSource, Place, locate, smallest_covering


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


class Ground:
    """The current areas as placing needs them: in the store, or all in memory for many matters."""

    def __init__(self, session: Session, *, loaded: bool = False) -> None:
        self._session = session
        self._foreign: frozenset[str] | None = None
        self.cells: CellSource = areas.load_net(session) if loaded else areas.StoredCells(session)
        self._upper: CellSource = (
            areas.load_net(session, upper=True) if loaded else areas.StoredCells(session, upper=True)
        )

    def district_of(self, path: str) -> str | None:
        """The code of the district at the root of `path`; None where its root is no district."""
        root = codes_in(path)[0] if path else ""
        if not root or level_of(root) == "district":
            return root or None
        if self._foreign is None:
            self._foreign = areas.foreign_districts(self._session)
        return root if root in self._foreign else None

    def standing(self, place: Place) -> Standing:
        """Path and district of a place.

        Outside every cell that is the smallest area around it, else the district of the nearest
        cell, else nothing (the empty path).
        """
        path = place.cell.path if place.cell is not None else self._path_around(place)
        return Standing(place, path, self.district_of(path) or NO_DISTRICT)

    def _path_around(self, place: Place) -> str:
        around = smallest_covering(self._upper, place.lon_lat)
        if around is not None:
            return around.path
        district = self.district_of(place.nearest.path) if place.nearest else None
        return f"{district}/" if district else ""


def find(session: Session, sent: Sent) -> Standing:
    """Where `sent` stands among the current areas."""
    ground = Ground(session)
    return ground.standing(locate(ground.cells, sent.to_wgs84(), sent.accuracy_m))


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
