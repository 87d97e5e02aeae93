"""Where matters of the demo lie: along roads, at buildings, in greens, and crowded around places people go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from gridmap.demo.sayings import BY_NAME, GREEN, HOME, SAYINGS, Saying
from gridmap.geo import crs

Floats = NDArray[np.float64]


class Ground(NamedTuple):
    """What is on the ground, as frames in WGS84.

    `areas` have level, code and name, `buildings` name and address, `roads` and `greens` a name; `places`
    are where people go to, with rank and name.
    """

    areas: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    greens: gpd.GeoDataFrame
    places: gpd.GeoDataFrame


class Spots(NamedTuple):
    """Places side by side: WGS84 degrees, what is reported there, and the words for the place."""

    lon_lat: Floats
    sayings: list[Saying]
    words: list[str]


class Crowd(NamedTuple):
    """Matters gather at places of a rank: how far they scatter, their share of all, what they are."""

    scatter_m: float
    share: float
    names_zh: tuple[str, ...]


CROWDS: Mapping[str, Crowd] = {
    "market": Crowd(130, 0.13, ("暴露垃圾", "店外经营", "占道经营", "农贸市场秩序问题", "无照经营游商", "机动车乱停放", "道路不洁", "垃圾站(箱)满溢", "油烟污染", "污水井盖异常", "废弃家具设备")),
    "mall": Crowd(150, 0.08, ("店外经营", "非机动车乱停放", "共享单车乱象", "机动车乱停放", "违规户外广告", "油烟污染", "盲道缺损", "道路破损")),
    "square": Crowd(120, 0.06, ("机动车乱停放", "露天烧烤", "噪声扰民", "无照经营游商", "废弃家具设备", "路灯异常", "路缘石缺损", "行道树异常")),
    "site": Crowd(110, 0.06, ("工地扬尘", "施工扰民", "施工废弃料", "施工工地围挡问题", "道路遗撒(洒)", "积存垃圾渣土", "道路破损")),
    "underpass": Crowd(45, 0.025, ("道路积水", "雨水箅子异常")),
    "station": Crowd(110, 0.03, ("共享单车乱象", "非机动车乱停放", "机动车乱停放", "无照经营游商", "非法小广告")),
    "school": Crowd(90, 0.03, ("机动车乱停放", "无照经营游商", "占道经营", "交通护栏异常", "盲道缺损")),
}  # fmt: skip

_ONLY_AT_SITES = frozenset({"工地扬尘", "施工扰民", "施工工地围挡问题", "农贸市场秩序问题"})
_ANYWHERE = tuple(saying for saying in SAYINGS if saying.name_zh not in _ONLY_AT_SITES)
_SIDES = ("东侧", "西侧", "南侧", "北侧", "东门", "南门", "旁", "对面")


def draw_spots(rng: np.random.Generator, ground: Ground, number: int, outside: int) -> Spots:
    """`number` spots in no order; all inside the district but for the last `outside`."""
    shared = _crowded(rng, ground.places, number)
    scattered = _scattered(rng, ground, number - outside - len(shared[1]))
    points = np.vstack([shared[0], scattered[0]])
    whole = ground.areas.geometry[ground.areas["level"] == "district"].iloc[0]
    kept = _inside(whole, points)
    beyond = _beyond(rng, whole, outside)
    sayings = [*shared[1], *scattered[1], *_sayings(rng, outside)]
    lon_lat = np.round(np.vstack([kept, beyond]), 7)
    names = [*shared[2], *[""] * (number - len(shared[2]))]
    return Spots(lon_lat, sayings, _words(rng, ground, lon_lat, sayings, names))


def _degrees(points: Floats, offsets_m: Floats) -> Floats:
    """Points in degrees moved by metres east and north."""
    per_lon, per_lat = crs.metres_per_degree(float(points[0, 1]) if len(points) else 0.0)
    return points + offsets_m / (per_lon, per_lat)


def _sayings(rng: np.random.Generator, number: int, among: Sequence[Saying] = _ANYWHERE) -> list[Saying]:
    often = np.array([saying.often for saying in among])
    return [among[int(n)] for n in rng.choice(len(among), number, p=often / often.sum())]


def _crowded(
    rng: np.random.Generator, places: gpd.GeoDataFrame, number: int
) -> tuple[Floats, list[Saying], list[str]]:
    """Points around the places of each rank, what is reported there, the place's name."""
    points, sayings, names = [np.empty((0, 2))], list[Saying](), list[str]()
    for rank, crowd in CROWDS.items():
        here = places[places["rank"] == rank]
        if here.empty:
            continue
        count = round(crowd.share * number)
        # Some markets are worse than others.
        weights = rng.exponential(1, len(here)) + 0.3
        chosen = rng.choice(len(here), count, p=weights / weights.sum())
        at = shapely.get_coordinates(shapely.centroid(here.geometry.to_numpy()))[chosen]
        points.append(_degrees(at, rng.normal(0, crowd.scatter_m, (count, 2))))
        sayings += _sayings(rng, count, [BY_NAME[name] for name in crowd.names_zh])
        names += here["name"].to_numpy()[chosen].tolist()
    return np.vstack(points), sayings, names


def _scattered(rng: np.random.Generator, ground: Ground, number: int) -> tuple[Floats, list[Saying]]:
    """Spots all over the town, where there are more buildings more of them."""
    sayings = _sayings(rng, number)
    chosen = rng.integers(0, len(ground.buildings), number)
    homes = shapely.centroid(ground.buildings.geometry.to_numpy()[chosen])
    roads, greens = ground.roads.geometry.to_numpy(), shapely.boundary(ground.greens.geometry.to_numpy())
    at = shapely.get_coordinates(homes)
    kinds = np.array([saying.where for saying in sayings])
    for lines, is_there in ((roads, (kinds != HOME) & (kinds != GREEN)), (greens, kinds == GREEN)):
        if is_there.any():
            near = lines[STRtree(lines).nearest(homes[is_there])]
            at[is_there] = _along(rng, near, homes[is_there])
    return _degrees(at, rng.normal(0, 5, (number, 2))), sayings


def _along(rng: np.random.Generator, lines: NDArray[np.object_], near: NDArray[np.object_]) -> Floats:
    """A point of each line within some sixty metres of where it is nearest to its point."""
    shift = rng.uniform(-60, 60, len(lines)) / crs.metres_per_degree(25.0)[1]
    foot = shapely.line_locate_point(lines, near) + shift
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(foot, 0)))


def _inside(whole: shapely.Polygon, points: Floats) -> Floats:
    """The points; one that lies outside the district becomes the nearest place a little inside."""
    shapely.prepare(whole)
    is_out = ~shapely.contains_xy(whole, points)
    inner = whole.buffer(-2e-5).exterior
    out = shapely.points(points[is_out])
    moved = points.copy()
    moved[is_out] = shapely.get_coordinates(
        shapely.line_interpolate_point(inner, shapely.line_locate_point(inner, out))
    )
    return moved


def _beyond(rng: np.random.Generator, whole: shapely.Polygon, number: int) -> Floats:
    """Points up to 150 m outside the district."""
    per_lat = crs.metres_per_degree(25.0)[1]
    rings = [whole.buffer(m / per_lat).exterior for m in np.linspace(30, 150, 8)]
    points = [rings[n % 8].interpolate(float(u), normalized=True) for n, u in enumerate(rng.random(number))]
    return shapely.get_coordinates(points).reshape(number, 2)


def _words(
    rng: np.random.Generator,
    ground: Ground,
    lon_lat: Floats,
    sayings: Sequence[Saying],
    names: Sequence[str],
) -> list[str]:
    """How people would name each place: by the house, the road with a number, the crossing, what is beside it."""
    points = shapely.points(lon_lat)
    house = STRtree(shapely.centroid(ground.buildings.geometry.to_numpy())).nearest(points)
    addresses, houses = (ground.buildings[name].to_numpy()[house] for name in ("address", "name"))
    # An address is a road and a number: the nearest house says on which road one stands.
    nearest = [str(address).rstrip("0123456789号") for address in addresses]
    names = _with_greens(ground.greens, points, sayings, names)
    crossing = _crossings(ground.roads, points, nearest)
    dice = rng.random(len(points))
    sides = rng.integers(0, len(_SIDES), len(points))
    return [
        _place(saying, str(road), str(cross), str(address), str(home), name, float(die), _SIDES[int(side)])
        for saying, road, cross, address, home, name, die, side in zip(
            sayings, nearest, crossing, addresses, houses, names, dice, sides, strict=True
        )
    ]


def _with_greens(
    greens: gpd.GeoDataFrame, points: NDArray[np.object_], sayings: Sequence[Saying], names: Sequence[str]
) -> list[str]:
    """The names, and for what lies in a green that green's."""
    told = list(names)
    rows = [n for n, saying in enumerate(sayings) if saying.where == GREEN]
    near = STRtree(greens.geometry.to_numpy()).nearest(points[rows])
    for row, green in zip(rows, greens["name"].to_numpy()[near].tolist(), strict=True):
        told[row] = green
    return told


def _crossings(roads: gpd.GeoDataFrame, points: NDArray[np.object_], first: Sequence[str]) -> list[str]:
    """The name of another road within 45 m of each point, "" for none."""
    found, names = [""] * len(points), roads["name"].tolist()
    far = 45 / crs.metres_per_degree(25.0)[1]
    at, near = STRtree(roads.geometry.to_numpy()).query(points, predicate="dwithin", distance=far)
    for n, road in zip(at.tolist(), near.tolist(), strict=True):
        if names[road] and names[road] != first[n]:
            found[n] = names[road]
    return found


def _place(
    saying: Saying, road: str, cross: str, address: str, home: str, name: str, die: float, side: str
) -> str:
    if saying.where == HOME:
        return home if home and die < 0.75 else address
    if saying.where == GREEN:
        return name or f"{road}旁"
    if name and die < 0.45:
        return f"{name}{side}"
    if cross and die < 0.8:
        return f"{road}与{cross}路口"
    if die < 0.9:
        return f"{address}{('门前', '旁', '对面', '前')[int(die * 40) % 4]}"
    parts = ("东段", "西段") if road.endswith("路") else ("南段", "北段")
    return f"{road}{parts[int(die * 200) % 2]}"
