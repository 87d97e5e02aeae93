"""What the routes of the roster and of re-checks take, as schemas."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridmap.web.params import Code, Cursor, Key, LanguageQuery, Moment, PageQuery, Strict

_DAYS = r"[1-7](?:-[1-7])?"
Weekdays = Annotated[
    str,
    Field(
        max_length=40,
        pattern=rf"^{_DAYS}(?:,{_DAYS})*$",
        description="1 is Monday: `1-5`, `1,3,5`",
    ),
]
ClockTime = Annotated[
    str, Field(max_length=5, pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", description="Local: `08:30`")
]


class RosterQuery(LanguageQuery):
    """Narrows the roster."""

    area: Code | None = None
    q: str | None = Field(None, max_length=64, description="A part of a name, or how a staff number begins")
    duty: Literal["on", "off", "away"] | None = Field(None, description="Only those who are so now")
    since: Moment | None = Field(None, description="Also absences that ended after this; none: now")
    count: bool = Field(False, description="Also count how many are on duty, off duty and away now")
    limit: int = Field(200, ge=1, le=1000)
    cursor: Cursor | None = None


class PostPath(Strict):
    """A post."""

    post_id: Key


class AbsencePath(Strict):
    """An absence."""

    absence_id: Key


class RecheckPath(Strict):
    """A matter drawn to be looked at again."""

    recheck_id: Key


class ShiftBody(Strict):
    """One shift; an `ends` not after `begins` is on the next day."""

    weekdays: Weekdays
    begins: ClockTime
    ends: ClockTime


class ShiftsBody(Strict):
    """When a post is on duty, instead of what held before; none: always."""

    shifts: list[ShiftBody] = Field(max_length=14)


class AbsenceBody(Strict):
    """When somebody is away; why is not asked."""

    person: Code | None = Field(None, description="A staff number; none: oneself")
    begins: Moment
    ends: Moment
    deputy: Code | None = Field(None, description="The staff number of who stands in")


class HandOverBody(Strict):
    """Who takes the post over."""

    person: Code = Field(description="A staff number of the same district")


class RechecksQuery(PageQuery):
    """Narrows the list of re-checks."""

    month: str | None = Field(None, pattern=r"^[0-9]{4}-(?:0[1-9]|1[0-2])$", description="2026-11")
    done: bool | None = Field(None, description="Those somebody has looked at; or those nobody has")


class RecheckBody(Strict):
    """How a matter was found."""

    well: bool = Field(strict=True)
    words: str | None = Field(None, max_length=4000, description="Needed where it was not well")


class LevelQuery(LanguageQuery):
    """By areas of which level it is counted."""

    level: Literal["district", "street", "community", "grid"] = "community"
