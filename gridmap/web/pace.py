"""How fast one account may write over the API: a bucket of calls in each process, nothing in the store.

It bounds what a stolen token can fill a disk with. Nothing else hangs on it, so a count of each process's
own will do: an account has the rate once per worker. Imports do not come this way.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from gridmap.errors import TooManyError

BURST_MINUTES = 5
"""A phone that comes out of a basement sends what it kept; so much of the rate may come at once."""
_MANY = 10_000


class Pace:
    """A bucket per account that holds `BURST_MINUTES` of `per_minute` and refills evenly; 0: no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_minute / 60
        self._most = float(per_minute * BURST_MINUTES)
        self._clock = clock
        self._left: dict[int | str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, who: int | str) -> None:
        """Take one call of an account, or of what else calls are counted by. Raises TooManyError `writes_too_many` with `retry_after_s` where none is left."""
        if not self._per_s:
            return
        now = self._clock()
        with self._lock:
            left, at = self._left.get(who, (self._most, now))
            left = min(self._most, left + (now - at) * self._per_s)
            if left >= 1:
                self._left[who] = (left - 1, now)
        if left < 1:
            raise TooManyError("writes_too_many", retry_after_s=math.ceil((1 - left) / self._per_s))
        if len(self._left) > _MANY:
            self._forget_full(now)

    def _forget_full(self, now: float) -> None:
        with self._lock:
            self._left = {
                key: (left, at)
                for key, (left, at) in self._left.items()
                if left + (now - at) * self._per_s < self._most
            }
