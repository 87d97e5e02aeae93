"""The chain of a matter's history: what an event digests to, and whether a chain holds.

Each event carries the digest of the one before, so that none can be changed, removed from the middle
or put in later. What the law may want forgotten is not in an event: it holds the salted digest of a
row that can be erased, and the chain still verifies afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
"""What the first event of a chain names as the digest before it."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to a matter: `data` holds ids, codes and digests, never words or contacts."""

    number: str
    seq: int
    kind: str
    at: datetime
    actor: int | None
    data: Mapping[str, Any]
    before: str
    digest: str


_SPELLING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
quoted: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON, Chinese as it is written: what `canonical` does with it, without laying out anything for it."""


def canonical(data: Any) -> str:
    """JSON with one spelling for one value: sorted keys, no blanks, no NaN."""
    return _SPELLING.encode(data)


def digest_of(
    number: str, seq: int, kind: str, at: datetime, actor: int | None, data: str, before: str
) -> str:
    """The SHA-256, in hex, of one event over the digest of the one before; `data` is canonical JSON."""
    head = canonical(
        [number, seq, kind, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, before]
    )
    return hashlib.sha256(f"{head}\n{data}".encode()).hexdigest()


def shared_head(kind: str, at: datetime, actor: int | None) -> str:
    """What `digest_of` puts between number and data for the first events of many chains.

    The digest is that of `[`, the number as JSON, this, and the data.
    """
    shared = canonical([1, kind, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, START])
    return f",{shared[1:]}\n"


def words_digest(salt: str, words: str) -> str:
    """The salted SHA-256, in hex, that an event keeps of words which may be erased later."""
    return hashlib.sha256(f"{salt}\n{words}".encode()).hexdigest()


def head_digest(before: str, tips: Iterable[tuple[str, int, str]]) -> str:
    """The digest over the tips (matter's number, seq, digest) of all chains that grew since the head before."""
    lines = [before, *(canonical(list(tip)) for tip in sorted(tips))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def first_fault(events: Iterable[tuple[Event, str]]) -> str | None:
    """Why a chain (events in order, each with its stored canonical data) does not hold; None where it does.

    Answers `gap`, `link` or `digest` with the place: the number in the chain where it first shows.
    """
    before, expected = START, 1
    for event, data in events:
        if event.seq != expected:
            return f"gap@{expected}"
        if event.before != before:
            return f"link@{event.seq}"
        if (
            digest_of(event.number, event.seq, event.kind, event.at, event.actor, data, before)
            != event.digest
        ):
            return f"digest@{event.seq}"
        before, expected = event.digest, expected + 1
    return None if expected > 1 else "empty@0"
