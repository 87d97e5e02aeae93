"""Draws the pictures of README and guides from the demo district: `make pictures`.

Builds the demo into a folder that is thrown away (or takes the one of GRIDMAP_DATA_DIR with `--here`), serves it,
and photographs every page, or those named, with Debian's Chromium. Everything on them is invented.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from gridmap.app import open_office
from gridmap.config import read_settings
from gridmap.db.models import Meta

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PASSWORD = "Shili-2026"  # noqa: S105  (the demo's, known to all)
CHROMIUM = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-sandbox")
PORT = 8127
ADDRESS = f"http://127.0.0.1:{PORT}"
DESK, PHONE, WALL, WIDE = (1440, 900), (390, 844), (1920, 1080), (3840, 1080)


@dataclass(frozen=True)
class Shot:
    """One picture: who opens which page at which size, and what they do before it is taken."""

    name: str
    username: str | None
    path: str
    size: tuple[int, int] = DESK
    act: Callable[[Page], None] = field(default=lambda page: None)
    wait_ms: int = 3500


def choose_a_busy_cell(page: Page) -> None:
    """Open the panel of a cell with much to do."""
    code = page.evaluate(
        """async () => {
          const { cells } = await (await fetch("/api/v1/state")).json();
          const sum = (counts) => counts.reduce((a, b) => a + b, 0);
          return Object.entries(cells).sort((a, b) => sum(b[1]) - sum(a[1]))[0][0];
        }"""
    )
    page.goto(f"{ADDRESS}/map#at=area:{code}")


def choose_a_matter_near_a_border(page: Page) -> None:
    """Open the panel of a matter that could lie in several cells."""
    number = page.evaluate(
        """async () => {
          const list = await (await fetch("/api/v1/issues?status=open&limit=200")).json();
          for (const { properties: p } of list.features) {
            if (!p.accuracy_m || p.accuracy_m < 20) continue;
            const whole = await (await fetch(`/api/v1/issues/${p.number}`)).json();
            const { why, photos } = whole.properties;
            if (why.status === "ambiguous" && photos.length) return p.number;
          }
          return list.features[0].properties.number;
        }"""
    )
    page.goto(f"{ADDRESS}/map#at=issue:{number}")


def begin_a_report(page: Page) -> None:
    """The card of categories of a new report."""
    page.wait_for_timeout(3000)
    with page.expect_file_chooser():
        page.get_by_role("button", name="上报").first.click()
    page.get_by_role("button", name="类别").last.click()


SHOTS = (
    Shot("sign-in", None, "/sign-in"),
    Shot("map", "zhongxin", "/map"),
    Shot("map-cell", "zhongxin", "/map", act=choose_a_busy_cell),
    Shot("map-matter", "zhongxin", "/map", act=choose_a_matter_near_a_border, wait_ms=8000),
    Shot("map-heat", "zhongxin", "/map#mode=heat"),
    Shot("wall", "daping", "/wall", WALL, wait_ms=9000),
    Shot("wall-wide", "daping", "/wall", WIDE, wait_ms=12000),
    Shot("field", "urban_management", "/field", PHONE),
    Shot("field-category", "urban_management", "/field", PHONE, act=begin_a_report),
)


def main() -> None:
    """Build, serve, photograph."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    shots = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(os.environ["GRIDMAP_DATA_DIR"]) if "--here" in sys.argv else Path(scratch)
        with _serving(here), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
            names = _sign_ins(here)
            for shot in shots:
                _take(browser, shot, names.get(shot.username or "", shot.username))
            browser.close()


@contextmanager
def _serving(folder: Path) -> Iterator[None]:
    told = {
        "GRIDMAP_DATA_DIR": str(folder),
        "GRIDMAP_PORT": str(PORT),
        "GRIDMAP_SECRET_KEY": "only-for-pictures",
    }
    environ = {**os.environ, **told}
    for words in (("init",), ("demo",)):
        subprocess.run([sys.executable, "-m", "gridmap", *words], env=environ, check=True)  # noqa: S603
    server = subprocess.Popen([sys.executable, "-m", "gridmap", "serve"], env=environ)
    try:
        _wait_until_up()
        yield
    finally:
        server.terminate()
        server.wait(30)


def _sign_ins(folder: Path) -> dict[str, str]:
    """The demo's ready sign-ins: user names by role."""
    office = open_office(read_settings({**os.environ, "GRIDMAP_DATA_DIR": str(folder)}))
    with office.database.reading() as session:
        told = session.scalar(select(Meta.value).where(Meta.name == "demo_accounts"))
    office.database.dispose()
    return {one["role"]: one["username"] for one in json.loads(told or "[]")}


def _wait_until_up() -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{ADDRESS}/healthz", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


def _take(browser: Browser, shot: Shot, username: str | None) -> None:
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        geolocation={"longitude": 103.8010, "latitude": 25.4931, "accuracy": 8},
        permissions=["geolocation"],
        is_mobile=shot.size == PHONE,
        device_scale_factor=2 if shot.size == PHONE else 1,
    )
    page = context.new_page()
    if username:
        page.goto(f"{ADDRESS}/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("about:blank")
    page.goto(ADDRESS + shot.path)
    shot.act(page)
    page.wait_for_timeout(shot.wait_ms)
    file = PICTURES / f"{shot.name}.png"
    page.screenshot(path=file)
    context.close()
    _make_small(file)


def _make_small(file: Path) -> None:
    """As WebP: a palette would make one colour out of two that mean different things."""
    small = file.with_suffix(".webp")
    Image.open(file).convert("RGB").save(small, quality=90, method=6)
    file.unlink()
    small.chmod(0o644)
    print(f"{small.name}: {small.stat().st_size // 1024} kB")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    main()
