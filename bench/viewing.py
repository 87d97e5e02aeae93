"""The first view of a whole district in a browser, and moving about in it, beside a plain folium page of the same data.

A map is drawn when all its areas in view are coloured, its counts are there and its heat is drawn. Which areas those are the page
says: cells, or from afar (where a typical cell would be narrower than ten pixels) the communities or streets that stand for them.
"""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page

from bench.browsing import FIRST_PICTURE, FLAT, Traffic, chromium, sign_in, wait_for_mark
from bench.cluster import free_port
from bench.district import matters_file
from bench.offices import PASSWORD, environ, gridmap, opened, readers
from bench.plain_page import DRAWN, write_plain_page
from bench.run import Bench, step
from bench.serving import serving
from bench.sizes import Size
from bench.table import Row
from bench.tiling import buildings
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings

_BYTES, _TIMES_FASTER, _GROWTH = 20.0, 4.0, 1.3
_LONGEST_TASK_MS, _FRAME_MS = 200.0, 50.0
_STATE_KB = 60.0
_MIDDLE = (1100.0, 540.0)
_WATCHING = """() => {
  window.benchTasks = []; window.benchFrames = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => benchTasks.push(one.duration))).observe({ type: "longtask" });
  let last = performance.now();
  const next = (now) => { benchFrames.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


@dataclass(frozen=True)
class _View:
    """One visit: seconds to the drawn map, kilobytes over the wire, and how it moved."""

    seconds: float
    kilobytes: float
    longest_task_ms: float
    frame_p95_ms: float


def measure(bench: Bench) -> list[Row]:
    """Bytes, time and frames beside the plain page; the same with a tenth of the data beside all of it."""
    (tenth, _), (whole, state) = _ours(bench, "tenth"), _ours(bench, "all")
    plain = _plain(bench)
    return [
        Row(
            "First view of the whole district: bytes over the wire, against a plain folium page",
            f"{_kilobytes(whole):,.0f} kB",
            f"{_kilobytes(plain):,.0f} kB",
            _kilobytes(plain) / _kilobytes(whole),
            _BYTES,
            _what(bench, "all") + "; a browser that comes for the first time",
            {"ours": [vars(view) for view in whole], "theirs": [vars(view) for view in plain]},
        ),
        Row(
            "First view of the whole district: seconds to the drawn map, against the same page",
            f"{_seconds(whole):.2f} s",
            f"{_seconds(plain):.2f} s",
            _seconds(plain) / _seconds(whole),
            _TIMES_FASTER,
            f"{len(whole)} and {len(plain)} visits, no graphics chip; {min(v.seconds for v in whole):.2f} to {max(v.seconds for v in whole):.2f} s",
        ),
        _moving_row("longest task of the page's scripts", "longest_task_ms", whole, plain, _LONGEST_TASK_MS),
        _moving_row("time between frames, p95", "frame_p95_ms", whole, plain, _FRAME_MS),
        Row(
            "Full state, compressed",
            f"{state:.1f} kB",
            f"{_STATE_KB:.0f} kB",
            _STATE_KB / state,
            1.0,
            f"counts by class of {len(bench.district.cells):,} cells, as they are asked for once cells are near",
        ),
        _growth_row(bench, "time", _seconds(tenth), _seconds(whole), "s"),
        _growth_row(bench, "bytes", _kilobytes(tenth), _kilobytes(whole), "kB"),
    ]


def _moving_row(name: str, figure: str, whole: list[_View], plain: list[_View], promised: float) -> Row:
    ours, theirs = (statistics.median(getattr(view, figure) for view in views) for views in (whole, plain))
    return Row(
        f"Zooming and dragging: {name}",
        f"{ours:.0f} ms",
        f"{promised:.0f} ms",
        promised / max(ours, 1.0),
        1.0,
        f"drawn without a graphics chip; the plain page {theirs:.0f} ms",
    )


def _growth_row(bench: Bench, name: str, tenth: float, whole: float, unit: str) -> Row:
    return Row(
        f"First view with 10 × the data: {name}",
        f"{whole:,.2f} {unit}",
        f"{tenth:,.2f} {unit}",
        whole / tenth,
        at_most=_GROWTH,
        notes=f"{_what(bench, 'all')}, against {_what(bench, 'tenth')}",
    )


def _what(bench: Bench, cells: str) -> str:
    share = 1 if cells == "all" else 10
    size = bench.size
    return (
        f"{len(bench.district_with(cells).cells):,} cells, {size.buildings // share:,} buildings,"
        f" {size.stored // share:,} open matters"
    )


def _seconds(views: list[_View]) -> float:
    return statistics.median(view.seconds for view in views)


def _kilobytes(views: list[_View]) -> float:
    return statistics.median(view.kilobytes for view in views)


def _ours(bench: Bench, cells: str) -> tuple[list[_View], float]:
    """`/map` with its heat over a store with so many cells, and as much else; and the kilobytes of the whole state."""
    share = 1 if cells == "all" else 10
    name, folder = f"viewed_{cells}", bench.work / f"viewed-{cells}"
    url = bench.cluster.create(name, bench.store(cells, bench.size.stored // share))
    with opened(url, folder) as office, step(f"{bench.size.buildings // share} buildings"):
        import_buildings(office, buildings(bench.size.buildings // share), ImportFile("buildings", "b"))
    bench.settle(name)
    with step("gridmap bake"):
        subprocess.run(gridmap("bake"), env=environ(url, folder), stdout=subprocess.DEVNULL, check=True)
    with serving(url, folder, bench.size) as server, step(f"/map of {_what(bench, cells)}"):
        address = f"http://127.0.0.1:{server.port}"
        state = _state_kilobytes(address)
        with chromium(FLAT) as browser:
            views = [
                _visit(browser, address, "/map#mode=heat", FIRST_PICTURE, bench.size)
                for _ in range(bench.size.rounds)
            ]
    bench.cluster.drop(name)
    return views, state


def _state_kilobytes(address: str) -> float:
    """The counts of all cells, as they are sent."""
    headers = {"Authorization": f"Bearer {readers()[0]}", "Accept-Encoding": "gzip"}
    asked = urllib.request.Request(f"{address}/api/v1/state", headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return len(answer.read()) / 1000


def _plain(bench: Bench) -> list[_View]:
    folder = bench.work / "plain"
    folder.mkdir()
    with step("folium.Map.save"):
        write_plain_page(folder, *_plain_data(bench))
    with _file_server(folder) as port, step("the plain page"), chromium(FLAT) as browser:
        # It takes so long that two visits tell enough.
        rounds = min(2, bench.size.rounds)
        address = f"http://127.0.0.1:{port}"
        return [_visit(browser, address, "/index.html", DRAWN, bench.size) for _ in range(rounds)]


def _plain_data(bench: Bench) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, np.ndarray]:
    matters = pd.read_csv(matters_file(bench.size.stored, bench.cache), usecols=["lon", "lat"])
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(matters["lon"], matters["lat"]), crs=bench.district.cells.crs
    )
    cells = bench.district.cells
    found = gpd.sjoin(points, cells[["code", "geometry"]], predicate="covered_by")["code"].value_counts()
    counted = cells.assign(open=cells["code"].map(found).fillna(0).astype(int))
    return counted, buildings(bench.size.buildings), matters.to_numpy()


@contextlib.contextmanager
def _file_server(folder: Path) -> Iterator[int]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "http.server",
        str(port),
        "--bind",
        "127.0.0.1",
        "--directory",
        str(folder),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_up(port)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait_until_up(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the plain page is not served")


def _visit(browser: Browser, address: str, path: str, mark: str, size: Size) -> _View:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.set_default_timeout(180_000)
    page = context.new_page()
    if mark == FIRST_PICTURE:
        sign_in(page, address, "reader000", PASSWORD)
    traffic = Traffic(page)
    page.goto(address + path, wait_until="commit")
    seconds = wait_for_mark(page, mark)
    page.wait_for_timeout(size.rest_ms)
    kilobytes = traffic.received / 1000
    moved = _moved(page, size.turns)
    context.close()
    return _View(seconds, kilobytes, max(moved["tasks"], default=0.0), _p95(moved["frames"]))


def _moved(page: Page, turns: int) -> dict[str, Any]:
    """Zoom in and out by the wheel and drag about, as a person looking for a place does; what the browser noted."""
    page.mouse.move(*_MIDDLE)
    page.evaluate(_WATCHING)
    for turn in [-240] * turns + [240] * turns:
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(700)
        _drag(page)
    page.wait_for_timeout(700)
    return {"tasks": page.evaluate("benchTasks"), "frames": page.evaluate("benchFrames")}


def _drag(page: Page) -> None:
    x, y = _MIDDLE
    page.mouse.down()
    for step_of in range(1, 13):
        page.mouse.move(x + 20 * step_of, y + 10 * step_of)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.mouse.move(x, y)
    page.wait_for_timeout(400)


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))] if values else 0.0
