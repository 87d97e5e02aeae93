"""Which rows of a file are new, and which differ from what was taken in of them before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

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
    for row, digest in zip(known, body_digests(matters, known, keys, datum), strict=True):
        before = stored[matters.external_id[row]]
        if before.body_digest != digest or before.differs(matters.description[row]):
            changed[row] = digest
    return Compared(new, changed)


def body_digests(matters: Matters, rows: Sequence[int], keys: Sequence[str], datum: str) -> list[str]:
    """What has to be equal, beside the words, for a row to be the same again: the digest of its canonical JSON."""
    datum, spelled = quoted(datum), {key: quoted(key) for key in set(keys)}
    sha256 = hashlib.sha256
    bodies = (
        f"[{lon!r},{lat!r},{datum},{'null' if accuracy is None else repr(accuracy)},{spelled[keys[row]]},"
        f'"{created.isoformat()}",{quoted(closed.isoformat()) if closed else "null"}]'
        for row, lon, lat, accuracy, created, closed in zip(
            rows, matters.lon[rows].tolist(), matters.lat[rows].tolist(),
            [matters.accuracy_m[row] for row in rows], [matters.created_at[row] for row in rows],
            [matters.closed_at[row] for row in rows], strict=True,
        )
    )  # fmt: skip
    return [sha256(body.encode()).hexdigest() for body in bodies]
