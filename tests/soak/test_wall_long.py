"""A month of a wall in two minutes: hundreds of updates, scenes, new tiles, a server that goes; heap and nodes stay flat."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import text

from gridmap.actions.acts import Act
from gridmap.actions.baking import bake_all
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.steering import Wish, steer
from tests.browser.conftest import Visitor, address, browsers, place  # noqa: F401  (fixtures)
from tests.browser.test_wall import FIGURES, visitor, wall, with_scenes  # noqa: F401  (a fixture)
from tests.town import CENTRES, EASTGATE, actor_named, report_at

EACH, SECONDS, LEAST = 40, 110, 160
"""Updates between two looks; how long it goes on; updates there are at least."""
WARM = 2
"""The look from which on it counts: by then everything was drawn and compiled once."""
SCENES = "overview:5,areas:5,heat:5,reports@990001001001:5,late:5"
HEAP_MB, NODES, LISTENERS = 2.0, 60, 20
"""How much more there may be at the end: what is running by chance, not what is kept."""


@dataclass(frozen=True)
class Held:
    """What a page holds after its rubbish was collected."""

    heap_mb: float
    nodes: int
    listeners: int


def held(session: CDPSession) -> Held:
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return Held(metrics["JSHeapUsedSize"] / 1e6, int(metrics["Nodes"]), int(metrics["JSEventListeners"]))


def rest(page: Page) -> None:
    """Until no pulse runs."""
    expect(page.locator("[data-part=links] g")).to_have_count(0, timeout=20_000)
    page.wait_for_timeout(1000)


def something_else(n: int, office: Office, page: Page) -> None:
    """Besides reports: a seat that steers, tiles of another version, a server that cannot be reached."""
    if n % 20 == 0:
        steer(office, actor_named(office, "seat"), Wish("heat", EASTGATE if n % 40 else None, 5))
    if n % 50 == 0:
        with office.work() as work:
            work.session.execute(
                text("UPDATE areas SET name = name || 'x' WHERE level = 'grid' AND id % 2 = 0")
            )
        bake_all(office)
    if n % 70 == 0:
        page.route(FIGURES, lambda route: route.abort())
        page.wait_for_timeout(1000)
        page.unroute(FIGURES)


def update(n: int, place: tuple[float, float], office: Office, page: Page) -> None:  # noqa: F811
    """One report, closed again, and time for the wall to draw both."""
    number = report(office, actor_named(office, "dong"), report_at(*place)).number
    page.wait_for_timeout(150)
    act_on(office, actor_named(office, "seat"), number, Act("close"))
    something_else(n, office, page)
    page.wait_for_timeout(150)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ["spatialite"])
def test_heap_and_nodes_stay_flat(app: Flask, office: Office, visitor: Visitor) -> None:  # noqa: F811
    with_scenes(app, SCENES)
    page, places = wall(visitor), cycle(CENTRES.values())
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    looks, n, began = [], 0, time.monotonic()
    while time.monotonic() - began < SECONDS or n < LEAST:
        n += 1
        update(n, next(places), office, page)
        if n % EACH == 0:
            rest(page)
            looks.append(held(session))
            print(f"\n{n} updates, {time.monotonic() - began:.0f} s: {looks[-1]}", flush=True)
    first, last = looks[WARM - 1], looks[-1]
    assert last.heap_mb - first.heap_mb < HEAP_MB
    assert last.nodes - first.nodes < NODES
    assert last.listeners - first.listeners < LISTENERS
    expect(page.locator(".is-faulty")).to_have_count(0)
    visitor.keep("wall-soaked")
