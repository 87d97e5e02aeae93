"""Which base maps there are, as the operator's TOML file declares them; a wrong line is named before anything starts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridmap.errors import InvalidInputError
from gridmap.files.basemaps.templates import Access, Headers, Template, tianditu, wmts, xyz
from gridmap.geo.crs import DATUMS

KINDS = ("tianditu", "xyz", "wmts", "file")
DEEPEST = 24
TILE_SIZES = (256, 512)
LOOKS = ("photo", "drawing")
"""Photographs from above are dimmed on a wall, drawings on white turned over."""
USUAL_DAYS, USUAL_MB = 7, 500

_ID = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_TOP = {"wall", "keep_days", "keep_mb", "maps"}
_SHOWN = {"kind", "name", "name_en", "attribution", "min_zoom", "max_zoom", "bounds", "in_prints", "look"}
_FETCHED = {"key", "key_from", "headers", "tile_size"}
_FIELDS = {
    "tianditu": {*_SHOWN, *_FETCHED, "layer", "labels"},
    "xyz": {*_SHOWN, *_FETCHED, "url", "labels_url", "subdomains", "datum"},
    "wmts": {*_SHOWN, *_FETCHED, "url", "subdomains", "layer", "style", "format", "matrix_set", "matrix", "datum"},
    "file": {*_SHOWN, "file", "datum", "tile_size"},
}  # fmt: skip
_TIANDITU_SAYS = "天地图 · 国家地理信息公共服务平台"
_NUMBERS = {
    "min_zoom": (0, DEEPEST),
    "max_zoom": (0, DEEPEST),
    "keep_days": (0, 3650),
    "keep_mb": (10, 1_000_000),
}


@dataclass(frozen=True)
class BaseMap:
    """One base map: where its pictures come from, and what is said of it.

    Its tiles are those of the usual square pyramid in Web Mercator, zoom by zoom, `tile_size` pixels wide,
    drawn in `datum` (one of `geo.crs.DATUMS`). `layers`: templates of addresses, bottom to top; none where
    it is a `file`. `bounds`: west, south, east, north in WGS84 degrees, outside of which nothing is asked
    for; None: everywhere. `in_prints`: whether pictures and prints made of the map may contain it.
    `look`, one of LOOKS: how the wall makes it dark.
    """

    id: str
    name: str
    name_en: str
    datum: str
    attribution: str
    layers: tuple[Template, ...] = field(default=(), repr=False)
    file: Path | None = None
    min_zoom: int = 0
    max_zoom: int = 18
    tile_size: int = 256
    bounds: tuple[float, float, float, float] | None = None
    in_prints: bool = False
    look: str = "photo"


@dataclass(frozen=True)
class BaseMaps:
    """All base maps in their order, the id of the one the walls show (None: none), how long and how much is kept."""

    maps: tuple[BaseMap, ...] = ()
    wall: str | None = None
    keep_days: int = USUAL_DAYS
    keep_mb: int = USUAL_MB

    @property
    def is_fetching(self) -> bool:
        """Whether any of them comes from another server."""
        return any(one.layers for one in self.maps)


def load_base_maps(file: str, environ: Mapping[str, str]) -> BaseMaps:
    """The base maps of a TOML file; none for an empty name. `environ` holds the keys that `key_from` names.

    Raises InvalidInputError `base_maps_unreadable` or what `read_base_maps` raises.
    """
    if not file:
        return BaseMaps()
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise InvalidInputError("base_maps_unreadable", file=file, said=str(said)) from None
    return read_base_maps(text, environ, path.parent)


def read_base_maps(text: str, environ: Mapping[str, str], folder: Path) -> BaseMaps:
    """The base maps that a TOML text declares; files are named relative to `folder`.

    Raises InvalidInputError with the `line` at fault: `base_maps_unreadable` (no TOML), `base_map_field_unknown`,
    `base_map_field_missing`, `base_map_field_wrong`, `base_map_key_missing`, or what `templates` raises of an
    address. Neither a key nor an address is ever part of what is said.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError("base_maps_unreadable", file="TOML", said=str(error)) from None
    top = _Section(text, "", told, environ)
    top.only(_TOP)
    maps = told.get("maps", {})
    if not isinstance(maps, dict) or not all(isinstance(one, dict) for one in maps.values()):
        raise top.wrong("maps", "maps", "[maps.…]")
    known = tuple(_base_map(_Section(text, name, one, environ), folder) for name, one in maps.items())
    wall = top.choice("wall", "", ("", *maps))
    days, size = (
        top.number(name, usual) for name, usual in (("keep_days", USUAL_DAYS), ("keep_mb", USUAL_MB))
    )
    return BaseMaps(known, wall or None, days, size)


class _Section:
    """One table of the file, which knows the line that each of its fields stands on."""

    def __init__(self, text: str, name: str, told: dict[str, Any], environ: Mapping[str, str]) -> None:
        self._text, self.name, self.told, self.environ = text, name, told, environ

    def line(self, key: str) -> int:
        """The line of a field; that of the table's head where it has none. From 1."""
        lines = self._text.splitlines()
        head = re.compile(rf"\s*\[\s*maps\s*\.\s*[\"']?{re.escape(self.name)}[\"']?\s*\]")
        start = next((n for n, one in enumerate(lines) if head.match(one)), 0) if self.name else 0
        for number in range(start, len(lines)):
            if (
                number > start
                and re.match(r"\s*\[", lines[number])
                and not re.match(r"\s*\[.*headers", lines[number])
            ):
                break
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", lines[number]):
                return number + 1
        return start + 1

    def where(self, key: str) -> dict[str, Any]:
        """The details of every error: which line, which map, which field."""
        return {"line": self.line(key), "map": self.name, "field": key}

    def wrong(self, key: str, value: Any, wanted: str) -> InvalidInputError:
        """Not what stands there, but `wanted`."""
        return InvalidInputError("base_map_field_wrong", value=str(value), wanted=wanted, **self.where(key))

    def only(self, fields: set[str]) -> None:
        """Refuse what is no field here."""
        for key in self.told:
            if key not in fields:
                raise InvalidInputError("base_map_field_unknown", choices=sorted(fields), **self.where(key))

    def words(self, key: str, usual: str | None = None) -> str:
        """A text; `usual` where there is none, and None means that there must be one."""
        value = self.told.get(key, usual)
        if value is None:
            raise InvalidInputError("base_map_field_missing", **self.where(key))
        if not isinstance(value, str) or (usual is None and not value.strip()):
            raise self.wrong(key, type(value).__name__, "“…”")
        return value

    def choice(self, key: str, usual: Any, choices: tuple[Any, ...]) -> Any:
        """One of `choices`; `usual` None means that it must be said."""
        value = self.told.get(key, usual)
        if value is None:
            at = self.where(key) | {"field": f"{key} = {' | '.join(choices)}"}
            raise InvalidInputError("base_map_field_missing", **at)
        if value not in choices or isinstance(value, bool) is not isinstance(choices[0], bool):
            raise self.wrong(key, value, " | ".join(map(str, choices)))
        return value

    def number(self, key: str, usual: int) -> int:
        """A whole number within its bounds."""
        value, (least, most) = self.told.get(key, usual), _NUMBERS[key]
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, value, f"{least}–{most}")
        return value

    def texts(self, key: str, usual: list[str]) -> tuple[str, ...]:
        """A list of texts."""
        value = self.told.get(key, usual)
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, value, "[“…”, “…”]")
        return tuple(value)

    def key(self) -> str:
        """The secret of the map's address; empty for none."""
        variable = self.words("key_from", "")
        if not variable:
            return self.words("key", "")
        if not self.environ.get(variable):
            raise InvalidInputError("base_map_key_missing", variable=variable, **self.where("key_from"))
        return self.environ[variable]

    def headers(self) -> Headers:
        """Headers that are sent along; their values may be secrets too."""
        value = self.told.get("headers", {})
        is_one = isinstance(value, dict) and all(
            re.fullmatch(r"[A-Za-z0-9-]+", name) and isinstance(said, str) and said.isprintable()
            for name, said in value.items()
        )
        if not is_one:
            raise self.wrong("headers", "headers", "Referer = “…”")
        return tuple(value.items())


def _base_map(told: _Section, folder: Path) -> BaseMap:
    if not _ID.fullmatch(told.name):
        raise told.wrong("maps", told.name, "a–z 0–9 -")
    kind = told.choice("kind", None, KINDS)
    told.only(_FIELDS[kind])
    name = told.words("name")
    is_tianditu = kind == "tianditu"
    least, most = told.number("min_zoom", 0), told.number("max_zoom", DEEPEST if kind == "file" else 18)
    if least > most:
        raise told.wrong("min_zoom", least, f"0–{most}")
    return BaseMap(
        id=told.name,
        name=name,
        name_en=told.words("name_en", name),
        datum="cgcs2000" if is_tianditu else told.choice("datum", None, DATUMS),
        attribution=told.words("attribution", _TIANDITU_SAYS if is_tianditu else None),
        layers=() if kind == "file" else _layers(told, kind),
        file=(folder / told.words("file")) if kind == "file" else None,
        min_zoom=least,
        max_zoom=most,
        tile_size=told.choice("tile_size", TILE_SIZES[0], TILE_SIZES),
        bounds=_bounds(told),
        in_prints=told.choice("in_prints", False, (False, True)),
        look=told.choice("look", LOOKS[is_tianditu and told.told.get("layer", "vec") != "img"], LOOKS),
    )


def _layers(told: _Section, kind: str) -> tuple[Template, ...]:
    access = Access(told.texts("subdomains", []), told.key(), told.headers(), told.where)
    if kind == "tianditu":
        layer = told.choice("layer", "vec", ("vec", "img", "ter"))
        return tianditu(layer, access, has_labels=told.choice("labels", True, (True, False)))
    address = told.words("url")
    if kind == "wmts":
        asked = {name: told.words(name, "") for name in ("layer", "style", "format", "matrix_set", "matrix")}
        return (wmts(address, access, asked),)
    above = told.words("labels_url", "")
    return (xyz(address, access), *([xyz(above, access, "labels_url")] if above else []))


def _bounds(told: _Section) -> tuple[float, float, float, float] | None:
    value = told.told.get("bounds")
    if value is None:
        return None
    is_box = isinstance(value, list) and len(value) == 4 and all(type(one) in (int, float) for one in value)
    if not is_box or not (-180 <= value[0] < value[2] <= 180 and -90 <= value[1] < value[3] <= 90):
        raise told.wrong("bounds", value, "[west, south, east, north]")
    west, south, east, north = map(float, value)
    return west, south, east, north
