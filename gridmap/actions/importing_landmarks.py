"""Take in landmarks (地物): what a map shows beside cells and buildings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import delete, insert, select, update

from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    left_out,
    no_progress,
    note_import,
    one_at_a_time,
    refuse_errors,
    text_faults,
)
from gridmap.actions.office import Office, Work
from gridmap.actions.placing import LoadedGround, load_ground
from gridmap.db.bulk import insert_rows
from gridmap.db.models import Landmark
from gridmap.db.spatial import as_wkb, from_wkb
from gridmap.domain.codes import NO_DISTRICT
from gridmap.geo.coverage import INFO, Finding
from gridmap.geo.locate import Place, smallest_covering

_LIMITS = {"rank": 20, "name": 200}
"""Characters that the store takes."""
_DECIMALS = 7
"""About a centimetre: the same drawing is the same however it was exported."""


class _Key(NamedTuple):
    """What makes a landmark the same one: it has no code."""

    kind: str
    rank: str
    name: str
    wkb: bytes


def import_landmarks(
    office: Office,
    frame: gpd.GeoDataFrame,
    file: ImportFile,
    findings: list[Finding] | None = None,
    *,
    is_replacing: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store the landmarks of `frame` (kind, rank, name, geometry in WGS84: points, lines, surfaces).

    Each belongs to the district that a point of it lies in, or whose cell is nearest. A landmark is
    known by all it says: the same again is unchanged, with another name or shape it is a new one; with
    `is_replacing` those of the file's kinds and districts that the file does not have are deleted. Rows
    that `findings` say are left out are not stored. Commits all or none. Raises FindingsError.
    """
    frame = frame.reset_index(drop=True)
    found, stays = left_out(frame, findings or [])
    found += text_faults(frame, _LIMITS)
    with office.work() as work:
        one_at_a_time(work)
        refuse_errors(found)
        progress("locate", 0, len(frame))
        kept = frame[stays].reset_index(drop=True)
        rows = dict(zip(_keys(kept), _districts(work, kept), strict=True))
        found += _repeated(kept, len(rows))
        counts = _store(work, rows, is_replacing=is_replacing)
        counts["left_out"] = int((~stays).sum())
        progress("store", len(frame), len(frame))
        note_import(work, "landmarks", file, counts)
    return ImportReport(counts, tuple(found), file.is_dry_run)


def _keys(frame: gpd.GeoDataFrame) -> Iterator[_Key]:
    flat = shapely.force_2d(frame.geometry.to_numpy())
    shapes = shapely.transform(flat, lambda points: np.round(points, _DECIMALS))
    columns = (frame["kind"], frame["rank"], frame["name"], shapely.to_wkb(shapes))
    yield from (_Key(*row) for row in zip(*columns, strict=True))


def _repeated(frame: gpd.GeoDataFrame, different: int) -> Iterator[Finding]:
    """That a file has rows that say the same, once for all of them."""
    if different < len(frame):
        yield Finding("landmark_repeated", INFO, None, {"count": len(frame) - different})


def _districts(work: Work, frame: gpd.GeoDataFrame) -> list[str]:
    if frame.empty:
        return []
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    ground = load_ground(work.session)
    places = ground.cells.locate_many(shapely.get_x(points), shapely.get_y(points))
    return [ground.district_of(_path(ground, place)) or NO_DISTRICT for place in places]


def _path(ground: LoadedGround, place: Place) -> str:
    around = place.cell or place.nearest or smallest_covering(ground.upper, place.lon_lat)
    return around.path if around else ""


def _store(work: Work, rows: Mapping[_Key, str], *, is_replacing: bool) -> dict[str, int]:
    known = _known(work, {key.kind for key in rows})
    new = [
        {"district_code": district, "kind": key.kind, "rank": key.rank, "name": key.name, "shape": key.wkb}
        for key, district in rows.items()
        if key not in known
    ]
    insert_rows(work.session, insert(Landmark).values({"geom": from_wkb("shape")}), new)
    same = [known[key] for key in rows if key in known]
    moved = [
        {"id": known[key].id, "district_code": district}
        for key, district in rows.items()
        if key in known and district not in (NO_DISTRICT, known[key].district_code)
    ]
    if moved:
        work.session.execute(update(Landmark), moved)
    districts = set(rows.values())
    absent = [row.id for key, row in known.items() if key not in rows and row.district_code in districts]
    ended = _delete(work, absent) if is_replacing else 0
    return {"new": len(new), "changed": len(moved), "unchanged": len(same) - len(moved), "ended": ended}


def _known(work: Work, kinds: set[str]) -> dict[_Key, Any]:
    columns = (Landmark.id, Landmark.district_code, Landmark.kind, Landmark.rank, Landmark.name)
    query = select(*columns, as_wkb(Landmark.geom).label("wkb")).where(Landmark.kind.in_(kinds))
    rows = list(work.session.execute(query))
    # Written anew: the engines differ in how they write what they were given.
    shapes = shapely.to_wkb(shapely.from_wkb([row.wkb for row in rows])) if rows else []
    return {_Key(row.kind, row.rank, row.name, wkb): row for row, wkb in zip(rows, shapes, strict=True)}


def _delete(work: Work, ids: list[int]) -> int:
    for start in range(0, len(ids), 500):
        ending = delete(Landmark).where(Landmark.id.in_(ids[start : start + 500]))
        work.session.execute(ending.execution_options(synchronize_session=False))
    return len(ids)
