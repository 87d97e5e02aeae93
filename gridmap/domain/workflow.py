"""The closed loop as a table: which action leads from which state to which, who may do it, what it needs.

The table is the district's own (`geodata/workflow.csv`); what an action does besides is in actions/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gridmap.domain.issues import CLOSED, DONE_WITH, OPEN, RUNNING, STATUSES
from gridmap.domain.roles import refusal, table_rows
from gridmap.errors import ConflictError, NotFoundError

TIES = ("owner", "handler", "above", "head", "reporter", "dispatch", "unit")
"""What can tie somebody to a matter: they own or handle it, lead or head an area at or above its place, head a
community, street or district there, reported it, sit at a command-centre seat that covers it, or belong to the unit it was given to."""
WHERE_IT_WAS = "="
"""In the table's `after`: back to the state the matter was in before."""
NOT_FINISHER, TIER, NOT_OVERDUE, IN_TIME = GUARDS = ("not_finisher", "tier", "not_overdue", "in_time")
"""What can stand in the way beside state and ties: whoever did the work does not judge it; a matter of a higher
tier is not settled below; once its time is up there is no extension; who only reported a matter puts it right until somebody begins, who
handles it until it is done."""
_DOING = frozenset({"reporter", "handler", "unit"})
ENTRIES = ("received", "reported")
"""The states a matter begins in."""
_WORDS = {"any": STATUSES, "open": OPEN, "running": RUNNING}

_COLUMNS = ("action", "before", "after", "who", "needs", "guards")
_INVALID = "workflow_table_invalid"


@dataclass(frozen=True)
class Action:
    """One thing that can be done to a matter.

    `before` are the states it is allowed in, `after` the state it leads to (None: unchanged, WHERE_IT_WAS:
    the one before the pause). One of the ties `who` is needed, every one of the fields `needs`, and none of
    `guards` may stand in the way.
    """

    name: str
    before: tuple[str, ...]
    after: str | None
    who: tuple[str, ...]
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """The actions by name, in the order of the table."""

    actions: Mapping[str, Action] = field(default_factory=dict)

    def named(self, name: str) -> Action:
        """The action of that name. Raises NotFoundError `action_unknown`."""
        try:
            return self.actions[name]
        except KeyError:
            raise NotFoundError("action_unknown", action=name, choices=sorted(self.actions)) from None

    def allowed(self, status: str, ties: frozenset[str], hindered: frozenset[str] = frozenset()) -> list[str]:
        """The names of what somebody with these `ties` may do to a matter in `status`.

        `hindered` are the guards that stand in their way.
        """
        return [
            action.name
            for action in self.actions.values()
            if status in action.before
            and ties.intersection(action.who)
            and not hindered.intersection(action.guards)
        ]

    def after(self, name: str, status: str, was: str | None = None) -> str:
        """The state after the action; `was` is the state before a pause.

        Raises NotFoundError `action_unknown`, ConflictError `action_not_now` where `status` does not allow it.
        """
        action = self.named(name)
        if status not in action.before:
            raise ConflictError("action_not_now", action=name, status=status)
        if action.after == WHERE_IT_WAS:
            return was or "reported"
        return action.after or status


def hindered_by(
    *,
    status: str,
    tier: int,
    due_at: datetime | None,
    now: datetime,
    level: int,
    ties: frozenset[str],
    has_it: bool,
    finished_it: bool,
) -> frozenset[str]:
    """The guards that stand in somebody's way; `level` is the highest tier they may settle (0: none).

    `has_it`: they handle it, or their unit does; `finished_it`: it was their account that last called it done,
    also where it was sent back since.
    """
    found = set()
    if finished_it or (has_it and status in (*DONE_WITH, *CLOSED)):
        found.add(NOT_FINISHER)
    if (ties <= {"reporter"} and status not in ENTRIES) or (ties <= _DOING and status in DONE_WITH):
        found.add(IN_TIME)
    if level < tier:
        found.add(TIER)
    if due_at is not None and due_at <= now:
        found.add(NOT_OVERDUE)
    return frozenset(found)


def read_workflow(text: str) -> Workflow:
    """The workflow of a CSV table; states may be the words `any`, `open`, `running`, blanks between.

    Raises InvalidInputError `workflow_table_invalid` with `line`, `reason` and `value` for a table that
    `table_rows` refuses, an action given twice (`action_twice`), an unknown state, tie or guard
    (`status_unknown`, `tie_unknown`, `guard_unknown`), and for a state nobody can come to or leave again
    (`status_unreachable`, `status_without_exit`).
    """
    actions = dict[str, Action]()
    for line, row in table_rows(text, _COLUMNS, _INVALID, may_be_empty=("after", "needs", "guards")):
        action = _read(line, row)
        if action.name in actions:
            raise refusal(_INVALID, line, "action_twice", action.name)
        actions[action.name] = action
    _check_whole(actions)
    return Workflow(actions)


def _read(line: int, row: Mapping[str, str]) -> Action:
    before = tuple(
        dict.fromkeys(state for word in row["before"].split() for state in _WORDS.get(word, (word,)))
    )
    after = row["after"] or None
    known = {*STATUSES, WHERE_IT_WAS}
    for words, choices, reason in (
        ((*before, *([after] if after else ())), known, "status_unknown"),
        (row["who"].split(), TIES, "tie_unknown"),
        (row["guards"].split(), GUARDS, "guard_unknown"),
    ):
        if strange := next((word for word in words if word not in choices), None):
            raise refusal(_INVALID, line, reason, strange)
    return Action(
        row["action"], before, after, *(tuple(row[name].split()) for name in ("who", "needs", "guards"))
    )


def _check_whole(actions: Mapping[str, Action]) -> None:
    """A table in which a matter could get stuck is refused: every state is reached, and open ones can end."""
    steps = [
        (before, action.after) for action in actions.values() for before in action.before if action.after
    ]
    reached = _closure(ENTRIES, steps)
    ends = _closure(("closed",), [(after, before) for before, after in steps if after != WHERE_IT_WAS])
    for status in STATUSES:
        if status not in reached:
            raise refusal(_INVALID, 1, "status_unreachable", status)
        if status in OPEN and status not in ends:
            raise refusal(_INVALID, 1, "status_without_exit", status)


def _closure(begin: Iterable[str], steps: Iterable[tuple[str, str | None]]) -> set[str]:
    found, pairs = set(begin), list(steps)
    while more := {after for before, after in pairs if before in found and after} - found:
        found |= more
    return found


def diagram(workflow: Workflow) -> str:
    """The states and what leads from one to another, as a Mermaid state diagram; actions between the same two side by side."""
    edges = dict[tuple[str, str], list[str]]()
    for action in workflow.actions.values():
        for before in action.before:
            if action.after == WHERE_IT_WAS:
                edges.setdefault((before, "handling"), []).append(action.name)
            elif action.after is not None and action.after != before:
                edges.setdefault((before, action.after), []).append(action.name)
    lines = ["stateDiagram-v2", *(f"    [*] --> {entry}" for entry in ENTRIES)]
    order = {status: place for place, status in enumerate(STATUSES)}
    for (before, after), names in sorted(
        edges.items(), key=lambda edge: [order[status] for status in edge[0]]
    ):
        lines.append(f"    {before} --> {after}: {', '.join(names)}")
    return "\n".join(lines) + "\n"


def as_table(workflow: Workflow) -> str:
    """The actions as a Markdown table: from which states to which, by whom, with what."""
    head = "| action | in | leads to | who | needs | not where |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{action.name}` | {', '.join(action.before)} | {action.after or ''} | {', '.join(action.who)}"
        f" | {', '.join(action.needs)} | {', '.join(action.guards)} |\n"
        for action in workflow.actions.values()
    )
