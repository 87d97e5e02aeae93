"""Baked tiles through gunicorn, beside tipg over the same PostGIS; and how long baking them takes."""

from __future__ import annotations

import json
import math
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from bench import fetching
from bench.cluster import free_port
from bench.drawing import CENTRE, outline, scatter, to_lon_lat
from bench.offices import environ, gridmap, opened, readers
from bench.processes import run_measured
from bench.run import Bench, step
from bench.serving import serving
from bench.table import Row
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.geo.crs import WGS84

CELLS_S, WITH_BUILDINGS_S = 10.0, 60.0
"""What baking may take: areas alone, and with the buildings."""
RATE, P99 = 10.0, 10.0
_SEED = 20260103
_AROUND = 2
"""So many tiles to each side of the middle one: about what a large screen shows."""
_ZOOMS = {"areas": range(10, 15), "buildings": range(13, 16)}
_VIEWS = (
    "CREATE TABLE tipg_areas AS SELECT id, code, name, level, geom FROM areas WHERE valid_to IS NULL",
    "CREATE TABLE tipg_buildings AS SELECT id, code, name, floors, footprint AS geom FROM buildings",
    "CREATE INDEX ON tipg_areas USING gist (geom)",
    "CREATE INDEX ON tipg_buildings USING gist (geom)",
    "ALTER TABLE tipg_areas ADD PRIMARY KEY (id)",
    "ALTER TABLE tipg_buildings ADD PRIMARY KEY (id)",
    "VACUUM ANALYZE tipg_areas",
    "VACUUM ANALYZE tipg_buildings",
)
"""What tipg is given: plain tables with nothing else in them, indexed."""


def buildings(count: int) -> gpd.GeoDataFrame:
    """`count` slabs and blocks where people are, as `import_buildings` takes them."""
    rng = np.random.default_rng(_SEED)
    middle, turn = scatter(rng, count, outline()), rng.uniform(0, np.pi, count)
    sides = np.column_stack([rng.uniform(15, 60, count), rng.uniform(8, 15, count)])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2 * sides[:, None, :]
    along = np.column_stack([np.cos(turn), np.sin(turn)])[:, None, :]
    across = along[..., ::-1] * [-1, 1]
    xy = middle[:, None, :] + corners[..., :1] * along + corners[..., 1:] * across
    shapes = shapely.polygons(to_lon_lat(xy.reshape(-1, 2)).reshape(count, 5, 2))
    plain = {"code": [f"B{n:07d}" for n in range(count)], "address": "", "chief": ""}
    plain |= {"name": [f"建设路{n // 50}号{n % 50 + 1}栋" for n in range(count)]}
    plain |= {"floors": rng.integers(1, 33, count), "households": rng.integers(1, 200, count)}
    return gpd.GeoDataFrame(plain, geometry=shapes, crs=WGS84)


def measure_baked(bench: Bench) -> list[Row]:
    """How long `gridmap bake` takes, start of the program included: areas, then with the buildings."""
    url = bench.cluster.create("baked", bench.store("all"))
    cells = _baked_s(bench, url)
    with opened(url, bench.data_dir) as office, step(f"{bench.size.buildings} buildings"):
        import_buildings(office, buildings(bench.size.buildings), ImportFile("buildings", "b"))
    bench.settle("baked")
    bench.keep_store("baked")
    whole = _baked_s(bench, url)
    named = f"{len(bench.district.cells):,} cells"
    return [
        _baked_row(f"Baked, {named}", cells, CELLS_S),
        _baked_row(f"Baked, {named} and {bench.size.buildings:,} buildings", whole, WITH_BUILDINGS_S),
    ]


def _baked_s(bench: Bench, url: str) -> list[float]:
    folder = bench.work / "baked"
    with step("gridmap bake"):
        return [
            run_measured(gridmap("bake", "--force"), environ(url, folder), bench.work).wall_s
            for _ in range(bench.size.rounds)
        ]


def _baked_row(name: str, seconds: list[float], promised_s: float) -> Row:
    middle = statistics.median(seconds)
    notes = f"`gridmap bake --force`, all sets, start of the program included; {len(seconds)} times"
    figures = {"seconds": seconds}
    return Row(name, f"{middle:.1f} s", f"{promised_s:.0f} s", promised_s / middle, 1.0, notes, figures)


def measure(bench: Bench) -> list[Row]:
    """Two rows for the same list of tiles, asked of `gridmap serve` and of tipg: how many a second, and their p99."""
    url, name = _store(bench)
    folder = bench.work / "baked"
    versions = json.loads(
        subprocess.run(gridmap("bake"), env=environ(url, folder), stdout=subprocess.PIPE, check=True).stdout
    )
    ours, theirs = bench.work / "tiles-ours.json", bench.work / "tiles-theirs.json"
    listed = [(layer, tile) for layer in _ZOOMS for tile in _tiles(layer)]
    fetching.prepare(ours, [f"/tiles/{layer}/{versions[layer]}/{tile}.mvt" for layer, tile in listed], Authorization=f"Bearer {readers()[0]}")  # fmt: skip
    fetching.prepare(theirs, [f"/collections/public.tipg_{layer}/tiles/WebMercatorQuad/{tile}" for layer, tile in listed])  # fmt: skip
    bench.cluster.run(*_VIEWS, name=name)
    with serving(url, folder, bench.size) as server:
        mine = _fetched(bench, "gridmap", ours, server.port)
    with _tipg(bench, name) as port:
        other = _fetched(bench, "tipg", theirs, port)
    return _rows(bench, mine, other, len(listed))


def _store(bench: Bench) -> tuple[str, str]:
    """A store with cells and buildings: the one that was baked, if it was."""
    if "baked" not in bench._stores:
        measure_baked(bench)
    return bench.cluster.url("baked"), "baked"


def _tiles(layer: str) -> Iterator[str]:
    """Zoom, column and row of the tiles around the town's middle, zoom by zoom."""
    for zoom in _ZOOMS[layer]:
        x = int((CENTRE.lon + 180) / 360 * 2**zoom)
        y = int((1 - math.asinh(math.tan(math.radians(CENTRE.lat))) / math.pi) / 2 * 2**zoom)
        steps = range(-_AROUND, _AROUND + 1)
        yield from (f"{zoom}/{x + right}/{y + down}" for right in steps for down in steps)


def _fetched(bench: Bench, name: str, file: Path, port: int) -> dict[str, Any]:
    size = bench.size
    with step(f"{size.seconds:.0f} s of tiles from {name}"):
        fetching.fetch(file, port, size.connections, 0.0)  # each once: nobody starts cold
        runs = [fetching.fetch(file, port, size.connections, size.seconds) for _ in range(size.rounds)]
    took = sorted(second for run in runs for second in run["took_s"])
    return {
        "per_s": [len(run["took_s"]) / run["seconds"] for run in runs],
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[min(len(took) - 1, int(len(took) * 0.99))] * 1000,
        "kB": sum(run["bytes"] for run in runs) / len(took) / 1000,
        "load_cpu": sum(run["cpu_s"] for run in runs) / sum(run["seconds"] for run in runs),
    }


def _rows(bench: Bench, mine: Mapping[str, Any], other: Mapping[str, Any], listed: int) -> list[Row]:
    rate, their_rate = statistics.median(mine["per_s"]), statistics.median(other["per_s"])
    figures = {"ours": mine, "theirs": other}
    notes = (
        f"{listed} tiles in turn, {len(bench.district.cells):,} cells, {bench.size.buildings:,} buildings,"
        f" {bench.size.workers} processes each, {bench.size.connections} connections; mean {mine['kB']:.0f} kB"
        f" and {other['kB']:.0f} kB; the load generator took {mine['load_cpu']:.2f} and {other['load_cpu']:.2f}"
        " of a processor; each of ours is asked by somebody signed in, tipg asks nobody who they are"
    )
    p50 = f"p50 {mine['p50_ms']:.1f} ms and {other['p50_ms']:.1f} ms"
    return [
        Row("Tiles, against tipg on the same PostGIS", f"{rate:,.0f}/s", f"{their_rate:,.0f}/s", rate / their_rate, RATE, notes, figures),
        Row("Tiles, the slowest of a hundred (p99)", f"{mine['p99_ms']:.1f} ms", f"{other['p99_ms']:.1f} ms", other["p99_ms"] / mine["p99_ms"], P99, p50, figures),
    ]  # fmt: skip


@contextmanager
def _tipg(bench: Bench, name: str) -> Iterator[int]:
    """tipg over the database `name`, with as many processes as gridmap has; its port."""
    port, log = free_port(), bench.work / "tipg.log"
    url = bench.cluster.url(name).replace("postgresql+psycopg://", "postgresql://")
    words = ["uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    order = [sys.executable, "-m", *words, "--workers", str(bench.size.workers)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            order, env={**os.environ, "DATABASE_URL": url}, stdout=out, stderr=out, cwd=bench.work
        )
    try:
        _wait_until_up(process, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/collections/public.tipg_areas", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-2000:])
