"""Baked tiles: neighbours meet at every zoom, nobody is lost, and what cannot be finished leaves nothing behind."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import box

from bench.drawing import draw_cells, to_lon_lat
from gridmap.errors import UnavailableError
from gridmap.geo import bake as baking
from gridmap.geo.bake import bake, feature_line, write_lines
from gridmap.geo.tile_layers import (
    AREAS,
    LAYERS,
    RECIPES,
    area_index,
    area_lines,
    building_lines,
    ground_lines,
)
from tests.geo.mvt import Layer, read_tiles

DISTRICT, WEST, EAST = "990001", "990001001", "990001002"
SIDE_M = 8.0
"""How wide the smallest cells here are: a building of its own."""


@dataclass(frozen=True)
class Area:
    """An area as the store gives it."""

    code: str
    name: str
    level: str
    path: str
    parent_path: str
    label_lon: float
    label_lat: float
    wkb: bytes


def area(code: str, level: str, shape: shapely.Geometry, parent_path: str = "") -> Area:
    label = shapely.point_on_surface(shape)
    return Area(
        code,
        f"名{code}",
        level,
        f"{parent_path}{code}/",
        parent_path,
        label.x,
        label.y,
        shapely.to_wkb(shape),
    )


@cache
def ragged_net() -> list[Area]:
    """A district of two streets and sixty cells with ragged, shared borders."""
    cells = shapely.transform(draw_cells(np.random.default_rng(3), 60), to_lon_lat)
    is_west = shapely.get_x(shapely.centroid(cells)) < shapely.get_x(shapely.centroid(cells)).mean()
    top = area(DISTRICT, "district", shapely.coverage_union_all(cells))
    streets = [
        area(code, "street", shapely.coverage_union_all(cells[mine]), top.path)
        for code, mine in ((WEST, is_west), (EAST, ~is_west))
    ]
    own = [
        area(f"{streets[not west].code}001{n:03d}", "grid", shape, streets[not west].path)
        for n, (shape, west) in enumerate(zip(cells, is_west, strict=True))
    ]
    return [top, *streets, *own]


def row_of_huts() -> list[Area]:
    """Large cells side by side, and ten beside them of SIDE_M."""
    large = [box(103.80 + n / 100, 25.5, 103.81 + n / 100, 25.51) for n in range(3)]
    step = SIDE_M / 111_000
    huts = [box(103.83 + n * step, 25.5, 103.83 + (n + 1) * step, 25.5 + step) for n in range(10)]
    return [area(f"{n:015d}", "grid", shape) for n, shape in enumerate([*large, *huts])]


def baked(name: str, lines: Any, folder: Path, **more: Any) -> Path:
    source, target = folder / f"{name}.geojsons", folder / f"{name}.mbtiles"
    write_lines(lines, source)
    bake(source, RECIPES[name], target, facts={"version": "f" * 16}, layers=LAYERS[name], **more)
    return target


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = ragged_net()
    return baked("areas", area_lines(rows), tmp_path_factory.mktemp("net"), index=area_index(rows, "f" * 16))


def inside(layer: Layer) -> dict[str, shapely.Geometry]:
    """The parts of a layer's surfaces that lie in the tile itself, by code."""
    tile = box(0, 0, layer.extent, layer.extent)
    return {
        one.fields["code"]: shapely.intersection(shapely.make_valid(one.shape), tile)
        for one in layer.features
    }


@pytest.mark.parametrize("zoom", [8, 9, 10, 11, 12, 14])
def test_neighbours_meet_without_gap_or_overlap(net: Path, zoom: int) -> None:
    overlap = gap = whole = 0.0
    for _, _, layers in read_tiles(net, zoom):
        cells = list(inside(layers["grid"]).values())
        covered = shapely.union_all(cells)
        overlap += shapely.area(cells).sum() - covered.area
        gap += shapely.symmetric_difference(inside(layers["district"])[DISTRICT], covered).area
        whole += covered.area
    # What is left is where a corner was rounded onto another border: a unit or two of a tile, of hundreds of millions.
    assert overlap < 4
    assert gap < 4
    assert whole > 1e6


@pytest.mark.parametrize("zoom", [8, 10, 12])
def test_a_larger_area_is_outlined_as_its_cells_are(net: Path, zoom: int) -> None:
    for _, _, layers in read_tiles(net, zoom):
        cells = inside(layers["grid"])
        for code, street in inside(layers["street"]).items():
            own = shapely.union_all([shape for cell, shape in cells.items() if cell.startswith(code)])
            assert shapely.symmetric_difference(street, own).area < 4


def test_from_afar_borders_have_fewer_corners(net: Path) -> None:
    corners = [
        sum(
            shapely.get_num_coordinates(one.shape)
            for _, _, layers in read_tiles(net, zoom)
            for one in layers["grid"].features
        )
        for zoom in (8, 11, 14)
    ]
    assert corners == sorted(corners)
    assert corners[0] * 2 < corners[-1]


@pytest.mark.parametrize("zoom", range(AREAS.min_zoom, AREAS.max_zoom + 1))
def test_no_cell_is_missing_at_any_zoom(net: Path, tmp_path: Path, zoom: int) -> None:
    for rows, file in (
        (ragged_net(), net),
        (row_of_huts(), baked("areas", area_lines(row_of_huts()), tmp_path)),
    ):
        found = {
            one.fields["code"] for _, _, layers in read_tiles(file, zoom) for one in layers["grid"].features
        }
        assert found == {row.code for row in rows if row.level == "grid"}


def test_a_cell_lies_where_it_was_drawn_to_a_hand_s_breadth(net: Path) -> None:
    cell = next(row for row in ragged_net() if row.level == "grid")
    drawn = gpd.GeoSeries([shapely.from_wkb(cell.wkb)], crs=4326).to_crs(3857).iloc[0]
    side_m = 40_075_016.685578 / 2**14
    pieces = []
    for x, y, layers in read_tiles(net, 14):
        for shape in [inside(layers["grid"]).get(cell.code)]:
            if shape is not None:
                unit = side_m / layers["grid"].extent
                place = np.array([x * side_m - side_m * 2**13, side_m * 2**13 - y * side_m])
                pieces.append(shapely.transform(shape, lambda at, u=unit, p=place: p + at * [u, -u]))
    apart = shapely.hausdorff_distance(shapely.union_all(pieces, grid_size=0.001), drawn)
    assert apart < 0.5


def test_labels_come_level_by_level(net: Path) -> None:
    levels = {zoom: {one["level"] for one in fields_at(net, "label", zoom)} for zoom in (8, 12)}
    assert levels == {8: {"district", "street"}, 12: {"district", "street", "grid"}}


@dataclass(frozen=True)
class Building:
    """A building as the store gives it, with more than tiles may tell."""

    code: str
    footprint: bytes | None
    floors: int | None = 6
    name: str = "1栋"
    chief: str = "张三"
    households: int = 40
    point: bytes = shapely.to_wkb(shapely.Point(103.8, 25.5))


HOUSE = shapely.to_wkb(box(103.801, 25.501, 103.802, 25.502))


def fields_at(file: Path, layer: str, zoom: int) -> list[dict[str, Any]]:
    found = [
        one.fields
        for _, _, layers in read_tiles(file, zoom)
        if layer in layers
        for one in layers[layer].features
    ]
    return sorted(found, key=str)


def test_buildings_tell_their_floors_and_from_near_their_names(tmp_path: Path) -> None:
    rows = [Building("B1", HOUSE), Building("B2", None, None)]
    file = baked("buildings", building_lines(rows), tmp_path)
    for zoom in (11, 13):
        assert fields_at(file, "building", zoom) == [{"floors": 6}, {}]
    for zoom in (14, 15):
        assert fields_at(file, "building", zoom)[0] == {"code": "B1", "name": "1栋", "floors": 6}
        assert fields_at(file, "building", zoom)[-1] == {"code": "B2", "name": "1栋"}
    kinds = {
        one.shape.geom_type for _, _, layers in read_tiles(file, 15) for one in layers["building"].features
    }
    assert kinds == {"MultiPolygon", "MultiPoint"}


@dataclass(frozen=True)
class Landmark:
    """A landmark as the store gives it."""

    kind: str
    rank: str
    name: str
    wkb: bytes


def landmark(kind: str, rank: str, name: str, shape: shapely.Geometry) -> Landmark:
    return Landmark(kind, rank, name, shapely.to_wkb(shape))


ROAD = shapely.LineString([(103.80, 25.50), (103.82, 25.50)])
LAKE = box(103.80, 25.50, 103.82, 25.51)


def test_ground_comes_by_rank_and_surfaces_bear_their_name_inside(tmp_path: Path) -> None:
    rows = [
        landmark("road", "main", "建设路", ROAD),
        landmark("road", "lane", "", ROAD),
        landmark("water", "", "明湖", LAKE),
        landmark("place", "school", "一小", shapely.Point(103.81, 25.505)),
    ]
    file = baked("ground", ground_lines(rows), tmp_path)
    kinds = {zoom: [(f["kind"], f["rank"]) for f in fields_at(file, "ground", zoom)] for zoom in (8, 13, 14)}
    assert kinds[8] == [("road", "main"), ("water", "")]
    assert kinds[13] == [("place", "school"), *kinds[8]]
    assert set(kinds[14]) == {*kinds[13], ("road", "lane")}
    assert [f.get("name") for f in fields_at(file, "ground", 8)] == ["建设路", None]
    (name,) = fields_at(file, "name", 8)
    assert name == {"kind": "water", "rank": "", "name": "明湖", "w": 2011, "h": 1108}


def test_gdal_reads_what_was_baked(net: Path) -> None:
    layers = {str(name) for name, _ in pyogrio.list_layers(net)}
    assert layers == {"district", "street", "grid", "label"}
    read = pyogrio.read_dataframe(net, layer="grid", columns=["code"])
    assert read.crs.to_epsg() == 3857
    assert set(read["code"]) == {row.code for row in ragged_net() if row.level == "grid"}


def metadata(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, value FROM metadata"))


def test_the_file_says_what_it_is_and_not_where_it_was_made(net: Path) -> None:
    told = metadata(net)
    assert (told["minzoom"], told["maxzoom"], told["format"], told["version"]) == ("8", "14", "pbf", "f" * 16)
    west, south, east, north = map(float, told["bounds"].split(","))
    assert (103.4 < west < 103.7, 25.2 < south < 25.4, 103.9 < east < 104.1, 25.6 < north < 25.8) == (
        True,
    ) * 4
    fields = {layer["id"]: set(layer["fields"]) for layer in json.loads(told["json"])["vector_layers"]}
    assert fields["grid"] == {"code", "name"}
    assert fields["label"] == {"code", "name", "level"}
    assert str(net.parent) not in str(told)


def test_nothing_to_bake_is_a_file_with_layers_and_no_tile(tmp_path: Path) -> None:
    file = baked("ground", iter(()), tmp_path)
    assert [layer["id"] for layer in json.loads(metadata(file)["json"])["vector_layers"]] == [
        "ground",
        "name",
    ]
    assert list(read_tiles(file, 8)) == []
    assert {str(name) for name, _ in pyogrio.list_layers(file)} == {"ground", "name"}


def test_progress_is_told_in_per_cent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    script = f"""echo '{{"progress":12.5}}' >&2; exec {baking.PROGRAM} "$@\""""
    monkeypatch.setattr(baking, "PROGRAM", program(tmp_path, script))
    baked("areas", area_lines(row_of_huts()), tmp_path, told=lambda done, of: told.append((done, of)))
    assert told[0] == (12, 100)


def program(folder: Path, script: str) -> Path:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return file


@pytest.mark.parametrize(
    ("script", "code", "details"),
    [
        ("echo 'sqlite3 images insert failed: database or disk is full' >&2; exit 116", "storage_full", {}),
        ("echo 'Write to temporary file failed: No space left on device' >&2; exit 1", "storage_full", {}),
        ("echo 'what is this?' >&2; exit 3", "tiles_not_made", {"said": "what is this?"}),
        ("kill -9 $$", "tiles_not_made", {"said": "ended with -9"}),
    ],
)
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: str, details: dict[str, str]) -> None:  # fmt: skip
    halfway = 'for word; do case $word in --output=*) echo half > "${word#--output=}";; esac; done; '
    old = baked("areas", area_lines(row_of_huts()), tmp_path).read_bytes()
    monkeypatch.setattr(baking, "PROGRAM", program(tmp_path, halfway + script))
    with pytest.raises(UnavailableError) as refused:
        baked("areas", area_lines(ragged_net()), tmp_path)
    assert (refused.value.code, refused.value.details) == (code, details)
    assert (tmp_path / "areas.mbtiles").read_bytes() == old
    assert list(tmp_path.glob("*.part*")) == []


def test_a_source_that_is_no_geojson_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="tiles_not_made"):
        baked("areas", ["this is no feature\n"], tmp_path)


def test_a_disk_that_takes_no_lines_is_said_to_be_full(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="storage_full"):
        write_lines([feature_line("grid", {}, "{}")], Path("/dev/full"))


def test_the_same_lines_have_the_same_digest_and_others_another(tmp_path: Path) -> None:
    rows = row_of_huts()
    digests = [write_lines(area_lines(part), tmp_path / "x").digest for part in (rows, rows, rows[:-1])]
    assert digests[0] == digests[1] != digests[2]
