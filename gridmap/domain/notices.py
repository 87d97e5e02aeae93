"""Notices (通知): which event is told to whom, how urgently and by which ways, as the district's own table; quiet hours.

The table is `geodata/notices.csv`. Beside the events of matters it knows those that only time brings (DUE_EVENTS).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.domain.codes import is_below
from gridmap.domain.issues import STATUSES
from gridmap.domain.roles import refusal, table_rows

WHO = ("handler", "owner", "unit", "new", "above", "reporter", "desk", "caller", "called", "head")
"""Who can be told: who handles it, who owns it, the unit it was given to; those of the three who were none of them
before; the nearest head above, who reported it, the command-centre seats that cover its place; of what is about a
whistle who blew it, the units it called (once it rises: those still silent), the head it was raised to."""
PUSH, WECOM, SMS, ROBOT = WAYS = ("push", "wecom", "sms", "robot")
"""How somebody is told beside the pages: their browser, 企业微信, a short message; and a group's robot."""
PERSONAL = (PUSH, WECOM, SMS)
"""Those that reach one account."""
URGENT, USUAL, QUIET = URGENCIES = ("urgent", "usual", "quiet")
"""urgent passes quiet hours; quiet makes no sound on a phone."""
DUE_SOON, OVERDUE, VERY_LATE, STEP_LATE = DUE_EVENTS = ("due_soon", "overdue", "very_late", "step_late")
"""A quarter of the limit is left, it is used up, it is used up twice; and a step of the desk has used up its own."""
MISSED, MANY = "missed", "many"
"""The one notice instead of many, after nobody was told for a while; and the one that goes out where many came at once."""
MOST_AT_ONCE = 3
"""So many of a kind at once ring a phone one by one; more are told as one, with as many of the worst named."""

_COLUMNS = ("event", "states", "who", "kind", "urgency", "channels")
_INVALID = "notice_table_invalid"
_KIND = re.compile(r"[a-z][a-z_]{0,27}")


@dataclass(frozen=True)
class Telling:
    """One row: `event`, in one of `states` (none: any), is told `who` as a notice of `kind`, by `ways` beside the page."""

    event: str
    states: tuple[str, ...]
    who: tuple[str, ...]
    kind: str
    urgency: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class NoticeTable:
    """The rows by event, in the order of the table; without any, nobody is told anything."""

    tellings: Mapping[str, tuple[Telling, ...]] = field(default_factory=dict)

    def of(self, event: str, status: str) -> tuple[Telling, ...]:
        """What is told of an event of a matter that is in `status` now."""
        return tuple(one for one in self.tellings.get(event, ()) if not one.states or status in one.states)


def read_notices(text: str) -> NoticeTable:
    """The notices of a CSV table.

    Raises InvalidInputError `notice_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, an unknown state, recipient, urgency or way (`status_unknown`, `who_unknown`,
    `urgency_unknown`, `channel_unknown`), a kind that is no short word (`kind_invalid`).
    """
    found = dict[str, list[Telling]]()
    for line, row in table_rows(text, _COLUMNS, _INVALID, may_be_empty=("states", "channels")):
        words = {name: tuple(row[name].split()) for name in ("states", "who", "urgency", "channels")}
        for name, choices, reason in (
            ("states", STATUSES, "status_unknown"),
            ("who", WHO, "who_unknown"),
            ("urgency", URGENCIES, "urgency_unknown"),
            ("channels", WAYS, "channel_unknown"),
        ):
            if strange := next((word for word in words[name] if word not in choices), None):
                raise refusal(_INVALID, line, reason, strange)
        if not _KIND.fullmatch(row["kind"]):
            raise refusal(_INVALID, line, "kind_invalid", row["kind"])
        telling = Telling(
            row["event"], words["states"], words["who"], row["kind"], row["urgency"], words["channels"]
        )
        found.setdefault(telling.event, []).append(telling)
    return NoticeTable({event: tuple(rows) for event, rows in found.items()})


@dataclass(frozen=True)
class Group:
    """A group's robot: the areas whose matters it is told of (codes; none: all), the kinds of notices (none: all).

    With `unit` it is told of the matters of that unit alone.
    """

    name: str
    areas: tuple[str, ...] = ()
    unit: str | None = None
    kinds: tuple[str, ...] = ()

    def wants(self, kind: str, path: str, units: Iterable[str]) -> bool:
        """Whether it is told of such a notice about a matter at `path` that `units` have to do with."""
        codes = path.split("/")
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.areas or any(code in codes for code in self.areas))
            and (self.unit is None or self.unit in units)
        )


@dataclass(frozen=True)
class QuietHours:
    """The local hours in which nothing that is not urgent rings; `begins` = `ends`: there are none."""

    begins: time = time(22)
    ends: time = time(7)

    def over_at(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When something that is not urgent may be told: `now`, or the end of the quiet hours it lies in."""
        local = now.astimezone(zone)
        clock = local.time()
        over_night = self.begins > self.ends
        is_quiet = (
            (clock >= self.begins or clock < self.ends) if over_night else self.begins <= clock < self.ends
        )
        if not is_quiet:
            return now
        end = datetime.combine(local.date(), self.ends, zone)
        if over_night and clock >= self.begins:
            end = datetime.combine(local.date() + timedelta(days=1), self.ends, zone)
        return end.astimezone(now.tzinfo)


NO_QUIET = QuietHours(time(0), time(0))


@dataclass(frozen=True)
class Message:
    """What goes out of the house: number, category, cell, what is wanted. No words of people, no names, no contact.

    `key` is the same each time it is sent, `topic` the same for all about one matter, `address` where a click
    leads (None: nowhere).
    """

    key: str
    topic: str
    title: str
    lines: tuple[str, ...]
    address: str | None
    urgency: str
    template: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(self.lines)


def nearest_head(path: str, held: Iterable[tuple[str, int]], besides: Iterable[int | None]) -> int | None:
    """Of the heads' posts (area's path, person), the nearest at or above `path` that none of `besides` holds.

    The person; None for none.
    """
    others = set(besides)
    above = [(area, person) for area, person in held if is_below(path, area) and person not in others]
    return max(above, key=lambda post: (len(post[0]), -post[1]), default=("", None))[1]
