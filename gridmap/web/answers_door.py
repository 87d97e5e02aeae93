"""What the routes of the residents' door answer, as schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class PuzzleAnswer(BaseModel):
    """A puzzle, how many zero bits its answer has to give, and until when it holds."""

    puzzle: str
    bits: int
    expires_at: str


class ReceivedAnswer(BaseModel):
    """What a report got: its number, the secret it is followed by, a link with it and that as a QR code (data URI)."""

    number: str
    secret: str
    link: str
    qr: str


class StepAnswer(BaseModel):
    """One step of a matter in plain words, and since when."""

    step: Literal["received", "accepted", "handling", "checking", "closed", "void", "merged", "reopened"]
    at: str


class RatedAnswer(BaseModel):
    """What a reporter said of the outcome."""

    solved: int
    satisfaction: int


class ProgressAnswer(BaseModel):
    """How far a matter has come, for its reporter; `cell` null: it is not clear yet where it belongs."""

    number: str
    category: str
    cell: str | None
    steps: list[StepAnswer]
    rated: RatedAnswer | None
    may_rate: bool
    may_send_back: bool
    may_add_photos: bool
    photos: int
    holds_contact: bool


class KeptPhoto(BaseModel):
    """How many photos a report has by now."""

    photos: int


class ContactAnswer(BaseModel):
    """How a reporter is reached."""

    contact: str = Field(description="As they wrote it")
