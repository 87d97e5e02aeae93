"""Placemarks with all that stands in them; folders are layers; nothing outside the file is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely import MultiPolygon, Point, Polygon

from gridmap.errors import FileUnreadableError
from gridmap.files.reading import Source, read_features
from gridmap.geo.crs import WGS84
from tests.files.delivered import kml, placemark

RING = [(103.8, 25.5), (103.81, 25.5), (103.81, 25.51), (103.8, 25.5)]


def read(folder: Path, text: str | bytes, **options: str) -> Source:
    data = text.encode() if isinstance(text, str) else text
    (folder / "a.kml").write_bytes(data)
    return read_features(folder / "a.kml", **options)  # type: ignore[arg-type]


def drawn(folder: Path, shape: str) -> object:
    return read(folder, kml(f"<Placemark><name>x</name>{shape}</Placemark>")).frame.geometry.iloc[0]


def test_names_extended_data_and_html_become_columns(tmp_path: Path) -> None:
    table = "<![CDATA[<table><tr><td>户数</td><td>24 &amp; 1</td></tr></table>]]>"
    simple = '<ExtendedData><SchemaData><SimpleData name="级">3</SimpleData></SchemaData></ExtendedData>'
    more = f"<description>{table}</description>{simple}"
    row = read(tmp_path, kml(placemark("网格", RING, {"code": "007"}, more))).frame.iloc[0]
    assert (row["Name"], row["code"], row["级"], row["户数"]) == ("网格", "007", "3", "24 & 1")
    assert row["geometry"] == Polygon(RING)


def test_every_kind_of_shape_is_read_flat(tmp_path: Path) -> None:
    point = "<Point><coordinates> 103.8,25.5,12 </coordinates></Point>"
    hole = "0,0 9,0 9,9 0,9 0,0", "1,1 2,1 2,2 1,1"
    sides = zip(("outer", "inner"), hole, strict=True)
    polygon = "".join(
        f"<{s}BoundaryIs><LinearRing><coordinates>{c}</coordinates></LinearRing></{s}BoundaryIs>"
        for s, c in sides
    )
    polygon = f"<Polygon>{polygon}</Polygon>"
    assert drawn(tmp_path, point) == Point(103.8, 25.5)
    assert drawn(tmp_path, polygon).area == 80.5  # type: ignore[attr-defined]
    assert isinstance(drawn(tmp_path, f"<MultiGeometry>{polygon}{polygon}</MultiGeometry>"), MultiPolygon)
    mixed = drawn(tmp_path, f"<MultiGeometry>{polygon}{point}</MultiGeometry>")
    assert mixed.geom_type == "GeometryCollection"  # type: ignore[attr-defined]
    line = drawn(tmp_path, "<LineString><coordinates>0,0 1,1</coordinates></LineString>")
    assert line.length == pytest.approx(2**0.5)  # type: ignore[attr-defined]


@pytest.mark.parametrize("written", ["0,0 1,1", "a,b 1,1 2,2", "", "0 1 2 3"])
def test_a_ring_that_is_none_is_a_finding(tmp_path: Path, written: str) -> None:
    ring = f"<LinearRing><coordinates>{written}</coordinates></LinearRing>"
    broken = f"<Placemark><Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon></Placemark>"
    found = read(tmp_path, kml(placemark("whole", RING, {}), broken, "<Placemark/>"))
    assert list(found.frame.geometry.isna()) == [False, True, True]
    assert [(f.rule, f.record) for f in found.findings] == [("geometry_unreadable", 1)]


def test_folders_are_layers_to_choose(tmp_path: Path) -> None:
    cell = placemark("a", RING, {})
    folders = f"<Folder><name>网格</name>{cell}<Folder><name>内</name>{cell}</Folder></Folder>{cell}"
    with pytest.raises(FileUnreadableError) as caught:
        read(tmp_path, kml(folders))
    choices = [fact["layer"] for fact in caught.value.details["questions"][0]["evidence"]]
    assert choices == ["网格", "网格/内", "a"]
    assert len(read(tmp_path, kml(folders), layer="网格/内").frame) == 1


def test_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    found = read(tmp_path, kml(placemark("a", RING, {}), link))
    assert [(f.rule, f.details["address"]) for f in found.findings] == [
        ("link_not_followed", "http://127.0.0.1:9/x.kml")
    ]


def test_gbk_by_declaration_is_read(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="GB2312"?>\n' + kml(placemark("网格", RING, {}))
    found = read(tmp_path, text.encode("gbk"))
    assert (list(found.frame["Name"]), found.frame.crs.to_epsg()) == (["网格"], WGS84)
    with pytest.raises(FileUnreadableError, match="encoding_wrong"):
        read(tmp_path, text.encode("gbk") + b"\xff")


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9))
DEEP = "<Folder>" * 200 + "</Folder>" * 200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"<!DOCTYPE kml [{LAUGHS}]><kml>&a8;</kml>", "xml_with_entities"),
        (f"<!DOCTYPE kml [{LAUGHS}]><kml>&a8;</kml>".encode("utf-16"), "xml_with_entities"),
        ('<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd"><kml/>', "xml_with_entities"),
        ("<OGRVRTDataSource/>", "content_differs"),
        ("<kml><Document>", "file_kind_unknown"),
        (f"<kml>{DEEP}</kml>", "file_kind_unknown"),
        ("<kml/>", "file_without_features"),
        ("no xml", "file_kind_unknown"),
    ],
)
def test_what_is_no_harmless_kml_is_refused(tmp_path: Path, text: str | bytes, code: str) -> None:
    with pytest.raises(FileUnreadableError) as caught:
        read(tmp_path, text)
    assert caught.value.code == code
