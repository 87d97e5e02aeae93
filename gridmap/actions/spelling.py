"""JSON texts of whole columns: each the one that `canonical` would write for its value, thousands at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridmap.domain.history import quoted
from gridmap.files.text_columns import Instants
from gridmap.geo.crs import Floats

Texts = Any
"""A text for each of some rows: an array of arrow's."""
_ESCAPED = r'[\x00-\x1f"\\]'
"""What JSON writes otherwise in a text."""
_PLAIN = (1e-4, 1e10)
"""Between these arrow writes a number as Python does, if it is no whole one."""
_DOUBTFUL, _LARGE = 1e-6, 1e8
"""So near the middle between two hundredths, or so large, only exact arithmetic says which one is nearer."""


def joined(*parts: Texts | str) -> Texts:
    """The parts of each row one after another; a single text is a part of each."""
    return pc.binary_join_element_wise(*parts, "")


def texts(values: Sequence[str | None]) -> Texts:
    """A column out of texts."""
    return pa.array(values, pa.string())


def quotes(column: Texts) -> Texts:
    """Texts as JSON has them."""
    if not pc.any(pc.match_substring_regex(column, _ESCAPED)).as_py():
        return joined('"', column, '"')  # as nearly always
    return texts(list(map(quoted, column.to_pylist())))


def numbers(values: Floats) -> Texts:
    """Numbers (no NaN)."""
    size = np.abs(values)
    is_plain = (size > _PLAIN[0]) & (size < _PLAIN[1]) & (np.floor(values) != values)
    return replaced(pc.cast(pa.array(values), pa.string()), ~is_plain, map(repr, values[~is_plain].tolist()))


def hundredths(values: Floats) -> Texts:
    """Numbers rounded to two digits, as `round` does it; what stands for NaN is meaningless."""
    times = np.nan_to_num(values) * 100
    whole = np.rint(times)
    is_doubtful = (np.abs(np.abs(times - whole) - 0.5) < _DOUBTFUL) | (np.abs(whole) > _LARGE)
    rounded = whole / 100
    rounded[is_doubtful] = [round(value, 2) for value in np.nan_to_num(values[is_doubtful]).tolist()]
    return numbers(rounded)


def or_null(values: Floats) -> Texts:
    """Numbers, `null` for NaN."""
    missing = np.isnan(values)
    return replaced(numbers(np.where(missing, 0.5, values)), missing, ["null"] * int(missing.sum()))


def moments(values: Instants) -> Texts:
    """Moments, in quotes and as `isoformat` tells them; `null` for NaT."""
    missing = np.isnat(values)
    whole = values.astype("datetime64[s]")
    is_odd = ~missing & (whole != values)
    said = pc.binary_replace_slice(pc.cast(pa.array(whole), pa.string()), 10, 11, "T")
    said = joined('"', pc.fill_null(said, ""), '+00:00"')
    odd = (f'"{moment.isoformat()}+00:00"' for moment in values[is_odd].astype("datetime64[us]").tolist())
    return replaced(replaced(said, is_odd, odd), missing, ["null"] * int(missing.sum()))


def replaced(column: Texts, where: NDArray[np.bool_], by: Any) -> Texts:
    """The column with other texts in some rows."""
    if not where.any():
        return column
    return pc.replace_with_mask(column, pa.array(where), texts(list(by)))


def digests(column: Texts) -> Texts:
    """The SHA-256, in hex, of each text."""
    sha256 = hashlib.sha256
    return texts([sha256(text).hexdigest() for text in pc.cast(column, pa.binary()).to_pylist()])
