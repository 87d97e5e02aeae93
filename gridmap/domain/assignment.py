"""Who a matter goes to, and why: owner, handler, informed, looked for upward from the cell.

Owner is the cell's leader (the 1). Handler is the holder of the role that the category names, looked
for upward cell → community → street → district. Informed are the others of the five and the N. Where
nobody holds what is looked for, the chain is stated: the leader, then the head of the community,
the street, the district; and the assignment says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gridmap.domain.codes import LEVELS, ancestors, codes_in, level_of
from gridmap.domain.roles import HEAD_SLOT, OTHERS_SLOT, Role, five, leader_role


@dataclass(frozen=True)
class Post:
    """A person holding a role on an area for a time; `valid_to` None is open-ended."""

    id: int
    person_id: int
    role: str
    area_path: str
    valid_from: datetime
    valid_to: datetime | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether it is held at `now`; the last instant is outside."""
        return self.valid_from <= now and (self.valid_to is None or now < self.valid_to)


@dataclass(frozen=True)
class Part:
    """One person's part in a matter.

    `how` says how they were found: `cell` (holds the role at the matter's own area), `inherited`
    (holds it further up), `leader_instead`, `head_instead` (stands in along the chain), `head_without_cell` (no cell
    is known yet, so no post is vacant), `nobody`
    (then person, post and area are None). `role` is the role held, or the one looked for in vain.
    """

    person_id: int | None
    role: str
    area_path: str | None
    how: str
    post_id: int | None = None


@dataclass(frozen=True)
class Assignment:
    """The three parts and, as keys of the text catalogue, what has to be said about them."""

    owner: Part
    handler: Part
    informed: tuple[Part, ...] = ()
    notes: tuple[str, ...] = field(default=())


def assign(
    path: str, role: str | None, posts: Iterable[Post], roles: Mapping[str, Role], now: datetime
) -> Assignment:
    """Who a matter at `path` with a category handled by `role` goes to at `now`.

    `posts` are those held anywhere along `path`; others are ignored. `role` None (a category of no
    stated role, a matter without a place) goes to the owner. Among several holders at one area the
    one longest in the post is taken, then the lower id: the same answer every time.
    """
    return Line(path, posts, roles, now).assigned(role)


def _nobody(role: str) -> Part:
    return Part(None, role, None, "nobody")


class Line:
    """Who can be asked along one path: the posts held now, nearest area first; for matters of any role there.

    Arguments as in `assign`.
    """

    def __init__(self, path: str, posts: Iterable[Post], roles: Mapping[str, Role], now: datetime) -> None:
        self._path, self._roles = path, roles
        # A foreign code does not tell its level: then a cell is meant.
        self._is_above_cells = bool(path) and level_of(codes_in(path)[-1]) in LEVELS[:-1]
        upward = set(ancestors(path))
        held = [post for post in posts if post.area_path in upward and post.is_held(now)]
        self._posts = sorted(held, key=lambda p: (-len(p.area_path), p.valid_from, p.id))
        self._nearest = {post.role: post for post in reversed(self._posts)}
        self._others = self._possible()

    def assigned(self, role: str | None) -> Assignment:
        """Who a matter there goes to whose category is handled by `role`."""
        leader = leader_role(self._roles).code
        owner = self._holder(leader) or self._head() or _nobody(leader)
        handler, note = self._handler(role, owner)
        notes = [note] if note else []
        if owner.how != "cell":
            notes.insert(
                0, {"inherited": "leader_inherited", "nobody": "owner_nobody"}.get(owner.how, "leader_vacant")
            )
        if not self._path:
            notes.insert(0, "no_place")
        if owner.how == "head_without_cell":
            notes = ["no_cell", *(said for said in notes if said == "category_without_role")]
        informed = self._informed({owner.person_id, handler.person_id})
        return Assignment(owner, handler, informed, tuple(notes))

    def _handler(self, role: str | None, owner: Part) -> tuple[Part, str | None]:
        if role is None:
            return owner, "category_without_role"
        found = self._holder(role)
        if found:
            return found, None
        if owner.how in ("cell", "inherited"):
            return Part(
                owner.person_id, owner.role, owner.area_path, "leader_instead", owner.post_id
            ), "role_vacant"
        head = self._head()
        return (head, "role_vacant") if head else (_nobody(role), "handler_nobody")

    def _holder(self, role: str) -> Part | None:
        """The holder of `role` nearest to the matter."""
        post = self._nearest.get(role)
        if post is None:
            return None
        how = "cell" if post.area_path == self._path else "inherited"
        return Part(post.person_id, role, post.area_path, how, post.id)

    def _head(self) -> Part | None:
        """The nearest head above: of the community, the street, the district."""
        for post in self._posts:
            if post.role in self._roles and self._roles[post.role].slot == HEAD_SLOT:
                how = "head_without_cell" if self._is_above_cells else "head_instead"
                return Part(post.person_id, post.role, post.area_path, how, post.id)
        return None

    def _possible(self) -> list[Part]:
        """The nearest holder of each of the five and every N of the cell."""
        return [p for p in (self._holder(role.code) for role in five(self._roles)) if p] + [
            Part(p.person_id, p.role, p.area_path, "cell", p.id)
            for p in self._posts
            if p.area_path == self._path and p.role in self._roles and self._roles[p.role].slot == OTHERS_SLOT
        ]

    def _informed(self, busy: set[int | None]) -> tuple[Part, ...]:
        """Those who can be informed, each person once, less `busy`."""
        seen = set(busy)
        chosen = []
        for part in self._others:
            if part.person_id not in seen:
                seen.add(part.person_id)
                chosen.append(part)
        return tuple(chosen)
