"""Addresses of tiles on other servers: templates whose host is fixed, and whose secrets are put in only when asking."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from gridmap.errors import InvalidInputError
from gridmap.geo.crs import CGCS2000, WGS84

Headers = tuple[tuple[str, str], ...]

_PLACE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?", re.ASCII)
_PLACES = {"z", "x", "y", "-y", "s", "key"}
_STANDARD = {"tilematrix": "z", "tilecol": "x", "tilerow": "y"}
"""What the WMTS standard calls them in its templates."""
_IN_LON_LAT = {
    "c",
    f"epsg:{CGCS2000}",
    f"epsg:{WGS84}",
    "crs84",
    "wgs84",
    "inspirecrs84quad",
    "worldcrs84quad",
}
"""Usual names of matrix sets in degrees; ours is Web Mercator."""
_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/@_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=@&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
_LABELS_OF = {"vec": "cva", "img": "cia", "ter": "cta"}


class Access(NamedTuple):
    """What belongs to an address beside itself: names that take turns in its host, its secrets, and where it stands.

    `where(field)` says which line of which map holds a field: the details of every error raised here.
    """

    names: tuple[str, ...]
    key: str
    headers: Headers
    where: Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Template:
    """The address of each tile of one layer. `names` take turns for `{s}` in the host's name."""

    url: str = field(repr=False)
    names: tuple[str, ...] = ()
    key: str = field(default="", repr=False)
    headers: Headers = field(default=(), repr=False)

    def address(self, zoom: int, x: int, y: int) -> str:
        """The address of a tile, with its secret: never to be shown. Rows count from the north."""
        name = self.names[(x + y) % len(self.names)] if self.names else ""
        values = {
            "z": zoom,
            "x": x,
            "y": y,
            "-y": (1 << zoom) - 1 - y,
            "s": name,
            "key": quote(self.key, safe=""),
        }
        return _PLACE.sub(lambda found: str(values[found[1]]), self.url)

    @property
    def host(self) -> str:
        """The host's name as it may be told, without what takes turns in it."""
        return re.split(r"[/?#]", self.url.partition("://")[2], maxsplit=1)[0].replace("{s}", "*")


def tianditu(layer: str, access: Access, *, has_labels: bool) -> tuple[Template, ...]:
    """Tianditu's (天地图) vec, img or ter in Web Mercator, with its names above; eight hosts take turns.

    Raises InvalidInputError `base_map_key_needed`.
    """
    wanted = (layer, _LABELS_OF[layer]) if has_labels else (layer,)
    turns = access._replace(names=tuple("01234567"))
    return tuple(xyz(_TIANDITU.replace("@", one), turns, "layer") for one in wanted)


def wmts(url: str, access: Access, asked: Mapping[str, str]) -> Template:
    """A WMTS: its template where `url` is one, else the question by name and value (KVP) for `asked`.

    `asked`: layer, style, format, matrix_set, matrix (the name of a zoom's matrix, such as `GoogleMapsCompatible:{z}`);
    empty for the usual. Raises InvalidInputError as `xyz`, and `base_map_lon_lat_grid` for a matrix set in
    degrees, `base_map_field_missing` for a layer that is not named.
    """
    if asked["matrix_set"].lower().rpartition("/")[2] in _IN_LON_LAT:
        raise InvalidInputError("base_map_lon_lat_grid", **access.where("matrix_set"))
    standard = {
        "tilematrixset": asked["matrix_set"] or "w",
        "style": asked["style"] or "default",
        "layer": asked["layer"],
    }

    def ours(found: re.Match[str]) -> str:
        name = found[1].lower()
        return standard[name] if name in standard else f"{{{_STANDARD.get(name, found[1])}}}"

    filled = _PLACE.sub(ours, url)
    if "{z}" in filled or "{x}" in filled:
        return xyz(filled, access)
    if not asked["layer"]:
        raise InvalidInputError("base_map_field_missing", **access.where("layer"))
    told = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": asked["layer"],
        "STYLE": standard["style"], "TILEMATRIXSET": standard["tilematrixset"],
        "FORMAT": asked["format"] or "image/png", "TILEMATRIX": asked["matrix"] or "{z}", "TILEROW": "{y}", "TILECOL": "{x}",
    }  # fmt: skip
    joined = "" if filled.endswith(("?", "&")) else "&" if "?" in filled else "?"
    return xyz(filled + joined + urlencode(told, safe="{}:/"), access)


def xyz(url: str, access: Access, field: str = "url") -> Template:
    """A template with {z}, {x} and {y} (or {-y}: rows counted from the south), {key} and, in the host's name, {s}.

    `field`: where it stands. Raises InvalidInputError `base_map_place_unknown`, `base_map_place_missing`,
    `base_map_not_an_address`, `base_map_host_not_fixed`, `base_map_subdomains_wrong`, `base_map_key_needed`,
    `base_map_key_unused`.
    """
    places = set(_PLACE.findall(url))
    if places - _PLACES:
        raise InvalidInputError("base_map_place_unknown", choices=sorted(_PLACES), **access.where(field))
    if not {"z", "x"} <= places or not {"y", "-y"} & places:
        raise InvalidInputError("base_map_place_missing", **access.where(field))
    _check_host(url, places, access, field)
    if "key" in places and not access.key:
        raise InvalidInputError("base_map_key_needed", **access.where("key"))
    if access.key and "key" not in places:
        raise InvalidInputError("base_map_key_unused", **access.where("key"))
    return Template(url, access.names if "s" in places else (), access.key, access.headers)


def _check_host(url: str, places: set[str], access: Access, field: str) -> None:
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    if (
        scheme not in ("http", "https")
        or not host
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise InvalidInputError("base_map_not_an_address", **access.where(field))
    if "@" in host or set(_PLACE.findall(host)) - {"s"}:
        raise InvalidInputError("base_map_host_not_fixed", **access.where(field))
    if "s" in places and ("{s}" not in host or "{s}" in rest[len(host) :] or not access.names):
        raise InvalidInputError("base_map_subdomains_wrong", **access.where("subdomains"))
    for name in access.names or ("",):
        if not _HOST.fullmatch(host.replace("{s}", name)):
            raise InvalidInputError("base_map_not_an_address", **access.where(field))
