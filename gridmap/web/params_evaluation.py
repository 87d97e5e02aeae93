"""What the routes of evaluation take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gridmap.domain.months import MONTH
from gridmap.web.params import Code, Key, LanguageQuery, Strict

MonthText = Annotated[str, Field(pattern=f"^{MONTH}$", description="Such as 2026-11, in the local zone")]
By = Literal["cell", "community", "street", "district", "unit", "category", "month"]
IndicatorCode = Annotated[str, Field(min_length=1, max_length=40)]


class EvaluationQuery(LanguageQuery):
    """Which figures: by what, of which area and its matters, from which month to which (default: this one)."""

    by: By = "street"
    area: Code | None = None
    first: MonthText | None = Field(None, alias="from", description="The first month; default: this one")
    to: MonthText | None = Field(None, description="The last month; default: the first one")


class MattersQuery(EvaluationQuery):
    """Which figure's matters: of one group of `by` (none: of all), the numerator's or the denominator's."""

    indicator: IndicatorCode
    part: Literal["numerator", "denominator"] = "denominator"
    group: str | None = Field(
        None, min_length=1, max_length=200, description="Code of an area, unit, category key or month"
    )


class PersonQuery(LanguageQuery):
    """Which month of a person."""

    month: MonthText | None = Field(None, description="Default: this one")


class PersonMattersQuery(PersonQuery):
    """Which figure of a person."""

    indicator: IndicatorCode
    part: Literal["numerator", "denominator"] = "denominator"


class PersonPath(Strict):
    """A person."""

    person_id: Key


class ObjectionPath(Strict):
    """An objection."""

    objection_id: Key


class ObjectionBody(Strict):
    """What is said against a figure about oneself."""

    month: MonthText
    indicator: IndicatorCode
    issue: str | None = Field(None, max_length=64, description="A matter the figure was computed from")
    words: str = Field(min_length=1, max_length=4000)


class AnswerBody(Strict):
    """What the leader answers."""

    accepted: bool = Field(strict=True, description="Then the matter it names leaves the figure")
    words: str = Field(min_length=1, max_length=4000)
