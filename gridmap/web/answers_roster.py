"""What the routes of the roster and of re-checks answer, as schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from gridmap.web.answers import AreaRef, CellRef


class StaffRef(BaseModel):
    """A member of staff: key, staff number, name."""

    id: int
    code: str
    name: str


class ShiftAnswer(BaseModel):
    """A shift in local time; an `ends` not after `begins` is on the next day."""

    weekdays: str = Field(description="1 is Monday: 1,2,3,4,5")
    begins: str
    ends: str


class AwayAnswer(BaseModel):
    """When somebody is away and who stands in; why is nowhere kept."""

    id: int
    begins: str
    ends: str
    deputy: StaffRef | None


class OnRoster(BaseModel):
    """A post, who holds it, whether they are on duty now, and from when on if not (null: nobody knows)."""

    post_id: int
    role: str
    role_name: str
    area: AreaRef | None
    person: StaffRef
    duty: Literal["on", "off", "away"]
    on_duty_from: str | None
    shifts: list[ShiftAnswer]
    away: list[AwayAnswer]


class RosterAnswer(BaseModel):
    """Posts in the order of their keys."""

    posts: list[OnRoster]
    next: str | None


class AbsenceNoted(BaseModel):
    """An absence that was noted."""

    id: int


class PostHandedOver(BaseModel):
    """The post that goes on, and how many open matters went with it."""

    post_id: int
    matters: int


class RecheckAnswer(BaseModel):
    """A matter to be looked at again; `well` is null until somebody was there."""

    id: int
    number: str
    status: str
    month: str
    category_name: str
    cell: CellRef | None
    closed_at: str | None
    drawn_at: str
    done_at: str | None
    well: bool | None


class RecheckList(BaseModel):
    """Re-checks in the order they were drawn."""

    rechecks: list[RecheckAnswer]
    next: str | None


class Rechecked(BaseModel):
    """The matter after it was looked at again."""

    number: str
    status: str
