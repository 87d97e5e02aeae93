"""Closed polylines are outlines with the words inside them; open ones are told and never closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmap.errors import FileUnreadableError
from gridmap.files.drawings import layers, read
from gridmap.files.reading import read_features
from tests.files.delivered import dxf, polyline, writing

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
BESIDE = [(x + 20, y) for x, y in SQUARE]


def drawing(folder: Path, *entities: str, encoding: str = "gbk", **more: str) -> Path:
    (folder / "a.dxf").write_bytes(dxf(entities, **more).encode(encoding))
    return folder / "a.dxf"


def refusal(file: Path, **options: str) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught:
        read_features(file, **options)  # type: ignore[arg-type]
    return caught.value


def test_outlines_become_polygons_with_the_words_inside(tmp_path: Path) -> None:
    words = (writing("下", 5, 2), writing("上", 5, 8), writing("外", 15, 5))
    found = read_features(drawing(tmp_path, polyline(SQUARE), polyline(BESIDE, handle="2F"), *words))
    assert found.frame[["Layer", "Handle", "Text"]].values.tolist() == [
        ["网格", "1A", "上 下"],
        ["网格", "2F", ""],
    ]
    assert [shape.area for shape in found.frame.geometry] == [100, 100]
    assert (found.frame.crs, found.findings) == (None, ())


def test_words_of_several_layers_get_a_column_each(tmp_path: Path) -> None:
    words = (writing("990001", 5, 8, layer="编码"), writing("河滨", 5, 2, layer="名称"))
    row = read_features(drawing(tmp_path, polyline(SQUARE), *words)).frame.iloc[0]
    assert (row["Text"], row["Text 编码"], row["Text 名称"]) == ("990001 河滨", "990001", "河滨")


def test_the_layer_is_asked_for_where_several_have_outlines(tmp_path: Path) -> None:
    file = drawing(tmp_path, polyline(SQUARE), polyline(BESIDE, layer="社区"), writing("x", 5, 5, layer="字"))
    assert layers(file, None) == ["社区", "网格"]
    fault = refusal(file)
    assert [fact["layer"] for fact in fault.details["questions"][0]["evidence"]] == ["社区", "网格"]
    assert list(read_features(file, layer="社区").frame["Layer"]) == ["社区"]


def test_an_open_polyline_is_an_error_that_names_it(tmp_path: Path) -> None:
    found = read_features(drawing(tmp_path, polyline(SQUARE), polyline(BESIDE, handle="2F", closed=False)))
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.record) == ("outline_open", "error", "2F")
    assert (finding.details["layer"], finding.details["apart"]) == ("网格", 10.0)
    assert len(found.frame) == 1


def test_a_polyline_that_ends_where_it_began_is_closed(tmp_path: Path) -> None:
    found = read_features(drawing(tmp_path, polyline([*SQUARE, SQUARE[0]], closed=False)))
    assert (len(found.frame), found.findings) == (1, ())
    almost = [*SQUARE, (0.0, 0.001)]
    assert refusal(drawing(tmp_path, polyline(almost, closed=False))).code == "drawing_without_outlines"


def test_old_drawings_have_no_classes(tmp_path: Path) -> None:
    vertices = "".join(f"0\nVERTEX\n8\n网格\n10\n{x}\n20\n{y}\n" for x, y in SQUARE)
    old = f"0\nPOLYLINE\n5\nA\n8\n网格\n66\n1\n70\n1\n{vertices}0\nSEQEND\n"
    line = "0\nLINE\n8\n网格\n10\n0\n20\n0\n11\n5\n21\n5\n"
    found = read_features(drawing(tmp_path, old, line, version="AC1009"))
    assert [shape.area for shape in found.frame.geometry] == [100]
    assert [(f.rule, f.details["count"]) for f in found.findings] == [("drawing_left_out", 1)]


def test_what_is_no_polyline_is_left_out_and_counted(tmp_path: Path) -> None:
    circle = "0\nCIRCLE\n5\n3\n100\nAcDbEntity\n8\n网格\n100\nAcDbCircle\n10\n5\n20\n5\n40\n2\n"
    found = read_features(drawing(tmp_path, polyline(SQUARE), circle))
    assert [(f.rule, f.severity, f.details["kind"]) for f in found.findings] == [
        ("drawing_left_out", "info", "Circle")
    ]
    assert len(found.frame) == 1


def test_the_code_page_is_taken_or_asked_for(tmp_path: Path) -> None:
    entities = (polyline(SQUARE), writing("河滨", 5, 5))
    assert list(read_features(drawing(tmp_path, *entities)).frame["Text"]) == ["河滨"]
    fault = refusal(drawing(tmp_path, *entities, code_page=""))
    assert [q["question"] for q in fault.details["questions"]] == ["encoding"]
    assert any("河滨" in fact.get("texts", []) for fact in fault.details["questions"][0]["evidence"])
    assert list(read_features(tmp_path / "a.dxf", encoding="gbk").frame["Text"]) == ["河滨"]
    assert refusal(tmp_path / "a.dxf", encoding="utf-8").code == "encoding_wrong"


def test_drawings_since_2007_are_in_utf_8(tmp_path: Path) -> None:
    entities = (polyline(SQUARE), writing("河滨", 5, 5))
    file = drawing(tmp_path, *entities, encoding="utf-8", version="AC1027")
    assert list(read_features(file).frame["Text"]) == ["河滨"]
    assert refusal(drawing(tmp_path, *entities, version="AC1027")).code == "file_leaves_open"


def test_second_bytes_that_look_like_a_backslash_stay(tmp_path: Path) -> None:
    tricky = "誠俓昞"  # in GBK their second bytes are 0x5C and neighbours
    text = read_features(drawing(tmp_path, polyline(SQUARE), writing(tricky, 5, 5))).frame["Text"].iloc[0]
    assert text == tricky


INSERT = "0\nINSERT\n5\n7\n100\nAcDbEntity\n8\n网格\n100\nAcDbBlockReference\n2\nB\n10\n0\n20\n0\n"


def test_blocks_are_not_put_in(tmp_path: Path) -> None:
    found = read_features(drawing(tmp_path, polyline(SQUARE), INSERT + "70\n2\n71\n2\n44\n1\n45\n1\n"))
    assert len(found.frame) == 1
    assert [(f.details["kind"], f.details["count"]) for f in found.findings] == [("BlockReference", 4)]


@pytest.mark.parametrize("counts", ["70\n120\n71\n120\n", " 71\r\n   120\r\n 70\r\n   120\r\n"])
def test_a_block_that_is_copied_without_end_is_refused(tmp_path: Path, counts: str) -> None:
    assert refusal(drawing(tmp_path, polyline(SQUARE), INSERT + counts)).code == "drawing_too_many_copies"
    many = drawing(tmp_path, polyline(SQUARE), *([INSERT + "70\n60\n71\n60\n"] * 3))
    assert refusal(many).code == "drawing_too_many_copies"


@pytest.mark.parametrize("data", [b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", b"0\nSECTION\n2\nENTI"])
def test_an_empty_or_cut_drawing_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.dxf").write_bytes(data)
    assert refusal(tmp_path / "a.dxf").code in ("drawing_without_outlines", "file_kind_unknown")


def test_reading_all_layers_is_possible(tmp_path: Path) -> None:
    file = drawing(tmp_path, polyline(SQUARE), polyline(BESIDE, layer="社区"))
    assert len(read(file, None, None).frame) == 2
