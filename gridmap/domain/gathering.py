"""Notices summed up for the bell: of one kind and day one line where there are many, else one for each matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from gridmap.domain.issues import STAGE_OF
from gridmap.domain.notices import MANY, MOST_AT_ONCE, STEP_LATE

LISTS = {
    "to_accept": "accept",
    "returned": "dispatch",
    "to_verify": "verify",
    "due_soon": "soon",
    "overdue": "overdue",
    "very_late": "very_late",
    "supervised": "supervised",
    "urged": "supervised",
    "whistle": "whistles",
    "whistle_raised": "whistles",
    "whistle_overdue": "whistles",
    "whistle_answered": "whistles",
    "suspended": "suspended",
}
"""Which list a line of a kind stands for; the others are of matters one has in hand."""
OWN = "mine"
_STEPS = ("accept", "dispatch", "verify", "close")


@dataclass(frozen=True)
class Told:
    """A stored notice: its key and kind, the key of its matter (None: of none), when, what it says."""

    id: int
    kind: str
    issue_id: int | None
    at: datetime
    is_read: bool
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """Notices of one kind of one day, newest first, read all or none: of one matter, or of `matters` many.

    `ids` are the keys of all it stands for, those too that told of many as one and have no line of their own.
    """

    told: tuple[Told, ...]
    matters: int
    ids: tuple[int, ...]

    @property
    def newest(self) -> Told:
        """The one it begins with."""
        return self.told[0]

    @property
    def list_name(self) -> str:
        """Which list it stands for: a queue of the desk by its name, `soon` (nearly due), `very_late`, or `mine`."""
        step = step_of(self.newest.kind, self.newest.data)
        return step or LISTS.get(self.newest.kind, OWN)


def step_of(kind: str, data: Mapping[str, Any]) -> str | None:
    """The step of the desk that took too long; None for any other notice."""
    step = STAGE_OF.get(str(data.get("status"))) if kind == STEP_LATE else None
    return step if step in _STEPS else None


def worst_of(said: Iterable[Mapping[str, Any]], most: int = MOST_AT_ONCE) -> list[Mapping[str, Any]]:
    """What is said of those matters that are due first, each once; those without a deadline come last."""
    ordered = sorted(said, key=lambda one: (one.get("due_at") is None, one.get("due_at") or ""))
    found = dict[Any, Mapping[str, Any]]()
    for one in ordered:
        found.setdefault(one.get("number"), one)
    return list(found.values())[:most]


def lines(told: Iterable[Told], zone: tzinfo) -> list[Line]:
    """The lines of one account's notices, newest first. `told` is newest first; `zone` says what a day is."""
    groups = dict[tuple[bool, date, str, str | None], list[Told]]()
    joined = dict[tuple[bool, date, str], list[int]]()
    for one in told:
        day = one.at.astimezone(zone).date()
        if one.kind == MANY:
            joined.setdefault((one.is_read, day, str(one.data.get("of"))), []).append(one.id)
        else:
            place = (one.is_read, day, one.kind, step_of(one.kind, one.data))
            groups.setdefault(place, []).append(one)
    found = []
    for place, group in groups.items():
        hidden = tuple(joined.get(place[:3], ()))
        found += [_line(part, hidden) for part in _parts(group)]
    return sorted(found, key=lambda line: (line.newest.at, line.newest.id), reverse=True)


def _parts(group: Sequence[Told]) -> Iterable[Sequence[Told]]:
    """The group as one, or by matter where these are few."""
    by_matter = dict[int | None, list[Told]]()
    for one in group:
        by_matter.setdefault(one.issue_id, []).append(one)
    return [group] if len(by_matter) > MOST_AT_ONCE else by_matter.values()


def _line(part: Sequence[Told], hidden: tuple[int, ...]) -> Line:
    keys = tuple(one.id for one in part)
    return Line(tuple(part), len({one.issue_id for one in part}), keys + hidden)
