"""Numbers and times as they are read here, said by js/format.js in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from gridmap.maps.page import page_texts
from gridmap.texts import catalogue

NOW = "2026-11-20T06:32:00Z"  # 14:32 in Shanghai


@pytest.fixture(scope="module")
def said(functions: Any) -> Any:
    """Calls a function of format.js in Chinese, in Shanghai."""
    texts = page_texts(catalogue("zh-CN"))
    functions.call("texts.js", "m.setTexts(a[0]) || 1", texts)
    functions.call("format.js", "m.setLocale('Asia/Shanghai', 'zh-CN') || 1")
    return lambda name, *arguments: functions.call("format.js", f"m.{name}(...a)", *arguments)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-20T06:31:30Z", "刚刚"),
        ("2026-11-20T06:32:40Z", "刚刚"),  # a clock that is a little ahead is not the future
        ("2026-11-20T06:27:00Z", "5 分钟前"),
        ("2026-11-19T16:05:00Z", "今天 00:05"),  # the day turns at 16:00 UTC
        ("2026-11-19T15:55:00Z", "昨天 23:55"),
        ("2026-11-02T16:00:00Z", "11月3日"),
        ("2025-11-03T04:00:00Z", "2025年11月3日"),
    ],
)
def test_how_long_ago(said: Any, functions: Any, then: str, words: str) -> None:
    assert functions.call("format.js", "m.ago(a[0], new Date(a[1]))", then, NOW) == words


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "0"), (3688, "3,688"), (9999, "9,999"), (12000, "1.2万"), (20000, "2万"), (None, "—")],
)
def test_counts(said: Any, n: int | None, words: str) -> None:
    assert said("count", n) == words


@pytest.mark.parametrize(
    ("metres", "words"), [(8.5, "8.5 m"), (8.0, "8 m"), (32.4, "32 m"), (1234, "1.2 km"), (None, "—")]
)
def test_distances(said: Any, metres: float | None, words: str) -> None:
    assert said("distance", metres) == words


def test_codes_areas_and_shares(said: Any) -> None:
    assert said("areaCode", "990001003012012") == "990001 003 012 012"
    assert said("areaCode", "foreign-7") == "foreign-7"
    assert said("shortCode", "990001003012007") == "07"
    assert said("squareKm", 162000) == "0.16 km²"
    assert said("percent", 0.6344) == "63.4%"
    assert said("fullTime", NOW) == "2026-11-20 14:32:00"
