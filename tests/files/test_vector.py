"""Shapefiles, GeoJSON and what else GDAL reads: what they leave open is asked, what is broken told row by row."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import Point, box

from gridmap.errors import FileUnreadableError
from gridmap.files.questions import Reference
from gridmap.files.reading import Source, read_features
from gridmap.geo.crs import CGCS2000, WGS84
from tests.files.delivered import ZONE_35

SQUARE = [[[103.8, 25.5], [103.81, 25.5], [103.81, 25.51], [103.8, 25.5]]]


def geojson(folder: Path, *shapes: object, crs: object = ..., encoding: str = "utf-8") -> Path:
    features = [
        {"type": "Feature", "properties": {"code": str(n), "名": "河滨"}, "geometry": shape}
        for n, shape in enumerate(shapes)
    ]
    whole: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs is not ...:
        whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    (folder / "a.geojson").write_text(json.dumps(whole, ensure_ascii=False), encoding=encoding)
    return folder / "a.geojson"


def polygon(rings: object = SQUARE) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": rings}


def named(name: str) -> dict[str, object]:
    return {"type": "name", "properties": {"name": name}}


def refusal(path: Path, **options: object) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught:
        read_features(path, **options)  # type: ignore[arg-type]
    return caught.value


def asked(fault: FileUnreadableError) -> list[str]:
    assert fault.code == "file_leaves_open"
    return [question["question"] for question in fault.details["questions"]]


@pytest.mark.parametrize(
    ("crs", "epsg"),
    [
        (..., WGS84),
        (named("urn:ogc:def:crs:EPSG::4523"), ZONE_35),
        (named("EPSG:4490"), CGCS2000),
        (None, None),
        (named("nonsense"), None),
        ({}, None),
    ],
)
def test_a_geojson_is_in_what_it_declares(tmp_path: Path, crs: object, epsg: int | None) -> None:
    found = read_features(geojson(tmp_path, polygon(), crs=crs)).frame.crs
    assert (found.to_epsg() if found else None) == epsg


def test_crs84_is_longitude_first(tmp_path: Path) -> None:
    frame = read_features(geojson(tmp_path, polygon(), crs=named("urn:ogc:def:crs:OGC:1.3:CRS84"))).frame
    assert frame.crs.is_geographic
    assert frame.total_bounds[0] == 103.8


def test_an_address_in_a_geojson_is_never_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        for crs in (
            {"type": "link", "properties": {"href": address, "type": "proj4"}},
            {"type": "url", "properties": {"url": address}},
        ):
            assert refusal(geojson(tmp_path, polygon(), crs=crs)).code == "file_points_elsewhere"
        hidden = geojson(tmp_path, polygon(), crs={"type": "link", "properties": {"href": address}})
        hidden.write_text(hidden.read_text().replace('"crs"', '"\\u0063rs"'))
        read_features(hidden)
        with pytest.raises(TimeoutError):  # nobody has called
            server.accept()


def test_a_pipeline_of_gdal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"type": "gdal_streamed_alg", "command_line": "gdal vector read x"}')
    assert refusal(tmp_path / "a.json").code == "file_points_elsewhere"


def test_a_geojson_in_gbk_asks_and_is_read(tmp_path: Path) -> None:
    file = geojson(tmp_path, polygon(), encoding="gbk")
    assert asked(refusal(file)) == ["encoding"]
    assert read_features(file, encoding="gbk").frame["名"].tolist() == ["河滨"]
    assert refusal(file, encoding="utf-8").code == "encoding_wrong"
    bom = geojson(tmp_path, polygon(), encoding="utf-8-sig")
    assert len(read_features(bom).frame) == 1


def test_shapes_that_are_none_are_told_row_by_row(tmp_path: Path) -> None:
    two_points = polygon([[[0, 0], [1, 1]]])
    found = read_features(
        geojson(tmp_path, polygon(), two_points, None, {"type": "Point", "coordinates": [1, 2]})
    )
    assert list(found.frame.geometry.isna()) == [False, True, True, False]
    assert [(f.rule, f.severity, f.record) for f in found.findings] == [("geometry_unreadable", "error", 1)]


def test_heights_and_measures_are_read_without_a_word(tmp_path: Path) -> None:
    shape = shapely.from_wkt("POLYGON ZM ((0 0 1 9, 1 0 1 9, 1 1 1 9, 0 0 1 9))")
    gpd.GeoDataFrame(geometry=[shapely.force_3d(shape)], crs=WGS84).to_file(tmp_path / "a.gpkg")
    assert read_features(tmp_path / "a.gpkg").frame.geometry.iloc[0].area == 0.5


def shapefile(folder: Path, *names: str, encoding: str = "gbk", without: tuple[str, ...] = (".cpg",)) -> Path:
    shapes = [box(n, 0, n + 1, 1) for n in range(len(names))]
    gpd.GeoDataFrame({"名称": list(names)}, geometry=shapes, crs=WGS84).to_file(
        folder / "a.shp", encoding=encoding
    )
    for part in without:
        (folder / f"a{part}").unlink()
    return folder / "a.shp"


@pytest.mark.parametrize("written", ["GBK", "936", "ANSI 936", "gb2312", "CP936\n"])
def test_a_cpg_is_understood_as_offices_write_it(tmp_path: Path, written: str) -> None:
    file = shapefile(tmp_path, "河滨", "镕")
    (tmp_path / "a.cpg").write_text(written)
    assert read_features(file).frame["名称"].tolist() == ["河滨", "镕"]


def test_a_cpg_that_says_nothing_is_as_none(tmp_path: Path) -> None:
    file = shapefile(tmp_path, "河滨")
    (tmp_path / "a.cpg").write_text("OEM")
    assert asked(refusal(file)) == ["encoding"]


def test_all_questions_of_a_bare_shapefile_come_at_once(tmp_path: Path) -> None:
    file = shapefile(tmp_path, "河滨", without=(".cpg", ".prj"))
    assert asked(refusal(file, reference=Reference())) == ["crs", "encoding"]
    assert asked(refusal(file, reference=Reference(datum="gcj02"))) == ["encoding"]
    assert asked(refusal(file, reference=Reference(), encoding="gbk")) == ["crs"]
    assert len(read_features(file, reference=Reference(ZONE_35), encoding="gbk").frame) == 1


def test_a_name_cut_in_half_by_its_field_is_read(tmp_path: Path) -> None:
    file = shapefile(tmp_path, "河滨")
    dbf = (tmp_path / "a.dbf").read_bytes()
    (tmp_path / "a.dbf").write_bytes(dbf.replace("河滨".encode("gbk"), "河滨".encode("gbk")[:3] + b" "))
    assert read_features(file, encoding="gbk").frame["名称"].tolist() == ["河"]


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_part_that_is_missing_is_named(tmp_path: Path, part: str) -> None:
    fault = refusal(shapefile(tmp_path, "河滨", without=(part,)))
    assert (fault.code, fault.details["part"]) == ("part_missing", part)
    assert not (tmp_path / part).exists()


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.fgb"])
def test_a_file_cut_off_is_refused_or_told(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame({"n": range(99)}, geometry=[box(n, 0, n + 1, 1) for n in range(99)], crs=WGS84)
    frame.to_file(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 3])
    try:
        found = read_features(tmp_path / name)
    except FileUnreadableError as error:
        assert error.code == "file_kind_unknown"
    else:
        assert found.frame.geometry.isna().any()


def test_a_layer_without_shapes_is_none(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs=WGS84).to_file(tmp_path / "a.gpkg", layer="点")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "a.gpkg", layer="表")
    assert len(read_features(tmp_path / "a.gpkg").frame) == 1


def many_cornered(corners: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return shapely.Polygon(np.column_stack([103.8 + np.cos(angle) / 9, 25.5 + np.sin(angle) / 9]))


@pytest.mark.parametrize("name", ["a.geojson", "a.shp", "a.csv"])
def test_an_outline_of_200_000_corners_is_taken(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame({"code": ["1"]}, geometry=[many_cornered(200_000)], crs=WGS84)
    if name == "a.csv":
        frame.to_wkt().to_csv(tmp_path / name)
    else:
        frame.to_file(tmp_path / name)
    start = time.process_time()
    found: Source = read_features(tmp_path / name)
    assert shapely.get_num_coordinates(found.frame.geometry.iloc[0]) == 200_001
    assert time.process_time() - start < 10
