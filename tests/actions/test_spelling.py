"""Columns spelled together read like each value spelled alone."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridmap.actions import spelling
from gridmap.domain.history import canonical
from gridmap.files.text_columns import instants

ODD = [0.0, -0.0, 1.0, 1e-5, 1e-4, 0.1, 103.8123456, 123456789.0, 1e15, 1e16, 5e-324, 1e22]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.none() | st.datetimes(datetime(1900, 1, 2), datetime(2199, 1, 1), timezones=st.just(UTC))


@given(st.lists(NUMBERS))
def test_numbers_are_as_json_has_them(values: list[float]) -> None:
    found = spelling.numbers(np.array([*ODD, *values]))
    assert found.to_pylist() == [canonical(value) for value in (*ODD, *values)]


def test_numbers_of_every_size_are_as_json_has_them() -> None:
    size = np.repeat(10.0 ** np.arange(-9, 19), 200)
    values = size * np.random.default_rng(1).uniform(1, 10, size.size)
    both = np.concatenate([values, -np.round(values, 1)])
    assert spelling.numbers(both).to_pylist() == [canonical(value) for value in both.tolist()]


@given(st.lists(st.floats(0, 1e7) | st.integers(0, 10**6).map(lambda n: n / 200)))
def test_two_digits_are_rounded_as_python_does_it(values: list[float]) -> None:
    odd = [2.675, 1.005, 0.285, 1e-9, *values]
    assert spelling.hundredths(np.array(odd)).to_pylist() == [canonical(round(value, 2)) for value in odd]


def test_what_is_missing_is_null() -> None:
    assert spelling.or_null(np.array([np.nan, 3.5, 60.0])).to_pylist() == ["null", "3.5", "60.0"]
    assert spelling.or_null(np.array([])).to_pylist() == []


@given(st.lists(MOMENTS))
def test_moments_are_as_python_tells_them(values: list[datetime | None]) -> None:
    east = datetime(1901, 1, 1, 0, 2, 0, 250_000, tzinfo=timezone(timedelta(hours=8)))
    wanted = [None, east, *values]
    said = [canonical(one and one.astimezone(UTC).isoformat()) for one in wanted]
    assert spelling.moments(instants(wanted)).to_pylist() == said


def test_texts_are_joined_row_by_row_and_digested() -> None:
    made = spelling.joined(
        "[", spelling.quotes(spelling.texts(['a"b', "你"])), ",", spelling.texts(["1", "2"]), "]"
    )
    assert made.to_pylist() == ['["a\\"b",1]', '["你",2]']
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in made.to_pylist()]
    assert spelling.digests(made).to_pylist() == digests
