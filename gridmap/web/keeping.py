"""What was read for one scope serves everybody with the same one, for a while."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

_SCOPES = 64
_SHARE = 50
"""However much there is to read, doing it again and again takes no more than a fiftieth of the time."""
_Read = TypeVar("_Read")


class Kept:
    """What was read, by scope and whatever else it depends on; bounded."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, seconds: float, read: Callable[[], _Read]) -> _Read:
        """What `read` answers, or answered in the last `seconds`; in _SHARE times as long as it took, if that is more."""
        with self._lock:
            until, found = self._held.get(key, (-math.inf, None))
        if time.monotonic() <= until:
            return cast(_Read, found)
        begun = time.monotonic()
        fresh = read()
        now = time.monotonic()
        with self._lock:
            if len(self._held) >= _SCOPES:
                self._held.clear()
            self._held[key] = (now + max(seconds, _SHARE * (now - begun)), fresh)
        return fresh
