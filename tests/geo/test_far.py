"""The far level: which one stands for the cells, up to which zoom, and tiles from which only the cells are gone."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from shapely import box

from gridmap.geo import far
from gridmap.geo.far import Far, far_of, without_layer
from gridmap.geo.tile_layers import area_index, area_lines, far_view
from tests.geo.mvt import decode
from tests.geo.test_bake import Area, area, baked

ZOOMS = (8, 14)
STEP = 0.01  # 0.01° are 14.6 pixels at zoom 10, in a tile of 512


def net(step: float = STEP, cells: int = 12, communities: int = 3, level: str = "community") -> list[Area]:
    """Squares in a row below communities below a street; `level` is what stands right above the cells."""
    whole = box(103.8, 25.5, 103.8 + cells * step, 25.5 + step)
    rows = [area("990001", "district", whole), area("990001001", "street", whole, "990001/")]
    each = cells // communities
    for n in range(communities):
        west = 103.8 + n * each * step
        code, above = f"990001001{n + 1:03d}", "990001/990001001/"
        rows.append(area(code, level, box(west, 25.5, west + each * step, 25.5 + step), above))
        for m in range(each):
            shape = box(west + m * step, 25.5, west + (m + 1) * step, 25.5 + step)
            rows.append(area(f"{code}{m + 1:03d}", "grid", shape, f"{above}{code}/"))
    return rows


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than four cells are many, more than four areas too."""
    monkeypatch.setattr(far, "FEW_CELLS", 4)
    monkeypatch.setattr(far, "MOST_AREAS", 4)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("step", "below"), [(STEP, 10), (STEP / 2, 11), (STEP * 4, None), (STEP / 1000, 14)])
def test_cells_are_far_where_the_median_one_is_too_narrow(step: float, below: int | None) -> None:
    assert far_of(net(step), ZOOMS) == (None if below is None else Far("community", below))


@pytest.mark.usefixtures("few")
def test_few_cells_are_drawn_from_afar_too() -> None:
    assert far_of(net(cells=4, communities=2), ZOOMS) is None


@pytest.mark.usefixtures("few")
def test_a_street_stands_for_them_where_there_are_too_many_communities() -> None:
    assert far_of(net(cells=12, communities=6), ZOOMS) == Far("street", 10)


@pytest.mark.usefixtures("few")
def test_a_level_that_leaves_out_a_cell_stands_for_none() -> None:
    lone = area("X1", "grid", box(103.7, 25.5, 103.71, 25.51), "990001/990001001/")
    assert far_of([*net(), lone], ZOOMS) == Far("street", 10)
    outside = area("X2", "grid", box(103.7, 25.5, 103.71, 25.51))
    assert far_of([*net(), outside], ZOOMS) is None


def test_a_layer_is_taken_out_and_the_rest_stays_as_it_was() -> None:
    point = b"\x12\x09" + b"\x18\x01\x22\x05\x09\x02\x04\x00\x00"  # a feature
    layers = [
        b"\x0a" + bytes([len(name)]) + name + point + b"\x28\x80\x20\x78\x02" for name in (b"grid", b"street")
    ]
    grid, street = (b"\x1a" + bytes([len(one)]) + one for one in layers)
    assert without_layer(grid + street, "grid") == street
    assert without_layer(street + grid, "grid") == street
    assert without_layer(street, "grid") == street
    assert without_layer(grid, "grid") == b""


@pytest.mark.usefixtures("few")
def test_far_tiles_lie_beside_whole_ones(tmp_path: Path) -> None:
    rows = net()
    file = baked("areas", area_lines(rows), tmp_path, index=area_index(rows, "v"), far=far_view(rows, "v"))
    with closing(sqlite3.connect(file)) as read:
        asked = "SELECT zoom_level, tile_column, tile_row, tile_data FROM {}"
        whole = {tuple(place): data for *place, data in read.execute(asked.format("tiles"))}
        thin = {tuple(place): data for *place, data in read.execute(asked.format("far_tiles"))}
        level, below, index = read.execute("SELECT * FROM far").fetchone()
    assert (level, below) == ("community", 10)
    assert set(thin) == {place for place in whole if place[0] < 10}
    for place, data in thin.items():
        kept, all_ = (decode(gzip.decompress(one)) for one in (data, whole[place]))
        assert set(all_) - set(kept) == {"grid"}
        assert {name: kept[name] for name in kept} == {name: all_[name] for name in kept}
    told = json.loads(gzip.decompress(index))
    assert told["codes"] == [row.code for row in rows if row.level != "grid"]
    assert max(told["level"]) == 2
