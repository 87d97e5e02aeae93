"""The colours and line widths of our maps, and how counts fall into the classes of a choropleth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

CHOROPLETH = ("#F3F4F8", "#DDE2EE", "#BCC5DD", "#95A2C8", "#6C7DB0", "#485A92")
"""Fill of a cell by class: zero first, then few to many. Cool, so that status colours stand out."""

STATUS = {
    "reported": "#2F80ED",
    "handling": "#F2A100",
    "overdue": "#D7263D",
    "done": "#1B9E77",
    "suspended": "#8A8F98",
    "whistle": "#8E44AD",
}
"""Fill of a matter by what it is waiting for; the same on every page."""

HEAT_LIGHT = ("#FFF3B2", "#FED976", "#FDAE50", "#F47730", "#D63420", "#8A0620")
HEAT_DARK = ("#3B2E1F", "#6E4A16", "#AC7016", "#EBA326", "#FFDD94")
"""Fill of an isopleth by level, low to high, on light and on dark ground."""

_SPREAD = ((), (3,), (2, 4), (1, 3, 5), (1, 2, 4, 5), (1, 2, 3, 4, 5))
"""Which steps of CHOROPLETH serve so many classes above zero: always distinct, always light to dark."""

INK = "#1B2430"
ACCENT = "#1D5A9E"
GROUND = "#F4F3EF"
VEIL_OPACITY = 0.6
CELL_BORDER: dict[str, Any] = {"color": INK, "weight": 1.25, "opacity": 0.5}
OWN_AREA_CASING: dict[str, Any] = {"color": "#FFFFFF", "weight": 6, "opacity": 1, "fill": False}
OWN_AREA_LINE: dict[str, Any] = {"color": INK, "weight": 3, "opacity": 1, "fill": False}

NO_DATA = "url(#no-data)"
"""Fill of a cell whose count is unknown: a grey hatch the page defines once."""

FISHER_JENKS = "fisher_jenks"
QUANTILE = "quantile"
MOST_DISTINCT = 800
"""With more distinct counts than this the exact optimum costs too much; quantiles serve instead."""


@dataclass(frozen=True)
class Classes:
    """Classes of positive counts: `uppers` are the highest counts of each, ascending; zero stands apart.

    `method` is FISHER_JENKS or QUANTILE. Without any positive count `uppers` is empty.
    """

    method: str
    uppers: tuple[int, ...]

    def index_of(self, count: int) -> int:
        """Which class a count is in: 0 for zero, else 1 and up; beyond the last upper it is the last."""
        if count <= 0:
            return 0
        return min(int(np.searchsorted(self.uppers, count)) + 1, len(self.uppers))

    @property
    def fills(self) -> tuple[str, ...]:
        """The fill of each class, zero first; fewer classes are spread over the whole ramp."""
        return (CHOROPLETH[0], *(CHOROPLETH[step] for step in _SPREAD[len(self.uppers)]))

    def fill_of(self, count: int | None) -> str:
        """The fill of a cell with that many open matters; None (unknown) is the hatch."""
        return NO_DATA if count is None else self.fills[self.index_of(count)]


def classify(counts: Iterable[int | None], most: int = len(CHOROPLETH) - 1) -> Classes:
    """At most `most` classes for the positive ones of `counts`; None and zero are left aside.

    Fisher–Jenks: the cut of the sorted counts into classes that makes the squared deviations from the
    class means smallest (W. D. Fisher, “On grouping for maximum homogeneity”, 1958).
    """
    positive = [count for count in counts if count]
    if not positive:
        return Classes(FISHER_JENKS, ())
    values, weights = np.unique(np.asarray(positive, dtype=np.int64), return_counts=True)
    if len(values) <= most:
        return Classes(FISHER_JENKS, tuple(int(v) for v in values))
    if len(values) > MOST_DISTINCT:
        cuts = np.quantile(positive, np.arange(1, most + 1) / most, method="inverted_cdf")
        return Classes(QUANTILE, tuple(int(v) for v in np.unique(cuts)))
    return Classes(FISHER_JENKS, tuple(int(values[i]) for i in _best_cuts(values, weights, most)))


def _best_cuts(values: np.ndarray, weights: np.ndarray, classes: int) -> list[int]:
    """The index of the last value of each class in the cut with the least squared deviation."""
    cost = _deviations(values.astype(float), weights.astype(float))
    best = cost[0]
    choices = []
    for _ in range(1, classes):
        # total[s, e]: the first s values cut as well as before, values s..e as one class more.
        total = np.vstack([np.full(len(values), np.inf), best[:-1, None] + cost[1:]])
        choices.append(total.argmin(axis=0))
        best = total.min(axis=0)
    ends = [len(values) - 1]
    for starts in reversed(choices):
        ends.append(int(starts[ends[-1]]) - 1)
    return ends[::-1]


def _deviations(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Matrix of the weighted squared deviation of values s..e from their mean; infinite below the diagonal."""
    n = np.concatenate([[0.0], np.cumsum(weights)])
    total = np.concatenate([[0.0], np.cumsum(weights * values)])
    squares = np.concatenate([[0.0], np.cumsum(weights * values**2)])
    start, end = np.indices((len(values), len(values)))
    count = np.maximum(n[end + 1] - n[start], 1.0)
    spread = squares[end + 1] - squares[start] - (total[end + 1] - total[start]) ** 2 / count
    return np.where(end >= start, np.maximum(spread, 0.0), np.inf)
