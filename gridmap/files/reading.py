"""Read a file of features or a table, whatever format it is in; what it leaves open is asked, never guessed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from gridmap.errors import FileUnreadableError, InvalidInputError
from gridmap.files import drawings, placemarks, tabular, vector
from gridmap.files.encodings import known
from gridmap.files.html_attributes import opened
from gridmap.files.questions import (
    Near,
    Read,
    Reference,
    ask,
    crs_question,
    layer_question,
)
from gridmap.files.zips import ARCHIVES, Dataset, unpacked
from gridmap.geo.coverage import Finding

TABLES = tabular.KINDS
FEATURES = (*vector.KINDS, *placemarks.KINDS, *drawings.KINDS, *tabular.KINDS)
MAX_BYTES = 2_000_000_000
_ASKED_ABOUT = 8
"""So many layers are looked into for further questions while the layer is still asked for."""


@dataclass(frozen=True)
class Source:
    """A file as it was read: its rows, its name, the digest of its bytes, and what reading found."""

    frame: pd.DataFrame
    name: str
    digest: str
    findings: tuple[Finding, ...] = ()


class _Layer(NamedTuple):
    """One table or layer to choose: how it is called, where it lies."""

    name: str
    dataset: Dataset
    inner: str


_Reader = Callable[[_Layer], Read]


def digest_of_file(path: Path) -> str:
    """SHA-256, in hex, of the file's bytes; of a folder, of its files' names and bytes in the order of names."""
    if path.is_dir():
        parts = (
            f"{file.name}\0{digest_of_file(file)}\n" for file in sorted(path.iterdir()) if file.is_file()
        )
        return hashlib.sha256("".join(parts).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path) -> Path:
    if path.is_dir():
        if path.suffix.lower() != ".gdb":
            raise FileUnreadableError("file_is_folder", file=str(path))
        return path
    if not path.is_file():
        raise FileUnreadableError("file_missing", file=str(path))
    size = path.stat().st_size
    if size == 0:
        raise FileUnreadableError("file_empty", file=path.name)
    if size > MAX_BYTES:
        raise FileUnreadableError("file_too_large", file=path.name, limit=MAX_BYTES)
    return path


def _encoding(path: Path, encoding: str | None) -> str | None:
    if encoding is None:
        return None
    found = known(encoding)
    if found is None:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding)
    return found


def read_features(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    reference: Reference | None = None,
    near: Near | None = None,
    codes: Sequence[str | None] = (),
) -> Source:
    """The features of a file, in order, with what it hides in HTML tables as columns.

    Read are shapefile, GeoPackage, GeoJSON, KML, DXF, file geodatabase, MapInfo, FlatGeobuf, GeoParquet,
    tables with a column of WKT, and archives of these (zip, KMZ). The frame's `crs` is what the file
    declares, None where it declares none. `reference` is what the operator says of the coordinates;
    given, an open question for the coordinate system is asked together with the others (`near` serves its
    evidence). `codes` are columns that hold codes. Raises FileUnreadableError `file_leaves_open` with
    all questions at once, and the codes of archives, vector, placemarks, drawings and tabular.
    """
    encoding = _encoding(_checked(path), encoding)

    def read(chosen: _Layer) -> Read:
        found = _read_features(chosen, encoding, codes)
        if not found.questions and not (isinstance(found.frame, gpd.GeoDataFrame) and len(found.frame)):
            raise FileUnreadableError("file_without_features", file=path.name)
        needs_crs = isinstance(found.frame, gpd.GeoDataFrame) and found.frame.crs is None
        if needs_crs and reference is not None and reference.epsg is None and reference.datum is None:
            return Read(found.frame, found.findings, (crs_question(found.frame, near), *found.questions))
        return found

    with unpacked(path) as datasets:
        found = _chosen(path, _feature_layers(path, datasets, encoding), layer, read)
    return Source(opened(found.frame), path.name, digest_of_file(path), found.findings)


def read_table(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, codes: Sequence[str | None] = ()
) -> Source:
    """The rows of a CSV, Excel or Parquet file, every value as text ("" for none), so that codes keep their zeros.

    Raises FileUnreadableError as `read_features` (a workbook's sheets are its layers).
    """
    encoding = _encoding(_checked(path), encoding)
    with unpacked(path) as datasets:
        tables = [dataset for dataset in datasets if _kind(dataset) in TABLES]
        if not tables:
            raise FileUnreadableError("file_kind_not_taken", file=path.name, kinds=list(TABLES))
        layers = _named(tables, lambda dataset: tabular.layers(dataset.path, dataset.name))
        found = _chosen(
            path, layers, sheet, lambda one: tabular.read(one.dataset.path, one.inner, encoding, codes)
        )
    return Source(found.frame, path.name, digest_of_file(path), found.findings)


def _kind(dataset: Dataset) -> str:
    return dataset.path.suffix.lower()


def _chosen(path: Path, layers: list[_Layer], wished: str | None, read: _Reader) -> Read:
    """What the one layer that can be meant holds; asks where several can, or something else is left open."""
    if not layers:
        raise FileUnreadableError("file_without_features", file=path.name)
    found = [layer for layer in layers if layer.name == wished] if wished is not None else layers
    if len(found) == 1:
        answer = read(found[0])
        ask(path.name, answer.questions)
        return answer
    questions = [layer_question([layer.name for layer in layers])]
    for layer in layers[:_ASKED_ABOUT]:
        with suppress(FileUnreadableError):
            known_kinds = {question.question for question in questions}
            questions += [q for q in read(layer).questions if q.question not in known_kinds]
    ask(path.name, questions)
    raise AssertionError("a layer is asked for")


def _feature_layers(path: Path, datasets: list[Dataset], encoding: str | None) -> list[_Layer]:
    taken = [dataset for dataset in datasets if _kind(dataset) in FEATURES]
    if not taken:
        if path.suffix.lower() in (".vrt", ".ovf"):
            raise FileUnreadableError("file_points_elsewhere", file=path.name)
        raise FileUnreadableError("file_kind_not_taken", file=path.name, kinds=[*FEATURES, *ARCHIVES])

    def layers_of(dataset: Dataset) -> list[str]:
        kind = _kind(dataset)
        if kind in placemarks.KINDS:
            return placemarks.layers(dataset.path, dataset.name)
        if kind in drawings.KINDS:
            return drawings.layers(dataset.path, encoding) or [dataset.name]
        if kind in tabular.KINDS:
            return tabular.layers(dataset.path, dataset.name)
        return vector.layers(dataset.path, dataset.name)

    return _named(taken, layers_of)


def _named(datasets: list[Dataset], layers_of: Callable[[Dataset], list[str]]) -> list[_Layer]:
    """Every layer under a name that only it has: its own where there is one dataset, else with the dataset's."""
    listed = [(dataset, layers_of(dataset)) for dataset in datasets]
    if len(listed) == 1:
        dataset, inner = listed[0]
        return [_Layer(name, dataset, name) for name in inner]
    return [
        _Layer(dataset.name if len(inner) == 1 else f"{dataset.name}/{name}", dataset, name)
        for dataset, inner in listed
        for name in inner
    ]


def _read_features(layer: _Layer, encoding: str | None, codes: Sequence[str | None]) -> Read:
    path, kind = layer.dataset.path, _kind(layer.dataset)
    if kind in placemarks.KINDS:
        return placemarks.read(path, layer.inner, layer.dataset.name)
    if kind in drawings.KINDS:
        return drawings.read(path, layer.inner, encoding)
    if kind in tabular.KINDS:
        return tabular.read_features(path, layer.inner, encoding, codes)
    return vector.read(path, layer.inner, encoding)


def column(frame: pd.DataFrame, wished: str | None, *defaults: str, needed: bool = True) -> str | None:
    """The name of the column meant by `wished`, or the first of `defaults` there is (letter case aside).

    Raises InvalidInputError `column_missing` with the file's columns as `choices`; None where none is
    there and it is not `needed`.
    """
    names = {str(name).lower(): str(name) for name in frame.columns}
    for name in [wished] if wished else defaults:
        if name.lower() in names:
            return names[name.lower()]
    if needed or wished:
        choices = [str(name) for name in frame.columns if name != "geometry"]
        raise InvalidInputError("column_missing", column=wished or defaults[0], choices=choices)
    return None


def as_text(value: Any) -> str:
    """A cell of a table as text: "" for none, whole numbers without “.0”, blanks at the ends gone."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
