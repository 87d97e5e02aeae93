"""What the routes of state and heat answer, as schemas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Classes = Annotated[list[int], Field(min_length=4, max_length=4)]


class TotalsAnswer(BaseModel):
    """Open matters in all: reported, handling, handled and late exclude each other and add up to `open`.

    `late`: the time is up and nobody has handled it; `due_today`: it will be before the local day ends.
    """

    open: int
    reported: int
    handling: int
    handled: int
    late: int
    due_today: int
    triage: int


class StateAnswer(BaseModel):
    """How open matters stand at `computed_at`, by cell and for those in triage: reported, handling, handled, late.

    The counts are others by themselves from `next_due_at` on (null: none becomes late), and `due_today`
    from `day_ends_at` on.
    """

    computed_at: str
    next_due_at: str | None
    day_ends_at: str
    totals: TotalsAnswer
    cells: dict[str, Classes] = Field(
        description="By the cell's code; cells without open matters are left out, and all where `by` is another level"
    )
    areas: dict[str, Classes] | None = Field(
        None, description="Only with such a `by`: by the code of the area of that level, or of a cell in none"
    )
    triage: Classes


class HouseholdsAnswer(BaseModel):
    """How many households each cell has, by its code; with another level in `by` each of its `areas` instead."""

    cells: dict[str, int]
    areas: dict[str, int] | None = None


class RatedArea(BaseModel):
    """How many ratings there are, and how many of them say 不满意."""

    rated: int
    discontent: int


class SatisfactionAnswer(BaseModel):
    """Ratings from `since` on, `days` ago, by the code of each area that has `at_least` so many."""

    since: str
    days: int
    at_least: int
    areas: dict[str, RatedArea]


class HeatAnswer(BaseModel):
    """Open matters as a density: filled classes between `breaks`, in `unit`, as they stood at `at` (null: now).

    `count` are the matters in view; `rounded_to`: they were taken in whole multiples of it (null: one by
    one). `without_households`: those in view where there are too few households for a rate (null: not asked).
    """

    unit: str
    per: Literal["km2", "households"]
    weight: Literal["none", "urgent"]
    bandwidth_m: float = Field(description="Standard deviation of the Gaussian kernel")
    breaks: list[float]
    count: int
    rounded_to: int | None
    without_households: int | None
    at: str | None
    computed_at: str
    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]


class HeatPastAnswer(BaseModel):
    """How many matters stood open, or late, in view at each of `moments`, oldest first."""

    step: Literal["day", "6h"]
    moments: list[str]
    open: list[int]
    computed_at: str


class HotspotsAnswer(BaseModel):
    """Cells among high or low ones beyond chance (Getis-Ord Gi*, p < `p` with a false discovery rate of `p`).

    `kinds` by the cell's code: 2 and 1 hot at 99 % and 95 %, -1 and -2 cold; others are neither. `features`
    are groups of cells that touch, the clearest first. `status` too_few: fewer cells than the statistic
    bears. `left_out` cells have too few households for a rate.
    """

    status: Literal["ok", "too_few"]
    p: float
    cells: int
    fewest_cells: int
    left_out: int
    unit: str
    per: Literal["km2", "households"]
    weight: Literal["none", "urgent"]
    at: str | None
    computed_at: str
    kinds: dict[str, int]
    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
