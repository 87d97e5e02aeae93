"""The base maps of this installation, opened: one tile of one of them, true to WGS84 whatever it was drawn in."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gridmap.errors import NotFoundError, SourceFailedError, UnavailableError
from gridmap.files.basemaps.cache import Cache
from gridmap.files.basemaps.declared import BaseMap, BaseMaps, load_base_maps
from gridmap.files.basemaps.fetching import PATIENCE_S, Source
from gridmap.files.basemaps.packed import UNREADABLE, Packed, open_packed
from gridmap.files.basemaps.pictures import NoPictureError, Tile, nothing, overlaid, type_of, warped
from gridmap.files.basemaps.templates import Template
from gridmap.geo.warp import reaches, underlay

log = logging.getLogger(__name__)

WAITING = 32
"""So many may wait for other servers at a time, in each process: everybody else needs its threads too."""
_SHIFTED = ("gcj02", "bd09")
Place = tuple[int, int, int]


class _Fetched:
    """A base map of other servers: its layers, bottom to top."""

    def __init__(self, told: BaseMap, sources: list[Source], patience_s: float) -> None:
        self.min_zoom, self.max_zoom = told.min_zoom, told.max_zoom
        self._sources, self._patience_s = sources, patience_s

    def layers(self, places: list[Place]) -> tuple[list[dict[Place, bytes]], bool]:
        """Of each layer the pictures there are at `places`, and whether it is all of them.

        Without the lowest there is nothing to show: its failures are raised; those above may be missing.
        """
        until = time.monotonic() + self._patience_s
        asked = [[(place, source.ask(*place)) for place in places] for source in self._sources]
        found, is_whole = [], True
        for above, (source, tiles) in enumerate(zip(self._sources, asked, strict=True)):
            try:
                got = {place: source.wait(tile, until) for place, tile in tiles}
            except SourceFailedError:
                if not above:
                    raise
                got, is_whole = {}, False
            found.append({place: data for place, data in got.items() if data})
        return found, is_whole

    def close(self) -> None:
        for source in self._sources:
            source.close()


class _Filed:
    """A base map in a file."""

    def __init__(self, told: BaseMap, packed: Packed) -> None:
        self._name, self._packed = told.id, packed
        self.min_zoom = max(told.min_zoom, packed.min_zoom)
        self.max_zoom = min(told.max_zoom, packed.max_zoom)

    def layers(self, places: list[Place]) -> tuple[list[dict[Place, bytes]], bool]:
        try:
            got = {place: self._packed.tile(*place) for place in places}
        except UNREADABLE as error:
            log.warning("base map %s: its file cannot be read: %s", self._name, error)
            raise SourceFailedError("base_map_failed", map=self._name, reason="file") from None
        return [{place: data for place, data in got.items() if data}], True

    def close(self) -> None:
        self._packed.close()


class Shelf:
    """All base maps that are declared, ready to be asked for tiles by many threads."""

    def __init__(self, declared: BaseMaps, data_dir: Path, patience_s: float = PATIENCE_S) -> None:
        """Raises InvalidInputError where a file cannot be used; asks no other server for anything."""
        self.declared = declared
        self.maps = {one.id: one for one in declared.maps}
        cache = Cache(data_dir / "base", declared.keep_days, declared.keep_mb)
        self._opened = {one.id: _opened(one, cache, patience_s) for one in declared.maps}
        self._places = threading.BoundedSemaphore(WAITING)

    def zooms(self, map_id: str) -> tuple[int, int]:
        """The lowest and the highest zoom there is of a base map."""
        found = self._opened[map_id]
        return found.min_zoom, found.max_zoom

    def tile(self, map_id: str, zoom: int, x: int, y: int) -> Tile:
        """One Web Mercator tile in WGS84 of a base map; the picture of nothing where it has none.

        Raises NotFoundError `base_map_not_found` or `tile_outside`, SourceFailedError `base_map_failed`,
        SourceSilentError `base_map_silent`, UnavailableError `base_map_busy`.
        """
        told = self.maps.get(map_id)
        if told is None:
            raise NotFoundError("base_map_not_found", map=map_id)
        least, most = self.zooms(map_id)
        if not (least <= zoom <= most and max(x, y) < 1 << zoom):
            raise NotFoundError("tile_outside", z=zoom, x=x, y=y)
        if told.bounds is not None and not reaches(told.bounds, zoom, x, y):
            return nothing()
        with self._waiting(is_fetched=bool(told.layers)):
            try:
                return self._drawn(told, zoom, x, y)
            except NoPictureError:
                raise SourceFailedError("base_map_failed", map=map_id, reason="no_picture") from None

    def close(self) -> None:
        """Let go of files, and of what is still under way."""
        for one in self._opened.values():
            one.close()

    def _drawn(self, told: BaseMap, zoom: int, x: int, y: int) -> Tile:
        read = self._opened[told.id].layers
        if told.datum in _SHIFTED:
            return _warped(told, read, (zoom, x, y))
        layers, is_whole = read([(zoom, x, y)])
        found = [data for layer in layers for data in layer.values()]
        if not found:
            return nothing()._replace(is_whole=is_whole)
        one = Tile(found[0], type_of(found[0])) if len(found) == 1 else overlaid(found, told.tile_size)
        return one._replace(is_whole=is_whole)

    @contextmanager
    def _waiting(self, *, is_fetched: bool) -> Iterator[None]:
        if not is_fetched:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise UnavailableError("base_map_busy", retry_after_s=1)
        try:
            yield
        finally:
            self._places.release()


def open_shelf(file: str, environ: Mapping[str, str], data_dir: Path) -> Shelf:
    """The base maps that `file` declares, an empty shelf for an empty name. Raises as `load_base_maps` and `Shelf`."""
    return Shelf(load_base_maps(file, environ), data_dir)


def _opened(told: BaseMap, cache: Cache, patience_s: float) -> _Fetched | _Filed:
    if told.file is not None:
        return _Filed(told, open_packed(told.id, told.file))
    sources = [Source(told.id, one, cache, _folder(one), patience_s) for one in told.layers]
    return _Fetched(told, sources, patience_s)


def _folder(template: Template) -> str:
    """A name for what a template gives: with another address nothing of the old one is shown."""
    return hashlib.sha256(template.url.encode()).hexdigest()[:16]


def _warped(
    told: BaseMap, read: Callable[[list[Place]], tuple[list[dict[Place, bytes]], bool]], at: Place
) -> Tile:
    zoom, side = at[0], 1 << at[0]
    under = underlay(*at, told.datum)
    here = {(x, y): (zoom, x % side, y) for x in under.columns for y in under.rows if 0 <= y < side}
    layers, is_whole = read(list(dict.fromkeys(here.values())))
    placed = [{xy: layer[place] for xy, place in here.items() if place in layer} for layer in layers]
    if not any(placed):
        return nothing()._replace(is_whole=is_whole)
    return warped(placed, under, told.tile_size)._replace(is_whole=is_whole)
