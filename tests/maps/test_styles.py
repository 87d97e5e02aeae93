"""Classes cut the counts where they gather, and the tokens of Python and CSS are the same."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.maps import styles
from gridmap.maps.legend import legend
from gridmap.resources import PACKAGE


def deviation(groups: list[list[int]]) -> float:
    return sum(float(((np.array(group) - np.mean(group)) ** 2).sum()) for group in groups)


def groups_of(counts: list[int], uppers: tuple[int, ...]) -> list[list[int]]:
    edges = [0, *uppers]
    return [[c for c in counts if low < c <= high] for low, high in itertools.pairwise(edges)]


def test_counts_that_gather_in_clumps_are_cut_between_the_clumps() -> None:
    counts = [1, 2, 2, 11, 12, 13, 40, 41, 99, 100, 300]
    assert styles.classify(counts).uppers == (2, 13, 41, 100, 300)


@given(st.lists(st.integers(1, 60), min_size=6, max_size=9, unique=True))
def test_no_other_cut_has_less_deviation(counts: list[int]) -> None:
    counts = sorted(counts)
    best = deviation(groups_of(counts, styles.classify(counts, most=3).uppers))
    for cut in itertools.combinations(counts[:-1], 2):
        assert best <= deviation(groups_of(counts, (*cut, counts[-1]))) + 1e-6


def test_zero_and_unknown_stand_apart() -> None:
    classes = styles.classify([0, None, 4, 9])
    assert classes.uppers == (4, 9)
    assert classes.fill_of(0) == styles.CHOROPLETH[0]
    assert classes.fill_of(None) == styles.NO_DATA


def test_no_open_matter_at_all_leaves_only_the_zero_class() -> None:
    assert styles.classify([0, None]).uppers == ()
    assert styles.classify([]).fill_of(0) == styles.CHOROPLETH[0]


def test_a_count_beyond_the_highest_class_takes_the_highest_fill() -> None:
    classes = styles.classify([1, 2, 3, 4, 5])
    assert classes.fill_of(77) == styles.CHOROPLETH[-1]


@pytest.mark.parametrize("distinct", range(1, 9))
def test_every_class_has_its_own_fill(distinct: int) -> None:
    fills = styles.classify(range(1, distinct + 1)).fills
    assert len(set(fills)) == len(fills) == min(distinct, 5) + 1
    assert list(fills) == sorted(fills, key=styles.CHOROPLETH.index)


def test_very_many_distinct_counts_are_cut_by_quantiles() -> None:
    classes = styles.classify(range(1, 2001))
    assert classes.method == styles.QUANTILE
    assert classes.uppers == (400, 800, 1200, 1600, 2000)


def test_the_legend_counts_every_cell_once() -> None:
    counts = [0, 0, 3, 5, None, 9, 9]
    entries = legend(styles.classify(counts), counts, {"map.method_fisher_jenks": "Fisher–Jenks"})
    assert sum(entry["cells"] for entry in entries["classes"]) + entries["unknown"] == len(counts)
    assert entries["method"] == "Fisher–Jenks"
    assert [(e["from"], e["to"]) for e in entries["classes"]] == [(0, 0), (1, 3), (4, 5), (6, 9)]


@pytest.mark.parametrize(
    ("prefix", "colours"),
    [
        ("choropleth-", dict(enumerate(styles.CHOROPLETH))),
        ("heat-", dict(enumerate(styles.HEAT_LIGHT))),
        ("", styles.STATUS),
        ("", {"ink": styles.INK, "accent": styles.ACCENT, "ground": styles.GROUND}),
    ],
)
def test_tokens_are_the_same_in_css(prefix: str, colours: dict[str, str]) -> None:
    css = (PACKAGE / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([\w-]+): (#\w{6});", css))
    assert {name: tokens[f"{prefix}{name}"] for name in colours} == colours
