"""GIS programs read the store as it lies there: GDAL (and so QGIS) the SpatiaLite file, geopandas PostGIS."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import Polygon

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Area
from gridmap.files.places import BuildingColumns, building_frame
from gridmap.geo.crs import WGS84
from tests.conftest import Templates, make_office
from tests.db.looking import ask_sql, count
from tests.town import C1, CENTRES, actor_named, report_at, square


def furnish(office: Office) -> None:
    """A matter and a building with a footprint."""
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    frame = gpd.GeoDataFrame({"code": ["B1"], "name": ["一号楼"]}, geometry=[square(C1)], crs=WGS84)
    buildings, _ = building_frame(frame, BuildingColumns())
    import_buildings(office, buildings, ImportFile("buildings", "0"))


@pytest.fixture
def file(templates: Templates, clock: object, tmp_path: Path) -> Path:
    """The town's SpatiaLite file, closed."""
    office = make_office(templates.copy("spatialite", True, tmp_path), tmp_path, clock)  # type: ignore[arg-type]
    furnish(office)
    office.database.dispose()
    return tmp_path / "test.db"


def test_gdal_lists_the_layers(file: Path) -> None:
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(file)}
    assert layers == {
        "areas": "MultiPolygon",
        "buildings": "Point",
        "issues": "Point",
        "landmarks": "Unknown",
    }


def test_gdal_reads_the_areas_with_their_crs(file: Path) -> None:
    frame = gpd.read_file(file, layer="areas")
    assert frame.crs.to_epsg() == WGS84
    assert len(frame) == 10
    cell = frame.set_index("code").loc[C1]
    assert cell["name"] == "河滨第1网格"
    assert cell.geometry.equals(square(C1))


def test_gdal_uses_the_spatial_index(file: Path) -> None:
    assert pyogrio.read_info(file, layer="areas")["capabilities"]["fast_spatial_filter"]
    found = gpd.read_file(file, layer="areas", bbox=(103.801, 25.501, 103.809, 25.509))
    assert set(found[found["level"] == "grid"]["code"]) == {C1}


def test_gdal_reads_matters_and_buildings(file: Path) -> None:
    for layer in ("issues", "buildings"):
        frame = gpd.read_file(file, layer=layer)
        assert frame.crs.to_epsg() == WGS84
        assert frame.geometry.iloc[0].distance(square(C1)) == 0


def test_the_store_names_its_srid_in_every_geometry(office: Office) -> None:
    furnish(office)
    for table, column in (
        ("areas", "geom"),
        ("issues", "geom"),
        ("buildings", "point"),
        ("buildings", "footprint"),
    ):
        assert ask_sql(office, f"SELECT DISTINCT ST_SRID({column}) FROM {table}") == [(WGS84,)]


def test_geopandas_reads_the_store_by_sql(office: Office) -> None:
    with office.database.engine.connect() as connection:
        query = "SELECT code, ST_AsBinary(geom) AS geom FROM areas"
        frame = gpd.read_postgis(query, connection, geom_col="geom", crs=WGS84)
    assert len(frame) == count(office, Area)
    shape = frame.set_index("code").geometry[C1]
    assert isinstance(shape.geoms[0], Polygon)
    assert shape.equals(square(C1))
