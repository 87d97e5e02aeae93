"""The indicators of evaluation (考核评价): shares of counted facts, composites of them, and their grades.

Which there are, of which counts, and with which weights is a district's own table (`geodata/indicators.csv`,
`composites.csv`, `grades.csv`); what each count counts is in docs/evaluation.md and db/evaluation. How many
somebody reported is no indicator: a quota makes people invent matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gridmap.domain.roles import refusal, table_rows

COUNTS = (
    *(
        "reported",
        "reported_by_staff",
        "valid_by_staff",
        "opened",
        "opened_rightly",
        "missed",
        "by_residents",
    ),
    *("proving_due", "proved_in_time", "opening_due", "opened_in_time", "sending_due", "sent_in_time"),
    *("handling_due", "handled", "handled_in_time", "own_handling_due", "own_handled_in_time"),
    *("checking_due", "checked_in_time", "sent", "sent_rightly", "judged", "reworked"),
    *("closing_due", "closed", "closed_in_time", "rated", "answered", "solved", "content"),
    *("calls_rated", "calls_liked", "rechecked", "rechecked_well"),
)
"""What is counted, each a set of matters or of their steps; an indicator is the share of one in another."""
THEMES = ("patrol", "opening", "sending", "handling", "closing", "public", "five")
"""发现上报, 受理立案, 派遣, 处置, 核查结案, 群众评价 (with 三率), 滨海五项 (Binhai's five factors)."""
YES, NO = "yes", "no"
LEAST_WEIGHT = 0.5
"""A composite is told where indicators of at least this share of its weight have a value."""
ITEM = "indicator_table_invalid"
COMPOSITE = "composite_table_invalid"
GRADE = "grade_table_invalid"

Counts = Mapping[str, int]
"""How many of each of COUNTS; those that are missing are none."""


@dataclass(frozen=True)
class Indicator:
    """One indicator: the share of the count `numerator` in `denominator`.

    Both are None for one that cannot be computed from what is kept. `is_personal`: it is also told to a
    person about their own work. `source` and `sureness` are those of the formula ([S], [L], [U], own).
    """

    code: str
    theme: str
    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    numerator: str | None
    denominator: str | None
    lower_is_better: bool
    is_personal: bool
    sureness: str
    source: str

    def figure(self, counts: Counts) -> Figure:
        """What it is for these counts."""
        if self.numerator is None or self.denominator is None:
            return Figure(None, None)
        return Figure(counts.get(self.numerator, 0), counts.get(self.denominator, 0))

    def score(self, counts: Counts) -> float | None:
        """Its value from 0 (bad) to 1 (good); None for an empty base."""
        value = self.figure(counts).value
        return value if value is None or not self.lower_is_better else 1 - value


class Figure(NamedTuple):
    """A numerator over a denominator; both None where the indicator cannot be computed, or is not shown."""

    numerator: int | None
    denominator: int | None

    @property
    def value(self) -> float | None:
        """The share of 1; None for an empty base, which is shown as “—”."""
        if not self.denominator or self.numerator is None:
            return None
        return self.numerator / self.denominator

    def unless_few(self, least: int) -> Figure | None:
        """Itself where its base is at least `least`; None where it is smaller and so is not told of a person."""
        return self if (self.denominator or 0) >= least else None


@dataclass(frozen=True)
class Composite:
    """A weighted mean of indicators, with their weights (any positive numbers)."""

    code: str
    name_zh: str
    name_en: str
    weights: Mapping[str, float]


class Score(NamedTuple):
    """A composite's value: 0 to 100, its grade, and on which share of its weights it rests."""

    value: float
    grade: str
    basis: float


@dataclass(frozen=True)
class Rules:
    """The indicators by code in their order, the composites, and the least score of each grade, best first."""

    indicators: Mapping[str, Indicator]
    composites: Sequence[Composite]
    grades: Sequence[tuple[str, float]]

    def score(self, composite: Composite, counts: Counts) -> Score | None:
        """The composite for these counts; None where too little of its weight has a value.

        Weights of what has no value are shared out among the others.
        """
        told = [
            (weight, score)
            for code, weight in composite.weights.items()
            if (score := self.indicators[code].score(counts)) is not None
        ]
        weight, whole = sum(part for part, _ in told), sum(composite.weights.values())
        if not told or weight < LEAST_WEIGHT * whole:
            return None
        value = 100 * sum(part * score for part, score in told) / weight
        return Score(value, self.grade(value), weight / whole)

    def grade(self, value: float) -> str:
        """The grade of a score of 0 to 100; the one nearest above where no grade reaches so far down."""
        rounded = round(value, 9)  # 89.999999999 is 90 that was computed
        return next((grade for grade, least in self.grades if rounded >= least), self.grades[-1][0])


_COLUMNS = ("code", "theme", "name_zh", "name_en", "formula_zh", "formula_en", "numerator", "denominator")
_FLAGS = ("lower_is_better", "person")


def read_indicators(text: str) -> dict[str, Indicator]:
    """The indicators of a CSV table by code, in its order.

    Raises InvalidInputError `indicator_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, a code given twice (`code_twice`), an unknown theme or count (`theme_unknown`,
    `count_unknown`), a numerator without a denominator or the reverse (`half_a_share`), and flags that are
    neither yes nor no (`flag_invalid`).
    """
    found = dict[str, Indicator]()
    columns = (*_COLUMNS, *_FLAGS, "sureness", "source")
    for line, row in table_rows(text, columns, ITEM, may_be_empty=("numerator", "denominator")):
        _check_indicator(line, row, found)
        found[row["code"]] = Indicator(
            code=row["code"],
            theme=row["theme"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            formula_zh=row["formula_zh"],
            formula_en=row["formula_en"],
            numerator=row["numerator"] or None,
            denominator=row["denominator"] or None,
            lower_is_better=row["lower_is_better"] == YES,
            is_personal=row["person"] == YES,
            sureness=row["sureness"],
            source=row["source"],
        )
    return found


def _check_indicator(line: int, row: Mapping[str, str], earlier: Mapping[str, Indicator]) -> None:
    share = (row["numerator"], row["denominator"])
    faults = [("code_twice", row["code"])] if row["code"] in earlier else []
    faults += [("theme_unknown", row["theme"])] if row["theme"] not in THEMES else []
    faults += [("count_unknown", count) for count in share if count and count not in COUNTS]
    faults += [("half_a_share", row["code"])] if bool(share[0]) != bool(share[1]) else []
    faults += [("flag_invalid", row[flag]) for flag in _FLAGS if row[flag] not in (YES, NO)]
    for reason, value in faults:
        raise refusal(ITEM, line, reason, value)


def read_composites(text: str, indicators: Mapping[str, Indicator]) -> list[Composite]:
    """The composites of a CSV table, in its order.

    Raises InvalidInputError `composite_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, an unknown indicator (`indicator_unknown`), one given twice (`indicator_twice`) or
    a weight that is no positive number (`weight_invalid`).
    """
    found = dict[str, tuple[str, str, dict[str, float]]]()
    columns = ("composite", "name_zh", "name_en", "indicator", "weight")
    for line, row in table_rows(text, columns, COMPOSITE):
        names = (row["name_zh"], row["name_en"])
        weights = found.setdefault(row["composite"], (*names, {}))[2]
        if row["indicator"] not in indicators:
            raise refusal(COMPOSITE, line, "indicator_unknown", row["indicator"])
        if row["indicator"] in weights:
            raise refusal(COMPOSITE, line, "indicator_twice", row["indicator"])
        weights[row["indicator"]] = _number(row["weight"], COMPOSITE, line, "weight_invalid")
        if weights[row["indicator"]] == 0:
            raise refusal(COMPOSITE, line, "weight_invalid", row["weight"])
    return [Composite(code, *rest) for code, rest in found.items()]


def read_grades(text: str) -> list[tuple[str, float]]:
    """The grades of a CSV table with the least score of each, best first.

    Raises InvalidInputError `grade_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, a least score that is none (`least_invalid`), and for a table of no grades
    (`grades_missing`).
    """
    found = [
        (row["grade"], _number(row["least"], GRADE, line, "least_invalid"))
        for line, row in table_rows(text, ("grade", "least"), GRADE)
    ]
    if not found:
        raise refusal(GRADE, 1, "grades_missing", "")
    return sorted(found, key=lambda grade: -grade[1])


def _number(text: str, code: str, line: int, reason: str) -> float:
    if not (text.isascii() and text.replace(".", "", 1).isdigit()):
        raise refusal(code, line, reason, text)
    return float(text)
