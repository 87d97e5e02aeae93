"""Deadlines of many matters at once: those that `Deadlines.due_by` gives each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.deadlines import WORKED, Deadlines, Limit
from gridmap.domain.worktime import Line

Seconds = NDArray[np.int64]
"""Moments, in seconds since 1970."""


def due_by_each(deadlines: Deadlines, limit: Limit | None, starts: Seconds) -> Seconds | None:
    """When the time of each is up whose clock began to run then (at least one); None where there is no limit."""
    if limit is None or deadlines.time is None:
        return None
    span_s = deadlines.counted_s(limit)
    if limit.unit not in WORKED:
        return starts + span_s
    line = deadlines.time.line(int(starts.min()), int(starts.max()), span_s)
    before, goals = np.asarray(line.before), _counted(line, starts) + span_s
    at = np.searchsorted(before, goals) - 1
    found: Seconds = np.asarray(line.begins)[at] + goals - before[at]
    return found


def _counted(line: Line, moments: Seconds) -> Seconds:
    """`Line.counted` for each."""
    begins, ends, before = (np.asarray(one) for one in (line.begins, line.ends, line.before))
    at = np.searchsorted(begins, moments, side="right") - 1
    begun = before[at] + np.minimum(moments, ends[at]) - begins[at]
    found: Seconds = np.where(at < 0, 0, begun)
    return found
