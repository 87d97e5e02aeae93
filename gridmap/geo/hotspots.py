"""Cells that lie among high or low ones beyond chance: Getis-Ord Gi* over neighbouring cells, with its significance.

J. K. Ord & A. Getis, “Local Spatial Autocorrelation Statistics: Distributional Issues and an Application”,
Geographical Analysis 27(4), 1995, eq. 14; Y. Benjamini & Y. Hochberg, “Controlling the False Discovery Rate”,
JRSS B 57(1), 1995.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.special import ndtr  # not scipy.stats: all of it would be loaded with every start

Floats = NDArray[np.float64]

FEWEST_CELLS = 30
"""With fewer cells the statistic is no normal variable (Ord & Getis 1995): nothing is said."""
P, P_STRICT = 0.05, 0.01
"""The shares of cells called hot or cold that may be so by chance alone."""
_TOUCH_DEG = 1e-5
"""A metre: cells so close share a border, or a corner, that was drawn twice."""


class Spots(NamedTuple):
    """For each cell: its z (Gi*), and what that makes it: 2 or 1 hot, -1 or -2 cold (99 %, 95 %), 0 neither."""

    z: Floats
    kind: NDArray[np.int8]


def neighbours(shapes: Sequence[shapely.Geometry]) -> Any:
    """Which cells touch, each also itself: a sparse matrix (CSR, n × n) of ones."""
    cells = np.asarray(shapes, object)
    rows, columns = shapely.STRtree(cells).query(cells, predicate="dwithin", distance=_TOUCH_DEG)
    ones = np.ones(len(rows))
    found = sparse.csr_matrix((ones, (rows, columns)), shape=(len(cells), len(cells)))
    found.setdiag(1.0)
    return found


def gi_star(values: Floats, weights: Any) -> Floats:
    """Gi* of each cell, as a z-score: how far the sum over it and its neighbours lies from what chance would give.

    (Σ wᵢⱼ xⱼ − x̄ Wᵢ) / (s √((n Σ wᵢⱼ² − Wᵢ²) / (n − 1))), Wᵢ = Σ wᵢⱼ, with wᵢᵢ among them; x̄ and s over all
    cells. 0 where all values are equal, and for a cell that touches all others.
    """
    n, mean, spread = len(values), values.mean(), values.std()
    total = np.asarray(weights.sum(axis=1)).ravel()
    squares = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    below = spread * np.sqrt(np.maximum(n * squares - total**2, 0) / (n - 1))
    above = weights @ values - mean * total
    is_known = below > 1e-12 * max(abs(mean), 1e-300)
    return np.divide(above, below, out=np.zeros(n), where=is_known)  # type: ignore[no-any-return]


def significant(z: Floats, p: float) -> NDArray[np.bool_]:
    """Which scores are beyond chance, two-sided, with a false discovery rate of at most `p` over all of them.

    Thousands of cells are looked at: with a bare p < 0.05 one in twenty would stand out on any map.
    """
    chance = 2 * ndtr(-np.abs(z))
    rising = np.sort(chance)
    holds = rising <= p * np.arange(1, len(z) + 1) / len(z)
    limit = rising[np.flatnonzero(holds)[-1]] if holds.any() else -1.0
    return chance <= limit  # type: ignore[no-any-return]


def spots(values: Floats, weights: Any) -> Spots | None:
    """Hot and cold cells of `values` (one a cell); None where there are fewer than FEWEST_CELLS."""
    if len(values) < FEWEST_CELLS:
        return None
    z = gi_star(values, weights)
    strength = significant(z, P).astype(np.int8) + significant(z, P_STRICT)
    return Spots(z, np.where(z > 0, strength, -strength).astype(np.int8))


def groups(kind: NDArray[np.int8], weights: Any) -> list[NDArray[np.int64]]:
    """Cells that are hot together, or cold together: those that touch, as positions; single ones too."""
    same = []
    for sign in (1, -1):
        at = np.flatnonzero(np.sign(kind) == sign)
        count, label = csgraph.connected_components(weights[at][:, at], directed=False)
        same += [at[label == one] for one in range(count)]
    return same
