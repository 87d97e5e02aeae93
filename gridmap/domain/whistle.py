"""Whistles (吹哨报到): what one is and can become, who may blow which level, how soon it must be answered.

How soon is a district's own table (`geodata/whistle.csv`): one row for each level and kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gridmap.domain.assignment import Post
from gridmap.domain.codes import LEVELS, is_below
from gridmap.domain.deadlines import LONGEST, MINUTES, UNITS, Limit
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT, Role, refusal, table_rows
from gridmap.errors import ConflictError

BLOWN, OVERDUE, ANSWERED, DONE, CLOSED, CANCELLED = STATUSES = (
    "blown",
    "overdue",
    "answered",
    "done",
    "closed",
    "cancelled",
)
"""已吹哨 (a unit has not accepted yet), 无人应哨 (nor in time at the highest level), 已应哨 (all have accepted),
已办毕 (each has given its evidence), 已结束 (rated, or its matter is over), 已撤回."""
UNANSWERED = (BLOWN, OVERDUE)
"""A unit is silent."""
HOLDING = (*UNANSWERED, ANSWERED)
"""A unit has yet to give its evidence: the matter cannot be finished without it (联合办结)."""
LIVE = (*HOLDING, DONE)
"""The units it called see the matter, also those that did their part."""

CALLED, ACCEPTED, ON_SITE, PART_DONE = CALL_STATUSES = ("called", "accepted", "on_site", "done")
"""已呼叫, 已应哨, 已到场, 已办毕: how far one unit has come, always in this order."""
STEPS = {"accept": (CALLED, ACCEPTED), "check_in": (ACCEPTED, ON_SITE), "finish": (ON_SITE, PART_DONE)}
"""What a unit does: from which status of its call to which."""

DAILY, KEY, EMERGENCY = KINDS = ("daily", "key", "emergency")
"""日常哨, 攻坚哨, 应急哨."""
WHISTLE_LEVELS = (1, 2, 3, 4)
"""支部书记哨, 社区党委书记哨, 街道党工委书记哨, 区委书记哨."""
HIGHEST = WHISTLE_LEVELS[-1]
RATINGS = (0, 1, 2)
"""不满意, 基本满意, 满意: what the caller says of a unit."""

_COLUMNS = ("level", "kind", "answer_amount", "answer_unit", "site_amount", "site_unit")
_INVALID = "whistle_table_invalid"


class Limits(NamedTuple):
    """How soon every unit called must have accepted, and how soon it must stand on site; both from the call on."""

    answer: Limit
    on_site: Limit


@dataclass(frozen=True)
class Whistles:
    """The limits by level and kind; empty: no whistle ever becomes overdue."""

    limits: Mapping[tuple[int, str], Limits] = field(default_factory=dict)

    def answer_limit(self, level: int, kind: str) -> Limit | None:
        """How soon a whistle must be answered; None without a limit."""
        found = self.limits.get((level, kind))
        return found.answer if found else None

    def site_limit(self, level: int, kind: str) -> Limit | None:
        """How soon a unit must be on site; None without a limit."""
        found = self.limits.get((level, kind))
        return found.on_site if found else None


def area_level(level: int) -> str:
    """The level of area (one of `codes.LEVELS`) whose leader or head a whistle of `level` speaks to."""
    return LEVELS[len(LEVELS) - level]


def head_for(level: int, path: str, held: Iterable[Post], roles: Mapping[str, Role]) -> Post | None:
    """The post of whoever a whistle of `level` over a matter at `path` speaks to: the head of that level, else of the next one up.

    `held` are posts that are held now, at least those along the path. None where nobody heads any of them.
    """
    posts = [post for post in held if is_below(path, post.area_path) and post.role in roles]
    for wanted in range(level, HIGHEST + 1):
        for post in posts:
            role = roles[post.role]
            if role.slot in (LEADER_SLOT, HEAD_SLOT) and role.level == area_level(wanted):
                return post
    return None


def usual_level(highest: int, tier: int, *, leads: bool) -> int:
    """The level where none is asked for: one's own for who leads an area, that of the matter's tier for a seat."""
    return highest if leads else max(WHISTLE_LEVELS[0], min(tier, highest))


def may_judge(level: int, highest: int) -> bool:
    """Whether somebody who may blow up to level `highest` stands above a whistle of `level`, or at the top beside it."""
    return highest > level or highest == HIGHEST


def next_status(step: str, status: str) -> str:
    """The status of a call after `step`, one of STEPS. Raises ConflictError `call_not_now`."""
    before, after = STEPS[step]
    if status != before:
        raise ConflictError("call_not_now", step=step, call=status)
    return after


def status_of(calls: tuple[str, ...], status: str) -> str:
    """What a live whistle of `status` is with calls of these statuses."""
    if all(call == PART_DONE for call in calls):
        return DONE
    if CALLED in calls:
        return status if status in UNANSWERED else BLOWN
    return ANSWERED


def read_whistles(text: str) -> Whistles:
    """The limits of a CSV table: every level with every kind once; units are deadlines.UNITS or MINUTES.

    Raises InvalidInputError `whistle_table_invalid` with `line`, `reason` and `value`: `level_unknown`,
    `kind_unknown`, `unit_unknown`, `amount_invalid`, `row_twice`, `row_missing`, or as `table_rows`.
    """
    found = dict[tuple[int, str], Limits]()
    for line, row in table_rows(text, _COLUMNS, _INVALID):
        if row["level"] not in map(str, WHISTLE_LEVELS):
            raise refusal(_INVALID, line, "level_unknown", row["level"])
        if row["kind"] not in KINDS:
            raise refusal(_INVALID, line, "kind_unknown", row["kind"])
        place = (int(row["level"]), row["kind"])
        if place in found:
            raise refusal(_INVALID, line, "row_twice", f"{row['level']} {row['kind']}")
        found[place] = Limits(_limit(line, row, "answer"), _limit(line, row, "site"))
    for level in WHISTLE_LEVELS:
        for kind in KINDS:
            if (level, kind) not in found:
                raise refusal(_INVALID, 1, "row_missing", f"{level} {kind}")
    return Whistles(found)


def _limit(line: int, row: Mapping[str, str], name: str) -> Limit:
    amount, unit = row[f"{name}_amount"], row[f"{name}_unit"]
    if unit not in (*UNITS, MINUTES):
        raise refusal(_INVALID, line, "unit_unknown", unit)
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 3 and 1 <= int(amount) <= LONGEST):
        raise refusal(_INVALID, line, "amount_invalid", amount)
    return Limit(int(amount), unit)
