"""What the routes of the wall answer, as schemas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Period = Literal["today", "week"]
Hours = Annotated[list[int], Field(min_length=24, max_length=24)]
LonLatPair = Annotated[list[float], Field(min_length=2, max_length=2)]


class Figure(BaseModel):
    """A number now and yesterday at the same hour; null where there is nothing to divide by."""

    now: float | None
    then: float | None


class Share(Figure):
    """A share of 1, now and yesterday at the same hour, and of how many it is one now."""

    of: int


class Figures(BaseModel):
    """The figures on top: how many matters; `on_time` is a share of those closed in 30 days."""

    reported: Figure
    accepted: Figure
    handling: Figure
    closed: Figure
    late: Figure
    on_time: Share


class OpenNow(BaseModel):
    """Open matters in classes that exclude each other and add up to `total`, as in /state."""

    total: int
    reported: int
    handling: int
    handled: int
    late: int


class LoopToday(BaseModel):
    """How many of the matters reported today have come as far as each step of the closed loop, or further."""

    reported: int
    accepted: int
    dispatched: int
    handled: int
    verified: int
    closed: int


class Trend(BaseModel):
    """By local hour; `hour` is running."""

    hour: int
    reported: Hours
    closed: Hours
    yesterday: Hours


class DayCount(BaseModel):
    """A local day; the last of them is not over."""

    day: str
    reported: int
    closed: int


class CategoryCount(BaseModel):
    """How many matters of a category were reported in the period."""

    category: str
    name: str
    count: int


class Categories(BaseModel):
    """The ten most frequent categories; `total` counts all."""

    period: Period
    total: int
    rows: list[CategoryCount]


class OnDuty(BaseModel):
    """How many people hold a post, and how many of them are on duty now."""

    people: int
    on: int


class AreaCounts(OnDuty):
    """An area: its cells, reports of today, open and late matters, share closed in time in 30 days, and its staff."""

    code: str
    name: str
    cells: int
    reported: int
    open: int
    late: int
    on_time: float | None


class Elsewhere(BaseModel):
    """What lies in none of the ranked areas: matters in triage."""

    reported: int
    open: int
    late: int


class Ranking(BaseModel):
    """The areas of one level, best share first."""

    level: str
    rows: list[AreaCounts]
    elsewhere: Elsewhere | None


class FarCounts(BaseModel):
    """Reports by area of the level that stands for cells from afar, from the first of `bounds` on."""

    level: Literal["community", "street"]
    period: Period
    bounds: list[int]
    counts: dict[str, int]


class CellCounts(BaseModel):
    """Reports by cell, from the first of `bounds` on; late matters of the cells that have most of them.

    `late_at`: the label points of those. `far`: the same reports from afar; null where cells are drawn at every zoom.
    """

    period: Period
    bounds: list[int]
    counts: dict[str, int]
    late: dict[str, int]
    late_at: dict[str, LonLatPair]
    far: FarCounts | None


class WallCell(BaseModel):
    """A cell, in the version the matter was put into."""

    code: str
    name: str


class WallMatter(BaseModel):
    """A matter as far as a wall shows it; `lon_lat` is its cell's label point, not its place."""

    number: str
    category: str
    category_name: str
    reported_at: str
    cell: WallCell | None
    lon_lat: LonLatPair | None


class LateMatter(WallMatter):
    """One that is late, and since when."""

    due_at: str


class WallAnswer(BaseModel):
    """Every figure of the wall at one moment; `version` is that of the program that answered."""

    version: str
    computed_at: str
    next_due_at: str | None
    kpis: Figures
    open: OpenNow
    duty: OnDuty
    loop: LoopToday
    trend: Trend
    week: list[DayCount]
    categories: Categories
    ranking: Ranking
    communities: list[AreaCounts]
    cells: CellCounts
    late: list[LateMatter]
    newest: list[WallMatter]


class Outline(BaseModel):
    """The border of the areas a wall shows (GeoJSON)."""

    type: Literal["MultiPolygon"]
    coordinates: list[Any]


class WallGround(BaseModel):
    """What a wall shows: its border, the codes of its areas (null: all there are), its cells and their ground."""

    outline: Outline
    roots: list[str] | None
    cells: int
    km2: float


class Steered(BaseModel):
    """Until when walls show what was asked."""

    until: str
