"""What a choropleth's legend has to say: its classes with colours and counts of cells, and its method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gridmap.maps.styles import CHOROPLETH, NO_DATA, QUANTILE, Classes


def legend(classes: Classes, counts: Iterable[int | None], texts: Mapping[str, str]) -> dict[str, Any]:
    """The legend as JSON for the page, which keeps it true while the counts change.

    `classes`: one entry each, zero first, with `from` and `to` (inclusive numbers of open matters),
    `fill` and `cells` (how many). `unknown`: how many cells have no count. `method`: in words.
    `ramp` and `method_later` are for a page made while nothing was open: it cuts its first classes itself.
    """
    known = Counter(counts)  # many cells have few different counts
    members: Counter[int] = Counter()
    for count, cells in known.items():
        if count is not None:
            members[classes.index_of(count)] += cells
    uppers = (0, *classes.uppers)
    lowers = (0, *(upper + 1 for upper in uppers[:-1]))
    entries = [
        {"from": low, "to": high, "fill": fill, "cells": members[index]}
        for index, (low, high, fill) in enumerate(zip(lowers, uppers, classes.fills, strict=False))
    ]
    return {
        "classes": entries,
        "unknown": known[None],
        "unknown_fill": NO_DATA,
        "method": _words(texts, classes.method),
        "ramp": list(CHOROPLETH),
        "method_later": _words(texts, QUANTILE),
    }


def _words(texts: Mapping[str, str], method: str) -> str:
    return texts.get(f"map.method_{method}", method)
