"""What is done to a matter, and the matter while it is acted on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gridmap.actions.office import Office, Work, add_words
from gridmap.actions.placing import Sent, assignment_json, staff
from gridmap.actions.reporting import people_columns
from gridmap.db import photos
from gridmap.db.models import CategoryRow, Issue
from gridmap.domain.history import canonical
from gridmap.domain.scope import Actor
from gridmap.domain.workflow import Action
from gridmap.errors import InvalidInputError


@dataclass(frozen=True)
class Act:
    """What is done to a matter: the action's name and what it needs (only what it names is read).

    `until` is the new deadline of an extension, `into` the number of the matter it is merged into,
    `person` the staff number it is dispatched to, `solved` and `satisfaction` a rating (0, 1, 2),
    `units`, `kind` and `level` those of a whistle. `seen` is the number of the last event of the matter's history
    that whoever acts has seen (None: they do not say).
    """

    name: str
    sent: Sent | None = None
    category: str | None = None
    cell: str | None = None
    unit: str | None = None
    words: str | None = None
    words_id: int | None = None
    client_id: str | None = None
    until: datetime | None = None
    into: str | None = None
    person: str | None = None
    solved: int | None = None
    satisfaction: int | None = None
    units: tuple[str, ...] = ()
    kind: str | None = None
    level: int | None = None
    seen: int | None = None

    def digest(self) -> str:
        """What has to be equal, beside the words, for two sendings to be the same act (see Report.digest)."""
        body = [self.name, vars(self.sent) if self.sent else None, self.category, self.cell, self.unit]
        more = {
            "until": self.until and self.until.isoformat(),
            "into": self.into,
            "person": self.person,
            "solved": self.solved,
            "satisfaction": self.satisfaction,
            "units": list(self.units) or None,
            "kind": self.kind,
            "level": self.level,
        }
        told = {name: value for name, value in more.items() if value is not None}
        return hashlib.sha256(
            canonical([*body, self.words_id, *([told] if told else [])]).encode()
        ).hexdigest()


@dataclass
class Case:
    """A matter while it is acted on: its locked row, the actor and their ties, and what the event will hold.

    `level` is the highest level of area that the actor speaks for here (1 cell … 4 district; 0: none).
    """

    office: Office
    work: Work
    actor: Actor
    issue: Issue
    act: Act
    ties: frozenset[str] = frozenset()
    level: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def category(self) -> CategoryRow:
        """The matter's category as it now is."""
        return self.work.session.get_one(CategoryRow, self.issue.category_id)

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns of the matter."""
        for name, value in values.items():
            setattr(self.issue, name, value)

    def assign(self) -> None:
        """Find its people anew, for its place, category and tier as they are."""
        issue, office, work = self.issue, self.office, self.work
        assigned = staff(
            work.session,
            issue.path,
            self.category.role,
            office.roles,
            work.now,
            office.zone,
            issue.tier or 1,
        )
        self.data["assignment"] = assignment_json(assigned)
        self.put(people_columns(self.data["assignment"]))


Effect = Callable[[Case], None]


def nothing(case: Case) -> None:
    """The action does no more than lead to another state."""


def needed(value: Any, name: str, action: str) -> Any:
    """The value. Raises InvalidInputError `field_missing` where there is none."""
    if value is None or value in ("", ()):
        raise InvalidInputError("field_missing", field=name, action=action)
    return value


def check_needs(work: Work, action: Action, issue: Issue, act: Act) -> None:
    """Raises InvalidInputError where the act lacks what the workflow's table says it needs."""
    sent = act.sent
    told = {**vars(act), "lon": sent and sent.lon, "lat": sent and sent.lat}
    for name in action.needs:
        if name == "photos_before_after":
            shown = photos.digests_by_kind(work.session, issue.id)
            is_same = shown.get("before") == shown.get("after")  # one picture does not show both
            if (
                missing := [kind for kind in ("before", "after") if not shown.get(kind)]
                or ["after"] * is_same
            ):
                raise InvalidInputError("photos_missing", action=action.name, kinds=missing)
        else:
            needed(told.get(name), name, action.name)


def keep_words(case: Case) -> None:
    """What was said with the act goes into its erasable row."""
    if case.act.words and case.act.name != "erase":
        case.data["words"] = [add_words(case.work, case.issue, "comment", case.act.words)]
