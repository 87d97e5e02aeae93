"""Deadlines (处置时限): how long a matter of a category may take, in four units, and when its time is up.

Which limit a category has is a district's own table (`geodata/deadlines.csv`), which may say another one for
areas of a class (`geodata/area_classes.csv`); the steps of the loop have limits of their own
(`geodata/stages.csv`). The four units are those a city's platform counts in; steps are also given in minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol

from gridmap.domain.categories import KINDS
from gridmap.domain.codes import ancestors, codes_in
from gridmap.domain.issues import STAGES
from gridmap.domain.roles import refusal, table_rows
from gridmap.domain.worktime import WorkingTime

URGENT_HOURS, WORKING_HOURS, WORKING_DAYS, CALENDAR_DAYS = UNITS = (
    "urgent_hours",
    "working_hours",
    "working_days",
    "calendar_days",
)
"""紧急工作时: clock hours, nights and holidays count. 工作时: hours of working time. 工作日: as much working
time as a worked day has. 自然日: 24 hours."""
MINUTES = "minutes"
"""Of the clock, for steps."""
AHEAD = timedelta(days=45)
"""So far ahead deadlines commonly lie: so long before a year begins its calendar is missed."""
WORKED = (WORKING_HOURS, WORKING_DAYS)
"""Those that are counted in working time."""
HOUR_S, LONGEST = 3600, 999

_COLUMNS = ("standard", "kind", "group_code", "code", "amount", "unit")
_TABLE_INVALID = "deadline_table_invalid"
_STAGES_INVALID = "stage_table_invalid"
_CLASSES_INVALID = "area_class_table_invalid"


class Limit(NamedTuple):
    """So many of one of UNITS."""

    amount: int
    unit: str


class Categorised(Protocol):
    """A category, as far as limits ask: what its key is made of, and its group (大类)."""

    @property
    def standard(self) -> str:
        """Of the key."""

    @property
    def kind(self) -> str:
        """Of the key."""

    @property
    def code(self) -> str:
        """Of the key."""

    @property
    def group_code(self) -> str:
        """Of the group's key `standard:kind:group_code`."""


class Limits(NamedTuple):
    """The table: limits by the keys of categories, and by the keys of groups for their other categories.

    One for areas of a class stands under `key@class`.
    """

    by_category: Mapping[str, Limit]
    by_group: Mapping[str, Limit]


NO_LIMITS = Limits({}, {})


def read_limits(text: str, categories: Collection[str], groups: Collection[str]) -> Limits:
    """The limits of a CSV table; `categories` and `groups` are the keys there are.

    Raises InvalidInputError `deadline_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, an unknown kind or unit (`kind_unknown`, `unit_unknown`), an amount that is no
    whole number from 1 to LONGEST (`amount_invalid`), a row with both or neither of group and category
    (`group_or_code`), one of none there is (`key_unknown`), one given twice (`key_twice`).
    """
    by_category, by_group = dict[str, Limit](), dict[str, Limit]()
    rows = table_rows(text, _COLUMNS, _TABLE_INVALID, ("group_code", "code"), may_be_missing=("area_class",))
    for line, row in rows:
        key = f"{row['standard']}:{row['kind']}:{row['code'] or row['group_code']}"
        known, read = (categories, by_category) if row["code"] else (groups, by_group)
        if reason := _misfit(row):
            raise refusal(_TABLE_INVALID, line, *reason)
        named = _of_class(key, row["area_class"])
        if key not in known or named in read:
            raise refusal(_TABLE_INVALID, line, "key_twice" if named in read else "key_unknown", named)
        read[named] = Limit(int(row["amount"]), row["unit"])
    return Limits(by_category, by_group)


def _of_class(key: str, area_class: str) -> str:
    return f"{key}@{area_class}" if area_class else key


def read_stages(text: str) -> dict[str, Limit]:
    """The limits of the steps of the loop out of a CSV table: `stage`, `amount`, `unit` (UNITS or MINUTES).

    A step without a row has no clock. Raises InvalidInputError `stage_table_invalid` with `line`, `reason` and
    `value`: `stage_unknown`, `stage_twice`, `unit_unknown`, `amount_invalid`, or as `table_rows`.
    """
    found = dict[str, Limit]()
    for line, row in table_rows(text, ("stage", "amount", "unit"), _STAGES_INVALID):
        if row["stage"] not in STAGES or row["stage"] in found:
            reason = "stage_twice" if row["stage"] in found else "stage_unknown"
            raise refusal(_STAGES_INVALID, line, reason, row["stage"])
        if row["unit"] not in (*UNITS, MINUTES):
            raise refusal(_STAGES_INVALID, line, "unit_unknown", row["unit"])
        if not _is_amount(row["amount"]):
            raise refusal(_STAGES_INVALID, line, "amount_invalid", row["amount"])
        found[row["stage"]] = Limit(int(row["amount"]), row["unit"])
    return found


def read_area_classes(text: str) -> dict[str, str]:
    """The classes of areas by code out of a CSV table: `area_code`, `class`; what lies below has the same one.

    Raises InvalidInputError `area_class_table_invalid` with `line`, `reason` and `value`: `code_twice`, or as
    `table_rows`.
    """
    found = dict[str, str]()
    for line, row in table_rows(text, ("area_code", "class"), _CLASSES_INVALID):
        if row["area_code"] in found:
            raise refusal(_CLASSES_INVALID, line, "code_twice", row["area_code"])
        found[row["area_code"]] = row["class"]
    return found


def _misfit(row: Mapping[str, str]) -> tuple[str, str] | None:
    """Why a row cannot be taken, whatever there is, and what stands there; None where it can."""
    amount = row["amount"]
    if row["kind"] not in KINDS:
        return "kind_unknown", row["kind"]
    if bool(row["code"]) == bool(row["group_code"]):
        return "group_or_code", row["code"]
    if row["unit"] not in UNITS:
        return "unit_unknown", row["unit"]
    return None if _is_amount(amount) else ("amount_invalid", amount)


def _is_amount(amount: str) -> bool:
    return amount.isascii() and amount.isdigit() and len(amount) <= 3 and 1 <= int(amount) <= LONGEST


@dataclass(frozen=True)
class Deadlines:
    """What has to be done by when: the limits of categories, and the working time they are counted in.

    Without working time (None) there are no limits either: nothing is ever late.
    """

    time: WorkingTime | None = None
    limits: Limits = NO_LIMITS
    stages: Mapping[str, Limit] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    known_years: frozenset[int] | None = None

    def without_calendar(self, today: date) -> tuple[int, ...]:
        """The years soon reckoned in, from `today` on, whose public holidays nobody has said: there only weekends are free.

        `known_years`: those with a calendar (None: no public holidays are kept, so none is missing).
        """
        if self.time is None or self.known_years is None:
            return ()
        years = dict.fromkeys((today.year, (today + AHEAD).year))
        return tuple(year for year in years if year not in self.known_years)

    @property
    def distinct_limits(self) -> set[Limit]:
        """Every limit that a category can have somewhere."""
        return {*self.limits.by_category.values(), *self.limits.by_group.values()} if self.time else set()

    def class_of(self, path: str) -> str:
        """The class of the area at `path`: its own, else that of the nearest area above; "" for none."""
        if not self.classes:
            return ""
        codes = (codes_in(above)[-1] for above in reversed(ancestors(path)))
        return next((self.classes[code] for code in codes if code in self.classes), "")

    def limit_of(self, category: Categorised, area_class: str = "") -> Limit | None:
        """The limit of a category in areas of a class: its own, else its group's; None where the table has neither."""
        if self.time is None:
            return None
        head = f"{category.standard}:{category.kind}"
        for table, code in (
            (self.limits.by_category, category.code),
            (self.limits.by_group, category.group_code),
        ):
            for named in (_of_class(f"{head}:{code}", area_class), f"{head}:{code}"):
                if named in table:
                    return table[named]
        return None

    def limits_of(self, category: Categorised) -> dict[str, Limit | None]:
        """The limits of a category by class of area."""
        return {named: self.limit_of(category, named) for named in {"", *self.classes.values()}}

    def due_at(self, category: Categorised, start: datetime, path: str = "") -> datetime | None:
        """When the time of a matter at `path` is up whose clock began to run at `start`; None where it has no limit."""
        return self.due_by(self.limit_of(category, self.class_of(path)), start)

    def due_by(self, limit: Limit | None, start: datetime) -> datetime | None:
        """The same for a limit found before: in UTC, on the second, so that it reads everywhere as it is."""
        if limit is None or self.time is None:
            return None
        if limit.unit in WORKED:
            return self.time.after(start, self.counted_s(limit))
        return start.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=self.counted_s(limit))

    def counted_s(self, limit: Limit) -> int:
        """The seconds of a limit: of working time for WORKED units, else of the clock."""
        if self.time is not None and limit.unit == WORKING_DAYS:
            return self.time.day_s * limit.amount
        hours = {MINUTES: 1 / 60, CALENDAR_DAYS: 24, WORKING_DAYS: 24}.get(limit.unit, 1)
        return round(hours * HOUR_S) * limit.amount

    def stage_due_at(self, stage: str | None, start: datetime) -> datetime | None:
        """When the time of a step is up that began at `start`; None for one without a clock."""
        return self.due_by(self.stages.get(stage or ""), start)

    def left_s(self, limit: Limit | None, now: datetime, due_at: datetime) -> int:
        """The seconds left of a clock that ends at `due_at`, as its limit counts them; less than none: 0."""
        if due_at <= now:
            return 0
        if limit is None or limit.unit not in WORKED or self.time is None:
            return round((due_at - now).total_seconds())
        return round(sum((end - begin).total_seconds() for begin, end in self.time.between(now, due_at)))

    def due_with(self, limit: Limit | None, left_s: int, now: datetime) -> datetime:
        """When a clock ends that goes on at `now` with so many seconds left; with none it has ended already."""
        if left_s <= 0:
            return now.astimezone(UTC).replace(microsecond=0)
        if limit is None or limit.unit not in WORKED or self.time is None:
            return now.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=left_s)
        return self.time.after(now, left_s)
