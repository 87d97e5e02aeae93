"""A file of matters taken in by `gridmap import issues`, beside plain SQL that only stores and locates the rows."""

from __future__ import annotations

import pstats
import sys
import time

import shapely

from bench.cluster import psql
from bench.district import matters_file
from bench.run import Bench, step
from bench.table import Row
from gridmap.geo.crs import WGS84

_TABLE = f"""
CREATE TABLE points (id text PRIMARY KEY, lon float8, lat float8, category text, created timestamp,
  description text, cell text,
  geom geometry(Point, {WGS84}) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), {WGS84})) STORED);
\\copy points (id, lon, lat, category, created, description) FROM 'matters.csv' CSV HEADER
"""
_INDEX = "CREATE INDEX points_geom ON points USING gist (geom); ANALYZE points;\n"
_LOCATE = "UPDATE points SET cell = cells.code FROM cells WHERE ST_Covers(cells.geom, points.geom);\n"
PLAIN = _TABLE + _INDEX + _LOCATE
"""COPY, index, UPDATE, as it is mostly done."""
ARTFUL = _TABLE + _LOCATE + _INDEX
"""The index last, so that the UPDATE does not write it anew."""

_OURS = "SELECT i.external_id AS id, a.code AS cell FROM issues i LEFT JOIN areas a ON a.id = i.cell_id"
_THEIRS = "SELECT id, cell FROM points"


def measure(bench: Bench) -> list[Row]:
    """The row of the import, with the store it leaves kept for others."""
    count = bench.size.points
    name = f"all_{count}"
    url = bench.cluster.create(name, bench.store())
    with step(f"gridmap import of {count} matters"):
        ours = bench.import_as_users_do(url, count, *_profiling(bench))
    tell_profile(bench)
    rows = _counted(bench, name)
    bench.settle(name)
    bench.keep_store(name)
    digest = _digest(bench, name, _OURS)
    plain, artful = (_plain(bench, script, digest) for script in (PLAIN, ARTFUL))
    notes = (
        f"{count:,} rows: parsed, located, assigned, stored with history, indexed; the same cell for each; our process took"
        f" {ours.cpu_s:.0f} s of CPU and {ours.peak_mb:.0f} MB at most; {rows}."
        f" Plain SQL with the index built last: {artful:.1f} s ({artful / ours.wall_s:.2f})"
    )
    figures = {"ours_s": ours.wall_s, "theirs_s": plain, "artful_s": artful, "peak_mb": ours.peak_mb}
    return [
        Row(
            "Imported, against COPY + GiST + UPDATE … ST_Covers",
            _rate(count, ours.wall_s),
            _rate(count, plain),
            plain / ours.wall_s,
            1.0,
            notes,
            figures,
        )
    ]


def _rate(count: int, seconds: float) -> str:
    return f"{seconds:.1f} s ({count / seconds:,.0f}/s)"


def _counted(bench: Bench, name: str) -> str:
    """What the store then holds. Raises RuntimeError where a row is missing."""
    with bench.cluster.connect(name) as connection:
        query = "SELECT count(*), count(*) FILTER (WHERE is_triage), count(owner_id) FROM issues"
        stored, triage, owned = connection.execute(query).fetchone() or (0, 0, 0)
        events = (connection.execute("SELECT count(*) FROM events").fetchone() or (0,))[0]
    if stored != bench.size.points or events < stored:
        raise RuntimeError(f"{stored} matters and {events} events are stored of {bench.size.points}")
    return f"{triage:,} of them in triage, {owned:,} with an owner"


def _profiling(bench: Bench) -> list[str]:
    if not bench.is_profiled:
        return []
    bench.results.mkdir(parents=True, exist_ok=True)
    return ["-m", "cProfile", "-o", str(bench.results / "import.prof")]


def tell_profile(bench: Bench) -> None:
    """Write beside a profile where the time went, by functions alone and with what they call."""
    if not bench.is_profiled:
        return
    file = bench.results / "import.prof"
    with file.with_suffix(".txt").open("w") as out:
        for order in ("tottime", "cumulative"):
            pstats.Stats(str(file), stream=out).strip_dirs().sort_stats(order).print_stats(40)
    print(f"  where the time went: {file.with_suffix('.txt')}", file=sys.stderr)


def _digest(bench: Bench, name: str, cells: str) -> str:
    """One digest over the cell of every row, for comparing."""
    told = "string_agg(id || '=' || coalesce(cell, ''), ',' ORDER BY id COLLATE \"C\")"
    with bench.cluster.connect(name) as connection:
        return str((connection.execute(f"SELECT md5({told}) FROM ({cells}) c").fetchone() or ("",))[0])


def _plain(bench: Bench, script: str, digest: str) -> float:
    """The seconds plain SQL takes, on a database of its own with the cells in it.

    Raises RuntimeError where it finds other cells than those of `digest`.
    """
    name = "plain"
    bench.cluster.create(name)
    load_cells(bench, name)
    link = bench.work / "matters.csv"
    if not link.exists():
        link.symlink_to(matters_file(bench.size.points, bench.cache).resolve())
    with step("plain SQL"):
        begun = time.perf_counter()
        psql(bench.cluster.environ(name), script, bench.work)
        took = time.perf_counter() - begun
    if _digest(bench, name, _THEIRS) != digest:
        raise RuntimeError("plain SQL located the points in other cells")
    bench.cluster.drop(name)
    return took


def load_cells(bench: Bench, name: str) -> None:
    """Put the cells into the table `cells` of a database, indexed and analysed."""
    cells = bench.district.cells
    rows = list(zip(cells["code"], shapely.to_wkb(cells.geometry.to_numpy()), strict=True))
    with bench.cluster.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        cursor.execute(f"CREATE TABLE cells (code text PRIMARY KEY, geom geometry(Polygon, {WGS84}))")
        cursor.executemany(f"INSERT INTO cells VALUES (%s, ST_GeomFromWKB(%s, {WGS84}))", rows)
        cursor.execute("CREATE INDEX ON cells USING gist (geom)")
        cursor.execute("VACUUM ANALYZE cells")
        cursor.execute("CHECKPOINT")
