"""What the ground is used for: how each use is built on, and how often it is found how far out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Manner(NamedTuple):
    """How a use is built in rows: lengths, depth and distances in metres, floors from–to, homes per 100 m² of a floor.

    `keep` is the share of the places that are built on.
    """

    length_m: tuple[float, float]
    depth_m: float
    apart_m: float
    behind_m: float
    floors: tuple[int, int]
    homes_per_100_m2: float
    keep: float


MANNERS = {
    "slabs": Manner((44, 72), 13.5, 14, 27, (5, 7), 0.36, 0.92),
    "tall slabs": Manner((40, 58), 15, 22, 38, (9, 17), 0.26, 0.92),
    "towers": Manner((26, 30), 24, 34, 40, (18, 32), 0.20, 0.88),
    "lanes": Manner((16, 30), 11, 5, 9, (2, 4), 0.42, 0.88),
    "shops": Manner((44, 70), 36, 16, 20, (3, 6), 0.0, 0.90),
    "offices": Manner((32, 46), 22, 26, 32, (8, 22), 0.0, 0.85),
    "works": Manner((60, 100), 34, 18, 24, (1, 3), 0.0, 0.78),
    "market": Manner((70, 90), 32, 12, 16, (1, 2), 0.0, 1.0),
    "site": Manner((28, 32), 26, 28, 36, (1, 9), 0.0, 0.8),
}
"""Uses that are built on in rows."""

HOUSE = Manner((9, 14), 9, 3, 5, (1, 3), 0.75, 0.9)
"""A house of a village, which stands along its lanes."""

GREEN_USES = ("park", "field", "square")
"""Uses that nobody builds on."""

_ANCHORS = (0.0, 0.45, 0.85, 1.1, 1.4)
_SHARES = {
    "slabs": (0.38, 0.48, 0.34, 0.01, 0.01),
    "tall slabs": (0.14, 0.17, 0.14, 0.00, 0.00),
    "towers": (0.12, 0.13, 0.09, 0.00, 0.00),
    "lanes": (0.07, 0.02, 0.01, 0.00, 0.00),
    "shops": (0.09, 0.04, 0.02, 0.00, 0.00),
    "offices": (0.14, 0.05, 0.01, 0.00, 0.00),
    "school": (0.03, 0.03, 0.02, 0.00, 0.00),
    "works": (0.00, 0.05, 0.20, 0.04, 0.03),
    "village": (0.00, 0.00, 0.02, 0.05, 0.37),
    "field": (0.00, 0.00, 0.14, 0.90, 0.59),
    "park": (0.03, 0.03, 0.01, 0.00, 0.00),
}
"""The share of each use at the distances of `_ANCHORS` (see `blocks.remoteness`); between, in proportion."""


def drawn_use(rng: np.random.Generator, far: float) -> str:
    """A use as it is found so far out."""
    shares = np.array([np.interp(far, _ANCHORS, share) for share in _SHARES.values()])
    return str(rng.choice(list(_SHARES), p=shares / shares.sum()))
