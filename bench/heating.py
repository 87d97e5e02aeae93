"""Heat over HTTP, beside the same open points binned by SQL in the same store, with the same counts."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import psycopg

from bench.offices import readers
from bench.run import Bench, step
from bench.serving import Server, serving
from bench.table import Row
from gridmap.geo.crs import WGS84
from gridmap.geo.heat import bandwidth_for_zoom, grid_shape

Box = tuple[float, float, float, float]

# Over all, town and street: shares of the district's width and height around its middle.
VIEWS = ((11.0, 1.04), (13.0, 0.3), (15.0, 0.07))
_PROMISED_S, _PROMISED_MANY_S, _TIMES_FASTER = 0.050, 0.300, 10.0
_WARMING = 4
_BINNING = """
SELECT ST_X(place), ST_Y(place), n FROM (
    SELECT ST_SnapToGrid(geom, %(west)s, %(south)s, %(dx)s, %(dy)s) AS place, count(*) AS n FROM issues
    WHERE status IN ('reported', 'handling', 'handled')
    AND ST_Intersects(geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)) GROUP BY 1
) AS bins
"""


@dataclass
class _Asked:
    """One view: what our answers took, what SQL's took, and how many matters each saw."""

    zoom: float
    ours_s: list[float] = field(default_factory=list)
    theirs_s: list[float] = field(default_factory=list)
    counts: tuple[int, int] = (0, 0)


def measure(bench: Bench) -> list[Row]:
    """Rows for as many matters as are stored elsewhere, and for ten times as many."""
    stored = bench.size.stored
    few, many = _measured(bench, stored), _measured(bench, 10 * stored)
    whole, ratio = few[0], statistics.median(few[0].theirs_s) / statistics.median(few[0].ours_s)
    return [
        Row(
            f"Heat of the whole district, {stored:,} open, against ST_SnapToGrid and count",
            f"{statistics.median(whole.ours_s) * 1000:.0f} ms",
            f"{statistics.median(whole.theirs_s) * 1000:.0f} ms",
            ratio,
            _TIMES_FASTER,
            f"over HTTP, kernel, classes and surfaces included; the same {whole.counts[0]:,} matters on both sides",
            {"views": [vars(view) for view in few]},
        ),
        _slowest(few, stored, _PROMISED_S),
        _slowest(many, 10 * stored, _PROMISED_MANY_S),
    ]


def _slowest(views: list[_Asked], stored: int, promised_s: float) -> Row:
    slow = {view.zoom: statistics.quantiles(view.ours_s, n=20)[-1] for view in views}
    worst = max(slow.values())
    return Row(
        f"Heat in any view, {stored:,} open, p95",
        f"{worst * 1000:.0f} ms",
        f"{promised_s * 1000:.0f} ms",
        promised_s / worst,
        1.0,
        ", ".join(f"zoom {zoom:.0f} {seconds * 1000:.0f} ms" for zoom, seconds in slow.items())
        + f"; binning by SQL {', '.join(f'{statistics.median(view.theirs_s) * 1000:.0f}' for view in views)} ms",
        {"p95_s": {str(zoom): seconds for zoom, seconds in slow.items()}},
    )


def _measured(bench: Bench, stored: int) -> list[_Asked]:
    url = bench.cluster.create("heat", bench.store("all", stored))
    with (
        serving(url, bench.data_dir, bench.size) as server,
        bench.cluster.connect("heat") as connection,
        step(f"heat of {stored} matters, and binning by SQL"),
    ):
        return [_view(bench, server, connection, zoom, _box(bench, share)) for zoom, share in VIEWS]


def _box(bench: Bench, share: float) -> Box:
    west, south, east, north = bench.district.cells.total_bounds
    lon, lat, across, up = (
        (west + east) / 2,
        (south + north) / 2,
        (east - west) * share,
        (north - south) * share,
    )
    return (lon - across / 2, lat - up / 2, lon + across / 2, lat + up / 2)


def _view(bench: Bench, server: Server, connection: psycopg.Connection, zoom: float, box: Box) -> _Asked:
    asked = _Asked(zoom)
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    for _ in range(_WARMING * bench.size.workers):  # every process reads its columns once
        _ours(client, zoom, box)
    for _ in range(bench.size.answers * 5):
        begun = time.perf_counter()
        told = _ours(client, zoom, box)
        asked.ours_s.append(time.perf_counter() - begun)
    for _ in range(max(2, bench.size.rounds)):
        begun = time.perf_counter()
        bins = connection.execute(_BINNING, _binning(zoom, box)).fetchall()
        asked.theirs_s.append(time.perf_counter() - begun)
    asked.counts = (json.loads(told)["count"], sum(number for _, _, number in bins))
    if asked.counts[0] != asked.counts[1]:
        raise AssertionError(f"heat counts {asked.counts[0]}, SQL {asked.counts[1]} at zoom {zoom}")
    return asked


def _ours(client: http.client.HTTPConnection, zoom: float, box: Box) -> bytes:
    query = urlencode({"bbox": ",".join(f"{side:.6f}" for side in box), "zoom": zoom})
    client.request("GET", f"/api/v1/heat?{query}", headers={"Authorization": f"Bearer {readers()[0]}"})
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(body[:300])
    return body


def _binning(zoom: float, box: Box) -> dict[str, float]:
    """The same places as ours: three to a bandwidth."""
    sides = [round(side, 6) for side in box]
    rows, columns = grid_shape(tuple(sides), bandwidth_for_zoom(zoom))  # type: ignore[arg-type]
    west, south, east, north = sides
    steps = {"dx": (east - west) / (columns - 1), "dy": (north - south) / (rows - 1)}
    return {"west": west, "south": south, "east": east, "north": north, "srid": WGS84, **steps}
