"""Small cells to draw, and a real browser that is served our files and answers from memory, never the net."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import Browser, Page, Route

from gridmap.geo import crs
from gridmap.maps import assets
from gridmap.resources import PACKAGE
from tests.maps.baking import Answers, area, baked_areas, empty_set

STATIC = PACKAGE / "static"
SITE = "http://gridmap.test"
HOSTILE_NAME = "<img src=x onerror=\"document.title='hacked'\">"


@pytest.fixture(autouse=True)
def local_assets() -> None:
    assets.use_local_assets("/static/vendor")


@pytest.fixture
def two_cells() -> gpd.GeoDataFrame:
    """West with three open matters, east outside the reader's scope."""
    records = [
        {"code": "990001003012001", "name": "河滨第1网格", "level": "grid", "open": 3},
        {"code": "990001003012002", "name": "河滨第2网格", "level": "grid", "open": None},
    ]
    shapes = [shapely.box(103.80, 25.49, 103.81, 25.50), shapely.box(103.81, 25.49, 103.82, 25.50)]
    return gpd.GeoDataFrame(records, geometry=shapes, crs=crs.WGS84)


@pytest.fixture(scope="session")
def two_areas(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The same two cells in their community, street and district, baked."""
    both = shapely.box(103.80, 25.49, 103.82, 25.50)
    rows = [
        area("990001", "示例区", "district", "", both),
        area("990001003", "白石街道", "street", "990001/", both),
        area("990001003012", "河滨社区", "community", "990001/990001003/", both),
    ]
    above = "990001/990001003/990001003012/"
    for n, west in ((1, 103.80), (2, 103.81)):
        shape = shapely.box(west, 25.49, west + 0.01, 25.50)
        rows.append(area(f"99000100301200{n}", HOSTILE_NAME, "grid", above, shape))
    return baked_areas(rows, tmp_path_factory.mktemp("areas"))


class Site:
    """What the browser of a test sees as our server: static files, and whatever the test puts into `answers`."""

    address = SITE

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Any] = {}
        self.html = "<!DOCTYPE html><title>test</title>"
        self.csp = ""
        self.complaints: list[str] = []
        self.baked: list[Answers] = []
        page.route("**/*", self.answer)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.listen)

    def listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != SITE:
            self.complaints.append(f"foreign: {route.request.url}")
            route.abort()
        elif url.path.startswith("/static/"):
            file = STATIC / url.path.removeprefix("/static/")
            route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0])
        elif url.path.startswith("/tiles/"):
            found = next(filter(None, (one.to(url.path) for one in self.baked)), None)
            route.fulfill(**(found or {"json": empty_set(url.path)}))
        elif url.path in self.answers:
            route.fulfill(json=self.answers[url.path])
        else:
            self.page_or_nothing(route, url.path)

    def page_or_nothing(self, route: Route, path: str) -> None:
        if path == "/api/v1/stream":
            route.fulfill(body=": hello\n\n", content_type="text/event-stream")
        elif path.startswith("/api/"):
            route.fulfill(json={"type": "FeatureCollection", "features": [], "categories": [], "cells": {}})
        else:
            headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": self.csp}
            route.fulfill(body=self.html, headers={k: v for k, v in headers.items() if v})

    def call(self, module: str, expression: str, *arguments: Any) -> Any:
        """What `expression` (its names from our ES module `module`, `a` the arguments) gives in the page."""
        script = f"async (a) => {{ const m = await import('/static/js/{module}'); return ({expression}); }}"
        return json.loads(json.dumps(self.page.evaluate(script, list(arguments))))


@contextmanager
def opened_site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield Site(context.new_page())
    context.close()


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    with opened_site(browser) as made:
        yield made


@pytest.fixture(scope="module")
def functions(browser: Browser) -> Iterator[Site]:
    """One empty page for all tests of a module that call functions of our scripts and draw nothing."""
    with opened_site(browser) as made:
        made.page.goto(made.address)
        yield made
