"""What an operator declares is read as it is meant; every wrong line is named, and no secret is ever said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridmap.errors import InvalidInputError
from gridmap.files.basemaps.declared import BaseMap, BaseMaps, load_base_maps, read_base_maps
from gridmap.texts import LANGUAGES
from gridmap.texts import text as said_in
from tests.foreign import KEY
from tests.guards.source import REPO

HERE = Path("/etc/gridmap")
TIANDITU = """
wall = "tdt"

[maps.tdt]
kind = "tianditu"
name = "天地图影像"
name_en = "Tianditu imagery"
layer = "img"
key_from = "TIANDITU_KEY"
"""
XYZ = """
[maps.own]
kind = "xyz"
name = "自建"
datum = "wgs84"
attribution = "审图号 GS(2026)0001号"
url = "https://{s}.maps.example:8443/t/{z}/{x}/{-y}.png?k={key}"
subdomains = ["a", "b"]
key = "a/b&c"
bounds = [103.0, 25.0, 104.5, 26]
headers = { Referer = "https://grid.example/" }
"""
WMTS = """
[maps.own]
kind = "wmts"
name = "x"
datum = "cgcs2000"
attribution = "x"
url = "http://10.1.2.3/wmts"
layer = "base map"
matrix_set = "w"
"""


def read(text: str, **environ: str) -> BaseMaps:
    return read_base_maps(text, environ, HERE)


def only(text: str) -> BaseMap:
    (one,) = read(text).maps
    return one


def refused(text: str) -> tuple[str, int]:
    """The code and the line of the refusal, which can be told in both languages without a secret."""
    with pytest.raises(InvalidInputError) as caught:
        read(text)
    said = [said_in(language, f"error.{caught.value.code}", **caught.value.details) for language in LANGUAGES]
    assert all(
        f"{caught.value.details.get('line', '')}" in one and "{" not in one and KEY not in one for one in said
    )
    return caught.value.code, caught.value.details.get("line", 0)


def test_without_a_file_there_is_none():
    assert load_base_maps("", {}) == BaseMaps()
    assert not BaseMaps().is_fetching


def test_tianditu_needs_a_key_and_no_more():
    told = read(TIANDITU, TIANDITU_KEY=KEY)
    (one,) = told.maps
    assert (told.wall, told.is_fetching, one.datum, one.max_zoom) == ("tdt", True, "cgcs2000", 18)
    assert "天地图" in one.attribution
    assert [layer.address(3, 6, 2) for layer in one.layers] == [
        f"https://t0.tianditu.gov.cn/{name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default"
        f"&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=3&TILEROW=2&TILECOL=6&tk={KEY}"
        for name in ("img", "cia")
    ]
    assert one.layers[0].host == "t*.tianditu.gov.cn"


def test_tianditu_without_its_names():
    (one,) = read(TIANDITU + "labels = false", TIANDITU_KEY=KEY).maps
    assert len(one.layers) == 1


def test_an_address_is_filled():
    one = only(XYZ)
    assert one.layers[0].address(2, 1, 0) == "https://b.maps.example:8443/t/2/1/3.png?k=a%2Fb%26c"
    assert one.layers[0].headers == (("Referer", "https://grid.example/"),)
    assert (one.name_en, one.bounds, one.in_prints) == ("自建", (103.0, 25.0, 104.5, 26.0), False)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h/w", "http://h/w?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=base+map&STYLE=default&TILEMATRIXSET=w&FORMAT=image%2Fpng&TILEMATRIX=5&TILEROW=7&TILECOL=6"),
        ("http://h/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png", "http://h/default/w/5/7/6.png"),
        ("http://h/w?SERVICE=WMTS&TILEMATRIX=m:{z}&TILEROW={y}&TILECOL={x}", "http://h/w?SERVICE=WMTS&TILEMATRIX=m:5&TILEROW=7&TILECOL=6"),
    ],
)  # fmt: skip
def test_a_wmts_is_asked_by_question_or_by_template(url, address):
    told = only(WMTS.replace("http://10.1.2.3/wmts", url)).layers[0].address(5, 6, 7)
    assert told.replace("%2F", "/") == address.replace("%2F", "/")


@pytest.mark.parametrize(
    ("was", "now", "code", "line"),
    [
        ('kind = "xyz"', 'kind = "wms"', "base_map_field_wrong", 3),
        ('kind = "xyz"', "", "base_map_field_missing", 2),
        ('datum = "wgs84"', 'datum = "beijing54"', "base_map_field_wrong", 5),
        ('datum = "wgs84"', "", "base_map_field_missing", 2),
        ('name = "自建"', "name = 7", "base_map_field_wrong", 4),
        ('attribution = "审图号 GS(2026)0001号"', 'attribution = " "', "base_map_field_wrong", 6),
        ('name = "自建"', 'colour = "red"', "base_map_field_unknown", 4),
        ("bounds = [103.0, 25.0, 104.5, 26]", "bounds = [104, 25, 103, 26]", "base_map_field_wrong", 10),
        ("bounds = [103.0, 25.0, 104.5, 26]", "max_zoom = 99", "base_map_field_wrong", 10),
        ("bounds = [103.0, 25.0, 104.5, 26]", "min_zoom = 19", "base_map_field_wrong", 10),
        ("bounds = [103.0, 25.0, 104.5, 26]", "in_prints = 1", "base_map_field_wrong", 10),
        ("bounds = [103.0, 25.0, 104.5, 26]", "tile_size = 300", "base_map_field_wrong", 10),
        ('key = "a/b&c"', "", "base_map_key_needed", 2),
        ('key = "a/b&c"', 'key_from = "NOWHERE"', "base_map_key_missing", 9),
        ("?k={key}", "", "base_map_key_unused", 9),
        ("{-y}", "7", "base_map_place_missing", 7),
        ("{-y}", "{y}{path}", "base_map_place_unknown", 7),
        ("https://{s}.maps.example:8443/", "file:///etc/passwd?", "base_map_not_an_address", 7),
        ("https://{s}.maps.example:8443/", "ftp://{s}.maps.example/", "base_map_not_an_address", 7),
        ("https://{s}.maps.example:8443/", "https:///", "base_map_not_an_address", 7),
        ("https://{s}.maps.example:8443/", "https://{s}.maps.example{x}/", "base_map_host_not_fixed", 7),
        ("https://{s}.maps.example:8443/", "https://{key}@{s}.maps.example/", "base_map_host_not_fixed", 7),
        ("https://{s}.maps.example:8443/", "https://maps.example/{s}/", "base_map_subdomains_wrong", 8),
        ('subdomains = ["a", "b"]', "", "base_map_subdomains_wrong", 2),
        ('subdomains = ["a", "b"]', 'subdomains = ["a", "evil.example/"]', "base_map_not_an_address", 7),
        ('headers = { Referer = "https://grid.example/" }', 'headers = { "A:B" = "x" }', "base_map_field_wrong", 11),
        ('headers = { Referer = "https://grid.example/" }', 'headers = { A = "x\\r\\ny" }', "base_map_field_wrong", 11),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(was, now, code, line):
    assert XYZ.count(was) == 1
    assert refused(XYZ.replace("a/b&c", KEY).replace(was.replace("a/b&c", KEY), now)) == (code, line)


@pytest.mark.parametrize("grid", ["c", "EPSG:4490", "urn:ogc:def:wkss:OGC:1.0:x/CRS84"])
def test_tiles_cut_in_degrees_are_refused(grid):
    assert refused(WMTS.replace('"w"', f'"{grid}"')) == ("base_map_lon_lat_grid", 9)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[maps.own\n", "base_maps_unreadable", 0),
        ("maps = 3", "base_map_field_wrong", 1),
        ("keep_days = -1", "base_map_field_wrong", 1),
        ('\nwall = "other"' + XYZ, "base_map_field_wrong", 2),
        ("cache = 7", "base_map_field_unknown", 1),
        (XYZ.replace("maps.own", 'maps."../x"'), "base_map_field_wrong", 2),
        (WMTS.replace('layer = "base map"', ""), "base_map_field_missing", 2),
    ],
)
def test_a_wrong_file_is_refused(text, code, line):
    assert refused(text) == (code, line)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="base_maps_unreadable"):
        load_base_maps(str(tmp_path / "none.toml"), {})


def test_files_are_named_from_where_the_declaration_lies(tmp_path):
    text = (
        '[maps.own]\nkind = "file"\nname = "x"\ndatum = "wgs84"\nattribution = "x"\nfile = "city.mbtiles"\n'
    )
    (tmp_path / "base.toml").write_text(text, encoding="utf-8")
    (one,) = load_base_maps(str(tmp_path / "base.toml"), {}).maps
    assert one.file == tmp_path / "city.mbtiles"


def test_no_secret_shows_in_what_is_printed():
    (one,) = read(TIANDITU, TIANDITU_KEY=KEY).maps
    assert KEY not in f"{one} {one.layers!r} {read(TIANDITU, TIANDITU_KEY=KEY)}"


def test_the_example_of_the_operators_page_is_a_right_one():
    page = (REPO / "docs" / "operating.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    told = read(example, TIANDITU_KEY=KEY)
    assert {one.id: one.datum for one in told.maps} == {
        "image": "cgcs2000", "own": "cgcs2000", "amap": "gcj02", "offline": "wgs84",
    }  # fmt: skip
    assert told.wall == "image"
