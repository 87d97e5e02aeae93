"""What the routes of the desk answer, as schemas for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from gridmap.web.answers import ErrorDetail, IssueFeature, IssueProperties


class QueueTally(BaseModel):
    """How many matters wait in a queue, and of how many the time is up."""

    name: str
    count: int
    late: int


class DeskAnswer(BaseModel):
    """Every queue of the desk, as of a moment."""

    now: str
    queues: list[QueueTally]


class DeskProperties(IssueProperties):
    """A matter as a queue shows it.

    `runs_until` is when the clock is up that runs for it (its step's, else the whole's; null where none
    runs), `answer_by` when a whistle over it has to be answered, `reopened_at` when its reporter had it taken up
    again, `handler_post` what its handler is now, `photos` how many there are, `actions` what the reader may do now.
    """

    stage_at: str | None
    runs_until: str | None
    answer_by: str | None
    reopened_at: str | None
    handler_post: str | None
    photos: int
    actions: list[str]


class DeskFeature(IssueFeature):
    """A matter in a queue."""

    properties: DeskProperties


class QueuePage(BaseModel):
    """A queue, most urgent first; `next` is the cursor of the next page, null at the end."""

    type: Literal["FeatureCollection"]
    queue: str
    now: str
    features: list[DeskFeature]
    next: str | None


class DuplicateProperties(IssueProperties):
    """A matter that may be the same as another: metres away, seconds reported after it (less than 0: before)."""

    distance_m: float
    apart_s: int
    radius_m: float = Field(description="How far apart the two may lie, by the accuracy of both")
    photos: int


class DuplicateFeature(IssueFeature):
    """A matter that may be the same."""

    properties: DuplicateProperties


class Duplicates(BaseModel):
    """Open matters that may be the same as one, nearest first."""

    type: Literal["FeatureCollection"]
    features: list[DuplicateFeature]


class BulkResult(BaseModel):
    """What came of one matter: its state afterwards, or why nothing was done to it."""

    number: str
    status: str | None = None
    error: ErrorDetail | None = None


class BulkAnswer(BaseModel):
    """What came of an action on many matters, in the order sent."""

    action: str
    done: int
    failed: int
    results: list[BulkResult]
