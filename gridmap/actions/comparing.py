"""Which rows of a file are new, and which differ from what was taken in of them before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from gridmap.actions.spelling import Texts, digests, instants, joined, moments, numbers, or_null, texts
from gridmap.db import issues
from gridmap.domain.history import quoted
from gridmap.files.matters import Matters


class Compared(NamedTuple):
    """The rows that are new, and those that differ; of the latter the digest of what they say now."""

    new: list[int]
    changed: Mapping[int, str]


def compare(session: Session, matters: Matters, source: str, datum: str, keys: Sequence[str]) -> Compared:
    """What is new of the matters of `source`, and what changed; `keys` are their categories."""
    stored = issues.taken_in(session, source, matters.external_id)
    new, known = list[int](), list[int]()
    for row, external in enumerate(matters.external_id):
        (known if external in stored else new).append(row)
    changed = {}
    for row, digest in zip(known, body_digests(matters, known, keys, datum).to_pylist(), strict=True):
        before = stored[matters.external_id[row]]
        if before.body_digest != digest or before.differs(matters.description[row]):
            changed[row] = digest
    return Compared(new, changed)


def body_digests(matters: Matters, rows: Sequence[int], keys: Sequence[str], datum: str) -> Texts:
    """What has to be equal, beside the words, for a row to be the same again: the digest of its canonical JSON."""
    at = np.asarray(rows, dtype=np.int64)
    accuracy = [matters.accuracy_m[row] for row in rows]
    times = [
        moments(instants([column[row] for row in rows])) for column in (matters.created_at, matters.closed_at)
    ]
    spelled = {key: quoted(key) for key in set(keys)}
    created, closed = times
    return digests(
        joined(
            "[", numbers(matters.lon[at]), ",", numbers(matters.lat[at]), f",{quoted(datum)},",
            or_null(np.array(accuracy, dtype=float)), ",", texts([spelled[keys[row]] for row in rows]), ",",
            created, ",", closed, "]",
        )
    )  # fmt: skip
