"""Gi* is what esda computes, finds what was put in, keeps quiet over chance, and groups what touches."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from esda.getisord import G_Local
from libpysal.weights import WSP
from scipy.stats import norm

from gridmap.geo import hotspots

SIDE = 12
SQUARES = [shapely.box(x, y, x + 1, y + 1) for y in range(SIDE) for x in range(SIDE)]
TOUCHING = hotspots.neighbours(SQUARES)


def scattered(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(6, SIDE * SIDE).astype(float)


def at(x: int, y: int) -> int:
    return y * SIDE + x


def with_heap() -> np.ndarray:
    values = scattered(1)
    values[[at(x, y) for x in (4, 5, 6) for y in (4, 5)]] += 40
    return values


def test_neighbours_share_a_border_or_a_corner_and_are_their_own():
    inner, corner = TOUCHING[at(5, 5)].indices, TOUCHING[at(0, 0)].indices
    assert sorted(inner) == sorted(at(x, y) for x in (4, 5, 6) for y in (4, 5, 6))
    assert sorted(corner) == sorted([at(0, 0), at(1, 0), at(0, 1), at(1, 1)])


def test_a_border_drawn_twice_by_a_hair_still_touches():
    shapes = [shapely.box(0, 0, 0.01, 0.01), shapely.box(0.010002, 0, 0.02, 0.01)]
    assert hotspots.neighbours(shapes).toarray().tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_esda(seed):
    values = scattered(seed)
    theirs = G_Local(values, WSP(TOUCHING).to_W(), transform="B", star=True, permutations=0)
    assert np.abs(theirs.Zs - hotspots.gi_star(values, TOUCHING)).max() < 1e-9


def test_a_heap_is_hot_and_nothing_far_from_it_is():
    found = hotspots.spots(with_heap(), TOUCHING)
    assert found is not None
    assert found.kind[at(5, 4)] == 2
    assert (found.kind[[at(x, y) for x in range(12) for y in (0, 1, 9, 10, 11)]] <= 0).all()


def test_a_hollow_among_many_is_cold():
    values = 200 - with_heap()
    found = hotspots.spots(values, TOUCHING)
    assert found is not None
    assert found.kind[at(5, 4)] == -2


def test_of_many_maps_of_chance_few_show_anything():
    shown = sum(bool(hotspots.spots(scattered(seed), TOUCHING).kind.any()) for seed in range(100, 200))
    bare = sum(
        bool((2 * norm.sf(abs(hotspots.gi_star(scattered(seed), TOUCHING))) < 0.05).any())
        for seed in range(100, 200)
    )
    assert shown <= 15
    assert bare > 90


def test_significance_is_that_of_benjamini_and_hochberg():
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    z = norm.isf(p / 2)
    assert hotspots.significant(z, 0.05).sum() == 2
    assert hotspots.significant(z, 0.2).sum() == 7
    assert hotspots.significant(z, 1e-6).sum() == 0


def test_the_stricter_level_lies_inside_the_other():
    z = hotspots.gi_star(with_heap(), TOUCHING)
    strict, wide = hotspots.significant(z, hotspots.P_STRICT), hotspots.significant(z, hotspots.P)
    assert strict.any()
    assert (wide | ~strict).all()


@pytest.mark.parametrize("values", [np.zeros(144), np.full(144, 7.0)])
def test_where_all_is_the_same_nothing_is_hot(values):
    found = hotspots.spots(values, TOUCHING)
    assert found is not None
    assert (found.z.any(), found.kind.any()) == (False, False)


def test_too_few_cells_are_not_judged():
    some = np.arange(hotspots.FEWEST_CELLS - 1)
    assert hotspots.spots(with_heap()[some], TOUCHING[some][:, some]) is None


def test_groups_are_what_touches_of_one_kind():
    kind = np.zeros(144, np.int8)
    kind[[at(1, 1), at(2, 2), at(9, 9)]] = (1, 2, 1)
    kind[at(3, 2)] = -1
    found = [sorted(group.tolist()) for group in hotspots.groups(kind, TOUCHING)]
    assert sorted(found) == sorted([[at(1, 1), at(2, 2)], [at(9, 9)], [at(3, 2)]])
