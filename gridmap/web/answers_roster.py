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
    """A post, who holds it, whether they are on duty now, and from when on if not (null: nobody knows).

    `may`: whether the reader says when its holder works.
    """

    post_id: int
    role: str
    role_name: str
    area: AreaRef | None
    person: StaffRef
    duty: Literal["on", "off", "away"]
    on_duty_from: str | None
    shifts: list[ShiftAnswer]
    away: list[AwayAnswer]
    may: bool


class DutyTally(BaseModel):
    """How many posts have their holder on duty, off duty, away."""

    on: int
    off: int
    away: int


class RosterAnswer(BaseModel):
    """Posts in the order of their keys; `tally` of all of them where that was asked for."""

    posts: list[OnRoster]
    next: str | None
    tally: DutyTally | None


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


class RecheckTally(BaseModel):
    """How many were drawn, looked at, and well."""

    drawn: int
    done: int
    well: int


class RecheckList(BaseModel):
    """Re-checks in the order they were drawn; `tally` of the month, or of all."""

    rechecks: list[RecheckAnswer]
    next: str | None
    tally: RecheckTally


class Rechecked(BaseModel):
    """The matter after it was looked at again."""

    number: str
    status: str


class StaffedArea(BaseModel):
    """An area, where its name stands, the people who hold a post at or below it, and how many of them are on duty."""

    code: str
    name: str
    lon_lat: list[float]
    people: int
    on: int


class DutyAnswer(BaseModel):
    """People with a post in the asker's areas at `now`, and those on duty: in all, and by area of `level`."""

    now: str
    people: int
    on: int
    level: str
    areas: list[StaffedArea]
