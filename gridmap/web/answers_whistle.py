"""What routes answer of whistles: each with the units it called and how far they have come."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from gridmap.web.answers import PhotoAnswer


class CallAnswer(BaseModel):
    """One unit called: when it did what, how far from the matter it checked in, what it shows, how it was rated.

    `own` is true for the reader's own unit; `words` are those it finished with, as events tell them.
    """

    unit: str
    own: bool
    status: Literal["called", "accepted", "on_site", "done"]
    called_at: str
    site_by: str | None
    accepted_at: str | None
    checked_in_at: str | None
    distance_m: float | None
    accuracy_m: float | None
    done_at: str | None
    words: list[dict[str, Any]]
    photos: list[PhotoAnswer]
    rating: int | None
    rated_at: str | None


class WhistleAnswer(BaseModel):
    """A whistle over a matter.

    `level` is 1 to 4 (cell, community, street, district), `raised` how often silence raised it by itself, `words`
    what its caller wrote, `taken_back` why it was. `may` is what the reader may do now.
    """

    id: int
    level: int
    kind: Literal["daily", "key", "emergency"]
    status: Literal["blown", "overdue", "answered", "done", "closed", "cancelled"]
    caller: str
    called_at: str
    answer_by: str | None
    raised: int
    words: list[dict[str, Any]]
    taken_back: list[dict[str, Any]]
    ended_at: str | None
    calls: list[CallAnswer]
    may: list[Literal["accept", "check_in", "finish", "rate", "cancel"]]


class ListedWhistle(WhistleAnswer):
    """A whistle and the matter it was blown over."""

    number: str
    category: str
    category_name: str
    matter_status: str
    lon_lat_wgs84: list[float] = Field(description="Where the matter lies")


class WhistleList(BaseModel):
    """Whistles, newest first; `next` is the cursor of the next page, null at the end."""

    whistles: list[ListedWhistle]
    next: str | None
