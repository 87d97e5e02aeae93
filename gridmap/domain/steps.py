"""The steps of a matter worked out from its history alone: what its clocks say can be told again, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from gridmap.domain.issues import PAUSED, STAGE_OF

FIRST = ("reported", "imported")
"""The kinds of events that a history begins with."""
GIVING = ("dispatch", "forward")
"""Those whose `unit` has the matter from then on; others speak of units that were called."""

HANDED_OVER = "handed_over"
"""The event by which a matter passes to somebody else: `handler` says whom it passed to, where it did."""


class Happened(NamedTuple):
    """An event as far as steps ask: its kind, when, by which account, and what it tells."""

    kind: str
    at: datetime
    account_id: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class StepTold:
    """A step that ended; the fields of the table of steps that are not the matter's own."""

    stage: str
    status: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime
    paused_s: int
    person_id: int | None
    unit: str | None
    action: str
    account_id: int | None


@dataclass(frozen=True)
class _Now:
    """How a matter stands while its history is read."""

    status: str
    began_at: datetime
    due_at: datetime | None
    handler_id: int | None
    unit: str | None = None
    paused_at: datetime | None = None
    paused_s: int = 0
    held: str = "reported"

    @property
    def running(self) -> str:
        """The state its step belongs to: the one before a pause."""
        return self.held if self.status == PAUSED else self.status


class Told(NamedTuple):
    """The steps that ended, in order, and the one a matter is in: since when; None in a state without one."""

    steps: list[StepTold]
    stage: str | None
    began_at: datetime | None


def read_steps(
    history: Iterable[Happened], stage_due_at: Callable[[str | None, datetime], datetime | None]
) -> Told:
    """What a history tells of its steps; `stage_due_at` says when a step's own time is up that began then."""
    steps, now = list[StepTold](), None
    for event in history:
        if now is None:
            now = _begun(event)
            continue
        after = _after(now, event)
        told, now = _turned(now, after, event, stage_due_at)
        steps += told
    stage = STAGE_OF.get(now.running) if now else None
    return Told(steps, stage, now.began_at if now and stage else None)


def _begun(event: Happened) -> _Now:
    handler = _handler(event.data)
    return _Now(event.data.get("to", "reported"), event.at, _moment(event.data.get("due_at")), handler)


def _handler(data: Mapping[str, Any]) -> int | None:
    assignment = data.get("assignment")
    return assignment["handler"]["person_id"] if isinstance(assignment, Mapping) else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _after(now: _Now, event: Happened) -> _Now:
    """State, people and deadline after the event, as it tells them."""
    data = event.data
    after = replace(now, status=data.get("to", now.status))
    if "due_at" in data:
        after = replace(after, due_at=_moment(data["due_at"]))
    if event.kind != HANDED_OVER and isinstance(data.get("assignment"), Mapping):
        after = replace(after, handler_id=_handler(data))
    if "handler" in data:
        unit = None if event.kind in GIVING else after.unit  # a post handed over takes nothing from a unit
        after = replace(after, handler_id=data["handler"], unit=unit)
    if event.kind in GIVING and "unit" in data:
        after = replace(after, unit=data["unit"])
    return replace(after, unit=None) if "returned_by" in data else after


def _turned(
    now: _Now,
    after: _Now,
    event: Happened,
    stage_due_at: Callable[[str | None, datetime], datetime | None],
) -> tuple[list[StepTold], _Now]:
    """The step that the event ended, if it did, and how the matter stands then."""
    if after.status == PAUSED:
        return [], after if now.status == PAUSED else replace(after, paused_at=event.at, held=now.status)
    if now.status == PAUSED != after.status and now.paused_at is not None:
        stood = max(0, round((event.at - now.paused_at).total_seconds()))
        now = replace(now, paused_s=now.paused_s + stood)
        after = replace(after, paused_s=now.paused_s, paused_at=None)
    stage, before = STAGE_OF.get(after.running), STAGE_OF.get(now.running)
    if stage == before and (after.handler_id, after.unit) == (now.handler_id, now.unit):
        return [], after
    begun = replace(after, began_at=event.at, paused_s=0)
    if before is None:
        return [], begun
    due = now.due_at if before == "handle" else stage_due_at(before, now.began_at)
    told = StepTold(
        before, now.running, now.began_at, due, max(event.at, now.began_at), now.paused_s,
        now.handler_id, now.unit, event.kind, event.account_id,
    )  # fmt: skip
    return [told], begun
