"""What a map shows beside cells and buildings (地物): its kinds and ranks, and from which zoom each is worth drawing."""

from __future__ import annotations

from collections.abc import Mapping

KINDS = ("road", "water", "green", "field", "place")
"""道路, 水系, 绿地, 农田, 地点."""

MAIN, MINOR, LANE = "main", "minor", "lane"
ROAD_RANKS = (MAIN, MINOR, LANE)
"""主干路 (with 快速路 and 次干路), 支路, 巷."""

PLACE_RANKS = (
    "government",
    "station",
    "hospital",
    "mall",
    "market",
    "school",
    "square",
    "site",
    "village",
)
"""机关, 车站, 医院, 商场, 市场, 学校, 广场, 工地, 村庄: those that have a sign of their own; others are taken too."""

_WORDS: dict[str, dict[str, str]] = {
    "road": {
        MAIN: "motorway trunk primary secondary 快速路 主干路 主干道 次干路 次干道 国道 省道",
        MINOR: "tertiary unclassified residential street 支路 支线 街道 县道 乡道",
        LANE: "living_street service track path footway pedestrian alley 巷 巷道 胡同 小路 村道",
    },
    "place": {
        "government": "townhall 机关 政府 街道办 居委会",
        "station": "bus_station railway_station 车站 火车站 汽车站",
        "hospital": "clinic 医院 卫生院",
        "mall": "shopping_mall 商场 购物中心",
        "market": "marketplace 市场 农贸市场",
        "school": "kindergarten college university 学校 小学 中学 幼儿园",
        "square": "plaza 广场",
        "site": "construction 工地 在建工地",
        "village": "hamlet 村 村庄",
    },
}
_RANK_BY_WORD = {
    kind: {word: rank for rank, words in ranks.items() for word in (rank, *words.split())}
    for kind, ranks in _WORDS.items()
}

_FROM_ZOOM: Mapping[tuple[str, str], float] = {
    ("road", MINOR): 12.0,
    ("road", LANE): 14.0,
    ("place", "school"): 13.0,
    ("place", "site"): 13.0,
    ("place", "square"): 13.0,
}
"""Below these zooms of a web map they are left out."""


def rank_of(kind: str, word: str) -> str | None:
    """The rank within `kind` that a word of a file means; None for a kind of road nobody knows.

    Words of OpenStreetMap's highways and amenities and the usual Chinese ones are known. Other kinds
    keep a word they do not know as it is, in lower case.
    """
    plain = word.strip().lower().removesuffix("_link")
    known = _RANK_BY_WORD.get(kind, {}).get(plain)
    if known is None and kind == "road" and plain:
        return None
    return known or plain


def left_out_at(zoom: float | None) -> tuple[tuple[str, str], ...]:
    """Kinds with ranks that a map at `zoom` leaves out; none where no zoom is told."""
    return tuple(pair for pair, first in _FROM_ZOOM.items() if zoom is not None and zoom < first)


def tolerance_deg(zoom: float | None) -> float:
    """By how many degrees an outline may be off at `zoom` without anybody seeing it: a third of a pixel; 0 unzoomed.

    A pixel of a web map is 360 / (256 · 2^zoom) degrees of longitude wide.
    """
    return 0.0 if zoom is None or zoom >= 17 else 360 / 256 / 2**zoom / 3
