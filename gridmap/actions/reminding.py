"""Which deadlines came near or passed since the last look: of matters, and of the steps of the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.actions.recipients import Happening
from gridmap.db import areas, notices
from gridmap.db.due import Bounds
from gridmap.db.notices import Running, Window
from gridmap.domain.deadlines import Deadlines, Limit
from gridmap.domain.notices import DUE_SOON, OVERDUE, STEP_LATE, VERY_LATE
from gridmap.domain.reminders import Region, regions_of, soon_by, very_late_by

DESK_STAGES = ("accept", "dispatch", "verify", "close")


def passed(office: Office, session: Session, since: datetime, now: datetime) -> list[Happening]:
    """What time brought after `since`, up to `now`: warnings, deadlines that passed, and passed twice, late steps."""
    look = Window(since, now)
    bounds = {limit: _bounds(office, limit, look) for limit in office.deadlines.distinct_limits}
    windows = [look, *(window for both in bounds.values() for window in both.values())]
    told = [
        (one.id, event, one.due_at)
        for one in notices.running_in(session, merged(windows))
        for event in _events(office, one, look, bounds)
    ]
    late_steps = notices.steps_due_in(session, look, DESK_STAGES)
    found = notices.matters_by_key(session, {key for key, _, _ in told})
    happened = [
        Happening(found[key], event, _mark(due_at), due_at if event == OVERDUE else now)
        for key, event, due_at in told
    ]
    return happened + [Happening(one, STEP_LATE, _mark(one.stage_due_at), now) for one in late_steps]


_Bounds = dict[str, Window]
"""For one limit the deadlines of which a word has become true since the last look."""


def _bounds(office: Office, limit: Limit, look: Window) -> _Bounds:
    def window(bound: Callable[[Deadlines, Limit, datetime], datetime]) -> Window:
        return Window(*(bound(office.deadlines, limit, moment) for moment in look))

    return {DUE_SOON: window(soon_by), VERY_LATE: window(very_late_by)}


def _events(office: Office, one: Running, look: Window, bounds: Mapping[Limit, _Bounds]) -> Iterator[str]:
    """What became true of a matter, by its own limit."""
    if look.holds(one.due_at):
        yield OVERDUE
    limit = office.deadlines.limit_of(one, office.deadlines.class_of(one.path))
    for event, window in bounds[limit].items() if limit else ():
        is_over = one.due_at <= look.until
        if window.holds(one.due_at) and is_over == (event == VERY_LATE):
            yield event


def merged(windows: Iterable[Window]) -> list[Window]:
    """The same deadlines as windows that do not overlap, in order."""
    found = list[Window]()
    for one in sorted(windows):
        if found and one.since <= found[-1].until:
            found[-1] = Window(found[-1].since, max(found[-1].until, one.until))
        else:
            found.append(one)
    return found


def bounds_of(office: Office, session: Session, now: datetime) -> tuple[Bounds, ...]:
    """For each limit, where it holds, the bounds of what is near its deadline and what is very late at `now`."""
    rules = office.deadlines
    classes = {
        path: rules.classes[code] for path, code in areas.paths_by_code(session, rules.classes).items()
    }
    alike = dict[tuple[tuple[str, Limit | None], ...], list[int]]()
    for category in notices.categories(session):
        alike.setdefault(tuple(sorted(rules.limits_of(category).items())), []).append(category.id)
    found = dict[tuple[Limit, tuple[Region, ...]], list[int]]()
    for limits, ids in alike.items():
        for holds in regions_of(dict(limits), classes).items():
            found.setdefault(holds, []).extend(ids)
    return tuple(
        Bounds(tuple(ids), soon_by(rules, limit, now), very_late_by(rules, limit, now), regions)
        for (limit, regions), ids in found.items()
    )


def _mark(due_at: datetime | None) -> str:
    return due_at.isoformat(timespec="seconds") if due_at else ""
