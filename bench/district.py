"""The district everything is measured on: cells in communities in streets, staff, and matters as they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.cluster.vq import kmeans2

from bench import drawing
from bench.drawing import draw_cells, outline, scatter, to_lon_lat
from bench.sizes import Size
from gridmap.demo.sayings import SAYINGS
from gridmap.geo.crs import WGS84

DISTRICT = "990001"
"""The fictional district's code, which no county bears."""
OUTSIDE_SHARE = 0.002
"""So many of the matters lie in no cell, as in any list an office keeps."""
WORDS_SHARE = 1 / 3
_SEED = 20260101
_OFFICERS = ("police", "community_worker", "urban_management", "market_supervision", "sanitation")
_HEADS = {"district": "district_head", "street": "street_head", "community": "community_head"}


@dataclass(frozen=True)
class District:
    """`areas`: code, name, parent, level, geometry (WGS84), all levels. `posts`: staff_code, name, role, area."""

    areas: gpd.GeoDataFrame
    posts: list[tuple[str, str, str, str]]

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """The areas of the lowest level."""
        return self.level("grid")

    def level(self, name: str) -> gpd.GeoDataFrame:
        """The areas of one level, without the column that says so."""
        frame = self.areas[self.areas["level"] == name].drop(columns="level").reset_index(drop=True)
        return frame.assign(parent=frame["parent"].astype(object).where(frame["parent"].notna(), None))


def district(size: Size, cache: Path) -> District:
    """The district of that size; drawn once and kept in the folder `cache`."""
    file = cache / f"areas-{size.cells}-{size.communities}-{size.streets}-{_drawn_by()}.parquet"
    if file.exists():
        areas = gpd.read_parquet(file)
    else:
        areas = _draw_areas(size)
        cache.mkdir(parents=True, exist_ok=True)
        areas.to_parquet(file)
    return District(areas, list(_staff(areas)))


def _drawn_by() -> str:
    """Which version of the drawing it is."""
    sources = (Path(drawing.__file__), Path(__file__))
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:10]


def _draw_areas(size: Size) -> gpd.GeoDataFrame:
    cells = draw_cells(np.random.default_rng(_SEED), size.cells)
    centres = shapely.get_coordinates(shapely.centroid(cells))
    community = _clusters(centres, size.communities)
    middles = np.array([centres[community == n].mean(axis=0) for n in range(community.max() + 1)])
    street = _clusters(middles, size.streets)
    shapes = shapely.transform(cells, to_lon_lat)
    codes = _codes(community, street)
    levels = [("district", [DISTRICT] * len(shapes)), *codes.items()]
    parts = []
    for number, (level, code_of_cell) in enumerate(levels):
        frame = gpd.GeoDataFrame({"code": code_of_cell}, geometry=shapes, crs=WGS84)
        if level != "grid":
            frame = frame.dissolve("code", method="coverage").reset_index()
        above = {code: parent for code, parent in zip(code_of_cell, levels[number - 1][1], strict=True)}
        frame["parent"] = [above[code] for code in frame["code"]] if number else None
        frame["level"], frame["name"] = level, [f"示例{code[6:] or '区'}" for code in frame["code"]]
        parts.append(frame)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=WGS84)


def _clusters(xy: np.ndarray, count: int) -> np.ndarray:
    """The number of the group of each place, counted from 0 without a break; groups lie together."""
    _, labels = kmeans2(xy, count, minit="++", rng=np.random.default_rng(_SEED))
    return np.unique(labels, return_inverse=True)[1]


def _codes(community: np.ndarray, street: np.ndarray) -> dict[str, list[str]]:
    """The codes of each cell's street, community, and itself."""
    places = np.zeros(len(community), dtype=int)
    for n in range(community.max() + 1):
        mine = community == n
        places[mine] = np.arange(1, mine.sum() + 1)
    streets = [f"{DISTRICT}{street[c] + 1:03d}" for c in community]
    communities = [f"{above}{c + 1:03d}" for above, c in zip(streets, community, strict=True)]
    grids = [f"{above}{place:03d}" for above, place in zip(communities, places, strict=True)]
    return {"street": streets, "community": communities, "grid": grids}


def _staff(areas: gpd.GeoDataFrame) -> Iterator[tuple[str, str, str, str]]:
    """A head for each upper area, the five of each community, a leader for each two cells; some posts are vacant."""
    rows = [(level, code) for level, code in zip(areas["level"], areas["code"], strict=True)]
    number = 0
    for level, code in rows:
        if level == "grid":
            number += int(code) % 2
            if int(code) % 50:
                yield f"{DISTRICT}S{number:05d}", f"员工{number:05d}", "leader", code
            continue
        roles = [_HEADS[level], *(_OFFICERS if level == "community" else ())]
        for role in roles:
            number += 1
            if number % 40:
                yield f"{DISTRICT}S{number:05d}", f"员工{number:05d}", role, code
        number += 1


def points(count: int, seed: int = 1, *, outside: float = OUTSIDE_SHARE) -> np.ndarray:
    """`count` places as lon/lat (WGS84), where people are; a share `outside` lies beyond the district."""
    rng = np.random.default_rng((_SEED, seed))
    xy = scatter(rng, count, outline())
    beyond = rng.random(count) < outside
    turn = rng.uniform(0, 2 * np.pi, beyond.sum())
    xy[beyond] = 32_000 * np.column_stack([np.cos(turn), np.sin(turn)])
    return np.round(to_lon_lat(xy), 7)


def matters(count: int, newest: datetime, seed: int = 1) -> pd.DataFrame:
    """`count` open matters of the 30 days before `newest`: id, lon, lat, category, created, description."""
    rng = np.random.default_rng((_SEED, seed))
    lon_lat = points(count, seed)
    often = np.array([saying.often for saying in SAYINGS])
    kinds = rng.choice(len(SAYINGS), count, p=often / often.sum())
    ages = rng.integers(0, 30 * 86_400, count)
    has_words = rng.random(count) < WORDS_SHARE
    return pd.DataFrame(
        {
            "id": [f"A{n:08d}" for n in range(count)],
            "lon": lon_lat[:, 0],
            "lat": lon_lat[:, 1],
            "category": [SAYINGS[kind].key for kind in kinds],
            "created": [f"{newest - timedelta(seconds=int(age)):%Y-%m-%d %H:%M:%S}" for age in ages],
            "description": [
                _words(kind) if said else "" for kind, said in zip(kinds, has_words, strict=True)
            ],
        }
    )


def _words(kind: int) -> str:
    return SAYINGS[kind].sentences[0].format(road="建设路", n="三")


def matters_file(count: int, cache: Path) -> Path:
    """A CSV of `count` matters, made once and kept in `cache`."""
    file = cache / f"matters-{count}-{_drawn_by()}.csv"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        matters(count, datetime(2026, 1, 31, 12)).to_csv(unfinished, index=False)
        unfinished.rename(file)
    return file
