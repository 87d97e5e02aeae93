"""Bubeneč: footprints in Web Mercator find their plots, and plots their parents by column."""

from __future__ import annotations

import geopandas as gpd
import pytest

from tests.conftest import ENGINES, PostgresServer
from tests.real.command import DATA, Store, on_both

FILE = "bubenec/bubenec.gpkg"


@pytest.fixture(scope="module")
def stores(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    made = on_both(ENGINES, postgres, tmp_path_factory.mktemp)
    for store in made.values():
        upper = store.folder / "quarter.gpkg"
        plots = gpd.read_file(DATA / FILE, layer="plots")
        plots.dissolve("KATUZE_KOD").reset_index()[["KATUZE_KOD", "geometry"]].to_file(upper)
        store.run("import", "areas", upper, "--level", "community", "--code", "KATUZE_KOD")
        store.take_in(
            "areas",
            FILE,
            "--layer",
            "plots",
            "--level",
            "grid",
            "--code",
            "ID",
            "--parent",
            "KATUZE_KOD",
            name="plots",
        )
        store.take_in("buildings", FILE, "--layer", "buildings", "--code", "uID", name="buildings")
    return made


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


def test_without_a_layer_it_is_asked_which(store: Store) -> None:
    refused = store.attempt("import", "buildings", DATA / FILE, "--code", "uID")
    assert "[file_leaves_open]" in refused.stderr
    assert all(layer in refused.stderr for layer in ("buildings", "plots", "streets"))


def test_plots_hang_below_the_parent_their_column_names(store: Store) -> None:
    plots = gpd.read_file(DATA / FILE, layer="plots")
    expected = {f"{parent}/{code}/" for parent, code in zip(plots["KATUZE_KOD"], plots["ID"], strict=True)}
    assert {path for (path,) in store.ask("SELECT path FROM areas WHERE level = 'grid'")} == expected


def test_footprints_lie_in_the_plot_that_covers_their_point(store: Store) -> None:
    placed = dict(store.ask("SELECT code, path FROM buildings"))
    buildings, plots = (gpd.read_file(DATA / FILE, layer=layer) for layer in ("buildings", "plots"))
    points = buildings.set_geometry(buildings.to_crs(4326).representative_point().to_crs(3857))
    inside = points.sjoin(plots, predicate="within").drop_duplicates("uID")
    agreeing = sum(
        placed[str(u)].endswith(f"/{p}/") for u, p in zip(inside["uID"], inside["ID"], strict=True)
    )
    print(f"footprints in the plot that plain geopandas names: {agreeing} of {len(inside)} of {len(placed)}")
    assert len(placed) == 144
    assert agreeing == len(inside)
