"""From a place to people: which area a matter lies in, and who it goes to there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from gridmap.db import areas, categories, posts, rosters
from gridmap.db.models import CategoryRow
from gridmap.domain.assignment import Assignment, Line, Part, Post, assign
from gridmap.domain.categories import Category, resolve
from gridmap.domain.codes import NO_DISTRICT, ancestors, codes_in, is_below, level_of
from gridmap.domain.roles import Role, leader_role
from gridmap.domain.roster import NO_ROSTER, Roster
from gridmap.geo.crs import LonLat, check_lon_lat, to_wgs84
from gridmap.geo.locate import AMBIGUOUS_SHARE, Cell, CellSource, Place, locate, smallest_covering
from gridmap.geo.net import Net


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
    """Where a matter stands: its place, the path that scope asks for, the district it belongs to.

    `swapped` is the cell that a place outside every cell would lie in the other way round.
    """

    place: Place
    path: str
    district_code: str
    swapped: Cell | None = None

    @property
    def cell_id(self) -> int | None:
        """The version of the cell, by key."""
        return self.place.cell.id if self.place.cell else None


@dataclass(frozen=True)
class Ground:
    """The current areas as placing needs them: cells, the areas above them, the districts with foreign codes."""

    cells: CellSource
    upper: CellSource
    foreign: frozenset[str]

    def find(self, sent: Sent) -> Standing:
        """Where `sent` stands. Raises InvalidInputError where its coordinate cannot be one."""
        standing = self.standing(locate(self.cells, sent.to_wgs84(), sent.accuracy_m))
        return standing if standing.place.cell else replace(standing, swapped=self._swapped(sent))

    def _swapped(self, sent: Sent) -> Cell | None:
        """The cell it would lie in with longitude and latitude the other way round; a hint, nothing more."""
        if abs(sent.lon) > 90:
            return None
        return smallest_covering(self.cells, to_wgs84(sent.lat, sent.lon, sent.datum))

    def standing(self, place: Place) -> Standing:
        """Path and district of a place.

        Outside every cell that is the smallest area around it, else the district of the nearest
        cell, else nothing (the empty path).
        """
        path = place.cell.path if place.cell is not None else self._path_around(place)
        return Standing(place, path, self.district_code(path))

    def left_open(self, standing: Standing) -> Standing:
        """The same where the reporter cannot say which cell it is: for whoever is above all that it could be."""
        place = standing.place
        if place.cell is None:
            return standing
        could_be = [
            c.cell.path for c in place.candidates if c.cell is not None and c.share >= AMBIGUOUS_SHARE
        ]
        above = ancestors(place.cell.path)[:-1]
        path = next((one for one in reversed(above) if all(is_below(other, one) for other in could_be)), "")
        return Standing(place.left_open(), path, self.district_code(path))

    def district_of(self, path: str) -> str | None:
        """The code of the district at the root of `path`; None where its root is no district."""
        root = codes_in(path)[0] if path else ""
        return root if level_of(root) == "district" or root in self.foreign else None

    def district_code(self, path: str) -> str:
        """The code of the district at the root of `path`, or what stands for none."""
        return self.district_of(path) or NO_DISTRICT

    def _path_around(self, place: Place) -> str:
        around = smallest_covering(self.upper, place.lon_lat)
        if around is not None:
            return around.path
        district = self.district_of(place.nearest.path) if place.nearest else None
        return f"{district}/" if district else ""


@dataclass(frozen=True)
class LoadedGround(Ground):
    """All of it in memory, and the categories by key; good for one `version` of the net.

    `names` are the areas by path.
    """

    cells: Net
    upper: Net
    names: Mapping[str, areas.AreaName]
    categories: Mapping[str, CategoryRow]
    version: int

    def category(self, wish: str) -> CategoryRow:
        """The category that `wish` means: a short word one that is in force, a key also a retired one.

        Raises InvalidInputError or ChoiceNeededError.
        """
        exact = self.categories.get(wish)
        return exact or self.categories[resolve(wish, self._known).key]

    @cached_property
    def _known(self) -> dict[str, Category]:
        return {
            key: categories.to_domain(row) for key, row in self.categories.items() if row.retired_at is None
        }


def stored_ground(session: Session) -> Ground:
    """The current areas through the store's spatial index: for one question."""
    upper = areas.StoredCells(session, upper=True)
    return Ground(areas.StoredCells(session), upper, areas.foreign_districts(session))


def load_ground(session: Session) -> LoadedGround:
    """The current areas in memory: for many questions."""
    version = areas.net_version(session)
    nets = areas.load_net(session), areas.load_net(session, upper=True)
    kinds = categories.kept_by_key(session)
    return LoadedGround(*nets, areas.foreign_districts(session), areas.names(session), kinds, version)


class Grounds:
    """The current areas in memory for all who ask within a process, loaded anew when they have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: LoadedGround | None = None

    def at_hand(self, session: Session) -> LoadedGround:
        """The areas as they were when last asked for: whoever keeps something of them asks whether they still hold."""
        return self._kept or self.current(session)

    def current(self, session: Session) -> LoadedGround:
        """The areas as `session` sees them; one small query where they are at hand."""
        version = areas.net_version(session)
        kept = self._kept
        if kept is not None and kept.version == version:
            return kept
        with self._lock:
            if self._kept is None or self._kept.version != version:
                self._kept = load_ground(session)
            return self._kept


def why_of(standing: Standing, sent: Sent) -> dict[str, Any]:
    """The explanation a matter keeps: the contract's `why`, what was sent, and `swapped` where there is that hint."""
    why = {**standing.place.to_json(), "sent": vars(sent).copy()}
    cell = standing.swapped
    if cell is not None:
        why["swapped"] = {"code": cell.code, "name": cell.name, "version": cell.version}
    return why


def staff(
    session: Session,
    path: str,
    role: str | None,
    roles: Mapping[str, Role],
    now: datetime,
    zone: tzinfo,
    tier: int = 1,
) -> Assignment:
    """Who a matter of `tier` at `path` with a category of `role` goes to; shifts are in `zone`."""
    held = posts.along(session, path, now) if path else []
    roster = rosters.roster_of(session, held, now, zone, (role, leader_role(roles).code))
    return assign(path, role, held, roles, now, roster, tier)


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
    more = {"for_person_id": part.for_person_id, "load": part.load}
    return {
        "person_id": part.person_id,
        "role": part.role,
        "area": area,
        "area_path": part.area_path,
        "how": part.how,
        "post_id": part.post_id,
        **{name: value for name, value in more.items() if value is not None},
    }


class StaffingTable:
    """Assignments for many matters: who can be asked along each path is looked up once.

    Among equals it is the one longest in the post: loads that change from matter to matter are not counted.
    """

    def __init__(
        self,
        posts_held: Iterable[Post],
        roles: Mapping[str, Role],
        now: datetime,
        roster: Roster = NO_ROSTER,
    ) -> None:
        self._roles, self._now, self._roster = roles, now, roster
        self._by_area: dict[str, list[Post]] = {}
        for post in posts_held:
            self._by_area.setdefault(post.area_path, []).append(post)
        self._lines: dict[str, Line] = {}

    def staff(self, path: str, role: str | None) -> Assignment:
        """Who a matter at `path` with a category of `role` goes to."""
        line = self._lines.get(path)
        if line is None:
            held = [post for area in ancestors(path) for post in self._by_area.get(area, ())]
            line = self._lines[path] = Line(path, held, self._roles, self._now, self._roster)
        return line.assigned(role)
