"""Columns of texts as a whole: stripped, read as numbers or times where all are written as usual; the rest is asked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridmap.geo.crs import Floats

Texts = Any
"""A text for each row: an array of arrow's (`large_string`, no nulls)."""
Instants = NDArray[np.datetime64]
"""Moments in UTC, to the microsecond; NaT for none."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
_FIRST, _END = (np.datetime64(f"{year}-01-01", "s") for year in (FIRST_YEAR, LAST_YEAR))
_TO_THE_LAST_SECOND = timedelta(minutes=59, seconds=59)
_AT_ONCE = 50_000
_USUAL = "0000-00-00 00:00:00"
"""Local times to the second; a slash or a T may stand for what is between."""
_MAY_BE = {"-": "-/", " ": " T", ":": ":"}
_DIGITS = [n for n, sign in enumerate(_USUAL) if sign == "0"]
_LINES = (9, 10, 13)
"""Control characters that texts have: tab and ends of lines."""
_DELETE = 127


def texts_of(values: Any) -> Texts:
    """A column of a table, or a list, as texts with no blanks at their ends."""
    return pc.utf8_trim_whitespace(_whole(values))


def _whole(values: Any) -> Any:
    if isinstance(values, pd.Series):
        values = values.array if isinstance(values.dtype, pd.StringDtype) else values.tolist()
    found = pa.array(values, pa.large_string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def instants(values: Sequence[datetime | None]) -> Instants:
    """Aware moments (None: NaT) side by side."""
    found = pa.array(values, pa.timestamp("us", "UTC")).to_numpy(zero_copy_only=False)
    return np.asarray(found.astype("datetime64[us]"))


def is_empty(texts: Texts) -> NDArray[np.bool_]:
    """Which of some texts have no character."""
    return np.asarray(pc.equal(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False))


def longest(texts: Texts) -> int:
    """The number of characters of the longest."""
    return pc.max(pc.utf8_length(texts)).as_py() or 0


def has_control(texts: Texts) -> bool:
    """Whether there is a control character in any of them, but for those of lines."""
    signs = _bytes(texts)
    odd = signs[(signs < ord(" ")) | (signs == _DELETE)]
    return bool(len(odd)) and not np.isin(odd, _LINES).all()


def _bytes(texts: Texts) -> NDArray[np.uint8]:
    """All texts one after another, in UTF-8."""
    _, ends, signs = texts.buffers()
    if signs is None:
        return np.empty(0, dtype=np.uint8)
    at = np.frombuffer(ends, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(signs, dtype=np.uint8)[at[0] : at[-1]]


def numbers_of(values: pd.Series) -> Floats:
    """A column of a table as numbers; NaN where it is none."""
    with suppress(pa.ArrowInvalid):  # one of them is not written as usual: pandas finds out which
        return np.asarray(pc.cast(_whole(values), pa.float64()).to_numpy(zero_copy_only=False))
    return np.asarray(pd.to_numeric(values, errors="coerce").to_numpy(dtype=float))


def usual_moments(texts: Texts, zone: ZoneInfo) -> Instants:
    """Those of the usual form, local in `zone`, in UTC; NaT for what has to be asked one by one."""
    found = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    is_long = pc.equal(pc.binary_length(texts), len(_USUAL)).to_numpy(zero_copy_only=False)
    long = np.flatnonzero(is_long)
    signs = _bytes(texts if len(long) == len(texts) else texts.take(pa.array(long))).reshape(-1, len(_USUAL))
    is_usual = _is_usual(signs)
    rows, signs = long[is_usual], signs[is_usual]
    for start in range(0, len(rows), _AT_ONCE):
        with suppress(ValueError):  # the 30th of February, or an hour in which clocks change
            found[rows[start : start + _AT_ONCE]] = _in_utc(signs[start : start + _AT_ONCE], zone)
    return found


def _is_usual(signs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    digits = signs[:, _DIGITS]
    usual: NDArray[np.bool_] = ((digits >= ord("0")) & (digits <= ord("9"))).all(axis=1)
    for n, sign in enumerate(_USUAL):
        if sign != "0":
            usual &= np.isin(signs[:, n], [ord(one) for one in _MAY_BE[sign]])
    return usual


def _in_utc(signs: NDArray[np.uint8], zone: ZoneInfo) -> Instants:
    """Local times to the second, in UTC. Raises ValueError for what is no time, or an hour in which clocks change."""
    plain = signs.copy()
    for n, sign in enumerate(_USUAL):
        if sign != "0":
            plain[:, n] = ord(sign)
    local = _seconds(plain)
    if (local < _FIRST).any() or (local >= _END).any():
        raise ValueError(local)
    hours, which = np.unique(local.astype("datetime64[h]"), return_inverse=True)
    offsets = np.array([_offset(hour, zone) for hour in hours.tolist()], dtype="timedelta64[s]")
    return (local - offsets[which]).astype("datetime64[us]")


def _seconds(signs: NDArray[np.uint8]) -> NDArray[np.datetime64]:
    """Raises ValueError for what is no time."""
    size, width = signs.shape
    ends = pa.py_buffer(np.arange(0, (size + 1) * width, width, dtype=np.int32))
    said = pa.Array.from_buffers(pa.string(), size, [None, ends, pa.py_buffer(np.ascontiguousarray(signs))])
    return np.asarray(pc.cast(said, pa.timestamp("s")).to_numpy(zero_copy_only=False))


def _offset(hour: datetime, zone: ZoneInfo) -> timedelta:
    """What a local hour is ahead of UTC. Raises ValueError where it is not the same from its first second to its last."""
    begin, end = (moment.replace(tzinfo=zone).utcoffset() for moment in (hour, hour + _TO_THE_LAST_SECOND))
    if begin is None or begin != end:
        raise ValueError(hour)
    return begin
