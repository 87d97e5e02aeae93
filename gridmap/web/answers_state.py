"""What the route of state answers, as a schema."""

from __future__ import annotations

from typing import Annotated

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
        description="By the cell's code; cells without open matters are left out"
    )
    triage: Classes
