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
    LimitAnswer,
    Named,
    PhotoAnswer,
    Why,
)
from gridmap.web.answers_whistle import WhistleAnswer


class AssignedPart(BaseModel):
    """One person's part in a matter, and how they were found.

    `for_person` is who holds the post, where a deputy stands in or it was handed over (null also where that is not the
    reader's to know); `load` how many open matters they had in hand where there was a choice.
    """

    person: Named | None
    role: str
    role_name: str
    area: AreaRef | None
    how: Literal[
        "cell",
        "inherited",
        "tier",
        "deputy",
        "leader_instead",
        "head_instead",
        "head_without_cell",
        "off_duty",
        "handed_over",
        "nobody",
    ]
    for_person: Named | None
    load: int | None


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
    """A matter with its why, people, history and photos, and what the reader may do now.

    `whistle_level` is the highest level the reader may blow a whistle of (0: none). `contact` is how its
    reporter is reached, masked, for whoever may see it whole; null for others, and for none.
    """

    why: Why
    assignment: AssignmentAnswer
    events: list[EventAnswer]
    photos: list[PhotoAnswer]
    actions: list[str]
    whistles: list[WhistleAnswer]
    whistle_level: int
    contact: str | None


class WholeIssue(IssueFeature):
    """A matter with all there is about it."""

    properties: WholeIssueProperties


class Hand(BaseModel):
    """Somebody a matter can be given to, by staff number, with the post that makes them so."""

    code: str
    name: str
    role_name: str
    area: AreaRef | None
    is_handler: bool


class ExtensionAnswer(BaseModel):
    """A deadline, and how far it may be moved."""

    due_at: str
    latest: str


class ReturnedBy(BaseModel):
    """A unit or a person (by staff number) that gave a matter back, and why; `is_last`: nobody was given it since."""

    unit: str | None
    person: str | None
    at: str
    words: str
    is_last: bool


class WhistleLimits(BaseModel):
    """How soon a unit must have accepted a whistle, else it rises; and how soon it must be on site. Both from the call on."""

    level: int
    kind: str
    answer: LimitAnswer
    on_site: LimitAnswer


class ChoicesAnswer(BaseModel):
    """What there is to choose from for what the reader may do to a matter now.

    `units` and `people` (nearest to the matter first) to dispatch to, empty where they may not dispatch;
    `returned` are those of them who gave it back, the last first; `extension` is null where they may not extend,
    `whistle` empty where they may not blow one.
    """

    units: list[str]
    people: list[Hand]
    extension: ExtensionAnswer | None
    returned: list[ReturnedBy]
    whistle: list[WhistleLimits]


class ActedOn(IssueFeature):
    """A matter after an action; `properties` is null and `gone` true where it left the actor's sight."""

    properties: WholeIssueProperties | None
    gone: bool | None = None
    status: str | None = None


class MemberAnswer(BaseModel):
    """One place in the 1+5+N; `held_at` is the area the post is held at, null where nobody holds it.

    `duty` says whether its holder is there now (null where vacant), `deputy` who stands in for who is away.
    """

    role: str
    role_name: str
    person: Named | None
    held_at: AreaRef | None
    inherited: bool
    vacant: bool
    since: str | None
    duty: Literal["on", "off", "away"] | None
    on_duty_from: str | None
    deputy: Named | None


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
