"""Qujing: nine counties as a surveying office writes them; what the file does not say is asked, and answered once."""

from __future__ import annotations

import geopandas as gpd
import pytest

from tests.conftest import ENGINES, PostgresServer
from tests.real.command import DATA, Store, on_both

WITH_PRJ, WITHOUT = (f"qujing/qujing_gk35_gbk_{name}.shp" for name in ("prj", "noprj"))
OPTIONS = ["--level", "district", "--code", "DM", "--name", "MC"]
ANSWERS = ["--crs", "4523", "--encoding", "gbk"]


@pytest.fixture(scope="module")
def stores(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    return on_both(ENGINES, postgres, tmp_path_factory.mktemp)


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


def test_what_the_file_leaves_open_is_asked_and_answered(store: Store) -> None:
    refused = store.attempt("import", "areas", DATA / WITHOUT, *OPTIONS)
    print(refused.stderr)
    assert refused.exit_code == 1
    assert "[file_leaves_open]" in refused.stderr.splitlines()[0]
    assert "4523 CGCS2000" in refused.stderr
    assert "gb18030 reads: 宣威市" in refused.stderr
    assert store.ask("SELECT count(*) FROM areas") == [(0,)]

    assert store.take_in("areas", WITH_PRJ, *OPTIONS, name="prj")["counts"]["new"] == 9
    again = store.take_in("areas", WITHOUT, *OPTIONS, *ANSWERS, name="noprj")
    assert again["counts"] == {"new": 0, "changed": 0, "unchanged": 9, "ended": 0}


def test_names_and_places_are_right(store: Store) -> None:
    found = {name: (lon, lat) for name, lon, lat in store.ask("SELECT name, label_lon, label_lat FROM areas")}
    file = gpd.read_file(DATA / WITH_PRJ).to_crs(4326)
    expected = {row.MC: row.geometry for row in file.itertuples()}
    assert set(found) == set(expected) >= {"麒麟区", "宣威市"}
    assert all(
        expected[name].contains(gpd.points_from_xy([lon], [lat])[0]) for name, (lon, lat) in found.items()
    )
