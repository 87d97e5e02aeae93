"""Tables with shapes in a column, tables in Parquet, rows that do not fit."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from gridmap.errors import FileUnreadableError
from gridmap.files import tabular
from gridmap.files.reading import read_features, read_table
from gridmap.geo.crs import WGS84
from tests.files.delivered import ZONE_35

SQUARE = box(0, 0, 1, 1)


def csv(folder: Path, **columns: list[str]) -> Path:
    pd.DataFrame(columns).to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def refusal(path: Path, **options: object) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught:
        read_features(path, **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("name", ["wkt", "WKT", "geometry", "the_geom", "几何"])
def test_a_column_of_wkt_makes_features(tmp_path: Path, name: str) -> None:
    frame = read_features(csv(tmp_path, **{"code": ["007"], name: [SQUARE.wkt]})).frame
    assert (frame.geometry.iloc[0], frame["code"].iloc[0], frame.crs) == (SQUARE, "007", None)
    assert list(frame.columns) == ["code", "geometry"]


def test_wkb_as_databases_write_it_brings_its_srid(tmp_path: Path) -> None:
    written = shapely.to_wkb(shapely.set_srid(SQUARE, ZONE_35), hex=True, include_srid=True)
    frame = read_features(csv(tmp_path, code=["1"], geom=[written])).frame
    assert (frame.geometry.iloc[0], frame.crs.to_epsg()) == (SQUARE, ZONE_35)
    frame = read_features(csv(tmp_path, code=["1"], geom=[f"SRID={ZONE_35};{SQUARE.wkt}"])).frame
    assert frame.crs.to_epsg() == ZONE_35


def test_srids_that_differ_are_none(tmp_path: Path) -> None:
    shapes = [f"SRID={ZONE_35};{SQUARE.wkt}", f"SRID={WGS84};{SQUARE.wkt}"]
    assert read_features(csv(tmp_path, code=["1", "2"], wkt=shapes)).frame.crs is None


@pytest.mark.parametrize("broken", ["POLYGON ((0 0, 1 1))", "x", "POLYGON", "SRID=4326;", "00" * 20])
def test_a_shape_that_is_none_is_a_finding(tmp_path: Path, broken: str) -> None:
    found = read_features(csv(tmp_path, code=["1", "2", "3"], wkt=[SQUARE.wkt, broken, ""]))
    assert list(found.frame.geometry.isna()) == [False, True, True]
    assert [(f.rule, f.record) for f in found.findings] == [("geometry_unreadable", 1)]


def test_a_table_without_shapes_has_no_features(tmp_path: Path) -> None:
    assert refusal(csv(tmp_path, code=["1"])).code == "file_without_features"
    pd.DataFrame({"code": ["1"]}).to_parquet(tmp_path / "a.parquet")
    assert refusal(tmp_path / "a.parquet").code == "file_without_features"


def test_parquet_of_too_many_rows_or_columns_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpd.GeoDataFrame({"n": range(9)}, geometry=[SQUARE] * 9, crs=WGS84).to_parquet(tmp_path / "a.parquet")
    assert len(read_features(tmp_path / "a.parquet").frame) == 9
    monkeypatch.setattr(tabular, "MAX_ROWS", 8)
    assert refusal(tmp_path / "a.parquet").code == "table_too_long"
    pq.write_table(pa.table({f"c{n}": [1] for n in range(1001)}), tmp_path / "b.parquet")
    assert refusal(tmp_path / "b.parquet").code == "table_too_wide"


def test_parquet_whose_geometry_is_none_is_refused(tmp_path: Path) -> None:
    table = pa.table({"geometry": [b"no wkb"]}).replace_schema_metadata({"geo": "{}"})
    pq.write_table(table, tmp_path / "a.parquet")
    assert refusal(tmp_path / "a.parquet").code == "file_kind_unknown"


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        ("id,name\n1,2\n\n3,4,5\n", "table_ragged", 4),
        ("id,name\n1\n", "table_ragged", 2),
        ('id,name\n"a\nb",2\n3\n', "table_ragged", 4),
        ('id,name\n1,2\n"3,4\n5,6\n', "quote_open", 3),
        ("id,name\n1,\0\n", "nul_characters", 2),
    ],
)
def test_the_line_of_a_fault_is_named(tmp_path: Path, data: str, code: str, line: int) -> None:
    (tmp_path / "a.csv").write_text(data)
    with pytest.raises(FileUnreadableError) as caught:
        read_table(tmp_path / "a.csv")
    assert (caught.value.code, caught.value.details["line"]) == (code, line)


ROWS = st.lists(st.text(alphabet='ab,\n\r" \t\0é你', max_size=8), min_size=1, max_size=6).map("\n".join)


@given(text=st.just("a,b\n") | ROWS, rows=ROWS, encoding=st.sampled_from([None, "gb18030", "utf-16"]))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_read_at_once_is_the_one_that_is_read_with_care(
    tmp_path: Path, text: str, rows: str, encoding: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((text + rows).encode(encoding or "utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tabular, "_plain_csv", lambda *_: None)
        careful = outcome(path, encoding)
    assert outcome(path, encoding) == careful


@pytest.mark.parametrize("said", ["id,name", "id,name\n", "\ufeffid,name\r\n"])
def test_a_table_may_have_no_rows(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(said.encode())
    assert read_table(path).frame.to_dict("list") == {"id": [], "name": []}


def outcome(path: Path, encoding: str | None) -> object:
    """The rows of a table as it is read, or what it is refused for."""
    try:
        frame = read_table(path, encoding=encoding).frame
    except FileUnreadableError as error:
        return error.code, error.details
    return [str(kind) for kind in frame.dtypes], frame.to_dict("split")


def test_a_table_without_quotes_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_check_rows", pytest.fail)
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeffid,名称\r\n007,井盖\r\nNA,\r\n".encode())
    assert read_table(path).frame.to_dict("list") == {"id": ["007", "NA"], "名称": ["井盖", ""]}
