"""The real application on a free port of this machine, and Debian's Chromium in front of it."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect
from sqlalchemy import insert, select
from werkzeug.serving import make_server

from gridmap.actions.baking import bake_all, sets_due
from gridmap.actions.office import Office
from gridmap.db.models import TileSet
from tests.guards.source import REPO
from tests.town import PASSWORD

ARTEFACTS = Path("artefacts")

expect.set_options(timeout=20_000)  # a machine may be busy: what is said here is what is shown, not how soon


_BAKED: dict[str, tuple[Path, list[dict[str, object]]]] = {}
"""By engine: the tiles of the town, and what the store says of them."""


def bake_town(office: Office, keep: pytest.TempPathFactory) -> None:
    """Tiles for the pages: of the plain town baked once for each engine, of any other anew."""
    engine = office.database.engine.dialect.name
    if engine in _BAKED:
        folder, rows = _BAKED[engine]
        shutil.copytree(folder, office.data_dir / "tiles", dirs_exist_ok=True)
        with office.work() as work:
            work.session.execute(insert(TileSet), rows)
    if not sets_due(office):
        return
    bake_all(office)
    if engine not in _BAKED:
        folder = keep.mktemp("tiles") / engine
        shutil.copytree(office.data_dir / "tiles", folder)
        with office.database.reading() as session:
            rows = [dict(row) for row in session.execute(select(TileSet.__table__)).mappings()]
        _BAKED[engine] = (folder, rows)


SAME = ("/static/", "/tiles/areas/", "/tiles/buildings/", "/tiles/ground/")
"""Where an address never means something else in another test: files, and tiles that carry their version."""


def _fleeting(start_response: StartResponse) -> StartResponse:
    """The same answer, which browsers do not keep: another test may ask for a photo or a tile at the same address."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if name.lower() != "cache-control"]
        return start_response(status, [*kept, ("Cache-Control", "no-store")], *more)

    return start


class Place:
    """One address for the applications of all tests, so that what browsers keep of its scripts holds for the next."""

    def __init__(self) -> None:
        self.address = ""
        self.take(None)

    def take(self, app: Flask | None) -> None:
        """From now on this one answers, or none."""
        self.app, self.streams = app, 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.app is None:
            start_response("503 Service Unavailable", [])
            return []
        path = environ["PATH_INFO"]
        answer = self.app(environ, start_response if path.startswith(SAME) else _fleeting(start_response))
        return self._noted(answer) if path == "/api/v1/stream" else answer

    def _noted(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        with closing(lines):  # type: ignore[type-var]
            for number, line in enumerate(lines):
                self.streams += number == 0
                yield line

    def is_heard(self, page: Page, streams: int = 1) -> None:
        """Waits until so many browsers listen: what happens from now on is told to them."""
        until(page, lambda: self.streams >= streams)


def until(page: Page, is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for what no locator tells, while the page goes on."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(50)


@contextmanager
def serving(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """An application on a port, 0: one that is free; its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """The one place of this run."""
    found = Place()
    with serving(found) as found.address:
        yield found


@pytest.fixture
def address(app: Flask, place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application of this test answers; its tiles are baked."""
    bake_town(app.extensions["gridmap"].office, tmp_path_factory)
    place.take(app)
    yield place.address
    app.extensions["gridmap"].live.stop()
    place.take(None)


EXPECTED = ("GL Driver Message", "blocked by Playwright")
"""The software that draws here finds itself slow; a worker is not let in where no test needs it (see FORGETFUL)."""


@dataclass
class Visitor:
    """A browser tab, and everything it complained about or asked of strangers."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._note)
        self.page.on("request", self._follow)

    def look_away(self) -> None:
        """The tab is somebody else's from now on."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._note)
        self.page.remove_listener("request", self._follow)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not any(known in said.text for known in EXPECTED):
            self.complaints.append(said.text)

    def _note(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"asked a stranger: {request.url}")

    def sign_in(self, username: str, language: str = "zh-CN") -> None:
        """Signs in as people do, and comes to the page they start at."""
        self.page.goto(f"{self.address}/sign-in?lang={language}")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        with self.page.expect_navigation(wait_until="load"):
            self.page.click("button[type=submit]")

    def enter(self, username: str, path: str = "/", language: str = "zh-CN") -> None:
        """Opens a page as whoever has signed in at this browser before."""
        self.admit(username, language)
        self.page.goto(f"{self.address}{path}")

    def admit(self, username: str, language: str = "zh-CN") -> None:
        """Signs in without a page, as costs a tenth of what it does with one (see sign_in)."""
        form = f"{self.address}/sign-in?lang={language}"
        ask = self.page.request
        token = re.findall(r'name="csrf_token" value="([^"]+)"', ask.get(form).text())[0]
        said = ask.post(
            form, form={"username": username, "password": PASSWORD, "csrf_token": token}, max_redirects=0
        )
        assert said.status == 302, said.status

    def keep(self, name: str) -> None:
        """A screenshot, kept as an artefact to be looked at; a JPEG costs far less than what none of its points lacks."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.jpg", type="jpeg", quality=90)


@cache
def _axe() -> str:
    return (REPO / "build" / "test-vendor" / "axe.min.js").read_text(encoding="utf-8")


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds on a page that would keep somebody out."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in serious]


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


REST = "/static/css/sign.svg"
"""Where a tab rests between two tests: at the same place, so that its process stays, and without a script."""
LEFT = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
"""What a page may leave behind in a browser, beside cookies and copies of files."""
Kind = TypeVar("Kind", bound=Visitor)


class Browsers:
    """Browsers as people have them, each kind opened once; a test finds nothing in them that another one left.

    Only copies of files stay (see SAME), and what they were compiled to: a browser that opens anew, fetches every script
    and compiles it spends most of its work on that.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._free: dict[str, list[Page]] = {}

    @contextmanager
    def lend(self, who: type[Kind], kind: dict[str, Any]) -> Iterator[Kind]:
        """Somebody at a tab of a browser of a kind (see Playwright's new_context), until the block ends."""
        same = self._free.setdefault(str(kind), [])
        page = same.pop() if same else self._browser.new_context(locale="zh-CN", **kind).new_page()
        visitor = who(page, self._address)
        visitor.watch()
        yield visitor
        visitor.look_away()
        self._forget(page)
        page.set_viewport_size(kind["viewport"])
        page.emulate_media(color_scheme="light", reduced_motion=kind.get("reduced_motion", "no-preference"))
        same.append(page)

    def _forget(self, page: Page) -> None:
        context = page.context
        context.set_offline(False)
        for other in context.pages:
            if other != page:
                other.close()
        page.unroute_all()
        page.goto(f"{self._address}{REST}")
        page.evaluate("sessionStorage.clear()")
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": self._address, "storageTypes": LEFT})
        session.detach()
        context.clear_cookies()
        context.clear_permissions()
        context.set_geolocation(None)
        page.mouse.move(0, 0)


@pytest.fixture(scope="session")
def browsers(browser: Browser, place: Place) -> Browsers:
    return Browsers(browser, place.address)


DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
STILL: dict[str, Any] = {**DESK, "reduced_motion": "reduce"}
"""A desk at which nothing moves by itself: each picture of a movement is work, and seldom what a test is about."""
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "reduced_motion": "reduce",
}
FORGETFUL: dict[str, Any] = {**PHONE, "service_workers": "block"}
"""A phone on which the worker that lets /field open without a network puts nothing aside: a third of a page's work."""


@pytest.fixture
def visitor(browsers: Browsers, address: str) -> Iterator[Visitor]:
    with browsers.lend(Visitor, STILL) as found:
        yield found
