"""Zip archives from outside: opened within bounds, under harmless names, in a private folder that does not stay."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gridmap.errors import FileUnreadableError

MAX_MEMBERS = 5_000
MAX_UNPACKED = 2_000_000_000
MAX_RATIO = 100
RATIO_COUNTS_FROM = 50_000_000
"""Small archives may be packed tighter: a few zeros shrink a thousandfold."""

ARCHIVES = (".zip", ".kmz")
DATASETS = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".dxf", ".gdb", ".parquet", ".csv", ".tsv", ".xlsx")
DATASETS += (".tab", ".mif", ".fgb")
_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".map", ".id", ".ind", ".dat", ".mid")
_PACKED = (".zip", ".kmz", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
_POINTING = (".vrt", ".ovf", ".gdalg")
_GDB_FILE = re.compile(r"[A-Za-z0-9_.]{1,64}")


@dataclass(frozen=True)
class Dataset:
    """One thing that can be read: where it lies now, and the name people know it by."""

    path: Path
    name: str


@contextmanager
def unpacked(path: Path) -> Iterator[list[Dataset]]:
    """The datasets in a file: of a zip or KMZ all it holds, unpacked until the context ends; else the file itself.

    Raises FileUnreadableError `archive_broken`, `archive_encrypted`, `archive_bomb`, `archive_unsafe` (a
    member leading outside, or a link), `archive_nested`, `file_points_elsewhere`, `archive_without_data`.
    """
    if path.suffix.lower() not in ARCHIVES or path.is_dir():
        yield [Dataset(path, path.stem)]
        return
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                check_bounds(archive, path)
                datasets = _extract(archive, path, Path(folder))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
            raise FileUnreadableError("archive_broken", file=path.name) from error
        if not datasets:
            raise FileUnreadableError("archive_without_data", file=path.name, kinds=list(DATASETS))
        try:
            yield datasets
        except FileUnreadableError as error:
            error.details = {**error.details, "file": path.name}  # not what the member is called in here
            raise


def check_bounds(archive: zipfile.ZipFile, path: Path, max_unpacked: int = MAX_UNPACKED) -> None:
    """Raises FileUnreadableError `archive_bomb` or `archive_encrypted` before anything is unpacked.

    Sizes are those the archive declares; reading a member stops there, whatever is packed inside.
    """
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = path.stat().st_size
    is_bomb = len(members) > MAX_MEMBERS or total > max_unpacked
    if is_bomb or (total > RATIO_COUNTS_FROM and total > MAX_RATIO * packed):
        limits = {"limit_mb": max_unpacked // 1_000_000, "limit_members": MAX_MEMBERS}
        raise FileUnreadableError("archive_bomb", file=path.name, members=len(members), bytes=total, **limits)
    if any(member.flag_bits & 1 for member in members):
        raise FileUnreadableError("archive_encrypted", file=path.name)


def _extract(archive: zipfile.ZipFile, path: Path, folder: Path) -> list[Dataset]:
    """Every dataset with its parts, each in a folder of its own where all its files bear one plain name."""
    places: dict[PurePosixPath, Path] = {}
    datasets: dict[Path, PurePosixPath] = {}
    for member in archive.infolist():
        name = _safe_name(member, path)
        if member.is_dir() or _is_byproduct(name):
            continue
        _refuse_strange(name, path)
        whole, target = _target(name, places, folder)
        if whole is None or target is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
        if whole.suffix.lower() in DATASETS:
            datasets[target.parent if whole.suffix.lower() == ".gdb" else target] = whole
    return _named(datasets)


def _safe_name(member: zipfile.ZipInfo, path: Path) -> PurePosixPath:
    raw = _spelled(member).replace("\\", "/")
    name = PurePosixPath(raw)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if is_link or raw.startswith("/") or ".." in name.parts or ":" in raw or "\0" in raw:
        raise FileUnreadableError("archive_unsafe", file=path.name, member=raw[:200])
    return name


def _spelled(member: zipfile.ZipInfo) -> str:
    """A member's name; without the flag for UTF-8 its bytes are what the writer's Windows used, here GBK."""
    if member.flag_bits & 0x800:
        return member.orig_filename
    raw = member.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.orig_filename


def _is_byproduct(name: PurePosixPath) -> bool:
    """What macOS and others put beside the files."""
    return any(part == "__MACOSX" or part.startswith(".") for part in name.parts)


def _refuse_strange(name: PurePosixPath, path: Path) -> None:
    kind = name.suffix.lower()
    if kind in _PACKED:
        raise FileUnreadableError("archive_nested", file=path.name, member=str(name)[:200])
    if kind in _POINTING or name.name.lower().endswith(".gdalg.json"):
        raise FileUnreadableError("file_points_elsewhere", file=str(name)[:200])


def _target(
    name: PurePosixPath, places: dict[PurePosixPath, Path], folder: Path
) -> tuple[PurePosixPath | None, Path | None]:
    """What a member is a part of, and where it goes; None for what nobody reads."""
    gdb = next((parent for parent in name.parents if parent.suffix.lower() == ".gdb"), None)
    if gdb is not None:
        place = places.setdefault(gdb, folder / str(len(places)) / "data.gdb")
        return (gdb, place / name.name) if _GDB_FILE.fullmatch(name.name) else (None, None)
    kind = name.suffix.lower()
    if kind not in DATASETS + _PARTS:
        return None, None
    place = places.setdefault(name.with_suffix(""), folder / str(len(places)))
    return name, place / f"data{kind}"


def _named(datasets: dict[Path, PurePosixPath]) -> list[Dataset]:
    """Under the shortest names that tell them apart: without folder and ending, with the folder, whole."""
    ways = ([name.stem for name in datasets.values()], [str(n.with_suffix("")) for n in datasets.values()])
    names = next((way for way in ways if len(set(way)) == len(way)), [str(n) for n in datasets.values()])
    return sorted((Dataset(*pair) for pair in zip(datasets, names, strict=True)), key=lambda d: d.name)
