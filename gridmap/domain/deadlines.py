"""Deadlines (处置时限): how long a matter of a category may take, in four units, and when its time is up.

Which limit a category has is a district's own table (`geodata/deadlines.csv`); the four units are those a
city's platform counts in. There is one limit for a whole matter here; steps of their own, classes of areas
and pauses would be further columns of the table and further arguments of `Deadlines.due_at`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from gridmap.domain.categories import KINDS
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
WORKED = (WORKING_HOURS, WORKING_DAYS)
"""Those that are counted in working time."""
HOUR_S, LONGEST = 3600, 999

_COLUMNS = ("standard", "kind", "group_code", "code", "amount", "unit")
_TABLE_INVALID = "deadline_table_invalid"


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
    """The table: limits by the keys of categories, and by the keys of groups for their other categories."""

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
    for line, row in table_rows(text, _COLUMNS, _TABLE_INVALID, may_be_empty=("group_code", "code")):
        key = f"{row['standard']}:{row['kind']}:{row['code'] or row['group_code']}"
        known, read = (categories, by_category) if row["code"] else (groups, by_group)
        if reason := _misfit(row):
            raise refusal(_TABLE_INVALID, line, *reason)
        if key not in known or key in read:
            raise refusal(_TABLE_INVALID, line, "key_twice" if key in read else "key_unknown", key)
        read[key] = Limit(int(row["amount"]), row["unit"])
    return Limits(by_category, by_group)


def _misfit(row: Mapping[str, str]) -> tuple[str, str] | None:
    """Why a row cannot be taken, whatever there is, and what stands there; None where it can."""
    amount = row["amount"]
    if row["kind"] not in KINDS:
        return "kind_unknown", row["kind"]
    if bool(row["code"]) == bool(row["group_code"]):
        return "group_or_code", row["code"]
    if row["unit"] not in UNITS:
        return "unit_unknown", row["unit"]
    is_amount = amount.isascii() and amount.isdigit() and len(amount) <= 3 and 1 <= int(amount) <= LONGEST
    return None if is_amount else ("amount_invalid", amount)


@dataclass(frozen=True)
class Deadlines:
    """What has to be done by when: the limits of categories, and the working time they are counted in.

    Without working time (None) there are no limits either: nothing is ever late.
    """

    time: WorkingTime | None = None
    limits: Limits = NO_LIMITS

    def limit_of(self, category: Categorised) -> Limit | None:
        """The limit of a category: its own, else its group's; None where the table has neither."""
        if self.time is None:
            return None
        head = f"{category.standard}:{category.kind}"
        own = self.limits.by_category.get(f"{head}:{category.code}")
        return own or self.limits.by_group.get(f"{head}:{category.group_code}")

    def due_at(self, category: Categorised, start: datetime) -> datetime | None:
        """When the time of a matter is up whose clock began to run at `start`; None where it has no limit."""
        return self.due_by(self.limit_of(category), start)

    def due_by(self, limit: Limit | None, start: datetime) -> datetime | None:
        """The same for a limit found before: in UTC, on the second, so that it reads everywhere as it is."""
        if limit is None or self.time is None:
            return None
        if limit.unit in WORKED:
            unit_s = self.time.day_s if limit.unit == WORKING_DAYS else HOUR_S
            return self.time.after(start, unit_s * limit.amount)
        hours = limit.amount if limit.unit == URGENT_HOURS else 24 * limit.amount
        return start.astimezone(UTC).replace(microsecond=0) + timedelta(hours=hours)
