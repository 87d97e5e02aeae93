"""How a cell's staff reads: 1, 5 and N, who is inherited from above, and what is vacant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors
from gridmap.domain.roles import Role, five, leader_role


@dataclass(frozen=True)
class Member:
    """One place in the 1+5+N of an area; `post` None means vacant."""

    role: str
    post: Post | None
    is_inherited: bool

    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds it, here or above."""
        return self.post is None


def read_staff(
    path: str, posts: Iterable[Post], roles: Mapping[str, Role], now: datetime
) -> dict[str, list[Member]]:
    """The staff of the area at `path` by slot: "1" (vacant or at least one), "5" (the same for each role), "N".

    A role held at the area itself lists every holder there; otherwise the nearest area above that
    has one. Heads stand under "head", those of the area itself and above, nearest first.
    """
    upward = list(reversed(ancestors(path)))
    held = [p for p in posts if p.area_path in upward and p.is_held(now)]
    held.sort(key=lambda p: (-len(p.area_path), p.valid_from, p.id))
    staff: dict[str, list[Member]] = {
        "1": _members(leader_role(roles).code, path, held),
        "5": [m for role in five(roles) for m in _members(role.code, path, held)],
    }
    for slot in ("N", "head"):
        staff[slot] = [
            Member(p.role, p, p.area_path != path)
            for p in held
            if p.role in roles and roles[p.role].slot == slot and (slot == "head" or p.area_path == path)
        ]
    return staff


def _members(role: str, path: str, held: list[Post]) -> list[Member]:
    matching = [p for p in held if p.role == role]
    if not matching:
        return [Member(role, None, False)]
    nearest = matching[0].area_path
    return [Member(role, p, nearest != path) for p in matching if p.area_path == nearest]
