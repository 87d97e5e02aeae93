"""What a demonstration pretends of its matters' past: who reported each, and what was done to it then, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gridmap.domain.history import canonical
from gridmap.domain.workflow import Workflow

OWNER, HANDLER, DISPATCH, NOBODY = "owner", "handler", "dispatch", "nobody"


class Step(NamedTuple):
    """One act of the past: the action's name, when, as what somebody did it, and what else its event tells.

    `by` is `owner`, `handler`, `dispatch`, or `nobody` for who has no account.
    """

    action: str
    at: datetime
    by: str
    data: Mapping[str, Any] = {}


class Past(NamedTuple):
    """What happened to one matter: where its report came from, by which account (None: a system), the acts since.

    `begins` is the state it began in.
    """

    source: str
    reporter: int | None
    steps: tuple[Step, ...] = ()
    begins: str = "reported"


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
        # Whoever did the work does not judge it: then the seat does.
        people = {OWNER: None if owner_id == handler_id else owner_id, HANDLER: handler_id, DISPATCH: None}
        status = self.pasts[row].begins
        for step in self.pasts[row].steps:
            came_from, status = status, self.workflow.after(step.action, status)
            told = canonical({**step.data, "from": came_from, "to": status})
            yield Done(step.action, step.at, told, self._account(people, step.by))

    def _account(self, people: Mapping[str, int | None], by: str) -> int | None:
        if by == NOBODY:
            return None
        person = people[by]
        return self.seat if person is None else self.accounts.get(person, self.seat)

    def status(self, row: int) -> str:
        """The state the matter of that row is in after all of it."""
        status = self.pasts[row].begins
        for step in self.pasts[row].steps:
            status = self.workflow.after(step.action, status)
        return status
