"""The staff of the demo after 1 + 5 + N: who holds which post on which area, and which posts are vacant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmap.demo.blocks import Borders, borders_of

SHARED_OFFICERS = {
    "police": 0.5,
    "community_worker": 0.0,
    "urban_management": 0.35,
    "market_supervision": 0.7,
    "sanitation": 0.2,
}
"""The five, each with the chance that one person covers two communities of a street."""

_HEADS = {"community": "community_head", "street": "street_head", "district": "district_head"}
_CELLS_OF_A_LEADER = {"few": (0.45, 0.40, 0.15), "many": (0.30, 0.40, 0.30)}
"""With which chance a leader has one, two or three cells, where people are not counted and where they are."""
_MEMBERS_OF_A_CELL = ((0, 1, 2, 3), (0.12, 0.33, 0.33, 0.22))
_VACANT_LEADERS, _VACANT_OFFICERS = 3, 4


class Post(NamedTuple):
    """A person holding a role on an area."""

    staff_code: str
    name: str
    role: str
    area: str


Person = tuple[str, str]


def draw_staff(
    rng: np.random.Generator,
    areas: gpd.GeoDataFrame,
    people: Iterable[str],
    today: date,
    number: int | None = None,
) -> pd.DataFrame:
    """The posts held on `today`; columns as `DemoDistrict.staff`, one row a post.

    `number` is of how many people (None: as many as usual), as far as the posts that must be leave room.
    """
    district = areas["code"][areas["level"] == "district"].iloc[0]
    staff = ((f"{district}S{n:04d}", name) for n, name in enumerate(people, start=1))
    posts = [*_heads(areas, staff), *_officers(rng, areas, staff)]
    posts += _leaders(rng, areas, staff, "few" if number is None else "many")
    left = None if number is None else number - len({post.staff_code for post in posts})
    posts += _members(rng, areas, staff, left)
    frame = pd.DataFrame(posts)
    frame.insert(2, "phone", pd.Series([None] * len(frame), dtype=object))
    frame["from_date"] = [today - timedelta(days=int(days)) for days in rng.integers(40, 1100, len(frame))]
    return frame


def _heads(areas: gpd.GeoDataFrame, staff: Iterator[Person]) -> Iterator[Post]:
    for area in areas.itertuples():
        if area.level in _HEADS:
            yield Post(*next(staff), _HEADS[area.level], area.code)


def _officers(rng: np.random.Generator, areas: gpd.GeoDataFrame, staff: Iterator[Person]) -> list[Post]:
    """The five of each community; in a few communities one of them is missing."""
    below = areas[areas["level"] == "community"].groupby("parent")["code"].apply(list).to_dict()
    posts = [
        Post(*person, role, community)
        for role, chance in SHARED_OFFICERS.items()
        for communities_of_street in below.values()
        for person, communities in _rounds(rng, staff, chance, communities_of_street)
        for community in communities
    ]
    return _without(rng, posts, _VACANT_OFFICERS)


def _rounds(
    rng: np.random.Generator, staff: Iterator[Person], chance: float, communities: list[str]
) -> Iterator[tuple[Person, list[str]]]:
    """Who covers which communities of a street; with `chance`, two are covered by one person."""
    left = list(communities)
    while left:
        number = 2 if rng.random() < chance else 1
        yield next(staff), left[:number]
        left = left[number:]


def _leaders(
    rng: np.random.Generator, areas: gpd.GeoDataFrame, staff: Iterator[Person], load: str
) -> list[Post]:
    """Leaders of one to three neighbouring cells of a community; a few cells have none."""
    grids = areas[areas["level"] == "grid"]
    posts = [
        Post(*person, "leader", code)
        for _, cells in grids.groupby("parent")
        for group, person in zip(_neighbours(rng, cells, load), staff, strict=False)
        for code in group
    ]
    return _without(rng, posts, _VACANT_LEADERS)


def _neighbours(rng: np.random.Generator, cells: gpd.GeoDataFrame, load: str) -> Iterator[list[str]]:
    """The cells of a community in groups of one to three that lie side by side."""
    borders: Borders = borders_of(list(cells.geometry))
    codes, left = list(cells["code"]), list(range(len(cells)))
    while left:
        group = [left.pop(0)]
        wished = int(rng.choice((1, 2, 3), p=_CELLS_OF_A_LEADER[load]))
        while len(group) < wished and (beside := [n for n in left if n in borders[group[-1]]]):
            group.append(beside[0])
            left.remove(beside[0])
        yield [codes[n] for n in group]


def _members(
    rng: np.random.Generator, areas: gpd.GeoDataFrame, staff: Iterator[Person], left: int | None
) -> list[Post]:
    """The N of each cell; `left` is how many there are in all."""
    cells = list(areas.loc[areas["level"] == "grid", "code"])
    if left is None:
        shares = rng.choice(_MEMBERS_OF_A_CELL[0], len(cells), p=_MEMBERS_OF_A_CELL[1])
    else:
        shares = np.bincount(rng.integers(0, len(cells), max(left, 0)), minlength=len(cells))
    return [
        Post(*next(staff), "dynamic", code)
        for code, share in zip(cells, shares, strict=True)
        for _ in range(int(share))
    ]


def _without(rng: np.random.Generator, posts: list[Post], vacant: int) -> list[Post]:
    """The posts but for a few whose holders, with no other post, are gone."""
    held = Counter(post.staff_code for post in posts)
    only = [n for n, post in enumerate(posts) if held[post.staff_code] == 1]
    missing = set(rng.choice(only, vacant, replace=False).tolist())
    return [post for n, post in enumerate(posts) if n not in missing]
