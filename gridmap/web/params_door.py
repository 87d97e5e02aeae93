"""What the routes of the residents' door take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridmap.domain.door import CONTACT_LIMIT, WORDS_LIMIT
from gridmap.web.params import Code, Datum, Lat, Lon, Strict

Secret = Annotated[str, Field(min_length=1, max_length=64)]


class DoorBody(Strict):
    """A resident's report: where they are, or the cell whose notice board they stand before."""

    puzzle: str = Field(min_length=1, max_length=64)
    answer: str = Field(min_length=1, max_length=10)
    category: str = Field(min_length=1, max_length=120)
    words: str = Field("", max_length=WORDS_LIMIT)
    contact: str = Field("", max_length=CONTACT_LIMIT)
    cell: Code | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = "wgs84"
    accuracy_m: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None
    website: str = Field("", max_length=200, description="Left empty by people: the page does not show it")


class SecretBody(Strict):
    """The secret that a report got."""

    secret: Secret


class RatingBody(SecretBody):
    """What the reporter says of the outcome."""

    solved: Literal[0, 1, 2] = Field(description="2 solved, 1 partly, 0 not")
    satisfaction: Literal[0, 1, 2] = Field(description="2 content, 1 fairly, 0 not")


class SendBackBody(SecretBody):
    """Why a matter is to be taken up again."""

    words: str = Field(min_length=1, max_length=WORDS_LIMIT)


class EmptyBody(Strict):
    """Nothing."""
