"""What numbers tell of themselves: which coordinate system, datum or time zone they could be in, and why.

Nothing here decides. Whoever asks shows the candidates, strongest first, and a person answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyproj

from gridmap.geo.coverage import WARNING, Finding
from gridmap.geo.crs import (
    CGCS2000,
    WEB_MERCATOR,
    WGS84,
    ZONES,
    Floats,
    LonLat,
    Zone,
    known_crs,
    lon_lat_in,
    metres_per_degree,
    to_wgs84,
)
from gridmap.geo.locate import BBox

Reason = Mapping[str, Any]
"""One thing that speaks for or against: `says` names it, the other fields are its facts."""

PROVINCES: dict[str, tuple[str, BBox]] = {
    "11": ("北京 Beijing", (115.4, 39.4, 117.6, 41.1)),
    "12": ("天津 Tianjin", (116.7, 38.5, 118.1, 40.3)),
    "13": ("河北 Hebei", (113.4, 36.0, 119.9, 42.7)),
    "14": ("山西 Shanxi", (110.2, 34.5, 114.6, 40.8)),
    "15": ("内蒙古 Inner Mongolia", (97.1, 37.4, 126.1, 53.4)),
    "21": ("辽宁 Liaoning", (118.8, 38.7, 125.8, 43.5)),
    "22": ("吉林 Jilin", (121.6, 40.8, 131.4, 46.4)),
    "23": ("黑龙江 Heilongjiang", (121.1, 43.4, 135.1, 53.6)),
    "31": ("上海 Shanghai", (120.8, 30.6, 122.3, 31.9)),
    "32": ("江苏 Jiangsu", (116.3, 30.7, 122.0, 35.2)),
    "33": ("浙江 Zhejiang", (118.0, 27.0, 123.2, 31.2)),
    "34": ("安徽 Anhui", (114.8, 29.4, 119.7, 34.7)),
    "35": ("福建 Fujian", (115.8, 23.5, 120.8, 28.4)),
    "36": ("江西 Jiangxi", (113.5, 24.4, 118.5, 30.1)),
    "37": ("山东 Shandong", (114.7, 34.3, 122.8, 38.5)),
    "41": ("河南 Henan", (110.3, 31.3, 116.7, 36.4)),
    "42": ("湖北 Hubei", (108.3, 29.0, 116.2, 33.3)),
    "43": ("湖南 Hunan", (108.7, 24.6, 114.3, 30.2)),
    "44": ("广东 Guangdong", (109.6, 20.1, 117.4, 25.6)),
    "45": ("广西 Guangxi", (104.4, 20.8, 112.1, 26.4)),
    "46": ("海南 Hainan", (108.6, 3.0, 117.9, 20.2)),
    "50": ("重庆 Chongqing", (105.2, 28.1, 110.2, 32.3)),
    "51": ("四川 Sichuan", (97.3, 26.0, 108.6, 34.4)),
    "52": ("贵州 Guizhou", (103.6, 24.6, 109.6, 29.3)),
    "53": ("云南 Yunnan", (97.5, 21.1, 106.2, 29.3)),
    "54": ("西藏 Tibet", (78.3, 26.8, 99.2, 36.5)),
    "61": ("陕西 Shaanxi", (105.4, 31.7, 111.3, 39.6)),
    "62": ("甘肃 Gansu", (92.3, 32.5, 108.8, 42.8)),
    "63": ("青海 Qinghai", (89.4, 31.6, 103.1, 39.3)),
    "64": ("宁夏 Ningxia", (104.2, 35.2, 107.7, 39.4)),
    "65": ("新疆 Xinjiang", (73.4, 34.3, 96.4, 49.2)),
}
"""Division codes' first two digits (GB/T 2260): name, and a lon/lat box around it, rough to a tenth of a degree."""

_CODE_LENGTHS = (6, 9, 12, 15)
_COUNTRY = "156"
"""China's number in ISO 3166-1; some registers put it before a county's six digits."""

# A county is drawn whole in one zone also where it reaches over into the next: half a zone more each way.
_REACH_M = {3: 350_000.0, 6: 500_000.0}
_NORTHINGS_M = (200_000.0, 6_200_000.0)  # 2 to 56 degrees north
_MERCATOR_EDGE_M = 20_037_508.35
_NEAR_KM = 100
_DOUBTFUL_H = 4.0


@dataclass(frozen=True)
class Candidate:
    """A coordinate system the numbers could be in, where their middle would lie in WGS84, and what speaks for it."""

    epsg: int
    name: str
    middle: LonLat
    reasons: tuple[Reason, ...]
    strength: int

    def to_dict(self) -> dict[str, Any]:
        """The candidate as JSON values."""
        return {
            "says": "crs_candidate",
            "epsg": self.epsg,
            "name": self.name,
            "lon": self.middle.lon,
            "lat": self.middle.lat,
            "reasons": [dict(reason) for reason in self.reasons],
        }


def middle_of(xy: Floats) -> tuple[float, float] | None:
    """The median x and y of an array (n, 2), which a few rows at 0, 0 do not move; None where no row is finite."""
    known = xy[np.isfinite(xy).all(axis=1)]
    return None if not len(known) else (float(np.median(known[:, 0])), float(np.median(known[:, 1])))


def crs_candidates(xy: Floats, province: str | None = None, near: BBox | None = None) -> list[Candidate]:
    """The coordinate systems in which places `xy` (n, 2: x east, y north) can be meant, strongest first.

    Looked for are lon/lat, the Gauss-Krüger zones of CGCS2000 with and without the zone's number before
    the easting, and Web Mercator. `province` are the first two digits of the codes beside the numbers
    (`province_of`), `near` the lon/lat box of areas that are stored here; None: not known.
    """
    middle = middle_of(xy)
    if middle is None:
        return []
    found = [
        _weighed(epsg, first, place, province, near)
        for epsg, first in _possible(*middle)
        if (place := lon_lat_in(known_crs(epsg), *middle)) is not None
    ]
    return sorted(found, key=lambda candidate: -candidate.strength)


def _possible(x: float, y: float) -> Iterable[tuple[int, Reason]]:
    if abs(x) <= 180 and abs(y) <= 90:
        yield from ((epsg, {"says": "degrees"}) for epsg in (WGS84, CGCS2000))
        return
    for zone in ZONES:
        if _is_in(zone, x, y):
            says = "zone_prefix" if zone.is_prefixed else "zone_unnamed"
            yield zone.epsg, {"says": says, "zone": zone.number, "meridian": zone.meridian}
    if max(abs(x), abs(y)) <= _MERCATOR_EDGE_M:
        yield WEB_MERCATOR, {"says": "mercator"}


def _is_in(zone: Zone, x: float, y: float) -> bool:
    easting = x - zone.number * 1e6 if zone.is_prefixed else x
    return abs(easting - 500_000) <= _REACH_M[zone.width_deg] and _NORTHINGS_M[0] <= y <= _NORTHINGS_M[1]


_WEIGHTS = {"zone_prefix": 2, "degrees": 2, "zone_unnamed": 1, "mercator": 0}
_WEIGHTS |= {
    "codes_agree": 4,
    "codes_disagree": -4,
    "near_stored": 3,
    "far_from_stored": -2,
    "outside_use": -2,
}


def _weighed(epsg: int, first: Reason, place: LonLat, province: str | None, near: BBox | None) -> Candidate:
    crs = known_crs(epsg)
    reasons = [first]
    if province in PROVINCES:
        name, box = PROVINCES[province]
        says = "codes_agree" if _km_from(box, place) == 0 else "codes_disagree"
        reasons.append({"says": says, "province": province, "place": name})
    if near is not None:
        km = round(_km_from(near, place))
        reasons.append({"says": "near_stored" if km <= _NEAR_KM else "far_from_stored", "km": km})
    if _is_outside_use(crs, place):
        reasons.append({"says": "outside_use"})
    strength = sum(_WEIGHTS[reason["says"]] for reason in reasons)
    shown = LonLat(round(place.lon, 4), round(place.lat, 4))
    return Candidate(epsg, crs.name, shown, tuple(reasons), strength)


def _km_from(box: BBox, place: LonLat) -> float:
    """How far a place lies from a lon/lat box, in km, roughly; 0 inside."""
    west, south, east, north = box
    per_lon, per_lat = metres_per_degree(place.lat)
    east_m = max(west - place.lon, place.lon - east, 0) * per_lon
    north_m = max(south - place.lat, place.lat - north, 0) * per_lat
    return float(np.hypot(east_m, north_m) / 1000)


def _is_outside_use(crs: pyproj.CRS, place: LonLat) -> bool:
    """Whether a place lies farther outside a projected system's area of use than half that area's width."""
    use = crs.area_of_use
    if use is None or not crs.is_projected:
        return False
    slack = max((use.east - use.west) / 2, 1.5)
    beside = not use.west - slack <= place.lon <= use.east + slack
    return beside or not use.south - slack <= place.lat <= use.north + slack


def province_of(columns: Iterable[Sequence[str]]) -> str | None:
    """The first two digits that the division codes of a file begin with; None where it has no such column.

    A column counts where every filled value is a code of 6, 9, 12 or 15 digits of one province (also
    with the country's 156 before a county's six); among several the one with the longest codes.
    """
    found = [(len(values[0]), start) for values in columns if (start := _common_start(values))]
    return max(found)[1] if found else None


def _common_start(values: Sequence[str]) -> str | None:
    starts: Counter[str] = Counter()
    for value in values:
        code = value[3:] if len(value) == 9 and value.startswith(_COUNTRY) else value
        if not (code.isascii() and code.isdigit() and len(code) in _CODE_LENGTHS):
            return None
        starts[code[:2]] += 1
    return next(iter(starts)) if len(starts) == 1 and next(iter(starts)) in PROVINCES else None


def is_swapped(x: float, y: float) -> bool:
    """Whether a pair can only be meant the other way round: north first, in degrees or with a zone's number."""
    if abs(x) <= 90 < abs(y) <= 180:
        return True
    is_zone = any(zone.is_prefixed and _is_in(zone, y, x) for zone in ZONES)
    return is_zone and not any(_is_in(zone, x, y) for zone in ZONES)


def misfit(xy: Floats, crs: pyproj.CRS) -> str | None:
    """Why numbers `xy` (n, 2) cannot be in `crs`, judged by their median; None where they can.

    `degrees_as_metres`, `metres_as_degrees`, `axes_swapped`, `outside_area_of_use` (farther out than
    half its width: a county on the rim of a zone is drawn in the zone of its larger part).
    """
    middle = middle_of(xy)
    if middle is None:
        return None
    x, y = middle
    if crs.is_geographic:
        return (
            "axes_swapped" if is_swapped(x, y) else "metres_as_degrees" if max(abs(x), abs(y)) > 360 else None
        )
    if is_swapped(x, y) and not _fits(crs, x, y):
        return "axes_swapped"
    if abs(x) <= 180 and abs(y) <= 90:
        return "degrees_as_metres"
    return None if _fits(crs, x, y) else "outside_area_of_use"


def _fits(crs: pyproj.CRS, x: float, y: float) -> bool:
    place = lon_lat_in(crs, x, y)
    return place is not None and not _is_outside_use(crs, place)


def datum_assumed(xy: Floats) -> Finding | None:
    """The warning that lon/lat numbers were taken for WGS84, with how far GCJ-02 ones would be moved (m).

    None outside China's provinces, where nobody keeps GCJ-02 numbers.
    """
    middle = middle_of(xy)
    if middle is None or all(_km_from(box, LonLat(*middle)) > 0 for _, box in PROVINCES.values()):
        return None
    there = to_wgs84(*middle, "gcj02")
    per_lon, per_lat = metres_per_degree(middle[1])
    moved_m = float(np.hypot((there.lon - middle[0]) * per_lon, (there.lat - middle[1]) * per_lat))
    details = {"moved_m": round(moved_m), "lon": round(middle[0], 4), "lat": round(middle[1], 4)}
    return Finding("datum_assumed", WARNING, None, details)


def far_from_stored(xy: Floats, near: BBox | None) -> Finding | None:
    """The warning that places (WGS84) lie more than 100 km from all that is stored here; None where they do not."""
    middle = middle_of(xy)
    if middle is None or near is None or (km := _km_from(near, LonLat(*middle))) <= _NEAR_KM:
        return None
    details = {"km": round(km), "lon": round(middle[0], 4), "lat": round(middle[1], 4)}
    return Finding("far_from_stored", WARNING, None, details)


class ZoneDoubt(NamedTuple):
    """Longitude (degrees), the offset from UTC that the sun keeps there, and that of the zone (hours)."""

    lon: float
    sun_h: float
    zone_h: float


def zone_doubt(lons: Floats, zone: ZoneInfo, moments: Sequence[datetime]) -> ZoneDoubt | None:
    """Whether times without a zone, at these longitudes, can hardly be in `zone`: more than 4 hours off the sun.

    The sun's offset is lon / 15 hours. No zone on earth in use lies farther from it: Kashgar, on
    Beijing's time, lives 3 hours off. None where there is no doubt, or nothing to judge by.
    """
    known = lons[np.isfinite(lons) & (np.abs(lons) <= 180)]
    if not len(known) or not moments:
        return None
    lon = float(np.median(known))
    offsets = [zone.utcoffset(moment.replace(tzinfo=None)) or timedelta(0) for moment in moments]
    zone_h = float(np.median([offset / timedelta(hours=1) for offset in offsets]))
    apart = abs(lon / 15 - zone_h) % 24
    if min(apart, 24 - apart) <= _DOUBTFUL_H:
        return None
    return ZoneDoubt(round(lon, 4), round(lon / 15, 1), zone_h)
