"""Where the ground of the demo lies: the river's course, its banks, and how far the town may reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from shapely import LineString, Polygon

from gridmap.demo.plan import Plan
from gridmap.demo.plane import Numbers

Curve = Callable[[Numbers], Numbers]

RIVER_M = 84.0
"""Width of the water."""

BANK_M = 105.0
"""From the river's middle line to the middle of the road along it; between lies the riverside green."""

STEP_M = 80.0
"""Distance between the vertices of a curved road."""

BEYOND_M = 4000.0
"""How far roads and river are drawn on outside the district, so that it does not end like an island."""

_SOUTH_SHARE = 0.404
"""How far up the plane the river runs: a little south of the middle."""


@dataclass(frozen=True)
class Ground:
    """The curves everything else hangs on: y of the river, the north and the south edge at x, x of the others at y.

    Metres of the drawing; `extent` is west, south, east, north.
    """

    extent: tuple[float, float, float, float]
    river_y: Curve
    north_y: Curve
    south_y: Curve
    west_x: Curve
    east_x: Curve

    def between(self, share: float) -> Curve:
        """A curve that follows the river where it is near it and the edge where it is near that.

        `share` 0 is the road along the bank, 1 the north edge, −1 the south edge; between, in proportion.
        """
        edge = self.north_y if share > 0 else self.south_y
        bank = self.bank(BANK_M if share > 0 else -BANK_M)
        return lambda x: bank(x) + abs(share) * (edge(x) - bank(x))

    def bank(self, away_m: float) -> Curve:
        """The river's course moved north by `away_m`."""
        return lambda x: self.river_y(x) + away_m

    def across(self, y: Curve) -> LineString:
        """The curve y(x) as a line from west to east, running on `BEYOND_M` on both sides."""
        west, _, east, _ = self.extent
        x = np.arange(west - BEYOND_M, east + BEYOND_M + STEP_M, STEP_M)
        return LineString(np.column_stack([x, y(x)]))

    def along(self, x: Curve) -> LineString:
        """The curve x(y) as a line from south to north, running on `BEYOND_M` on both sides."""
        _, south, _, north = self.extent
        y = np.arange(south - BEYOND_M, north + BEYOND_M + STEP_M, STEP_M)
        return LineString(np.column_stack([x(y), y]))

    def middle_line(self) -> LineString:
        """The river's middle line, from beyond the west edge to beyond the east edge."""
        return self.across(self.river_y)

    def edges(self) -> list[LineString]:
        """The four lines the district lies between."""
        across, along = self.across, self.along
        return [across(self.north_y), across(self.south_y), along(self.west_x), along(self.east_x)]

    def is_between_edges(self, x_m: float, y_m: float) -> bool:
        """Whether a place lies between the four edges."""
        x, y = np.array([x_m]), np.array([y_m])
        west, east = self.west_x(y)[0], self.east_x(y)[0]
        south, north = self.south_y(x)[0], self.north_y(x)[0]
        return bool(west < x_m < east and south < y_m < north)

    def is_riverside(self, x_m: float, y_m: float) -> bool:
        """Whether a place lies between the two roads along the banks."""
        return abs(self._above_river(x_m, y_m)) < BANK_M

    def is_north(self, x_m: float, y_m: float) -> bool:
        """Whether a place lies on the north bank."""
        return self._above_river(x_m, y_m) > 0

    def _above_river(self, x_m: float, y_m: float) -> float:
        return y_m - float(self.river_y(np.array([x_m]))[0])

    def water(self) -> Polygon:
        """The river's surface; it runs on beyond the district on both sides."""
        return self.middle_line().buffer(RIVER_M / 2, cap_style="flat")


def draw_ground(rng: np.random.Generator, plan: Plan) -> Ground:
    """A ground whose river crosses from west to east a little south of the middle."""
    west, south, east, north = plan.extent
    large = (north - south) / 5000
    bend, ripple = wave(rng, 300 * large**0.5, 6900 * large**0.7), wave(rng, 75, 2900)
    upper, lower = wave(rng, 110 * large, 8800 * large**0.5), wave(rng, 100 * large, 7900 * large**0.5)
    left, right = wave(rng, 70 * large, 6000 * large**0.5), wave(rng, 90 * large, 6000 * large**0.5)
    middle, level = (west + east) / 2, south + _SOUTH_SHARE * (north - south)
    return Ground(
        extent=plan.extent,
        river_y=lambda x: level + bend(x) + ripple(x) - 0.035 * (x - middle),
        north_y=lambda x: north - 130 + upper(x),
        south_y=lambda x: south + 130 + lower(x),
        west_x=lambda y: west + 60 + left(y),
        east_x=lambda y: east - 60 + right(y),
    )


def wave(rng: np.random.Generator, height: float, length: float) -> Curve:
    """A smooth bend of about `height` metres either way, repeating after about `length` metres."""
    phase, shape = rng.uniform(0, 2 * np.pi, 2)
    turn = 2 * np.pi / (length * rng.uniform(0.9, 1.1))
    return lambda s: height * (0.8 * np.sin(turn * s + phase) + 0.2 * np.sin(2.3 * turn * s + shape))
