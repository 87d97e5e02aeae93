"""What the routes of one matter and of one area answer: everything about it, as schemas."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gridmap.web.answers import (
    AreaFeature,
    AreaProperties,
    AreaRef,
    IssueFeature,
    IssueProperties,
    Named,
    PhotoAnswer,
    Why,
)


class AssignedPart(BaseModel):
    """One person's part in a matter, and how they were found."""

    person: Named | None
    role: str
    role_name: str
    area: AreaRef | None
    how: Literal["cell", "inherited", "leader_instead", "head_instead", "head_without_cell", "nobody"]


class AssignmentAnswer(BaseModel):
    """Who a matter went to; `notes` are keys of texts that say what was not as usual."""

    owner: AssignedPart
    handler: AssignedPart
    informed: list[AssignedPart]
    notes: list[str]


class EventAnswer(BaseModel):
    """One event of a matter's history; `digest` chains it to the one before."""

    seq: int
    kind: str
    at: str
    actor: dict[str, Any] | None
    data: dict[str, Any]
    digest: str


class WholeIssueProperties(IssueProperties):
    """A matter with its why, people, history and photos, and what the reader may do now."""

    why: Why
    assignment: AssignmentAnswer
    events: list[EventAnswer]
    photos: list[PhotoAnswer]
    actions: list[str]


class WholeIssue(IssueFeature):
    """A matter with all there is about it."""

    properties: WholeIssueProperties


class ActedOn(IssueFeature):
    """A matter after an action; `properties` is null and `gone` true where it left the actor's sight."""

    properties: WholeIssueProperties | None
    gone: bool | None = None
    status: str | None = None


class MemberAnswer(BaseModel):
    """One place in the 1+5+N; `held_at` is the area the post is held at, null where nobody holds it."""

    role: str
    role_name: str
    person: Named | None
    held_at: AreaRef | None
    inherited: bool
    vacant: bool
    since: str | None


class StaffAnswer(BaseModel):
    """The 1, the 5 and the N of an area, and the heads above."""

    model_config = ConfigDict(populate_by_name=True)

    leader: list[MemberAnswer] = Field(alias="1")
    five: list[MemberAnswer] = Field(alias="5")
    others: list[MemberAnswer] = Field(alias="N")
    head: list[MemberAnswer]


class OpenOfCategory(BaseModel):
    """Open matters of one category."""

    category: str
    name: str
    open: int


class CountsAnswer(BaseModel):
    """An area in figures: of its open matters those late and those due before the local day ends.

    `households` is null where no building says.
    """

    open: int
    closed: int
    overdue: int
    due_today: int
    by_status: dict[str, int]
    by_category: list[OpenOfCategory]
    buildings: int
    households: int | None


class DayCounts(BaseModel):
    """What was reported and what was closed on a local day (`2026-11-20`)."""

    day: str
    reported: int
    closed: int


class WholeAreaProperties(AreaProperties):
    """An area with the way to it, its staff and figures: null where they are not the reader's to know.

    `days` are the last 14 local days, today last. `on_time` is the share closed by their deadline of those
    closed in the last 30 days that had one; null where there are none.
    """

    breadcrumb: list[AreaRef]
    staff: StaffAnswer | None
    counts: CountsAnswer | None
    days: list[DayCounts] | None
    on_time: float | None


class WholeArea(AreaFeature):
    """An area with all there is about it."""

    properties: WholeAreaProperties
