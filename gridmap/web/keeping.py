"""What was read for one scope serves everybody with the same one, for a while."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

_SCOPES = 64
_Read = TypeVar("_Read")


class Kept:
    """What was read, by scope and whatever else it depends on; bounded."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, seconds: float, read: Callable[[], _Read]) -> _Read:
        """What `read` answers, or answered in the last `seconds`."""
        with self._lock:
            since, found = self._held.get(key, (-math.inf, None))
        if time.monotonic() - since <= seconds:
            return cast(_Read, found)
        fresh = read()
        with self._lock:
            if len(self._held) >= _SCOPES:
                self._held.clear()
            self._held[key] = (time.monotonic(), fresh)
        return fresh
