"""What “today” is to a figure: its hours, yesterday at the same hour, the days before; shares with a base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gridmap.domain.days import Day, day_of, last_days

HOURS = 24


@dataclass(frozen=True)
class Today:
    """The local day that `now` lies in, in `zone`; every moment given and taken is aware."""

    now: datetime
    zone: ZoneInfo

    @property
    def day(self) -> Day:
        """The day itself."""
        return day_of(self.now, self.zone)

    @property
    def yesterday(self) -> Day:
        """The day before."""
        return last_days(self.now, self.zone, 2)[0]

    @property
    def then(self) -> datetime:
        """Yesterday, when the local clock showed what it shows now."""
        local = self.now.astimezone(self.zone)
        return datetime.combine(self.yesterday.day, local.time(), self.zone).astimezone(UTC)

    @property
    def hour(self) -> int:
        """The local hour that is running, 0 to 23."""
        return self.now.astimezone(self.zone).hour


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` as a share of 1; None for an empty base: there is nothing to say then."""
    return part / whole if whole else None


def summed_up(by_path: Mapping[str, int]) -> Counter[str]:
    """Counts at paths, added up along the tree: each path and all above it with what lies at or below."""
    totals: Counter[str] = Counter()
    step: Mapping[str, int] = by_path
    while step:  # all of them one level up at a time: many cells have few parents
        totals.update(step)
        above: Counter[str] = Counter()
        for path, number in step.items():
            above[path[: path.rfind("/", 0, -1) + 1]] += number
        del above[""]
        step = above
    return totals


def class_bounds(counts: Iterable[int], least: Sequence[int]) -> list[int]:
    """Lower bounds of classes with about as many areas each, the first being all below them: round, rising, none below its place in `least`."""
    some = sorted(number for number in counts if number > 0)
    bounds: list[int] = []
    for place, low in enumerate(least):
        cut = some[len(some) * (place + 1) // (len(least) + 1)] if some else 0
        step = 5 * 10 ** max(0, len(str(cut)) - 2)
        bounds.append(max(low, cut // step * step, bounds[-1] + step if bounds else 0))
    return bounds
