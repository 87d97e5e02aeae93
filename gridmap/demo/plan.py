"""What is settled about the small demo district before anything is drawn: its areas' names and places, its landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DISTRICT_CODE, DISTRICT_NAME = "990001", "示例区"
"""No county bears the code 990001."""

CELLS = 130
"""How many cells the blocks of the small district are merged into."""


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


class Site(NamedTuple):
    """A named landmark that takes the whole block at `place`; `use` says how it is built on (see `uses.MANNERS`)."""

    name: str
    use: str
    place: Place


class Plan(NamedTuple):
    """What the drawing of a district starts from; places in metres, see `plane`.

    `extent`: west, south, east, north. `centres`: where it is densest, each with the metres to where the
    town has become countryside. `west_east`: names of main roads and how far they lie from the bank of the
    river towards the north (+) or south (−) edge, a share; `south_north`: names and metres from the west;
    `bridges`: those of them that cross the river. `corners`: the parts of the town at these places are left
    outside; `is_rounded`: so is what lies beyond a rounded border. `sites` and `large_parks` take whole blocks. Where `streets` (code: name) and `communities` are
    not settled, `drawn` says how many of both to draw. `cells`, `buildings`, `staff`:
    how many (0: as many as fit). `block_m2`: what a block has in the middle, and where it becomes countryside.
    """

    size: str
    extent: tuple[float, float, float, float]
    centres: tuple[tuple[Place, float], ...]
    west_east: Mapping[str, float]
    south_north: Mapping[str, float]
    bridges: tuple[str, ...]
    corners: tuple[Place, ...]
    is_rounded: bool
    large_parks: Mapping[str, Place]
    small_parks: tuple[str, ...]
    sites: tuple[Site, ...]
    cells: int
    buildings: int = 0
    staff: int = 0
    block_m2: tuple[float, float] = (48_000.0, 150_000.0)
    drawn: tuple[int, int] = (0, 0)
    streets: Mapping[str, str] = {}
    communities: tuple[CommunityPlan, ...] = ()


STREETS = {"990001001": "白石街道", "990001002": "南湖街道", "990001003": "文峰街道"}

COMMUNITIES = (
    CommunityPlan("990001001001", "河滨社区", "990001001", Place(3650, 2500), 1.5),
    CommunityPlan("990001001002", "和平社区", "990001001", Place(1100, 950)),
    CommunityPlan("990001001003", "东门社区", "990001001", Place(3050, 1250)),
    CommunityPlan("990001001004", "金桥社区", "990001001", Place(4650, 1200)),
    CommunityPlan("990001002001", "学府社区", "990001002", Place(1500, 4300), 1.3),
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

SITES = (
    Site(MARKET[0], "market", MARKET[1]),
    Site(SHOPS[0], "mall", SHOPS[1]),
    Site(SQUARE[0], "square", SQUARE[1]),
    Site(SITE[0], "site", SITE[1]),
    Site("示例区政务服务中心", "government", Place(3820, 3330)),
    Site("示例区人民医院", "hospital", Place(2500, 2640)),
    Site("翠园社区卫生服务中心", "hospital", Place(5760, 2560)),
    Site("示例站", "station", Place(4550, 620)),
    Site("望江客运站", "station", Place(5650, 1650)),
    Site("东门农贸市场", "market", Place(2860, 1000)),
    Site("学府菜市场", "market", Place(1480, 4180)),
    Site("示例一中", "school", Place(2250, 3050)),
    Site("南湖实验学校", "school", Place(900, 3050)),
    Site("文峰中学", "school", Place(4650, 3650)),
)

SMALL = Plan(
    size="small",
    extent=(0.0, 0.0, 7000.0, 5000.0),
    centres=((Place(3950.0, 2700.0), 3400.0),),
    west_east={"建设路": 0.76, "和平路": 0.50, "湖滨路": 0.25, "文昌路": -0.38, "迎春路": -0.70},
    south_north={
        "青松街": 900.0,
        "学府街": 1830.0,
        "观澜街": 2660.0,
        "东门街": 3420.0,
        "白石街": 4130.0,
        "翠园街": 5010.0,
        "望江街": 6050.0,
    },
    bridges=("学府街", "东门街", "白石街", "望江街"),
    corners=(Place(0, 5000), Place(7000, 0), Place(0, 0)),
    is_rounded=False,
    large_parks=LARGE_PARKS,
    small_parks=SMALL_PARKS,
    sites=SITES,
    cells=CELLS,
    streets=STREETS,
    communities=COMMUNITIES,
)
"""The district of three streets that the demo has by default."""
