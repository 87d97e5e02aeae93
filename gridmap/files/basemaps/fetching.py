"""Tiles of another server: asked of its own host only, a few at a time, within a time, and never believed unseen."""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from gridmap.errors import SourceFailedError, SourceSilentError
from gridmap.files.basemaps.cache import Cache
from gridmap.files.basemaps.pictures import NoPictureError, type_of
from gridmap.files.basemaps.templates import Template

log = logging.getLogger(__name__)

MOST_BYTES = 2_000_000
AT_ONCE = 6
"""So many questions to one source run at a time, in each process."""
PATIENCE_S = 8.0
"""So long whoever asks for a tile waits for it; `_STEP_S` for each step of asking."""
_STEP_S = 5.0
_REMEMBERED_S = 20.0
"""So long a failure is the answer for that tile, and so long is what was just fetched at hand for the next one."""
_REMEMBERED = 64
_FAILURES, _REST_S = 4, 10.0
"""After so many failures of the line in a row nobody asks the source for a while."""
_NOTHING_THERE = (204, 404, 410)
_AGENT = "gridmap"


class Source:
    """One layer of tiles on another server. `name` is told in logs and errors; an address never is."""

    def __init__(
        self, name: str, template: Template, cache: Cache, folder: str, patience_s: float = PATIENCE_S
    ) -> None:
        self.name, self._template, self._cache, self._folder = name, template, cache, folder
        self._patience_s = patience_s
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"base-{name}")
        self._asked: OrderedDict[tuple[int, int, int], tuple[float, Future[bytes]]] = OrderedDict()
        self._lock = threading.Lock()
        self._failures, self._rests_until, self._told_at = 0, 0.0, -1e9
        self._opener = _opener()

    def ask(self, zoom: int, x: int, y: int) -> Future[bytes]:
        """Begin to fetch a tile, or join who does already; `wait` has it. Rows count from the north."""
        key, now = (zoom, x, y), time.monotonic()
        with self._lock:
            known = self._asked.get(key)
            if known is not None and now - known[0] < _REMEMBERED_S and not known[1].cancelled():
                return known[1]
            asked = self._pool.submit(self._tile, zoom, x, y)
            self._asked[key] = (now, asked)
            self._asked.move_to_end(key)
            while len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
        return asked

    def wait(self, asked: Future[bytes], until: float) -> bytes:
        """A tile's picture, empty where there is none; until the moment `until` of the monotonic clock.

        Raises SourceFailedError `base_map_failed` with a `reason`, SourceSilentError `base_map_silent`.
        """
        try:
            return asked.result(max(0.0, until - time.monotonic()))
        except (LateError, CancelledError):
            asked.cancel()
            self._note("late")
            raise SourceSilentError("base_map_silent", map=self.name) from None

    def close(self) -> None:
        """Ask for nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _tile(self, zoom: int, x: int, y: int) -> bytes:
        kept_as = f"{self._folder}/{zoom}/{x}/{y}"
        kept = self._cache.get(kept_as)
        if kept is not None:
            return kept
        if time.monotonic() < self._rests_until:
            raise SourceSilentError("base_map_silent", map=self.name)
        try:
            found = self._fetched(zoom, x, y)
        except SourceSilentError:
            self._failures += 1
            if self._failures >= _FAILURES:
                self._rests_until = time.monotonic() + _REST_S
            raise
        self._failures = 0
        self._cache.put(kept_as, found)
        return found

    def _fetched(self, zoom: int, x: int, y: int) -> bytes:
        """Of what goes wrong only its kind is told: messages and tracebacks may hold the address, and so the key."""
        headers = {
            "User-Agent": _AGENT,
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            **dict(self._template.headers),
        }
        request = Request(self._template.address(zoom, x, y), headers=headers)  # noqa: S310  (http or https: see templates)
        try:
            with self._opener.open(request, timeout=_STEP_S) as answer:
                if answer.status in _NOTHING_THERE:
                    return b""
                found = self._read(answer)
            type_of(found)
            return found
        except HTTPError as error:
            with error:
                if error.code in _NOTHING_THERE:
                    return b""
            raise self._failed(f"HTTP {error.code}") from None
        except NoPictureError:
            raise self._failed("no_picture") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._note(type(error).__name__)
            raise SourceSilentError("base_map_silent", map=self.name) from None

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """All of an answer, in time and within its size."""
        until, parts, length = time.monotonic() + self._patience_s, [], 0
        while part := answer.read1(65536):
            length += len(part)
            if length > MOST_BYTES:
                raise self._failed("too_large")
            if time.monotonic() > until:
                raise TimeoutError
            parts.append(part)
        return b"".join(parts)

    def _failed(self, reason: str) -> SourceFailedError:
        self._note(reason)
        return SourceFailedError("base_map_failed", map=self.name, reason=reason)

    def _note(self, reason: str) -> None:
        """One line a minute."""
        now = time.monotonic()
        if now - self._told_at >= 60:
            self._told_at = now
            log.warning("base map %s, %s: %s", self.name, self._template.host, reason)


def _opener() -> OpenerDirector:
    """Speaks HTTP and HTTPS, through the proxy of the environment; follows nobody elsewhere."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
