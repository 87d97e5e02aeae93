"""Any format is read as it is meant; what a file leaves open is asked, and nothing is guessed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from gridmap.errors import FileUnreadableError, InvalidInputError
from gridmap.files.reading import as_text, column, read_features, read_table
from gridmap.geo.crs import CGCS2000, WGS84

CODES = ["990001001001001", "007"]
NAMES = ["河滨第1网格", "b"]
FRAME = gpd.GeoDataFrame(
    {"code": CODES, "name": NAMES}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=CGCS2000
)
TABLE = pd.DataFrame({"id": CODES, "名称": NAMES})

Keep = Callable[[str, bytes], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Write a file."""

    def write(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def shapefile(folder: Path, *, encoding: str, without: str = "") -> Path:
    """A shapefile with Chinese names, without one of its parts."""
    FRAME.to_file(folder / "cells.shp", encoding=encoding)
    if without:
        (folder / f"cells.{without}").unlink()
    return folder / "cells.shp"


def refusal(path: Path, read: Callable[..., object], **options: str) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught:
        read(path, **options)
    return caught.value


def asked(fault: FileUnreadableError) -> dict[str, list[object]]:
    """The questions of an error; for layers what can be chosen."""
    assert fault.code == "file_leaves_open"
    return {q["question"]: [fact.get("layer") for fact in q["evidence"]] for q in fault.details["questions"]}


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet"])
def test_features_of_every_format_keep_codes_and_names(name: str, tmp_path: Path) -> None:
    write = FRAME.to_parquet if name == "a.parquet" else FRAME.to_file
    write(tmp_path / name)
    source = read_features(tmp_path / name)
    assert source.frame[["code", "name"]].to_dict("list") == {"code": CODES, "name": NAMES}
    assert source.frame.geometry.iloc[1].bounds == (1, 0, 2, 1)
    assert source.frame.crs.to_epsg() == CGCS2000
    assert source.digest == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


def test_a_placemark_is_a_feature(keep: Keep) -> None:
    ring = "<coordinates>0,0 1,0 1,1 0,0</coordinates>"
    shape = f"<Polygon><outerBoundaryIs><LinearRing>{ring}</LinearRing></outerBoundaryIs></Polygon>"
    document = f"<Document><Placemark><name>网格</name>{shape}</Placemark></Document>"
    file = keep("a.kml", f'<kml xmlns="http://www.opengis.net/kml/2.2">{document}</kml>'.encode())
    frame = read_features(file).frame
    assert list(frame["Name"]) == ["网格"]
    assert frame.geometry.iloc[0].area == 0.5
    assert frame.crs.to_epsg() == WGS84


def test_one_of_several_layers_has_to_be_named(tmp_path: Path) -> None:
    for layer in ("网格", "社区"):
        FRAME.to_file(tmp_path / "a.gpkg", layer=layer)
    assert asked(refusal(tmp_path / "a.gpkg", read_features)) == {"layer": ["网格", "社区"]}
    assert len(read_features(tmp_path / "a.gpkg", layer="网格").frame) == 2
    assert asked(refusal(tmp_path / "a.gpkg", read_features, layer="街道")) == {"layer": ["网格", "社区"]}


def test_a_shapefile_without_prj_has_no_crs(tmp_path: Path) -> None:
    assert read_features(shapefile(tmp_path, encoding="utf-8", without="prj")).frame.crs is None


def test_a_shapefile_that_does_not_name_its_encoding_asks(tmp_path: Path) -> None:
    file = shapefile(tmp_path, encoding="gbk", without="cpg")
    assert set(asked(refusal(file, read_features))) == {"encoding"}
    assert list(read_features(file, encoding="gbk").frame["name"]) == NAMES
    assert refusal(file, read_features, encoding="utf-8").code == "encoding_wrong"


def test_a_shapefile_that_names_its_encoding_is_read(tmp_path: Path) -> None:
    file = shapefile(tmp_path, encoding="gbk")
    assert list(read_features(file).frame["name"]) == NAMES
    (tmp_path / "cells.cpg").unlink()
    dbf = bytearray((tmp_path / "cells.dbf").read_bytes())
    dbf[29] = 0x4D  # GBK in dBASE's own way
    (tmp_path / "cells.dbf").write_bytes(dbf)
    assert list(read_features(file).frame["name"]) == NAMES


def test_a_shapefile_in_ascii_needs_no_encoding(tmp_path: Path) -> None:
    FRAME.assign(name=["a", "b"]).to_file(tmp_path / "cells.shp")
    (tmp_path / "cells.cpg").unlink()
    assert list(read_features(tmp_path / "cells.shp").frame["name"]) == ["a", "b"]


@pytest.mark.parametrize("read", [read_features, read_table])
def test_no_file_and_an_empty_file_are_told_apart(
    read: Callable[..., object], keep: Keep, tmp_path: Path
) -> None:
    assert refusal(tmp_path / "none.csv", read).code == "file_missing"
    assert refusal(tmp_path, read).code == "file_is_folder"
    assert refusal(keep("empty.csv", b""), read).code == "file_empty"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(
            (f"a.{kind}", "content_differs")
            for kind in ("geojson", "gpkg", "shp", "dxf", "tab", "mif", "fgb")
        ),
        *((f"a.{kind}", "file_kind_unknown") for kind in ("kml", "parquet", "gdb")),
        *((f"a.{kind}", "file_kind_not_taken") for kind in ("png", "dwg", "rar")),
        ("a.zip", "archive_broken"),
        ("a.vrt", "file_points_elsewhere"),
    ],
)
def test_features_that_are_none(name: str, code: str, keep: Keep) -> None:
    assert refusal(keep(name, b"this is no such file"), read_features).code == code


def test_files_without_features(keep: Keep) -> None:
    empty = b'{"type": "FeatureCollection", "features": []}'
    for name, data in (("a.geojson", empty), ("a.csv", b"code,name\n1,2\n")):
        assert refusal(keep(name, data), read_features).code == "file_without_features"


def excel() -> bytes:
    out = io.BytesIO()
    TABLE.to_excel(out, index=False)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    TABLE.to_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "encoding"),
    [
        ("a.csv", TABLE.to_csv(index=False).encode(), None),
        ("bom.csv", TABLE.to_csv(index=False).encode("utf-8-sig"), None),
        ("bom.csv", TABLE.to_csv(index=False).encode("utf-8-sig"), "utf-8"),
        ("gbk.csv", TABLE.to_csv(index=False).encode("gbk"), "gbk"),
        ("utf16.csv", TABLE.to_csv(index=False).encode("utf-16"), "utf-16"),
        ("crlf.CSV", TABLE.to_csv(index=False, lineterminator="\r\n").encode(), None),
        ("a.tsv", TABLE.to_csv(index=False, sep="\t").encode(), None),
        ("a.xlsx", excel(), None),
        ("a.parquet", parquet(), None),
    ],
)
def test_tables_of_every_format_are_the_same(
    name: str, data: bytes, encoding: str | None, keep: Keep
) -> None:
    frame = read_table(keep(name, data), encoding=encoding).frame
    assert frame.to_dict("list") == TABLE.to_dict("list")


def test_a_table_in_gbk_needs_its_encoding_named(keep: Keep) -> None:
    file = keep("gbk.csv", TABLE.to_csv(index=False).encode("gbk"))
    assert set(asked(refusal(file, read_table))) == {"encoding"}
    assert refusal(file, read_table, encoding="no-such").code == "encoding_wrong"


def test_numbers_in_excel_and_parquet_become_plain_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["007", 7, None], "n": [990001001001001, 2, 3], "lon": [103.805, 104, None]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    read = read_table(tmp_path / "a.xlsx").frame.to_dict("list")
    assert read == {"id": ["007", "7", ""], "n": ["990001001001001", "2", "3"], "lon": ["103.805", "104", ""]}
    numbers = pd.DataFrame(
        {"n": pd.array([990001001001001, None], dtype="Int64"), "at": pd.Timestamp("2026-01-02")}
    )
    numbers.to_parquet(tmp_path / "a.parquet")
    read = read_table(tmp_path / "a.parquet").frame.to_dict("list")
    assert read == {"n": ["990001001001001", ""], "at": ["2026-01-02 00:00:00"] * 2}


def test_a_workbook_with_several_filled_sheets_asks(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for sheet, frame in (("说明", TABLE.iloc[:0]), ("一月", TABLE), ("二月", TABLE.iloc[:1])):
            frame.to_excel(book, sheet_name=sheet, index=False)
    assert asked(refusal(tmp_path / "a.xlsx", read_table)) == {"layer": ["一月", "二月"]}
    assert len(read_table(tmp_path / "a.xlsx", sheet="二月").frame) == 1
    assert asked(refusal(tmp_path / "a.xlsx", read_table, sheet="三月")) == {"layer": ["一月", "二月"]}


def test_empty_sheets_beside_a_filled_one_are_passed_over(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for sheet, frame in (("Sheet1", TABLE.iloc[:0]), ("Sheet2", TABLE)):
            frame.to_excel(book, sheet_name=sheet, index=False)
    assert list(read_table(tmp_path / "a.xlsx").frame["id"]) == CODES


def test_words_that_stand_for_nothing_elsewhere_stay_words(keep: Keep) -> None:
    frame = read_table(keep("a.csv", b"id,name\nNA,null\n nan ,NULL\n")).frame
    assert frame.to_dict("list") == {"id": ["NA", " nan "], "name": ["null", "NULL"]}


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"no workbook", "file_kind_unknown"),
        ("a.xlsx", b"PK\x03\x04 cut off", "file_kind_unknown"),
        ("a.xlsx", zipped("other.txt"), "file_kind_unknown"),
        ("a.parquet", b"PAR1 cut off", "file_kind_unknown"),
        ("a.doc", b"id\n1\n", "file_kind_not_taken"),
        ("quote.csv", b'id,name\n"1,2\n', "quote_open"),
        ("blank.csv", b"\n\n", "file_kind_unknown"),
        ("nul.csv", b"id,name\n1,a\x00b\n", "nul_characters"),
        ("longer.csv", b"id,name\n1,2\n3,4,5\n", "table_ragged"),
        ("all-longer.csv", b"id,name\n1,2,\n3,4,\n", "table_ragged"),
        ("shorter.csv", b"id,name\n1,2\n3\n", "table_ragged"),
        ("wide.csv", b"a," * 9_999 + b"b\n", "table_too_wide"),
    ],
)
def test_tables_that_are_none(name: str, data: bytes, code: str, keep: Keep) -> None:
    assert refusal(keep(name, data), read_table).code == code


def test_a_table_of_no_rows_is_a_table(keep: Keep) -> None:
    frame = read_table(keep("a.csv", b"id,name\n")).frame
    assert (len(frame), list(frame.columns)) == (0, ["id", "name"])


def test_columns_are_found_by_wish_or_by_their_usual_names() -> None:
    frame = pd.DataFrame(columns=["ID", "Name", "geometry"])
    assert column(frame, None, "code", "id") == "ID"
    assert column(frame, "NAME", "code") == "Name"
    assert column(frame, None, "floors", needed=False) is None
    for wished, needed in (("none", True), ("none", False), (None, True)):
        with pytest.raises(InvalidInputError) as caught:
            column(frame, wished, "code", needed=needed)
        assert caught.value.details["choices"] == ["ID", "Name"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (float("nan"), ""), (7.0, "7"), (7.5, "7.5"), (" a ", "a"), (0, "0")]
)
def test_cells_as_text(value: object, text: str) -> None:
    assert as_text(value) == text
