"""The same rows on SpatiaLite, in one file, for information."""

from __future__ import annotations

import csv
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from bench.district import matters_file
from bench.offices import prepare, take_in
from bench.posting import requests_file, send
from bench.run import Bench, step
from bench.serving import Server, serving
from bench.streaming import listen_to
from bench.table import Row
from gridmap.db.engine import Database
from gridmap.geo.crs import WGS84

_SCHEMA = (
    "CREATE TABLE points (id TEXT PRIMARY KEY, lon REAL, lat REAL, category TEXT, created TEXT,"
    " description TEXT, cell TEXT)",
    f"SELECT AddGeometryColumn('points', 'geom', {WGS84}, 'POINT')",
)
_INSERT = (
    "INSERT INTO points (id, lon, lat, category, created, description, geom)"
    f" VALUES (?1, ?2, ?3, ?4, ?5, ?6, MakePoint(CAST(?2 AS REAL), CAST(?3 AS REAL), {WGS84}))"
)
_LOCATE = (
    "UPDATE points SET cell = (SELECT code FROM cells WHERE ST_Covers(cells.geom, points.geom) AND cells.rowid IN"
    " (SELECT rowid FROM SpatialIndex WHERE f_table_name = 'cells' AND search_frame = points.geom))"
)


def measure(bench: Bench) -> list[Row]:
    """Import, reports and stream on SpatiaLite."""
    base = bench.work / "base.db"
    with step("store on SpatiaLite"):
        prepare(f"sqlite:///{base}", bench.data_dir, bench.district)
    url = f"sqlite:///{_copy(base, 'stored.db')}"
    with step(f"{bench.size.stored} matters on SpatiaLite"):
        take_in(url, bench.data_dir, matters_file(bench.size.stored, bench.cache))
    rows = [_import(bench, base)]
    with serving(url, bench.data_dir, bench.size) as server:
        rows.append(_posts(bench, server))
        rows.append(listen_to(bench, server, "SpatiaLite: report to stream, 99 % of deliveries within", None))
    return rows


def _copy(file: Path, name: str) -> Path:
    target = file.with_name(name)
    shutil.copy(file, target)
    return target


def _import(bench: Bench, base: Path) -> Row:
    count = bench.size.points
    url = f"sqlite:///{_copy(base, 'imported.db')}"
    with step(f"gridmap import of {count} matters on SpatiaLite"):
        ours = bench.import_as_users_do(url, count)
    with step("plain SQL on SpatiaLite"):
        theirs = _plain(bench)
    notes = f"{count:,} rows; our process took {ours.cpu_s:.0f} s of CPU and {ours.peak_mb:.0f} MB at most"
    name = "SpatiaLite: imported, against INSERT + spatial index + UPDATE … ST_Covers"
    return Row(name, f"{ours.wall_s:.1f} s", f"{theirs:.1f} s", theirs / ours.wall_s, notes=notes)


def _plain(bench: Bench) -> float:
    """The seconds plain SQL takes on SpatiaLite, the cells being there with their index."""
    database = Database(f"sqlite:///{bench.work / 'plain.db'}")
    connection = database.engine.raw_connection()
    run = connection.cursor()
    run.execute("SELECT InitSpatialMetaData(1, 'WGS84')")
    run.execute("CREATE TABLE cells (code TEXT)")
    run.execute(f"SELECT AddGeometryColumn('cells', 'geom', {WGS84}, 'POLYGON')")
    run.executemany(f"INSERT INTO cells VALUES (?, GeomFromWKB(?, {WGS84}))", _cells(bench))
    run.execute("SELECT CreateSpatialIndex('cells', 'geom')")
    begun = time.perf_counter()
    for statement in _SCHEMA:
        run.execute(statement)
    run.execute("BEGIN")
    run.executemany(_INSERT, _rows(matters_file(bench.size.points, bench.cache)))
    run.execute("SELECT CreateSpatialIndex('points', 'geom')")
    run.execute(_LOCATE)
    run.execute("COMMIT")
    took = time.perf_counter() - begun
    if not run.execute("SELECT count(cell) FROM points").fetchone()[0]:
        raise RuntimeError("plain SQL located nothing")
    connection.close()
    database.dispose()
    return took


def _cells(bench: Bench) -> Iterator[tuple[Any, Any]]:
    cells = bench.district.cells
    return zip(cells["code"], shapely.to_wkb(cells.geometry.to_numpy()), strict=True)


def _rows(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from reader


def _posts(bench: Bench, server: Server) -> Row:
    requests, size = requests_file(bench, bench.district), bench.size
    with step("reports on SpatiaLite"):
        send(bench, server, requests, min(1.0, size.seconds))
        rates = [send(bench, server, requests, size.seconds)["rate"] for _ in range(size.rounds)]
    notes = f"{size.connections} connections, {size.stored:,} matters stored"
    return Row("SpatiaLite: POST /api/v1/issues", f"{statistics.median(rates):.0f}/s", "–", None, notes=notes)
