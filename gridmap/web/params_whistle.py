"""What the routes of whistles take: which ones, and what each step needs."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from gridmap.web.params import Code, Cursor, Key, LanguageQuery, PlaceBody, Strict


class WhistlePath(Strict):
    """A whistle."""

    whistle_id: Key


class WhistleQuery(LanguageQuery):
    """Narrows a list of whistles."""

    open: bool | None = Field(None, description="Only those that have not ended")
    mine: bool | None = Field(None, description="Only those one blew, or that call one's unit")
    limit: int = Field(100, ge=1, le=500)
    cursor: Cursor | None = None


class StepBody(Strict):
    """A step that needs nothing more."""

    client_id: UUID | None = Field(None, description="Drawn by the sender: makes sending twice safe")


class CheckInBody(PlaceBody):
    """Where a unit checks in."""

    client_id: UUID | None = Field(None, description="Drawn by the sender: makes sending twice safe")


class FinishBody(StepBody):
    """What a unit did; without words its photos of kind `evidence` have to say it."""

    words: str | None = Field(None, max_length=4000)


class RateBody(StepBody):
    """How a unit did its part."""

    unit: Code
    rating: Literal[0, 1, 2] = Field(description="2 content, 1 fairly, 0 not")


class CancelBody(StepBody):
    """Why a whistle is taken back."""

    words: str = Field(min_length=1, max_length=4000)
