"""What a matter is: its states and the actions between them, as a table, and its readable number.

The table here is the short loop (report, handle, close); whoever may act stands in it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gridmap.errors import ConflictError, NotFoundError

STATUSES = ("reported", "handling", "handled", "closed", "void")
OPEN = ("reported", "handling", "handled")
"""States in which somebody still has to do something: what “open” means in filters, counts and heat."""
RUNNING = ("reported", "handling")
"""Open states in which the clock runs: only here a matter can become late. A handled one was handed back."""


@dataclass(frozen=True)
class Action:
    """One thing that can be done to a matter.

    `before` are the states it is allowed in, `after` the state it leads to (None: unchanged). `who`
    names the ties one of which is needed: `owner`, `handler`, `above` (a leader or head at or above
    its place), `reporter`, `dispatch` (a command-centre seat in scope), `unit`.
    """

    name: str
    before: tuple[str, ...]
    after: str | None
    who: tuple[str, ...]


_STAFF = ("owner", "handler", "above", "dispatch")

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("start", ("reported",), "handling", ("owner", "handler", "unit", "dispatch")),
        Action("finish", ("reported", "handling"), "handled", ("owner", "handler", "unit", "dispatch")),
        Action("close", ("reported", "handling", "handled"), "closed", ("owner", "above", "dispatch")),
        Action("reopen", ("handled", "closed", "void"), "reported", ("owner", "above", "dispatch")),
        Action("void", ("reported",), "void", ("dispatch",)),
        Action("move", OPEN, None, (*_STAFF, "reporter")),
        Action("choose_cell", OPEN, None, (*_STAFF, "reporter")),
        Action("recategorise", OPEN, None, (*_STAFF, "reporter")),
        Action("amend", OPEN, None, (*_STAFF, "reporter")),
        Action("forward", OPEN, None, ("dispatch",)),
        Action("erase", STATUSES, None, ("dispatch",)),
        Action("comment", STATUSES, None, (*_STAFF, "reporter", "unit")),
    )
}


def action_named(name: str) -> Action:
    """The action of that name. Raises NotFoundError `action_unknown`."""
    try:
        return ACTIONS[name]
    except KeyError:
        raise NotFoundError("action_unknown", action=name, choices=sorted(ACTIONS)) from None


def allowed_actions(status: str, ties: frozenset[str]) -> list[str]:
    """The names of what somebody with these `ties` to a matter may do while it is in `status`."""
    return [a.name for a in ACTIONS.values() if status in a.before and ties.intersection(a.who)]


def next_status(action: Action, status: str) -> str:
    """The state after `action`. Raises ConflictError `action_not_now` where `status` does not allow it."""
    if status not in action.before:
        raise ConflictError("action_not_now", action=action.name, status=status)
    return action.after or status


def readable_number(district_code: str, day: date, sequence: int) -> str:
    """The number people quote: district, local day of the report, place in that day's row."""
    return f"{number_prefix(district_code, day)}{sequence:04d}"


def number_prefix(district_code: str, day: date) -> str:
    """What the numbers of one district's day begin with."""
    return f"{district_code}-{day:%Y%m%d}-"
