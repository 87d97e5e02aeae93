"""The real application on a free port of this machine, and Debian's Chromium in front of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, select
from werkzeug.serving import make_server

from gridmap.actions.baking import bake_all, sets_due
from gridmap.actions.office import Office
from gridmap.db.models import TileSet
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


@pytest.fixture
def address(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application of this test answers; its tiles are baked."""
    bake_town(app.extensions["gridmap"].office, tmp_path_factory)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    app.extensions["gridmap"].live.stop()
    server.shutdown()
    thread.join(10)
    server.server_close()


@dataclass
class Visitor:
    """A browser tab, and everything it complained about or asked of strangers."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda m: m.type in ("error", "warning") and self._complain(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request", lambda r: r.url.startswith((self.address, "data:", "blob:")) or self._strange(r.url)
        )

    def _complain(self, said: str) -> None:
        if "GL Driver Message" not in said:  # the software that draws here finds itself slow
            self.complaints.append(said)

    def _strange(self, url: str) -> None:
        self.complaints.append(f"asked a stranger: {url}")

    def sign_in(self, username: str, language: str = "zh-CN") -> None:
        self.page.goto(f"{self.address}/sign-in?lang={language}")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        with self.page.expect_navigation(wait_until="load"):
            self.page.click("button[type=submit]")

    def keep(self, name: str) -> None:
        """A screenshot, kept as an artefact to be looked at."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    visitor = Visitor(context.new_page(), address)
    visitor.watch()
    yield visitor
    context.close()
