"""What the routes of evaluation answer, as schemas for the OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel, Field


class IndicatorAnswer(BaseModel):
    """What an indicator means."""

    code: str
    theme: str
    theme_name: str
    name: str
    formula: str
    lower_is_better: bool
    is_personal: bool
    is_computable: bool
    sureness: str
    source: str


class FigureAnswer(BaseModel):
    """A share of 1 and what it is made of; null for an empty base, or one too small to be told of a person."""

    numerator: int | None
    denominator: int | None
    value: float | None


class ScoreAnswer(BaseModel):
    """A composite, 0 to 100, its grade, and on which share of its weights it rests."""

    value: float
    grade: str
    basis: float


class CompositeAnswer(BaseModel):
    """A composite's name and weights."""

    code: str
    name: str
    weights: dict[str, float]


class RowAnswer(BaseModel):
    """The figures of one group; `matters` is the query of /evaluation/matters that opens them, less indicator and part."""

    group: str | None
    name: str
    figures: dict[str, FigureAnswer]
    composites: dict[str, ScoreAnswer | None]
    matters: str


class EvaluationAnswer(BaseModel):
    """Figures, row by row; `elsewhere` is what lies in none of them."""

    by: str
    area: str | None
    months: list[str]
    is_final: bool = Field(description="Whether the last month is over")
    computed_at: str
    indicators: list[IndicatorAnswer]
    composites: list[CompositeAnswer]
    rows: list[RowAnswer]
    elsewhere: RowAnswer | None
    total: RowAnswer


class MatterAnswer(BaseModel):
    """A matter a figure was computed from, and how often it counts there."""

    number: str
    status: str
    category: str
    category_name: str
    reported_at: str
    due_at: str | None
    closed_at: str | None
    times: int


class MattersAnswer(BaseModel):
    """The matters of a figure's part: at most 1,000, and how many `times` they make in all.

    `unseen` of these are of matters that have left one's areas since.
    """

    indicator: str
    part: str
    times: int
    unseen: int
    is_cut: bool
    matters: list[MatterAnswer]


class PersonAnswer(BaseModel):
    """Somebody whose figures one may read."""

    id: int
    name: str
    is_me: bool
    roles: list[str]


class PeopleAnswer(BaseModel):
    """Oneself and the people one directly leads, by staff number; never by a figure."""

    people: list[PersonAnswer]


class PersonalFigure(FigureAnswer):
    """A figure about a person; `is_few`: its base is smaller than `least`, so it is not told, only how large it is (`cases`)."""

    indicator: str
    is_few: bool
    cases: int
    left_out: int = Field(description="Matters that accepted objections took out of its base")


class PersonalAnswer(BaseModel):
    """The figures about a person in a month."""

    person: PersonAnswer
    month: str
    is_final: bool
    least: int
    indicators: list[IndicatorAnswer]
    figures: list[PersonalFigure]


class ObjectionAnswer(BaseModel):
    """An objection and its answer; who did not answer yet: null."""

    id: int
    person: str
    person_id: int
    month: str
    indicator: str
    indicator_name: str
    issue: str | None
    words: str
    at: str
    answer: str | None
    answered_by: str | None
    answered_at: str | None
    is_accepted: bool | None
    is_mine: bool


class ObjectionList(BaseModel):
    """One's own objections and those of the people one directly leads, the newest first."""

    objections: list[ObjectionAnswer]


class ObjectionMade(BaseModel):
    """The key of an objection that was kept."""

    id: int
