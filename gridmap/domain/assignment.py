"""Who a matter goes to, and why: owner, handler, informed, looked for upward from the cell.

Owner is the cell's leader (the 1), of a matter of a higher tier the head of the level it is settled at. Handler is the
holder of the role that the category names, looked for upward cell → community → street → district. Informed are the
others of the five and the N. Only who is on duty is chosen: at each area the one with the fewest open matters in hand,
else the deputy of one who is away, else the next area up. Where nobody is found, the chain is stated: the leader, then
the head of the community, the street, the district. Where all of these are off duty it is kept by whoever comes first.
The assignment says which of it was so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gridmap.domain.codes import LEVELS, ancestors, codes_in, level_of
from gridmap.domain.roles import HEAD_SLOT, OTHERS_SLOT, Role, five, head_of, leader_role
from gridmap.domain.roster import NO_ROSTER, Post, Roster

__all__ = ["Assignment", "Line", "Part", "Post", "assign"]

_NEVER = datetime.max.replace(tzinfo=UTC)
_WAITS = ("off_duty", "nobody")
"""How somebody was found who is not there now."""


@dataclass(frozen=True)
class Part:
    """One person's part in a matter.

    `how` says how they were found: `cell` (holds the role at the matter's own area), `inherited`
    (holds it further up), `tier` (heads the level it is settled at), `deputy` (stands in for `for_person_id`, who holds the
    post and is away), `leader_instead`, `head_instead` (stands in along the chain), `head_without_cell` (no cell
    is known yet, so no post is vacant), `off_duty` (nobody who could be asked is on duty: who comes first keeps it), `nobody`
    (then person, post and area are None). `role` is the role held, or the one looked for in vain. `load` is how many
    open matters they had in hand where there was a choice between several (None: there was none, or it was not counted).
    """

    person_id: int | None
    role: str
    area_path: str | None
    how: str
    post_id: int | None = None
    for_person_id: int | None = None
    load: int | None = None


@dataclass(frozen=True)
class Assignment:
    """The three parts and, as keys of the text catalogue, what has to be said about them."""

    owner: Part
    handler: Part
    informed: tuple[Part, ...] = ()
    notes: tuple[str, ...] = field(default=())


def assign(
    path: str,
    role: str | None,
    posts: Iterable[Post],
    roles: Mapping[str, Role],
    now: datetime,
    roster: Roster = NO_ROSTER,
    tier: int = 1,
) -> Assignment:
    """Who a matter of `tier` at `path` with a category handled by `role` goes to at `now`.

    `posts` are those held anywhere along `path`; others are ignored. `role` None (a category of no
    stated role, a matter without a place) goes to the owner. Among several holders on duty at one area the
    one with the fewest open matters in hand is taken, then the one longest in the post, then the lower id: the
    same answer every time.
    """
    return Line(path, posts, roles, now, roster).assigned(role, tier)


def _nobody(role: str) -> Part:
    return Part(None, role, None, "nobody")


Groups = list[list[Post]]
"""Holders by area, nearest first; of one area the one longest in the post first."""


class Line:
    """Who can be asked along one path: the posts held now, nearest area first; for matters of any role there.

    Arguments as in `assign`.
    """

    def __init__(
        self,
        path: str,
        posts: Iterable[Post],
        roles: Mapping[str, Role],
        now: datetime,
        roster: Roster = NO_ROSTER,
    ) -> None:
        self._path, self._roles, self._now, self._roster = path, roles, now, roster
        # A foreign code does not tell its level: then a cell is meant.
        self._is_above_cells = bool(path) and level_of(codes_in(path)[-1]) in LEVELS[:-1]
        upward = set(ancestors(path))
        held = [post for post in posts if post.area_path in upward and post.is_held(now)]
        self._posts = sorted(held, key=lambda p: (-len(p.area_path), p.valid_from, p.id))
        self._groups: dict[str, Groups] = {}
        for post in self._posts:
            groups = self._groups.setdefault(post.role, [])
            if not groups or groups[-1][0].area_path != post.area_path:
                groups.append([])
            groups[-1].append(post)
        self._leader = leader_role(roles).code
        self._others = self._possible()

    def assigned(self, role: str | None, tier: int = 1) -> Assignment:
        """Who a matter of `tier` there goes to whose category is handled by `role`."""
        owner, said = self._owner() if tier == 1 else self._owner_of_tier(tier)
        handler, more = self._handler(role, owner)
        notes = [*said, *more]
        if not self._path:
            notes.insert(0, "no_place")
        if owner.how == "head_without_cell":
            notes = ["no_cell", *(note for note in notes if note not in ("leader_vacant", "role_vacant"))]
        informed = self._informed({owner.person_id, handler.person_id})
        return Assignment(owner, handler, informed, tuple(dict.fromkeys(notes)))

    def _owner(self) -> tuple[Part, list[str]]:
        """The leader, else the nearest head, and what has to be said of that."""
        leaders, heads = self._groups.get(self._leader, []), self._heads()
        found = self._ready(leaders)
        if found is not None:
            if found.area_path != leaders[0][0].area_path:
                return found, ["leader_off_duty"]
            return found, ["leader_inherited"] if found.how == "inherited" else []
        instead = "head_without_cell" if self._is_above_cells else "head_instead"
        found = _as(instead, self._ready(heads))
        if found is not None:
            return found, ["leader_off_duty" if leaders else "leader_vacant"]
        found = self._first_to_come(leaders) or self._first_to_come(heads)
        return (found, ["off_duty"]) if found else (_nobody(self._leader), ["owner_nobody"])

    def _owner_of_tier(self, tier: int) -> tuple[Part, list[str]]:
        """The head of the level it is settled at, else of those above, else of those below, else the leader."""
        place = len(LEVELS) - tier
        levels = [*reversed(LEVELS[: place + 1]), *LEVELS[place + 1 : -1]]
        wanted = [head.code if (head := head_of(self._roles, level)) else "" for level in levels]
        order = [self._groups.get(role, []) for role in (*wanted, self._leader)]
        found = next((part for groups in order if (part := self._ready(groups))), None)
        if found is None:
            found = next((part for groups in order if (part := self._first_to_come(groups))), None)
            return (found, ["off_duty"]) if found else (_nobody(wanted[0] or self._leader), ["owner_nobody"])
        if found.role == wanted[0]:
            return _as("tier", found) or found, []
        instead = "leader_instead" if found.role == self._leader else "head_instead"
        return _as(instead, found) or found, ["head_off_duty" if order[0] else "head_vacant"]

    def _handler(self, role: str | None, owner: Part) -> tuple[Part, list[str]]:
        if role is None:
            return owner, ["category_without_role"]
        groups = self._groups.get(role, [])
        found = self._ready(groups)
        if found is not None:
            notes = ["nearest_off_duty"] if found.area_path != groups[0][0].area_path else []
            return found, notes + (["least_loaded"] if found.load is not None else [])
        instead, _ = self._owner()
        if instead.how not in _WAITS:
            part = _as("leader_instead", instead) if instead.how in ("cell", "inherited") else instead
            return part or instead, ["role_off_duty" if groups else "role_vacant"]
        found = self._first_to_come(groups)
        if found is not None:
            return found, ["off_duty"]
        return (_nobody(role), ["handler_nobody"]) if instead.how == "nobody" else (instead, ["role_vacant"])

    def _ready(self, groups: Groups) -> Part | None:
        """Who is on duty nearest to the matter, or stands in there for one who is away."""
        for held in groups:
            ready = [post for post in held if self._roster.is_on_duty(post, self._now)]
            if ready:
                return self._least_loaded(ready)
            for post in held:
                deputy = self._roster.deputy_of(post.person_id, self._now)
                if deputy is not None:
                    return Part(deputy, post.role, post.area_path, "deputy", post.id, post.person_id)
        return None

    def _least_loaded(self, ready: list[Post]) -> Part:
        loads = self._roster.loads
        post = min(ready, key=lambda p: (loads.get(p.person_id, 0), p.valid_from, p.id))
        load = loads.get(post.person_id) if len({p.person_id for p in ready}) > 1 else None
        return replace(self._part(post), load=load)

    def _first_to_come(self, groups: Groups) -> Part | None:
        """Of those nearest to the matter, none of whom is on duty, the one who is so first."""
        if not groups:
            return None

        def coming(post: Post) -> tuple[datetime, datetime, int]:
            return self._roster.on_duty_from(post, self._now) or _NEVER, post.valid_from, post.id

        return _as("off_duty", self._part(min(groups[0], key=coming)))

    def _part(self, post: Post) -> Part:
        how = "cell" if post.area_path == self._path else "inherited"
        return Part(post.person_id, post.role, post.area_path, how, post.id)

    def _heads(self) -> Groups:
        """The heads above, nearest first: of the community, the street, the district."""
        found = [
            group
            for role, groups in self._groups.items()
            if role in self._roles and self._roles[role].slot == HEAD_SLOT
            for group in groups
        ]
        return sorted(found, key=lambda held: (-len(held[0].area_path), held[0].valid_from, held[0].id))

    def _possible(self) -> list[Part]:
        """The nearest holder of each of the five and every N of the cell, less who is away."""
        there = [post for post in self._posts if not self._roster.is_away(post.person_id, self._now)]
        nearest = {post.role: post for post in reversed(there)}
        held = [nearest[role.code] for role in five(self._roles) if role.code in nearest]
        return [self._part(post) for post in held] + [
            Part(p.person_id, p.role, p.area_path, "cell", p.id)
            for p in there
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


def _as(how: str, part: Part | None) -> Part | None:
    """The same part found otherwise; who stands in for somebody still does."""
    return part if part is None or part.how == "deputy" else replace(part, how=how)
