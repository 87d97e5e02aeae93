"""Bake the sets of tiles that are out of date: the store says what there should be, this makes it so."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite

from gridmap.actions.importing import Progress, no_progress
from gridmap.actions.office import Office, Work
from gridmap.db import tiles
from gridmap.db.models import TileSet
from gridmap.domain.codes import NO_DISTRICT
from gridmap.files.tiles import SETS, baking_alone, forget_others, parts_folder, path_of
from gridmap.geo.bake import FarView, Written, bake, write_lines
from gridmap.geo.tile_layers import (
    DRAWING,
    LAYERS,
    RECIPES,
    area_index,
    area_lines,
    building_lines,
    far_view,
    ground_lines,
)


@dataclass(frozen=True)
class Baked:
    """A set that was baked: its version, how many features went in, bytes of its file, how long it took."""

    name: str
    version: str
    features: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class _Drawn:
    """What one set is made of as of one moment: its stamp then, its lines, and what goes beside its tiles."""

    stamp: str
    written: Written
    index: Callable[[str], bytes] | None = None
    far: Callable[[str], FarView | None] = lambda _version: None


def bake_all(office: Office, *, is_forced: bool = False, progress: Progress = no_progress) -> dict[str, str]:
    """Bake every set that is out of date, waiting for others who bake here; the versions there are then, by set.

    With `is_forced` also those that are not. Commits, and has the stream tell what is new. Raises as `bake_due`.
    """
    with baking_alone(office.data_dir, is_patient=True):
        _bake(office, list(SETS) if is_forced else sets_due(office), progress, is_forced=is_forced)
    with office.database.asking() as connection:
        return {name: known.version for name, known in tiles.known(connection).items()}


def bake_due(office: Office) -> list[Baked]:
    """Bake what is out of date, unless somebody does already; nothing where nothing is. Commits.

    Looking costs two short questions. Raises UnavailableError: `storage_full`, `tiles_not_made`, or where
    the store cannot be read.
    """
    if not sets_due(office):
        return []
    with baking_alone(office.data_dir, is_patient=False) as is_alone:
        return _bake(office, sets_due(office), no_progress) if is_alone else []


def sets_due(office: Office) -> list[str]:
    """The sets whose newest version is older than the store, or does not lie in this data directory."""
    with office.database.asking() as connection:
        known, stamps = tiles.known(connection), tiles.stamps(connection)
    return [
        name
        for name in SETS
        if name not in known
        or known[name].stamp != stamp_of(stamps[name])
        or not path_of(office.data_dir, name, known[name].version).exists()
    ]


def stamp_of(stamp: str) -> str:
    """What a set is made from: of which state of the store, and drawn how."""
    return f"{DRAWING}:{stamp}"


def _bake(office: Office, names: list[str], progress: Progress, *, is_forced: bool = False) -> list[Baked]:
    return [_bake_one(office, name, progress, is_forced=is_forced) for name in names]


def _bake_one(office: Office, name: str, progress: Progress, *, is_forced: bool) -> Baked:
    begun, stage = time.monotonic(), f"bake_{name}"
    progress(stage, 0, 100)
    source = parts_folder(office.data_dir) / f"{name}.geojsons"
    try:
        drawn = _draw(office, name, source)
        version = _version(office, name, drawn, is_forced=is_forced)
        target = path_of(office.data_dir, name, version)
        is_new = is_forced or not target.exists()
        if is_new:
            bake(
                source,
                RECIPES[name],
                target,
                facts={"description": f"gridmap: {name}", "version": version},
                layers=LAYERS[name],
                index=drawn.index(version) if drawn.index else None,
                far=drawn.far(version),
                told=partial(progress, stage),
            )
    finally:
        source.unlink(missing_ok=True)
    progress(stage, 100, 100)
    seconds = round(time.monotonic() - begun, 3)
    baked = Baked(name, version, drawn.written.features, target.stat().st_size, seconds)
    forget_others(office.data_dir, name, _note(office, baked, drawn.stamp, is_told=is_new))
    return baked


def _draw(office: Office, name: str, source: Path) -> _Drawn:
    """Write down what a set is made of, all of it as of one moment; nobody who writes has to wait."""
    with office.database.snapshot() as session:
        stamp = stamp_of(tiles.stamps(session)[name])
        if name == "areas":
            rows = tiles.areas(session)
            written = write_lines(area_lines(rows), source)
            return _Drawn(stamp, written, partial(area_index, rows), partial(far_view, rows))
        parts, lines = (
            (tiles.buildings(session), building_lines)
            if name == "buildings"
            else (tiles.landmarks(session), ground_lines)
        )
        return _Drawn(stamp, write_lines((line for part in parts for line in lines(part)), source))


def _version(office: Office, name: str, drawn: _Drawn, *, is_forced: bool) -> str:
    """The name of what was drawn: that of the version the store says was made from the same, else a digest of it."""
    with office.database.asking() as connection:
        known = tiles.known(connection).get(name)
    if known is not None and known.stamp == drawn.stamp and not is_forced:
        return known.version
    told = f"{DRAWING} {name} {drawn.written.digest}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _note(office: Office, baked: Baked, stamp: str, *, is_told: bool) -> set[str]:
    """Keep what was baked, and have it told; the versions whose files stay."""
    with office.work() as work:
        row = _locked(work, baked, stamp)
        newest = stamp_of(tiles.stamps(work.session)[baked.name])
        is_overtaken = row.stamp == newest != stamp  # another machine baked what came in meanwhile
        if not is_overtaken and (row.version, row.stamp) != (baked.version, stamp):
            row.previous = row.previous if row.version == baked.version else row.version
            row.version, row.stamp, row.baked_at = baked.version, stamp, work.now
            row.seconds, row.features, row.bytes = baked.seconds, baked.features, baked.bytes
        if is_told:
            told = {"set": baked.name, "version": baked.version}
            work.tell("tiles", told, district_code=NO_DISTRICT)
        return {baked.version, row.version, row.previous or row.version}


def _locked(work: Work, baked: Baked, stamp: str) -> TileSet:
    """The set's row, made from what was baked where there is none, and kept from others until the commit."""
    kind = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = {**asdict(baked), "stamp": stamp, "baked_at": work.now, "previous": None}
    work.session.execute(kind(TileSet).values(new).on_conflict_do_nothing())
    return work.session.get_one(TileSet, baked.name, with_for_update=True)
