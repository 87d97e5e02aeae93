"""Who may see and do what: one rule for list, map, state, stream, photo and export.

A matter is seen by whoever has a post above or at its place, who reported it, who owns or handles
it, or whose unit it is assigned to or was called to it by a whistle. Kinds of account differ in what they may do, in one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridmap.domain.codes import is_below
from gridmap.errors import ForbiddenError

KINDS = ("administrator", "seat", "wall", "department", "staff")

PERMISSIONS: dict[str, frozenset[str]] = {
    "administrator": frozenset({"read", "staff", "export", "manage", "report", "act", "dispatch", "tokens"}),
    "seat": frozenset({"read", "staff", "export", "report", "act", "dispatch", "tokens"}),
    "department": frozenset({"read", "act", "tokens"}),
    "staff": frozenset({"read", "staff", "report", "act", "tokens"}),
    "wall": frozenset({"projection"}),
}
"""What a kind of account may do: `read` matters in scope whole, or their `projection` only; `staff`
reads who holds a post; `dispatch` forwards to a unit and voids; `manage` makes accounts."""


@dataclass(frozen=True)
class Scope:
    """What one account may see.

    `paths` are the roots of its areas (the empty path: everything); `account_id`, `person_id` and
    `unit` are the other ways a matter can be one's own.
    """

    paths: tuple[str, ...]
    account_id: int
    person_id: int | None = None
    unit: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is outside it."""
        return "" in self.paths

    def covers(self, path: str) -> bool:
        """Whether the place `path` lies in one's areas.

        A matter without a place (path "") does so for those who see everything.
        """
        return any(is_below(path, root) for root in self.paths)

    def lies_within(self, roots: Iterable[str]) -> bool:
        """Whether there are areas of one's own, and every one of them lies in one of `roots`."""
        return bool(self.paths) and all(any(is_below(own, root) for root in roots) for own in self.paths)

    def sees(self, tie: Tie) -> bool:
        """Whether a matter with these ties may be seen."""
        return (
            self.covers(tie.path)
            or tie.reporter == self.account_id
            or (self.person_id is not None and self.person_id in (tie.owner, tie.handler))
            or (self.unit is not None and (self.unit == tie.unit or self.unit in tie.called))
        )


@dataclass(frozen=True)
class Tie:
    """What ties a matter to those who may see it: its place, its reporter's account, its people, its unit.

    `called` are the units that a whistle called to it.
    """

    path: str
    reporter: int | None = None
    owner: int | None = None
    handler: int | None = None
    unit: str | None = None
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who acts: an account of one of `KINDS`, the person behind it (and their name) if any, and what it may see."""

    account_id: int
    kind: str
    username: str
    scope: Scope
    person_id: int | None = None
    unit: str | None = None
    name: str | None = None

    def may(self, permission: str) -> bool:
        """Whether accounts of this kind may do that."""
        return may(self.kind, permission)

    def require(self, permission: str) -> None:
        """Raises ForbiddenError where this kind of account may not do that."""
        if not self.may(permission):
            raise ForbiddenError("forbidden", kind=self.kind, permission=permission)


def smallest_roots(paths: Iterable[str]) -> tuple[str, ...]:
    """`paths` without those that lie below another one, in byte order."""
    roots: list[str] = []
    for path in sorted(set(paths)):
        if not any(is_below(path, root) for root in roots):
            roots.append(path)
    return tuple(roots)


def may(kind: str, permission: str) -> bool:
    """Whether accounts of this kind may do that; an unknown kind may nothing."""
    return permission in PERMISSIONS.get(kind, frozenset())
