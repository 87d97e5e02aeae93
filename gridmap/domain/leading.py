"""Who leads somebody directly: the nearest leader or head at or above their post, one step up for leaders themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT, Role


def leads(post: Post, roles: Mapping[str, Role]) -> bool:
    """Whether a post is that of a leader or a head."""
    role = roles.get(post.role)
    return role is not None and role.slot in (LEADER_SLOT, HEAD_SLOT)


class Leading:
    """Who leads whom at `now`, as far as `posts` tell: those of the people asked about, and those above them."""

    def __init__(self, posts: Iterable[Post], roles: Mapping[str, Role], now: datetime) -> None:
        self._roles = roles
        self._held = dict[int, list[Post]]()
        self._leaders = dict[str, set[int]]()
        for post in posts:
            if not post.is_held(now):
                continue
            self._held.setdefault(post.person_id, []).append(post)
            if leads(post, roles):
                self._leaders.setdefault(post.area_path, set()).add(post.person_id)

    def leaders_of(self, person_id: int) -> frozenset[int]:
        """The persons who directly lead somebody; empty for nobody.

        Of each of their posts it is who leads the nearest area: at the post's own for who leads nothing there,
        above it for who does. Where nobody leads that, the next one up is meant. Nobody leads themselves.
        """
        found = set[int]()
        for post in self._held.get(person_id, ()):
            found |= self._nearest(post)
        return frozenset(found)

    def led_by(self, person_id: int) -> list[int]:
        """The persons whom somebody directly leads, by key."""
        return sorted(one for one in self._held if person_id in self.leaders_of(one))

    def _nearest(self, post: Post) -> set[int]:
        upward = ancestors(post.area_path)
        for path in reversed(upward[:-1] if leads(post, self._roles) else upward):
            if others := self._leaders.get(path, set()) - {post.person_id}:
                return others
        return set()
