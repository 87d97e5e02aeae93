"""Draw a district's cells: a town grown round a centre, borders as ragged as real ones, shared to the last bit."""

from __future__ import annotations

import numpy as np
import shapely

from gridmap.geo.crs import LonLat, metres_per_degree

CENTRE = LonLat(103.8, 25.5)
AREA_KM2 = 1_500.0
_GRID_M = 0.01
_RAGGEDNESS = 0.10
_HALVINGS = 3
"""Each border between two corners is halved so often, and bent at each half: eight pieces."""


def outline() -> shapely.Polygon:
    """The district's border in metres around its centre: a rounded blob of AREA_KM2."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1]
    radius = 1 + 0.12 * np.cos(2 * turn + 0.7) + 0.07 * np.cos(3 * turn + 2.1) + 0.03 * np.cos(7 * turn)
    shape = shapely.Polygon(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))
    scale = np.sqrt(AREA_KM2 * 1e6 / shape.area)
    return shapely.transform(shape, lambda xy: np.round(xy * scale, 2))


def scatter(rng: np.random.Generator, count: int, within: shapely.Polygon) -> np.ndarray:
    """`count` places (metres) as people live: a town, a dozen villages, the country between."""
    shapely.prepare(within)
    villages = np.random.default_rng(12).uniform(-17_000, 17_000, (12, 2))
    kept: list[np.ndarray] = []
    while sum(map(len, kept)) < count:
        kind = rng.choice(3, count, p=(0.55, 0.30, 0.15))
        xy = rng.normal(0, 4_000, (count, 2))
        hamlet = villages[rng.integers(0, len(villages), count)] + rng.normal(0, 1_200, (count, 2))
        xy = np.where((kind == 1)[:, None], hamlet, xy)
        xy = np.where((kind == 2)[:, None], rng.uniform(-30_000, 30_000, (count, 2)), xy)
        kept.append(xy[shapely.contains_xy(within, xy[:, 0], xy[:, 1])])
    return np.concatenate(kept)[:count]


def draw_cells(rng: np.random.Generator, count: int) -> np.ndarray:
    """About `count` polygons in metres that cover the outline without gap or overlap, 30 to 100 vertices each."""
    border = outline()
    seeds = scatter(rng, count, border)
    for _ in range(2):  # evens them out: nobody draws splinters
        seeds = shapely.get_coordinates(shapely.centroid(_voronoi(seeds, border)))
    edges = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=border, only_edges=True)
    inside = shapely.intersection(edges, border)
    drawn = shapely.union_all([inside, border.exterior], grid_size=_GRID_M)
    lines = shapely.get_parts(shapely.line_merge(drawn))
    cells = shapely.get_parts(shapely.polygonize(_ragged(rng, lines)))
    return cells[shapely.area(cells) > 1.0]


def _voronoi(seeds: np.ndarray, border: shapely.Polygon) -> np.ndarray:
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=border))
    return shapely.intersection(cells, border)


def _ragged(rng: np.random.Generator, lines: np.ndarray) -> np.ndarray:
    """The lines bent, ends where they were; those that would then cross another one stay straight."""
    is_straight = shapely.get_num_points(lines) == 2
    bent = lines.copy()
    ends = shapely.get_coordinates(lines[is_straight]).reshape(-1, 2, 2)
    bent[is_straight] = shapely.linestrings(_bend(rng, ends))
    while len(faulty := _crossing(bent)):
        if all(bent[n] is lines[n] for n in faulty):
            break
        bent[faulty] = lines[faulty]
    return bent


def _bend(rng: np.random.Generator, ends: np.ndarray) -> np.ndarray:
    paths = ends
    for _ in range(_HALVINGS):
        step = np.diff(paths, axis=1)
        aside = np.stack([-step[..., 1], step[..., 0]], axis=-1)
        shift = np.clip(rng.normal(0, _RAGGEDNESS, (*step.shape[:2], 1)), -0.2, 0.2)
        middle = paths[:, :-1] + step / 2 + aside * shift
        woven = np.empty((len(paths), paths.shape[1] * 2 - 1, 2))
        woven[:, ::2], woven[:, 1::2] = paths, middle
        paths = woven
    return paths


def _crossing(lines: np.ndarray) -> np.ndarray:
    """The rows of lines that meet another one elsewhere than at their ends, or themselves."""
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    one, other = one[one < other], other[one < other]
    meeting = shapely.intersection(lines[one], lines[other])
    shared = shapely.intersection(shapely.boundary(lines[one]), shapely.boundary(lines[other]))
    is_fault = ~shapely.equals(meeting, shared)
    return np.union1d(np.union1d(one[is_fault], other[is_fault]), np.flatnonzero(~shapely.is_simple(lines)))


def to_lon_lat(xy: np.ndarray) -> np.ndarray:
    """Metres around the centre as lon/lat (WGS84); the same metres always give the same bits."""
    x_scale, y_scale = metres_per_degree(CENTRE.lat)
    return np.column_stack([CENTRE.lon + xy[:, 0] / x_scale, CENTRE.lat + xy[:, 1] / y_scale])
