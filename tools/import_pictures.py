"""Draws the pictures of docs/import.md: a faulty file's findings, and the same areas, mended, on the leader's map.

`python tools/import_pictures.py` takes in hand-drawn cells of a fictional district, twice, into a store that is
thrown away, and photographs the pages with Debian's Chromium. No real border and no real name is in them.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from pathlib import Path

import geopandas as gpd
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from shapely import Polygon, affinity, box
from werkzeug.serving import make_server

from gridmap.actions import accounts
from gridmap.app import create_app, open_office, sign_in_rules
from gridmap.cli import main
from gridmap.config import read_settings
from gridmap.geo.crs import WGS84

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COMMUNITY, PASSWORD = "990001001001", "Only-for-pictures-1"
WEST, SOUTH, STEP = 103.80, 25.49, 0.01
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1200, "height": 720}


def cell(column: int, row: int) -> Polygon:
    """A slanted cell of a net of four by three."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return affinity.skew(box(west, south, west + STEP, south + STEP), xs=12, ys=6, origin=(WEST, SOUTH))


def cells(*, faulty: bool) -> gpd.GeoDataFrame:
    """Twelve cells of a fictional community; faulty, they overlap, leave a gap, cross themselves and repeat a code."""
    shapes = [cell(n % 4, n // 4) for n in range(12)]
    codes = [f"{COMMUNITY}{n:03d}" for n in range(1, 13)]
    names = [f"河滨第{n}网格" for n in range(1, 13)]
    if faulty:
        shapes[1] = affinity.scale(shapes[1], 1.18, 1.0)
        shapes[6] = affinity.scale(shapes[6], 0.8, 0.8)
        a, b, c, d, _ = shapes[11].exterior.coords
        shapes[11] = Polygon([a, c, b, d])
        shapes[8] = affinity.translate(shapes[8], STEP * 0.00004, 0)
        codes[4] = codes[3]
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=WGS84)


def take_in(frame: gpd.GeoDataFrame, file: Path, level: str, *words: str) -> None:
    """One import; its refusal is no surprise here."""
    frame.to_file(file)
    said = CliRunner().invoke(main, ["import", "areas", str(file), "--level", level, *words])
    print(said.stderr)


def keep(
    browser: Browser, url: str, name: str, *, sign_in: str | None = None, click: str | None = None
) -> None:
    """A page as a small picture."""
    page = browser.new_page(viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
    if sign_in:
        page.goto(f"{sign_in}/sign-in")
        page.fill("#username", "seat")
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
    page.goto(url)
    if click:
        page.locator(click).first.click()
    page.wait_for_timeout(2500)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    page.close()
    Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE, colors=255).save(file, optimize=True)
    file.chmod(0o644)
    print(f"{file.name}: {file.stat().st_size // 1024} kB")


def draw(folder: Path) -> None:
    """Both imports and both pictures."""
    page, whole = folder / "findings.html", cells(faulty=False)
    for level, code, name in (
        ("district", "990001", "示例区"),
        ("street", "990001001", "白石街道"),
        ("community", COMMUNITY, "河滨社区"),
    ):
        outline = gpd.GeoDataFrame({"code": [code], "name": [name]}, geometry=[whole.union_all()], crs=WGS84)
        take_in(outline, folder / f"{level}.gpkg", level)
    take_in(cells(faulty=True), folder / "示例网格.gpkg", "grid", "--map", str(page))
    take_in(whole, folder / "mended.gpkg", "grid")
    settings = read_settings()
    office = open_office(settings)
    accounts.add_account(
        office, None, accounts.NewAccount("seat", "seat", "990001", None, PASSWORD), sign_in_rules(settings)
    )
    app = create_app(settings)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        keep(browser, page.as_uri(), "import-findings")
        keep(browser, page.as_uri(), "import-finding", click="#list button:has-text('重叠')")
        keep(browser, f"{address}/map", "import-areas", sign_in=address)
        browser.close()
    app.extensions["gridmap"].live.stop()


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"GRIDMAP_DATABASE_URL": f"sqlite:///{scratch}/p.db", "GRIDMAP_DATA_DIR": scratch}
        os.environ |= {"GRIDMAP_LANGUAGE": "zh-CN", "GRIDMAP_SECRET_KEY": "only-for-pictures"}
        CliRunner().invoke(main, ["init"])
        draw(Path(scratch))
