"""Base maps in files: MBTiles and PMTiles of pictures are read, tile by tile; vectors and damaged files are refused."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from gridmap.errors import GridmapError, InvalidInputError, SourceFailedError
from gridmap.files.basemaps import pmtiles
from gridmap.files.basemaps.declared import BaseMap, BaseMaps
from gridmap.files.basemaps.packed import open_packed
from gridmap.files.basemaps.pictures import nothing
from gridmap.files.basemaps.pmtiles import tile_id
from gridmap.files.basemaps.shelf import Shelf
from tests.foreign import BLUE, RED, plain

TILES = {(0, 0, 0): plain(RED), (1, 0, 1): plain(BLUE), (3, 5, 2): plain((1, 2, 3))}
"""By zoom, column and row from the north."""
MANY = {(6, x, y): f"{x}/{y}".encode() for x in range(64) for y in range(64)}


def mbtiles(file: Path, tiles: dict[tuple[int, int, int], bytes], kind: str = "png") -> None:
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE metadata (name text, value text)")
        db.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        db.execute("INSERT INTO metadata VALUES ('format', ?)", (kind,))
        rows = [(z, x, 2**z - 1 - y, data) for (z, x, y), data in tiles.items()]
        db.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    db.close()


def varints(numbers: list[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        rest = number
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
    return bytes(out)


Entry = tuple[int, int, int, int]
"""First tile, how many share it, where it lies, how long it is."""


def directory(entries: list[Entry], pack: Callable[[bytes], bytes]) -> bytes:
    ids = [entry[0] for entry in entries]
    steps = [ids[0], *(b - a for a, b in pairwise(ids))]
    ends = [None, *(at + length for _, _, at, length in entries)]
    places = [0 if at == end else at + 1 for (_, _, at, _), end in zip(entries, ends, strict=False)]
    columns = [steps, [e[1] for e in entries], [e[3] for e in entries], places]
    return pack(varints([len(entries), *(number for column in columns for number in column)]))


def pm(
    file: Path, tiles: dict[tuple[int, int, int], bytes], kind: int = 2, packing: int = 2, leaf: int = 0
) -> None:
    """A PMTiles archive as the specification has it; with `leaf` so many entries to a leaf directory."""
    pack = gzip.compress if packing == 2 else bytes
    entries, body = [], b""
    for number, data in sorted((tile_id(*place), data) for place, data in tiles.items()):
        entries.append((number, 1, len(body), len(data)))
        body += data
    leaves = b""
    if leaf:
        root = []
        for n in range(0, len(entries), leaf):
            packed = directory(entries[n : n + leaf], pack)
            root.append((entries[n][0], 0, len(leaves), len(packed)))
            leaves += packed
        entries = root
    top = directory(entries, pack)
    zooms = [zoom for zoom, _, _ in tiles]
    places = (127, len(top), 0, 0, 127 + len(top), len(leaves), 127 + len(top) + len(leaves), len(body))
    head = struct.pack(
        "<7sB11Q6B4iB2i",
        b"PMTiles",
        3,
        *places,
        0,
        0,
        0,
        1,
        packing,
        1,
        kind,
        min(zooms),
        max(zooms),
        *[0] * 7,
    )
    file.write_bytes(head + top + leaves + body)


@pytest.mark.parametrize("write", [mbtiles, pm], ids=["mbtiles", "pmtiles"])
def test_a_file_gives_its_tiles(tmp_path: Path, write: Callable[..., None]) -> None:
    write(tmp_path / "x", TILES)
    found = open_packed("own", tmp_path / "x")
    assert (found.min_zoom, found.max_zoom) == (0, 3)
    assert {place: found.tile(*place) for place in TILES} == TILES
    assert [found.tile(*place) for place in ((1, 0, 0), (3, 2, 5), (3, 7, 7))] == [None, None, None]
    found.close()


def test_tiles_are_numbered_as_the_specification_says() -> None:
    assert [
        tile_id(*place) for place in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))
    ] == list(range(6))
    assert tile_id(12, 3423, 1763) == 19_078_479
    assert sorted(tile_id(*place) for place in MANY) == list(range(1365, 1365 + 4096))


@pytest.mark.parametrize("packing", [1, 2], ids=["plain", "gzip"])
def test_leaves_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: int) -> None:
    pm(tmp_path / "x", MANY, packing=packing, leaf=200)
    found, decoded = pmtiles.PmTiles(tmp_path / "x"), []
    monkeypatch.setattr(
        pmtiles, "_decoded", lambda data, own=pmtiles._decoded: decoded.append(1) or own(data)
    )
    assert {place: found.tile(*place) for place in MANY} == MANY
    assert len(decoded) == 21
    found.close()


def test_one_picture_may_stand_for_many_tiles(tmp_path: Path) -> None:
    pm(tmp_path / "x", {(6, 0, 0): b"sea"})
    whole = bytearray((tmp_path / "x").read_bytes())
    top = directory([(tile_id(6, 0, 0), 4096, 0, 3)], bytes)
    whole[8:24] = struct.pack("<2Q", 127, len(top))
    whole[56:64] = struct.pack("<Q", 127 + len(top))
    whole[97] = 1
    (tmp_path / "x").write_bytes(bytes(whole[:127]) + top + b"sea")
    found = pmtiles.PmTiles(tmp_path / "x")
    assert {found.tile(*place) for place in MANY} == {b"sea"}
    assert found.tile(7, 0, 0) is None
    found.close()


@pytest.mark.parametrize("write", [mbtiles, pm], ids=["mbtiles", "pmtiles"])
def test_many_read_at_once(tmp_path: Path, write: Callable[..., None]) -> None:
    write(tmp_path / "x", MANY)
    found = open_packed("own", tmp_path / "x")
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda place: found.tile(*place), MANY)) == list(MANY.values())
    found.close()


def refusal(file: Path) -> tuple[str, str]:
    with pytest.raises(InvalidInputError) as caught:
        open_packed("own", file)
    return caught.value.code, str(caught.value.details.get("format", ""))


@pytest.mark.parametrize(
    ("write", "kind", "named"), [(mbtiles, "pbf", "pbf"), (pm, 1, "mvt"), (pm, 5, "avif"), (mbtiles, "", "?")]
)
def test_vectors_are_refused(tmp_path: Path, write: Callable[..., None], kind: object, named: str) -> None:
    write(tmp_path / "x", TILES, kind)
    assert refusal(tmp_path / "x") == ("base_map_is_vector", named)


def test_what_is_no_file_of_tiles_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none")[0] == "base_map_file_unusable"
    assert refusal(tmp_path)[0] == "base_map_file_unusable"
    for n, data in enumerate(
        (b"", b"<html>", b"PMTiles\x03", b"PMTiles\x02" + bytes(200), b"SQLite format 3\0" + bytes(99))
    ):
        (tmp_path / str(n)).write_bytes(data)
        assert refusal(tmp_path / str(n))[0] == "base_map_file_unusable"


def test_a_damaged_file_never_breaks_more_than_its_tile(tmp_path: Path) -> None:
    """Every byte before the pictures turned: a refusal at the start or of the tile, and nothing else."""
    pm(tmp_path / "x", TILES, leaf=2)
    whole = (tmp_path / "x").read_bytes()
    seen = set()
    for at in range(min(len(whole), 330)):
        (tmp_path / "y").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            shelf = shelf_of(tmp_path / "y")
            shelf.tile("own", shelf.zooms("own")[1], 0, 0)
            shelf.close()
            seen.add("")
        except GridmapError as error:
            seen.add(error.code)
    assert {"base_map_file_unusable", "base_map_is_vector"} <= seen


def shelf_of(file: Path, datum: str = "wgs84") -> Shelf:
    one = BaseMap("own", "自有", "own", datum, "来源", file=file, max_zoom=24)
    return Shelf(BaseMaps((one,)), file.parent / "data")


@pytest.mark.parametrize("write", [mbtiles, pm], ids=["mbtiles", "pmtiles"])
def test_a_file_is_a_base_map_like_any_other(tmp_path: Path, write: Callable[..., None]) -> None:
    write(tmp_path / "x", TILES)
    shelf = shelf_of(tmp_path / "x")
    assert shelf.tile("own", 1, 0, 1).data == plain(BLUE)
    assert shelf.tile("own", 1, 1, 1) == nothing()
    assert shelf.zooms("own") == (0, 3)
    shelf.close()
    assert not (tmp_path / "data").exists()


def test_a_file_drawn_in_gcj02_is_moved_too(tmp_path: Path) -> None:
    mbtiles(tmp_path / "x", {(4, x, y): plain(RED) for x in range(11, 14) for y in range(5, 8)})
    moved = shelf_of(tmp_path / "x", "gcj02").tile("own", 4, 12, 6)
    assert moved.mimetype == "image/png"
    assert moved.data != plain(RED)


def test_a_database_cut_short_is_told_not_thrown(tmp_path: Path) -> None:
    mbtiles(tmp_path / "x", MANY)
    whole = (tmp_path / "x").read_bytes()
    (tmp_path / "y").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    with pytest.raises((InvalidInputError, SourceFailedError), match=r"malformed|'file'|no_picture"):
        shelf_of(tmp_path / "y").tile("own", 6, 63, 0)
