"""An archive is opened within bounds under harmless names, and nothing of it stays."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from gridmap.errors import FileUnreadableError
from gridmap.files import zips
from gridmap.files.zips import Dataset, unpacked
from tests.files.delivered import zip_of


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def keep(folder: Path, data: bytes, name: str = "a.zip") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def refusal(path: Path) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught, unpacked(path):
        pass
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    return caught.value


def names(path: Path) -> list[str]:
    with unpacked(path) as datasets:
        return [dataset.name for dataset in datasets]


def test_a_plain_file_is_its_own_dataset(tmp_path: Path) -> None:
    with unpacked(tmp_path / "cells.geojson") as datasets:
        assert datasets == [Dataset(tmp_path / "cells.geojson", "cells")]


def test_parts_lie_together_under_plain_names_and_are_gone_after(temporary: Path, tmp_path: Path) -> None:
    members = {f"市 局/单元 1.{kind}": kind.encode() for kind in ("shp", "SHX", "dbf", "prj", "txt")}
    with unpacked(keep(tmp_path, zip_of(members))) as (dataset,):
        assert dataset.name == "单元 1"
        assert sorted(f.name for f in dataset.path.parent.iterdir()) == [
            "data.dbf",
            "data.prj",
            "data.shp",
            "data.shx",
        ]
        assert stat.S_IMODE(dataset.path.parent.parent.stat().st_mode) == 0o700
    assert list(temporary.iterdir()) == []


def test_names_written_by_windows_in_gbk_are_read(temporary: Path, tmp_path: Path) -> None:
    file = keep(tmp_path, zip_of({"网格/社区.geojson": b"{}", "网格/街道.geojson": b"{}"}, gbk_names=True))
    assert names(file) == ["社区", "街道"]


def test_names_are_as_long_as_it_takes_to_tell_them_apart(temporary: Path, tmp_path: Path) -> None:
    assert names(keep(tmp_path, zip_of({"a/x.kml": b"", "b/x.kml": b""}))) == ["a/x", "b/x"]
    assert names(keep(tmp_path, zip_of({"x.kml": b"", "x.geojson": b""}))) == ["x.geojson", "x.kml"]


def test_a_geodatabase_is_one_dataset_and_byproducts_are_none(temporary: Path, tmp_path: Path) -> None:
    members = {"市.gdb/a1.gdbtable": b"", "市.gdb/gdb": b"", "市.gdb/x y.exe": b""}
    members |= {"__MACOSX/x.shp": b"", ".hidden.shp": b"", "folder/": b"", "read me.txt": b""}
    with unpacked(keep(tmp_path, zip_of(members))) as (dataset,):
        assert dataset.path.is_dir()
        assert sorted(file.name for file in dataset.path.iterdir()) == ["a1.gdbtable", "gdb"]


@pytest.mark.parametrize(
    "name", ["../a.shp", "a/../../b.shp", "/etc/a.shp", "C:/a.shp", "C:\\a.shp", "..\\a.shp", "\\a.shp"]
)
def test_members_that_lead_outside_are_refused(temporary: Path, tmp_path: Path, name: str) -> None:
    assert refusal(keep(tmp_path, zip_of({"fine.shp": b"", name: b""}))).code == "archive_unsafe"
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "temporary"}


def test_a_link_is_refused(temporary: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(keep(tmp_path, out.getvalue())).code == "archive_unsafe"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"in.zip": b""}, "archive_nested"),
        ({"in.KMZ": b""}, "archive_nested"),
        ({"in.tar.gz": b""}, "archive_nested"),
        ({"a.vrt": b""}, "file_points_elsewhere"),
        ({"a.gdalg.json": b""}, "file_points_elsewhere"),
        ({"a.pdf": b""}, "archive_without_data"),
        ({}, "archive_without_data"),
    ],
)
def test_what_an_archive_may_not_hold(
    temporary: Path, tmp_path: Path, members: dict[str, bytes], code: str
) -> None:
    assert refusal(keep(tmp_path, zip_of(members))).code == code


def test_bombs_are_told_by_size_by_ratio_and_by_number(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zeros = zip_of({"a.csv": bytes(51_000_000)})
    assert refusal(keep(tmp_path, zeros)).code == "archive_bomb"
    assert names(keep(tmp_path, zip_of({"a.csv": bytes(1_000_000)}))) == ["a"]
    monkeypatch.setattr(zips, "MAX_MEMBERS", 2)
    assert refusal(keep(tmp_path, zip_of({f"{n}.csv": b"" for n in range(3)}))).code == "archive_bomb"


def test_a_member_larger_than_it_says_is_not_unpacked_beyond(temporary: Path, tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.csv": bytes(3_000_000)}))
    for at in (22, data.index(b"PK\x01\x02") + 24):
        data[at : at + 4] = (1000).to_bytes(4, "little")
    assert refusal(keep(tmp_path, bytes(data))).code == "archive_broken"


def test_damaged_and_locked_archives_are_told(temporary: Path, tmp_path: Path) -> None:
    whole = zip_of({"a.csv": b"code,name\n1,2\n" * 99})
    assert refusal(keep(tmp_path, whole[:-30])).code == "archive_broken"
    assert refusal(keep(tmp_path, whole[:60] + b"\xff" * 8 + whole[68:])).code == "archive_broken"
    locked = bytearray(whole)
    for at in (6, whole.index(b"PK\x01\x02") + 8):
        locked[at] |= 1
    assert refusal(keep(tmp_path, bytes(locked))).code == "archive_encrypted"


def test_nothing_stays_after_an_error_inside_and_the_archive_is_named(
    temporary: Path, tmp_path: Path
) -> None:
    file = keep(tmp_path, zip_of({"a.csv": b""}))
    with pytest.raises(FileUnreadableError) as caught, unpacked(file) as (dataset,):
        raise FileUnreadableError("file_empty", file=dataset.path.name)
    assert caught.value.details["file"] == "a.zip"
    assert list(temporary.iterdir()) == []
