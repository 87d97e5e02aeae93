"""What a demonstration pretends of its matters' past: who reported each, and what was done to it then, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gridmap.domain.history import canonical
from gridmap.domain.workflow import Workflow

OWNER, HANDLER, DISPATCH = "owner", "handler", "dispatch"


class Step(NamedTuple):
    """One act of the past: the action's name, when, and as what somebody did it (`owner`, `handler`, `dispatch`)."""

    action: str
    at: datetime
    by: str


class Past(NamedTuple):
    """What happened to one matter: where its report came from, by which account (None: a system), the acts since."""

    source: str
    reporter: int | None
    steps: tuple[Step, ...] = ()


class Done(NamedTuple):
    """An act as a history keeps it."""

    action: str
    at: datetime
    data: str
    account_id: int | None


@dataclass(frozen=True)
class Pretence:
    """The pasts of a file's matters, by row; `accounts` of persons by their keys, `seat` for who has none."""

    pasts: Sequence[Past]
    accounts: Mapping[int, int]
    seat: int
    workflow: Workflow

    def done(self, row: int, owner_id: int | None, handler_id: int | None) -> Iterator[Done]:
        """The acts on the matter of that row, done by the people it went to.

        Raises ConflictError `action_not_now` for an order of acts that cannot be.
        """
        people = {OWNER: owner_id, HANDLER: handler_id, DISPATCH: None}
        status = "reported"
        for step in self.pasts[row].steps:
            came_from, status = status, self.workflow.after(step.action, status)
            person = people[step.by]
            account = self.seat if person is None else self.accounts.get(person, self.seat)
            yield Done(step.action, step.at, canonical({"from": came_from, "to": status}), account)

    def status(self, row: int) -> str:
        """The state the matter of that row is in after all of it."""
        status = "reported"
        for step in self.pasts[row].steps:
            status = self.workflow.after(step.action, status)
        return status
