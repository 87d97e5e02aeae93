"""Which rows of a file are new, and which differ from what was taken in of them before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.actions.spelling import Texts, digests, joined, moments, numbers, or_null, texts
from gridmap.db import issues
from gridmap.domain.history import quoted
from gridmap.files.matters import Matters

Rows = NDArray[np.int64]


class Keys(NamedTuple):
    """The categories of a file's rows: their keys, and the position in these for each row."""

    names: list[str]
    at: Rows

    def of(self, row: int) -> str:
        """The key of one row's category."""
        name: str = self.names[self.at[row]]
        return name


class Compared(NamedTuple):
    """The rows that are new, and those that differ; of the latter the digest of what they say now."""

    new: Rows
    changed: Mapping[int, str]


def compare(session: Session, matters: Matters, source: str, datum: str, keys: Keys) -> Compared:
    """What is new of the matters of `source`, and what changed; `keys` are their categories."""
    if not issues.has_any_of(session, source):
        return Compared(np.arange(len(matters)), {})
    ids = matters.external_id.to_pylist()
    stored = issues.taken_in(session, source, ids)
    is_known = np.fromiter((external in stored for external in ids), np.bool_, len(ids))
    known, changed = np.flatnonzero(is_known), dict[int, str]()
    said = matters.description.take(pa.array(known)).to_pylist()
    now = body_digests(matters, known, keys, datum).to_pylist()
    for row, digest, words in zip(known.tolist(), now, said, strict=True):
        before = stored[ids[row]]
        if before.body_digest != digest or before.differs(words):
            changed[row] = digest
    return Compared(np.flatnonzero(~is_known), changed)


def body_digests(matters: Matters, rows: Rows, keys: Keys, datum: str) -> Texts:
    """What has to be equal, beside the words, for a row to be the same again: the digest of its canonical JSON."""
    kinds = texts([quoted(key) for key in keys.names]).take(pa.array(keys.at[rows]))
    return digests(
        joined(
            "[", numbers(matters.lon[rows]), ",", numbers(matters.lat[rows]), f",{quoted(datum)},",
            or_null(matters.accuracy_m[rows]), ",", kinds, ",", moments(matters.created[rows]), ",",
            moments(matters.closed[rows]), "]",
        )
    )  # fmt: skip
