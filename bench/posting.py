"""Reports over HTTP through gunicorn, beside pgbench with the same statements and as many connections."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from bench import load, pgbench
from bench.district import District, points
from bench.offices import reporters
from bench.run import Bench, step
from bench.serving import Server, serving
from bench.table import Row
from gridmap.demo.sayings import SAYINGS

_WARM_S = 5.0
"""After so long each process has met most cells once; a server runs for days."""


def reports(drawn: District, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Token and body of so many reports: places inside the district, 10 m accuracy, a category, words."""
    lon_lat = points(count, 2, outside=0.0)
    kinds = np.random.default_rng(3).integers(0, len(SAYINGS), count)
    tokens = np.random.default_rng(4).permutation(reporters(drawn))  # in no order that another key has too
    return [
        (str(tokens[n % len(tokens)]), _body(float(lon), float(lat), SAYINGS[kinds[n]]))
        for n, (lon, lat) in enumerate(lon_lat)
    ]


def _body(lon: float, lat: float, saying: Any) -> dict[str, Any]:
    words = saying.sentences[0].format(road="建设路", n="三")
    return {
        "lon": lon,
        "lat": lat,
        "datum": "wgs84",
        "accuracy_m": 10,
        "category": saying.key,
        "description": words,
    }


def requests_file(bench: Bench, drawn: District) -> Path:
    """Prepared requests for the load."""
    file = bench.work / f"requests-{len(drawn.cells)}"
    if not file.exists():
        load.prepare(file, reports(drawn, 20_000 if bench.size.cells > 100 else 200))
    return file


def measure(bench: Bench) -> list[Row]:
    """The row of POST /api/v1/issues."""
    size, template = bench.size, bench.store("all", bench.size.stored)
    scripts, statements = pgbench.record(bench, template, reports(bench.district, pgbench.WANTED))
    url = bench.cluster.create("posts_ours", template)
    bench.cluster.create("posts_theirs", template)
    ours, theirs = list[dict[str, Any]](), list[pgbench.Rate]()
    with serving(url, bench.data_dir, bench.size) as server:
        send(bench, server, requests_file(bench, bench.district), _warm_s(bench))
        for _ in range(size.rounds):
            with step(f"{size.seconds:.0f} s of reports, {size.seconds:.0f} s of pgbench"):
                ours.append(send(bench, server, requests_file(bench, bench.district), size.seconds))
                theirs.append(pgbench.run(bench, "posts_theirs", scripts))
    return [_row(bench, ours, theirs, statements)]


def _row(bench: Bench, ours: list[dict[str, Any]], theirs: list[pgbench.Rate], statements: int) -> Row:
    rates, others = [run["rate"] for run in ours], [run.per_s for run in theirs]
    rate, other = statistics.median(rates), statistics.median(others)
    waits = sorted(answered - begun for run in ours for _, begun, answered in run["done"])
    notes = (
        f"{bench.size.workers} processes, {bench.size.connections} connections, {bench.size.stored:,} matters stored,"
        f" {statements} statements a report; p50 {waits[len(waits) // 2] * 1000:.0f} ms,"
        f" p99 {waits[int(len(waits) * 0.99)] * 1000:.0f} ms;"
        f" of a processor the server took {_share(ours, 'server_cpu_s'):.2f}, the load generator"
        f" {_share(ours, 'cpu_s'):.2f}, pgbench {statistics.median(run.cpu_share for run in theirs):.2f}"
    )
    figures = {"ours_per_s": rates, "theirs_per_s": others, "statements": statements}
    return Row(
        "POST /api/v1/issues through gunicorn, against pgbench with the same statements",
        f"{rate:.0f}/s",
        f"{other:.0f}/s",
        rate / other,
        0.30,
        notes,
        figures=figures,
    )


def _share(runs: list[dict[str, Any]], name: str) -> float:
    return sum(run[name] for run in runs) / sum(run["seconds"] for run in runs)


def _warm_s(bench: Bench) -> float:
    """How long a server is asked before it is measured: never longer than it is measured."""
    return min(_WARM_S, bench.size.seconds)


def send(bench: Bench, server: Server, file: Path, seconds: float) -> dict[str, Any]:
    """What a load of so many seconds did, with the rate it reached and the processor the server took."""
    before = server.cpu_s()
    found = load.finish(load.start(file, server.port, bench.size.connections, seconds))
    found["server_cpu_s"] = server.cpu_s() - before
    found["rate"] = len(found["done"]) / found["seconds"]
    return found


def measure_growth(bench: Bench) -> list[Row]:
    """What ten times the cells, and ten times the stored matters, cost a report."""
    stored = bench.size.stored
    kinds = {"few": ("tenth", stored), "base": ("all", stored), "many": ("all", stored * 10)}
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        servers = {}
        for kind, (cells, matters) in kinds.items():
            url = bench.cluster.create(f"growth_{kind}", bench.store(cells, matters))
            file = requests_file(bench, bench.district_with(cells))
            servers[kind] = (stack.enter_context(serving(url, bench.data_dir, bench.size)), file)
            send(bench, *servers[kind], _warm_s(bench))
        for _ in range(bench.size.rounds):
            with step(f"3 × {bench.size.seconds:.0f} s of reports"):
                for kind, (server, file) in servers.items():
                    rates[kind].append(send(bench, server, file, bench.size.seconds)["rate"])
    few, base, many = (statistics.median(rates[kind]) for kind in ("few", "base", "many"))
    cells = [len(bench.district_with(kind).cells) for kind in ("tenth", "all")]
    return [
        _growth(f"A report with {cells[1]:,} cells, against {cells[0]:,}", base, few, rates),
        _growth(f"A report with {stored * 10:,} matters stored, against {stored:,}", many, base, rates),
    ]


def _growth(name: str, rate: float, other: float, rates: dict[str, list[float]]) -> Row:
    return Row(
        name,
        f"{1000 / rate:.2f} ms",
        f"{1000 / other:.2f} ms",
        other / rate,
        at_most=1.3,
        notes="time per report of the whole server under load",
        figures=rates,
    )
