"""Indicators: shares of counts, composites and grades, and the tables they come from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.indicators import (
    COUNTS,
    Composite,
    Figure,
    Indicator,
    Rules,
    read_composites,
    read_grades,
    read_indicators,
)
from gridmap.errors import InvalidInputError
from gridmap.files.tables import load_indicators

HEAD = "code,theme,name_zh,name_en,formula_zh,formula_en,numerator,denominator,lower_is_better,person,sureness,source\n"
GOOD = "kept,handling,按期,On time,甲÷乙,a÷b,handled_in_time,handling_due,no,yes,L,x\n"
BACK = "back,handling,返工,Back,甲÷乙,a÷b,reworked,judged,yes,no,U,x\n"
GRADES = [("A", 90.0), ("B", 75.0), ("C", 60.0), ("D", 40.0), ("E", 0.0)]


def of(text: str) -> dict[str, Indicator]:
    return read_indicators(HEAD + text)


def rules(**weights: float) -> Rules:
    return Rules(of(GOOD + BACK), [Composite("all", "全", "all", weights)], GRADES)


def test_an_empty_base_has_no_value() -> None:
    kept = of(GOOD)["kept"]
    assert kept.figure({}) == Figure(0, 0)
    assert kept.figure({}).value is None
    assert kept.figure({"handling_due": 4}).value == 0
    assert kept.figure({"handling_due": 4, "handled_in_time": 3}).value == 0.75


def test_what_cannot_be_computed_has_neither_part() -> None:
    members = of("m,five,党员,members,无,none,,,no,no,S,x\n")["m"]
    assert members.figure(dict.fromkeys(COUNTS, 5)) == Figure(None, None)
    assert members.score(dict.fromkeys(COUNTS, 5)) is None


def test_a_figure_on_few_cases_is_not_told() -> None:
    assert Figure(9, 9).unless_few(10) is None
    assert Figure(9, 10).unless_few(10) == Figure(9, 10)
    assert Figure(None, None).unless_few(1) is None


def test_what_is_better_lower_scores_the_other_way() -> None:
    assert of(BACK)["back"].score({"judged": 10, "reworked": 1}) == 0.9


def test_a_composite_is_the_weighted_mean() -> None:
    counts = {"handling_due": 10, "handled_in_time": 8, "judged": 10, "reworked": 5}
    score = rules(kept=60, back=20).score(rules(kept=60, back=20).composites[0], counts)
    assert score is not None
    assert (round(score.value, 6), score.grade, score.basis) == (72.5, "C", 1.0)


def test_what_has_no_value_leaves_its_weight_to_the_others() -> None:
    counts = {"handling_due": 10, "handled_in_time": 8}
    enough, too_little = rules(kept=60, back=40), rules(kept=40, back=60)
    score = enough.score(enough.composites[0], counts)
    assert score is not None
    assert (round(score.value, 6), score.basis) == (80, 0.6)
    assert too_little.score(too_little.composites[0], counts) is None
    assert enough.score(enough.composites[0], {}) is None


@given(st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 1000)))
def test_scores_stay_between_0_and_100(counts: dict[str, int]) -> None:
    counts = {
        name: min(n, counts.get(one.denominator or "", 0))
        for one in of(GOOD + BACK).values()
        for name, n in counts.items()
        if name == one.numerator
    } | {name: n for name, n in counts.items() if name in ("judged", "handling_due")}
    held = rules(kept=1, back=3)
    score = held.score(held.composites[0], counts)
    assert score is None or (0 <= score.value <= 100 and score.grade in "ABCDE")


@pytest.mark.parametrize(
    ("value", "grade"),
    [(100, "A"), (90, "A"), (89.9999999999999, "A"), (89.99, "B"), (75, "B"), (40, "D"), (0, "E")],
)
def test_grades_have_their_limits(value: float, grade: str) -> None:
    assert rules().grade(value) == grade


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD + GOOD, "code_twice"),
        (GOOD.replace("handling,", "wish,"), "theme_unknown"),
        (GOOD.replace("handled_in_time", "reports_per_head"), "count_unknown"),
        (GOOD.replace("handling_due", ""), "half_a_share"),
        (GOOD.replace(",no,yes,", ",maybe,yes,"), "flag_invalid"),
    ],
)
def test_a_table_of_indicators_that_cannot_be_right_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match="indicator_table_invalid") as caught:
        of(text)
    assert caught.value.details["reason"] == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,甲,A,nothing,1", "indicator_unknown"),
        ("a,甲,A,kept,0", "weight_invalid"),
        ("a,甲,A,kept,-1", "weight_invalid"),
    ],
)
def test_a_table_of_composites_that_cannot_be_right_is_refused(row: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match="composite_table_invalid") as caught:
        read_composites(f"composite,name_zh,name_en,indicator,weight\n{row}\n", of(GOOD))
    assert caught.value.details["reason"] == reason


def test_a_table_of_grades_that_cannot_be_right_is_refused() -> None:
    for text, reason in (("grade,least\nA,ninety\n", "least_invalid"), ("grade,least\n", "grades_missing")):
        with pytest.raises(InvalidInputError, match="grade_table_invalid") as caught:
            read_grades(text)
        assert caught.value.details["reason"] == reason


def test_the_tables_that_come_along_score_no_count_of_reports() -> None:
    held = load_indicators()
    assert len(held.composites) == 4
    assert {one.denominator for one in held.indicators.values()} <= {None, *COUNTS}
    weighed = {code for composite in held.composites for code in composite.weights}
    assert all(held.indicators[code].denominator for code in weighed)
    assert [grade for grade, _ in held.grades] == ["A", "B", "C", "D", "E"]
