"""What is settled about the demo district before anything is drawn: its areas' names and places, its landmarks."""

from __future__ import annotations

from typing import NamedTuple

DISTRICT_CODE, DISTRICT_NAME = "990001", "示例区"
"""No county bears the code 990001."""

CELLS = 130
"""How many cells the blocks are merged into."""


class Place(NamedTuple):
    """A place on the drawing, metres east and north of its south-west corner."""

    x_m: float
    y_m: float


class CommunityPlan(NamedTuple):
    """A community grows around `place` from the parts of the town between main roads.

    `size` is how large it grows beside the others.
    """

    code: str
    name: str
    street: str
    place: Place
    size: float = 1.0


STREETS = {"990001001": "白石街道", "990001002": "南湖街道", "990001003": "文峰街道"}

COMMUNITIES = (
    CommunityPlan("990001001001", "河滨社区", "990001001", Place(3650, 2500), 1.3),
    CommunityPlan("990001001002", "和平社区", "990001001", Place(1100, 950)),
    CommunityPlan("990001001003", "东门社区", "990001001", Place(3050, 1250)),
    CommunityPlan("990001001004", "金桥社区", "990001001", Place(4650, 1200)),
    CommunityPlan("990001002001", "学府社区", "990001002", Place(1500, 4300)),
    CommunityPlan("990001002002", "建设社区", "990001002", Place(2950, 4200)),
    CommunityPlan("990001002003", "青松社区", "990001002", Place(900, 2500)),
    CommunityPlan("990001002004", "玉带社区", "990001002", Place(2500, 3150)),
    CommunityPlan("990001003001", "棠园社区", "990001003", Place(4800, 3000)),
    CommunityPlan("990001003002", "胜利社区", "990001003", Place(5000, 4400)),
    CommunityPlan("990001003003", "翠园社区", "990001003", Place(6300, 3300)),
    CommunityPlan("990001003004", "望江社区", "990001003", Place(6200, 1250)),
)

RIVER, LAKE = "白石河", "南湖"
LARGE_PARKS = {"南湖公园": Place(1370, 3560), "文峰山公园": Place(5550, 4350)}
"""Each takes the whole part of the town between main roads it lies in."""

LAKE_PARK = "南湖公园"
"""The lake lies in this one."""

SMALL_PARKS = (
    "劳动公园",
    "翠竹园",
    "迎春园",
    "梅香园",
    "兰馨园",
    "枫叶园",
    "银杏园",
    "百花园",
    "听泉园",
)

MARKET = ("白石农贸市场", Place(4020, 3010))
SHOPS = ("建设路购物中心", Place(2880, 3880))
SQUARE = ("东门广场", Place(3300, 1480))
SITE = ("棠园北里在建工地", Place(5400, 2820))
UNDERPASS = ("学府街下穿通道", Place(1830, 2880))
"""Landmarks: their blocks are built accordingly, and matters gather around them."""
