"""Who is on duty: posts with shifts, people who are away, the deputies who stand in for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from gridmap.errors import InvalidInputError

DAY_MINUTES = 24 * 60
ON, OFF, AWAY = DUTIES = ("on", "off", "away")
"""在岗, 不在班 (no shift of theirs runs), 离岗 (away; what for is nobody's business here)."""
_WEEKDAYS = re.compile(r"([1-7])(?:\s*[-–—~至]\s*([1-7]))?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:：]([0-5][0-9])(?::00)?")
_TURNS = 40
"""So many absences and shifts are gone through to find when somebody comes: more lie beyond any plan."""


@dataclass(frozen=True)
class Post:
    """A person holding a role on an area for a time; `valid_to` None is open-ended."""

    id: int
    person_id: int
    role: str
    area_path: str
    valid_from: datetime
    valid_to: datetime | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether it is held at `now`; the last instant is outside."""
        return self.valid_from <= now and (self.valid_to is None or now < self.valid_to)


@dataclass(frozen=True)
class Shift:
    """When a post is on duty: local minutes of the day, on the weekdays of a mask (1: Monday, 64: Sunday).

    It runs past midnight where `ends` ≤ `begins`; a weekday is that on which it begins.
    """

    weekdays: int
    begins: int
    ends: int

    def holds(self, local: datetime) -> bool:
        """Whether it runs at a local time; its last minute is outside."""
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.begins < self.ends:
            return self._has(day) and self.begins <= minute < self.ends
        return (self._has(day) and minute >= self.begins) or (self._has((day - 1) % 7) and minute < self.ends)

    def next_begin(self, now: datetime, zone: tzinfo) -> datetime:
        """When it begins next after `now`, in UTC."""
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        for days in range(9):
            begin = midnight + timedelta(days=days, minutes=self.begins)
            moment = begin.replace(tzinfo=zone).astimezone(UTC)
            if self._has(begin.weekday()) and moment > now:
                return moment
        raise AssertionError("a shift without a weekday")

    def _has(self, weekday: int) -> bool:
        return bool(self.weekdays >> weekday & 1)


def check_shift(shift: Shift) -> Shift:
    """The shift. Raises InvalidInputError `shift_invalid` for one that no day has."""
    is_day = 0 < shift.weekdays < 1 << 7
    if not (is_day and all(0 <= minute < DAY_MINUTES for minute in (shift.begins, shift.ends))):
        raise InvalidInputError("shift_invalid", **vars(shift))
    return shift


def read_weekdays(text: str) -> int:
    """The mask of weekdays such as `1-5`, `1,3,5`, `6-7` (1: Monday). Raises InvalidInputError `weekdays_invalid`."""
    mask = 0
    for part in re.split(r"[,，、;；\s]+", text.strip()):
        found = _WEEKDAYS.fullmatch(part)
        if found is None:
            raise InvalidInputError("weekdays_invalid", value=text)
        first, last = int(found[1]), int(found[2] or found[1])
        for day in range(first, last + 1 if first <= last else last + 8):
            mask |= 1 << (day - 1) % 7
    return mask


def weekdays_text(mask: int) -> str:
    """A mask of weekdays as `read_weekdays` takes it: `1,3,5`."""
    return ",".join(str(day + 1) for day in range(7) if mask >> day & 1)


def read_minute(text: str) -> int:
    """The minute of the day of `08:30`; `24:00` is midnight, 0. Raises InvalidInputError `clock_time_invalid`."""
    found = _CLOCK.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise InvalidInputError("clock_time_invalid", value=text)
    return minute % DAY_MINUTES


def minute_text(minute: int) -> str:
    """A minute of the day as `08:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True)
class Absence:
    """A time a person is away, the last instant outside; `deputy_id` stands in for them (None: nobody was named)."""

    begins_at: datetime
    ends_at: datetime
    deputy_id: int | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the person is away at `now`."""
        return self.begins_at <= now < self.ends_at


@dataclass(frozen=True)
class Roster:
    """Shifts by post, absences by person, the posts of a person as far as they are asked of, open matters in hand by person.

    A post without shifts is always on duty, a person without absences is never away: an empty roster hinders nobody.
    `posts_of` names a deputy's own posts; `loads` has only people between whom there is a choice.
    """

    shifts: Mapping[int, tuple[Shift, ...]] = field(default_factory=dict)
    absences: Mapping[int, tuple[Absence, ...]] = field(default_factory=dict)
    posts_of: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    loads: Mapping[int, int] = field(default_factory=dict)
    zone: tzinfo = UTC

    def duty(self, post: Post, now: datetime) -> str:
        """One of DUTIES."""
        if self.is_away(post.person_id, now):
            return AWAY
        return ON if self._runs(post.id, now) else OFF

    def is_on_duty(self, post: Post, now: datetime) -> bool:
        """Whether its holder is there, and one of its shifts runs or it has none."""
        return self.duty(post, now) == ON

    def is_away(self, person_id: int, now: datetime) -> bool:
        """Whether a person is away at `now`."""
        return any(absence.holds(now) for absence in self.absences.get(person_id, ()))

    def deputy_of(self, person_id: int, now: datetime) -> int | None:
        """Who stands in at `now` for a person who is away; None where they are not, or no deputy is there either.

        A deputy has no deputy: of those who are away themselves, or off duty at each of their own posts, none counts.
        """
        named = [one.deputy_id for one in self.absences.get(person_id, ()) if one.holds(now)]
        return next((one for one in named if one is not None and self._stands_in(one, now)), None)

    def _stands_in(self, person_id: int, now: datetime) -> bool:
        own = self.posts_of.get(person_id, ())
        is_there = not own or any(self._runs(post_id, now) for post_id in own)
        return is_there and not self.is_away(person_id, now)

    def _runs(self, post_id: int, now: datetime) -> bool:
        shifts = self.shifts.get(post_id)
        if not shifts:
            return True
        local = now.astimezone(self.zone)
        return any(shift.holds(local) for shift in shifts)

    def on_duty_from(self, post: Post, now: datetime) -> datetime | None:
        """When its holder is on duty next, `now` where they are; None where no end of their being away is known."""
        absences, moment = self.absences.get(post.person_id, ()), now
        for _ in range(_TURNS):
            away = [absence.ends_at for absence in absences if absence.holds(moment)]
            if away:
                moment = max(away)
            elif self._runs(post.id, moment):
                return moment
            else:
                moment = min(shift.next_begin(moment, self.zone) for shift in self.shifts[post.id])
        return None


NO_ROSTER = Roster()
"""Everybody is on duty, always."""
