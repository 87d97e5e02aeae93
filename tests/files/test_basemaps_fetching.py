"""Another server may be slow, down, wrong or hostile: the map goes on, nothing is believed unseen, no key gets out."""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from gridmap.errors import GridmapError, NotFoundError, SourceFailedError, SourceSilentError, UnavailableError
from gridmap.files.basemaps import fetching, shelf
from gridmap.files.basemaps.cache import Cache
from gridmap.files.basemaps.declared import BaseMap, BaseMaps
from gridmap.files.basemaps.pictures import Tile
from gridmap.files.basemaps.shelf import Shelf
from gridmap.files.basemaps.templates import Template
from tests.conftest import free_port
from tests.foreign import BLUE, KEY, RED, Foreign, foreign_server, plain

PATIENCE_S = 1.0


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    with foreign_server() as server:
        yield server


class Reader:
    """One base map of one or two layers, and everything that was logged while it was asked."""

    def __init__(self, folder: Path, urls: tuple[str, ...], days: int = 7, **more: object) -> None:
        layers = tuple(Template(f"{url}?tk={{key}}", key=KEY) for url in urls)
        one = BaseMap("one", "一", "one", "wgs84", "来源", layers, **more)  # type: ignore[arg-type]
        self.shelf = Shelf(BaseMaps((one,), keep_days=days, keep_mb=10), folder, PATIENCE_S)

    def tile(self, zoom: int = 3, x: int = 2, y: int = 1) -> Tile:
        return self.shelf.tile("one", zoom, x, y)

    def refused(self, zoom: int = 3, x: int = 2, y: int = 1) -> GridmapError:
        with pytest.raises(GridmapError) as caught:
            self.tile(zoom, x, y)
        return caught.value


@pytest.fixture
def reader(foreign: Foreign, tmp_path: Path) -> Iterator[Reader]:
    made = Reader(tmp_path, (foreign.template,))
    yield made
    made.shelf.close()


def colour_of(tile: Tile) -> tuple[int, ...]:
    pixel = Image.open(io.BytesIO(tile.data)).convert("RGBA").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def test_a_tile_is_fetched_once_and_kept(foreign: Foreign, tmp_path: Path, reader: Reader) -> None:
    assert reader.tile() == Tile(plain(), "image/png")
    assert reader.tile() == Reader(tmp_path, (foreign.template,)).tile()  # another process, the same folder
    assert foreign.asked == [f"/t/3/2/1?tk={KEY}"]
    kept = [file for file in (tmp_path / "base").rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in kept] == [plain()]
    assert all(KEY not in str(file) and file.stat().st_mode & 0o077 == 0 for file in kept)


def test_nothing_is_kept_where_that_is_not_allowed(foreign: Foreign, tmp_path: Path) -> None:
    Reader(tmp_path, (foreign.template,), days=0).tile()
    assert not (tmp_path / "base").exists()


def test_what_is_too_old_is_fetched_anew(foreign: Foreign, tmp_path: Path, reader: Reader) -> None:
    reader.tile()
    (kept,) = (file for file in (tmp_path / "base").rglob("*") if file.is_file())
    old = time.time() - 8 * 86_400
    os.utime(kept, (old, old))
    Reader(tmp_path, (foreign.template,)).tile()
    assert len(foreign.asked) == 2


def test_the_oldest_goes_first_when_there_is_too_much(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "base", 7, 10)
    for n in range(24):  # 12 MB where 10 may be kept
        cache.put(f"a/{n}", bytes(500_000))
        os.utime(tmp_path / "base" / "a" / str(n), (time.time() - 1000 + n,) * 2)
    kept = [n for n in range(24) if cache.get(f"a/{n}")]
    assert 14 <= len(kept) <= 21
    assert kept == list(range(24 - len(kept), 24))


def test_a_disk_that_takes_no_more_only_forgets(foreign: Foreign, tmp_path: Path) -> None:
    (tmp_path / "base").write_bytes(b"a file where the folder should be")
    assert Reader(tmp_path, (foreign.template,)).tile().data == plain()


def test_the_source_is_told_nothing_of_who_looks(foreign: Foreign, reader: Reader) -> None:
    reader.tile()
    (headers,) = foreign.headers
    assert set(headers) == {"Host", "Connection", "User-Agent", "Accept", "Accept-Encoding"}
    assert headers["User-Agent"] == "gridmap"


def test_labels_lie_over_the_picture(foreign: Foreign, tmp_path: Path) -> None:
    half = Image.new("RGBA", (256, 256))
    half.paste((*BLUE, 255), (0, 0, 100, 100))
    out = io.BytesIO()
    half.save(out, "PNG")
    foreign.answer = lambda z, x, y: (200, {}, out.getvalue() if "/n/3" in foreign.asked[-1] else plain())
    reader = Reader(tmp_path, (foreign.template,))
    assert reader.tile().data == plain()
    both = Reader(
        tmp_path, (foreign.template, foreign.template.replace("/t/", "/n/"))
    ).tile()  # one is kept already
    drawn = Image.open(io.BytesIO(both.data)).convert("RGB")
    assert (drawn.getpixel((5, 5)), drawn.getpixel((200, 200))) == (BLUE, RED)


def test_without_its_labels_a_picture_still_shows(foreign: Foreign, tmp_path: Path) -> None:
    broken = f"http://127.0.0.1:{free_port()}/{{z}}/{{x}}/{{y}}"
    found = Reader(tmp_path, (foreign.template, broken)).tile()
    assert (colour_of(found)[:3], found.is_whole) == (RED, False)


def test_where_the_source_has_nothing_there_is_nothing(foreign: Foreign, reader: Reader) -> None:
    for n, status in enumerate((404, 204, 410)):
        foreign.gives(b"", status)
        assert colour_of_nothing(reader.tile(3, n, 0)) == 0
    assert len(foreign.asked) == 3
    reader.tile(3, 0, 0)
    assert len(foreign.asked) == 3


def colour_of_nothing(tile: Tile) -> int:
    image = Image.open(io.BytesIO(tile.data))
    assert image.mode == "RGBA"
    return int(image.getextrema()[3][1])  # type: ignore[index]


def test_what_lies_outside_its_bounds_is_not_asked_for(foreign: Foreign, tmp_path: Path) -> None:
    reader = Reader(tmp_path, (foreign.template,), bounds=(103.0, 25.0, 104.5, 26.0))
    assert colour_of_nothing(reader.tile(10, 0, 0)) == 0
    assert foreign.asked == []
    reader.tile(10, 807, 436)
    assert len(foreign.asked) == 1


@pytest.mark.parametrize(
    "place", [(25, 0, 0), (3, 8, 0), (3, 0, 8), (10**9, 0, 0), (3, 10**30, 0), (-1, 0, 0)], ids=str
)
def test_what_is_no_tile_is_never_asked_for(
    foreign: Foreign, reader: Reader, place: tuple[int, int, int]
) -> None:
    assert isinstance(reader.refused(*place), NotFoundError)
    assert foreign.asked == []


def bomb() -> bytes:
    """A picture of a hundred million pixels in a few kilobytes."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("status", "data", "headers", "reason"),
    [
        (200, b"<html>your key is not valid</html>", {"Content-Type": "image/png"}, "no_picture"),
        (200, b"", {}, "no_picture"),
        (200, plain()[:60], {}, "no_picture"),
        (200, b"GIF89a" + bytes(100), {}, "no_picture"),
        (200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, "no_picture"),
        (200, bomb(), {}, "no_picture"),
        (200, plain() + bytes(3_000_000), {}, "too_large"),
        (500, plain(), {}, "HTTP 500"),
        (403, b"", {}, "HTTP 403"),
        (302, plain(), {"Location": "http://169.254.169.254/latest/meta-data/"}, "HTTP 302"),
        (301, plain(), {"Location": "file:///etc/passwd"}, "HTTP 301"),
    ],
    ids=["html", "empty", "cut", "gif", "svg", "bomb", "huge", "500", "403", "metadata", "file"],
)
def test_what_is_no_tile_is_not_shown(
    foreign: Foreign,
    tmp_path: Path,
    reader: Reader,
    status: int,
    data: bytes,
    headers: dict[str, str],
    reason: str,
) -> None:
    foreign.gives(data, status, **headers)
    error = reader.refused()
    assert (type(error), error.details["reason"]) == (SourceFailedError, reason)
    assert not [file for file in (tmp_path / "base").rglob("*") if file.is_file()]
    assert len(foreign.asked) == 1  # nobody was followed
    reader.refused()
    assert len(foreign.asked) == 1  # and it is not asked again at once


def test_a_redirect_within_the_same_host_is_not_followed_either(foreign: Foreign, reader: Reader) -> None:
    foreign.gives(b"", 302, Location=f"{foreign.address}/t/3/2/1")
    assert reader.refused().details["reason"] == "HTTP 302"
    assert len(foreign.asked) == 1


def test_who_dawdles_is_left(foreign: Foreign, reader: Reader) -> None:
    foreign.dawdles(PATIENCE_S + 1)
    begun = time.monotonic()
    assert isinstance(reader.refused(), SourceSilentError)
    assert time.monotonic() - begun < PATIENCE_S + 0.8


def test_who_sends_drop_by_drop_is_left(foreign: Foreign, tmp_path: Path) -> None:
    foreign.drop_s = 0.1
    begun = time.monotonic()
    assert isinstance(Reader(tmp_path, (foreign.template,)).refused(), SourceSilentError)
    assert time.monotonic() - begun < PATIENCE_S + 0.8


def test_who_is_not_there_is_left_alone_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(tmp_path, (f"http://127.0.0.1:{free_port()}/{{z}}/{{x}}/{{y}}",))
    for x in range(8):
        assert isinstance(reader.refused(3, x, 0), SourceSilentError)
    asked = []
    monkeypatch.setattr(fetching.Source, "_fetched", lambda *place: asked.append(place))
    assert isinstance(reader.refused(3, 0, 1), SourceSilentError)
    assert asked == []


def test_it_comes_back_by_itself(foreign: Foreign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_REST_S", 0.2), ("_REMEMBERED_S", 0.2)):
        monkeypatch.setattr(fetching, name, value)
    monkeypatch.setattr(fetching, "_FAILURES", 1)
    reader = Reader(tmp_path, (foreign.template,))
    foreign.gives(b"", **{"Content-Length": "9"})
    reader.refused()
    foreign.gives(plain(BLUE))
    time.sleep(0.3)
    assert colour_of(reader.tile())[:3] == BLUE


def test_only_a_few_questions_run_at_a_time(foreign: Foreign, reader: Reader) -> None:
    foreign.dawdles(0.05)
    with ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda n: reader.tile(6, n, n), range(24)))
    assert 2 <= foreign.busiest <= fetching.AT_ONCE
    assert len(foreign.asked) == 24


def test_many_who_want_one_tile_ask_once(foreign: Foreign, reader: Reader) -> None:
    foreign.dawdles(0.1)
    with ThreadPoolExecutor(8) as pool:
        assert len({tile.data for tile in pool.map(lambda _: reader.tile(), range(8))}) == 1
    assert len(foreign.asked) == 1


def test_too_many_who_wait_are_told_to_come_again(
    foreign: Foreign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "WAITING", 1)
    reader = Reader(tmp_path, (foreign.template,))
    foreign.dawdles(0.4)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(reader.tile)
        while not foreign.asked:
            time.sleep(0.01)
        error = reader.refused(3, 3, 3)
        assert (type(error), error.code) == (UnavailableError, "base_map_busy")
        assert first.result().data == plain()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/{z}/{x}/{y}/ctrl\x7f", "HERE"])
def test_no_key_and_no_address_is_told_or_logged(
    foreign: Foreign, tmp_path: Path, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    caplog.set_level(logging.DEBUG)
    foreign.gives(b"your key tk-that-nobody-may-see is not valid", 403)
    reader = Reader(tmp_path, (url.replace("HERE", foreign.template),))
    error = reader.refused()
    said = f"{error!r} {error.details} {caplog.text}"
    assert "base map one, 127.0.0.1" in caplog.text
    assert KEY not in said
    assert "/t/3" not in said
    assert error.__cause__ is None
    assert error.__suppress_context__
