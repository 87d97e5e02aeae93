"""Small sets of baked tiles for a browser that is answered from memory."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import shapely

from gridmap.geo import bake, tile_layers

VERSION = "0123456789abcdef"


@dataclass(frozen=True)
class Answers:
    """What the server says about one set: JSON and tiles by path."""

    json: dict[str, Any]
    tiles: dict[str, bytes]

    def to(self, path: str) -> dict[str, Any] | None:
        """How a path is answered, for `route.fulfill`; None where it is none of the set's."""
        if path in self.json:
            return {"json": self.json[path]}
        if not path.startswith(f"/tiles/{self.json['name']}/"):
            return None
        found = self.tiles.get(path)
        return (
            {"status": 204} if found is None else {"body": found, "content_type": "application/octet-stream"}
        )


def empty_set(path: str) -> dict[str, Any]:
    """What is said of a set without anything in it."""
    return {
        "version": VERSION,
        "tiles": [],
        "minzoom": 8,
        "maxzoom": 14,
        "bounds": [0, 0, 0, 0],
        "name": path,
    }


def area(code: str, name: str, level: str, above: str, shape: shapely.Geometry) -> Any:
    """An area below the path `above`."""
    middle = shape.centroid
    multi = shapely.MultiPolygon([shape])
    place = {"label_lon": middle.x, "label_lat": middle.y, "wkb": multi.wkb}
    return SimpleNamespace(
        code=code, name=name, level=level, path=f"{above}{code}/", parent_path=above, **place
    )


def landmark(kind: str, rank: str, name: str, shape: shapely.Geometry) -> Any:
    """A landmark."""
    return SimpleNamespace(kind=kind, rank=rank, name=name, wkb=shape.wkb)


def baked_areas(rows: list[Any], folder: Path) -> Answers:
    """Areas, parents first."""
    index = tile_layers.area_index(rows, VERSION)
    found = _baked(tile_layers.AREAS, tile_layers.area_lines(rows), folder)
    found.json[f"/tiles/areas/{VERSION}/index.json"] = json.loads(gzip.decompress(index))
    return found


def baked_ground(rows: list[Any], folder: Path) -> Answers:
    """Landmarks."""
    return _baked(tile_layers.GROUND, tile_layers.ground_lines(rows), folder)


def _baked(recipe: bake.Recipe, lines: Iterable[str], folder: Path) -> Answers:
    source, target = folder / f"{recipe.name}.lines", folder / f"{recipe.name}.mbtiles"
    source.write_text("".join(lines), encoding="utf-8")
    bake.bake(source, recipe, target, facts={}, layers=tile_layers.LAYERS[recipe.name])
    with closing(sqlite3.connect(target)) as file:
        metadata = dict(file.execute("SELECT name, value FROM metadata"))
        rows = file.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
    base = f"/tiles/{recipe.name}/{VERSION}"
    tiles = {f"{base}/{z}/{x}/{2**z - 1 - y}.mvt": gzip.decompress(data) for z, x, y, data in rows}
    about = {"tiles": [f"{base}/{{z}}/{{x}}/{{y}}.mvt"], "version": VERSION, "is_current": True}
    about |= {"minzoom": recipe.min_zoom, "maxzoom": recipe.max_zoom}
    about["bounds"] = [float(degree) for degree in metadata["bounds"].split(",")]
    return Answers({"name": recipe.name, f"/tiles/{recipe.name}.json": about}, tiles)
