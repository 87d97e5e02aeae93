"""Do the same to many matters: each by itself, so that one that cannot be done keeps nobody from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError


@dataclass(frozen=True)
class Outcome:
    """What came of one matter: its state afterwards, or why nothing was done to it (then `status` is None)."""

    number: str
    status: str | None = None
    error: GridmapError | None = None


def act_on_many(
    office: Office, actor: Actor, numbers: Iterable[str], act: Act, seen: Mapping[str, int] | None = None
) -> list[Outcome]:
    """Do `act` to each of the matters `numbers` (each once) as `act_on` does, in their order; commits after each.

    Sent again with the same `client_id`, a UUID, nothing happens twice, and what had not been done is
    done now: every matter has a `client_id` of its own, made of that and its number. `seen` is, by number,
    the last event that whoever acts has seen of it: what somebody else decided about since is left alone.
    """
    known = seen or {}
    return [
        _one(office, actor, number, replace(act, seen=known.get(number))) for number in dict.fromkeys(numbers)
    ]


def _one(office: Office, actor: Actor, number: str, act: Act) -> Outcome:
    own_id = str(uuid5(UUID(act.client_id), number)) if act.client_id else None
    try:
        return Outcome(number, act_on(office, actor, number, replace(act, client_id=own_id)))
    except GridmapError as error:
        return Outcome(number, error=error)
