"""A base map seen: its colour below the cells on /map, /field and the wall, its source named, the map whole without it."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import SignInRules
from gridmap.geo.crs import LonLat, from_wgs84
from gridmap.web import build
from tests.browser.conftest import Visitor, until
from tests.conftest import settings_for
from tests.foreign import KEY, Answer, Foreign, declared, foreign_server
from tests.town import C1, C3, CENTRES, PARKING, actor_named, report_at

SECOND = 1_000
FIELDS = (72, 116, 58)
FADED_IN = """[...document.querySelectorAll(".leaflet-base-pane img.leaflet-tile")]
    .every((tile) => getComputedStyle(tile).opacity === "1")"""
pytestmark = pytest.mark.parametrize("engine", ["spatialite"])
DECLARED = """
wall = "image"

[maps.image]
kind = "xyz"
name = "影像（测试）"
name_en = "Imagery (test)"
datum = "gcj02"
attribution = "测试底图 审图号 GS(2026)0001号"
url = "{url}?tk={{key}}"
key = "{key}"

[maps.lines]
kind = "xyz"
name = "电子地图（测试）"
datum = "wgs84"
attribution = "测试"
url = "{url}"
in_prints = true
max_zoom = 16
"""


def drawn(zoom: int, x: int, y: int) -> Answer:
    """Fields as a satellite sees them, the larger ones by zoom, with paths between."""
    image = Image.new("RGB", (256, 256), FIELDS)
    draw = ImageDraw.Draw(image)
    for n in range(0, 256, 64):
        for m in range(0, 256, 64):
            shade = (x * 31 + y * 17 + n * 3 + m * 5) % 40 - 20
            draw.rectangle((n, m, n + 61, m + 61), fill=tuple(part + shade for part in FIELDS))
    draw.line((0, 200, 256, 120), fill=(150, 140, 110), width=4)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return 200, {}, out.getvalue()


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    with foreign_server() as server:
        server.answer = drawn
        yield server


@pytest.fixture
def app(office: Office, rules: SignInRules, foreign: Foreign, tmp_path: Path) -> Iterator[Flask]:
    file = declared(tmp_path, DECLARED.format(url=foreign.template, key=KEY))
    made = build(settings_for(office, GRIDMAP_BASE_MAPS=file), office, rules)
    yield made
    made.extensions["gridmap"].live.stop()
    made.extensions["gridmap_base"].close()


@pytest.fixture
def leader(office: Office, visitor: Visitor) -> Page:
    for place in (C1, C1, C3):
        report(office, actor_named(office, "dong"), report_at(*CENTRES[place], category=PARKING))
    visitor.enter("seat")
    expect(visitor.page.locator("[data-part=figures]")).to_contain_text("3")
    return visitor.page


def choose(page: Page, name: str) -> None:
    page.locator("[data-part=layers] > button").click()
    page.get_by_label(name).check()
    page.keyboard.press("Escape")


def base_stands(page: Page) -> None:
    """Every tile of the base map that the view asks for is there, and has faded in."""
    tiles = page.locator(".leaflet-base-pane img.leaflet-tile")
    expect(tiles.first).to_be_attached()
    expect(page.locator(".leaflet-base-pane img.leaflet-tile:not(.leaflet-tile-loaded)")).to_have_count(0)
    until(page, lambda: bool(page.evaluate(FADED_IN)))


def green_share(png: bytes, box: tuple[int, int, int, int]) -> float:
    """The share of a part of a picture that is rather green: fields, also below a tint."""
    pixels = list(Image.open(io.BytesIO(png)).convert("RGB").crop(box).getdata())
    return sum(green > red + 6 and green > blue + 6 for red, green, blue in pixels) / len(pixels)


def test_a_leader_chooses_a_base_map(leader: Page, visitor: Visitor) -> None:
    middle = (700, 300, 1100, 700)
    before = green_share(leader.screenshot(), middle)
    choose(leader, "影像（测试）")
    expect(leader.locator("[data-part=base-source]")).to_have_text("底图：测试底图 审图号 GS(2026)0001号")
    base_stands(leader)
    visitor.keep("map-base")
    assert before < 0.05
    assert green_share(leader.screenshot(), middle) > 0.5
    assert "base=image" in leader.url
    leader.goto(f"{visitor.address}/map")  # without a word in the address: what this browser chose
    expect(leader.locator("[data-part=base-source]")).to_be_visible()
    choose(leader, "自有图层")
    expect(leader.locator("[data-part=base-source]")).to_be_hidden()
    assert "base=" not in leader.url
    assert visitor.complaints == []


def test_it_lies_where_what_is_drawn_over_it_lies(visitor: Visitor, foreign: Foreign) -> None:
    """A spot that the source, in GCJ-02, draws where GCJ-02 puts a place shows at that place, within a metre."""
    lon, lat = CENTRES[C1][0] + 0.002, CENTRES[C1][1] + 0.001  # beside the cell's number
    there = from_wgs84(lon, lat, "gcj02")
    foreign.answer = lambda z, x, y: (200, {}, spotted(z, x, y, there))
    visitor.enter("seat", f"/map#base=image&hide=names,borders,buildings&view=18,{lon},{lat}")
    expect(visitor.page.locator("[data-part=base-source]")).to_be_visible()
    base_stands(visitor.page)
    box = visitor.page.locator(".leaflet-container").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    seen = dark_middle(visitor.page.screenshot(), middle)
    metres_per_pixel = 40_075_017 * math.cos(math.radians(lat)) / 256 / 2**18
    assert math.dist(seen, middle) * metres_per_pixel < 1


def spotted(zoom: int, x: int, y: int, place: LonLat) -> bytes:
    """A white tile, with a dark spot where a place is drawn."""
    column = (place.lon + 180) / 360 * 2**zoom - x
    row = (1 - math.asinh(math.tan(math.radians(place.lat))) / math.pi) / 2 * 2**zoom - y
    image = Image.new("RGB", (256, 256), (255, 255, 255))
    ImageDraw.Draw(image).ellipse(
        (column * 256 - 6, row * 256 - 6, column * 256 + 5, row * 256 + 5), fill=(0, 0, 0)
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def dark_middle(png: bytes, around: tuple[float, float]) -> tuple[float, float]:
    """The middle of what is dark within 40 pixels of a place on a picture."""
    image = Image.open(io.BytesIO(png)).convert("L")
    left, top = (int(at) - 40 for at in around)
    shades = image.crop((left, top, left + 80, top + 80))
    dark = [(n % 80, n // 80) for n, shade in enumerate(shades.getdata()) if shade < 100]
    assert 60 < len(dark) < 200
    return tuple(
        sum(at[axis] for at in dark) / len(dark) + 0.5 + start for axis, start in ((0, left), (1, top))
    )  # type: ignore[return-value]


def test_its_strength_is_kept(leader: Page, visitor: Visitor) -> None:
    choose(leader, "电子地图（测试）")
    leader.locator("[data-part=layers] > button").click()
    leader.get_by_label("浓淡").fill("40")
    visitor.keep("map-base-choice")
    leader.reload()
    expect(leader.locator(".leaflet-base-pane .leaflet-layer")).to_have_css("opacity", "0.4")
    assert visitor.complaints == []


def test_pictures_hold_only_what_may_be_in_them(leader: Page, visitor: Visitor) -> None:
    shares = []
    for name in ("影像（测试）", "电子地图（测试）"):
        choose(leader, name)
        expect(leader.locator("[data-part=base-source]")).to_be_visible()
        base_stands(leader)
        leader.locator("[data-part=sharing] > button").click()
        with leader.expect_download() as download:
            leader.locator("[data-share=picture]").click()
        picture = download.value.path().read_bytes()
        (Path("artefacts") / f"map-base-picture-{len(shares)}.png").write_bytes(picture)
        shares.append(green_share(picture, (700, 600, 1500, 1400)))
    without, with_it = shares
    assert without < 0.05
    assert with_it > 0.5
    expect(leader.locator("[data-part=base-source]")).to_be_visible()


def test_without_its_source_the_map_goes_on_and_says_so(
    leader: Page, foreign: Foreign, visitor: Visitor
) -> None:
    foreign.gives(b"", 500)
    choose(leader, "影像（测试）")
    expect(leader.locator("[data-part=base-fault]")).to_contain_text("底图“影像（测试）”暂时取不到")
    expect(leader.locator("[data-part=base-source]")).to_be_hidden()
    visitor.keep("map-base-gone")
    assert all("502" in complaint for complaint in visitor.complaints)


def test_the_phone_has_it_too(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.enter("li", "/field#/map")
    page.get_by_role("button", name="底图").click()
    page.get_by_role("button", name="影像（测试）").click()
    expect(page.locator(".map-source")).to_have_text("底图：测试底图 审图号 GS(2026)0001号")
    base_stands(page)
    visitor.keep("field-base")
    assert green_share(page.screenshot(), (40, 200, 300, 700)) > 0.4


def test_the_wall_shows_it_by_night(office: Office, visitor: Visitor) -> None:
    for place in (C1, C1, C3):
        report(office, actor_named(office, "dong"), report_at(*CENTRES[place], category=PARKING))
    page = visitor.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    visitor.enter("wall")
    expect(page.locator("[data-panel=map] [data-part=base]")).to_have_text(
        "底图 测试底图 审图号 GS(2026)0001号", timeout=60 * SECOND
    )
    expect(page.locator("body[data-drawn=all]")).to_be_attached(timeout=60 * SECOND)
    until(page, lambda: green_share(page.screenshot(), (800, 400, 1120, 700)) > 0.6)
    visitor.keep("wall-base")
    assert visitor.complaints == []


def test_a_wall_without_its_source_is_a_wall(foreign: Foreign, visitor: Visitor) -> None:
    foreign.gives(b"<html>", 200)
    visitor.enter("wall")
    expect(visitor.page.locator("body[data-drawn=all]")).to_be_attached(timeout=60 * SECOND)
    expect(visitor.page.locator("[data-panel=map] [data-part=base]")).to_have_text("底图暂时取不到")
    assert all("502" in complaint for complaint in visitor.complaints)
