"""Singapore: one file gives three levels, 12,626 housing blocks find theirs, and what is wrong is told."""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import geopandas as gpd
import pytest

from gridmap.files.html_attributes import opened
from tests.conftest import ENGINES, PostgresServer
from tests.real.command import DATA, Store, on_both

FILE, BLOCKS = "singapore/subzones_2019.geojson", "singapore/hdb_blocks.csv"
REGIONS = ["--level", "district", "--code", "REGION_C", "--name", "REGION_N", "--dissolve"]
PLANNING = [
    "--level",
    "street",
    "--code",
    "PLN_AREA_C",
    "--name",
    "PLN_AREA_N",
    "--parent",
    "REGION_C",
    "--dissolve",
]
SUBZONES = ["--level", "community", "--code", "SUBZONE_C", "--name", "SUBZONE_N", "--parent", "PLN_AREA_C"]
HOUSING = [
    "--code",
    "address",
    "--address",
    "street",
    "--floors",
    "max_floor_lvl",
    "--households",
    "total_dwelling_units",
]
Reports = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def stores(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Store, Reports]]:
    made = {}
    for engine, store in on_both(ENGINES, postgres, tmp_path_factory.mktemp).items():
        reports = {
            "regions": store.take_in("areas", FILE, *REGIONS, name="regions"),
            "planning": store.take_in("areas", FILE, *PLANNING, name="planning"),
            "subzones": store.take_in("areas", FILE, *SUBZONES, name="subzones"),
            "blocks": store.take_in("buildings", BLOCKS, *HOUSING, name="blocks"),
        }
        made[engine] = (store, reports)
    return made


@pytest.fixture(params=ENGINES)
def singapore(
    request: pytest.FixtureRequest, stores: dict[str, tuple[Store, Reports]]
) -> tuple[Store, Reports]:
    return stores[request.param]


@pytest.fixture(scope="module")
def attributes() -> gpd.GeoDataFrame:
    """The file's own attributes, out of their HTML."""
    return opened(gpd.read_file(DATA / FILE))


def rules(report: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((finding["rule"], finding["severity"]) for finding in report["findings"])


def test_one_file_gives_three_levels(singapore: tuple[Store, Reports]) -> None:
    store, _ = singapore
    found = dict(store.ask("SELECT level, count(*) FROM areas WHERE valid_to IS NULL GROUP BY level"))
    assert found == {"district": 5, "street": 55, "community": 332}


def test_every_subzone_lies_below_what_the_city_itself_says(
    singapore: tuple[Store, Reports], attributes: gpd.GeoDataFrame
) -> None:
    columns = (attributes[name] for name in ("REGION_C", "PLN_AREA_C", "SUBZONE_C"))
    expected = {"/".join(codes) + "/" for codes in zip(*columns, strict=True)}
    found = {path for (path,) in singapore[0].ask("SELECT path FROM areas WHERE level = 'community'")}
    assert len(expected) == 332
    assert found == expected


def test_the_levels_cover_the_same_ground(singapore: tuple[Store, Reports]) -> None:
    sums = dict(singapore[0].ask("SELECT level, sum(area_m2) FROM areas GROUP BY level"))
    assert sums["street"] == pytest.approx(sums["community"], abs=10)
    assert sums["district"] == pytest.approx(sums["community"], abs=10)


def test_six_outlines_are_mended_and_nothing_reaches_out_of_its_parent(
    singapore: tuple[Store, Reports],
) -> None:
    for name in ("regions", "planning", "subzones"):
        found = rules(singapore[1][name])
        assert found["geometry_invalid", "warning"] == 6
        assert not {rule for rule, _ in found} & {"outside_parent", "overlap", "dissolve_differs"}
    assert rules(singapore[1]["regions"])["gap", "warning"] == 10


def test_blocks_without_a_place_are_findings_and_no_buildings(singapore: tuple[Store, Reports]) -> None:
    store, reports = singapore
    with (DATA / BLOCKS).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lost = {row["address"] for row in rows if float(row["latitude"]) == 0}
    told = {f["record"]: f["row"] for f in reports["blocks"]["findings"] if f["rule"] == "null_island"}
    assert store.counts[3] == {
        "new": len(rows) - len(lost),
        "changed": 0,
        "unchanged": 0,
        "ended": 0,
        "left_out": len(lost),
    }
    assert set(told) == lost
    assert all(rows[row - 2]["address"] == address for address, row in told.items())
    assert {code for (code,) in store.ask("SELECT code FROM buildings")} == {
        r["address"] for r in rows
    } - lost


def test_blocks_lie_in_the_subzone_an_earlier_author_named(singapore: tuple[Store, Reports]) -> None:
    with (DATA / BLOCKS).open(encoding="utf-8") as file:
        named = {row["address"]: row["polygon"] for row in csv.DictReader(file)}
    names = dict(singapore[0].ask("SELECT path, name FROM areas WHERE level = 'community'"))
    placed = dict(singapore[0].ask("SELECT code, path FROM buildings"))
    agreeing = sum(names.get(path) == named[code] for code, path in placed.items())
    print(f"blocks in the subzone the earlier author names: {agreeing} of {len(placed)}")
    assert agreeing / len(placed) > 0.99


def test_the_second_import_changes_nothing(singapore: tuple[Store, Reports]) -> None:
    report = singapore[0].take_in("buildings", BLOCKS, *HOUSING, name="again")
    assert (report["counts"]["new"], report["counts"]["changed"]) == (0, 0)
    assert singapore[0].take_in("areas", FILE, *REGIONS, name="again")["counts"]["unchanged"] == 5


def test_both_engines_hold_and_tell_the_same(stores: dict[str, tuple[Store, Reports]]) -> None:
    (one, told), (other, told_there) = stores.values()
    query = "SELECT code, path, name, digest FROM {}"
    for table in ("areas", "buildings"):
        assert set(one.ask(query.format(table))) == set(other.ask(query.format(table)))
    assert told == told_there
